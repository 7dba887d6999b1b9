package bot

import (
	"net/url"
	"strings"
	"testing"
)

const (
	canaryToken = "987654321:AAcanary_Half-of-the_token-0123456789"
	canaryHalf  = "AAcanary_Half-of-the_token-0123456789"
)

// wantNoCanary fails when a text holds the token or a part of it.
func wantNoCanary(t *testing.T, what, text string) {
	t.Helper()
	for _, c := range []string{canaryHalf, url.QueryEscape(canaryToken)} {
		if strings.Contains(text, c) {
			t.Errorf("%s holds %q:\n%s", what, c, text)
		}
	}
}
