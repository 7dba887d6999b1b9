package app

import (
	"net"
	"testing"
)

// TestOpenable: what the demo prints can be opened, also when it listens on
// all interfaces, as in a container.
func TestOpenable(t *testing.T) {
	for at, want := range map[string]string{"0.0.0.0:8080": "127.0.0.1:8080", "[::]:8080": "127.0.0.1:8080", "127.0.0.1:9": "127.0.0.1:9", "192.0.2.1:80": "192.0.2.1:80"} {
		a, err := net.ResolveTCPAddr("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		if got := openable(a); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}
