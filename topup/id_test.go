package topup_test

import (
	"regexp"
	"testing"

	"hanout/topup"
)

func TestNewID(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]{20}$`)
	seen := map[string]bool{}
	for range 1000 {
		id := topup.NewID()
		if !form.MatchString(id) || seen[id] {
			t.Fatalf("ID %q", id)
		}
		seen[id] = true
	}
}
