package oneclick

import (
	"slices"
	"testing"

	"hanout/topup"
)

func TestOwnID(t *testing.T) {
	const id = "abcdefgh01234567"
	for ref, want := range map[string]bool{
		"abcdefgh01234567":                   true,
		"API-+213660000000-abcdefgh01234567": true,
		"API-abcdefgh01234567":               true,
		"API-+213660000000-xbcdefgh01234567": false,
		"X-+213660000000-abcdefgh01234567":   false,
		"API-+213660000000abcdefgh01234567":  false,
		"ABCDEFGH01234567":                   false,
		"":                                   false,
	} {
		if got := ownID(ref) == id; got != want {
			t.Errorf("%q: %v, want %v", ref, got, want)
		}
	}
}

// What we look for is what we would know again.
func TestReferences(t *testing.T) {
	c := dial(t, Options{BaseURL: "http://localhost/v3"})
	for _, tt := range []struct {
		o       topup.Order
		account string
		want    []string
	}{
		{mobileOrder(), "", []string{"ocb01jd3f7q8z"}},
		{mobileOrder(), "+213660000000", []string{"ocb01jd3f7q8z", "API-+213660000000-ocb01jd3f7q8z"}},
		{internetOrder(), "a-b", []string{"ocb01jd3g2b7k", "API-a-b-ocb01jd3g2b7k"}},
		{giftOrder(), "+213660000000", nil},
	} {
		got := c.References(tt.o, tt.account)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s as %q: %v, want %v", tt.o.Good, tt.account, got, tt.want)
		}
		for _, ref := range got {
			if ownID(ref) != tt.o.ID {
				t.Errorf("%s is not known again", ref)
			}
		}
	}
}
