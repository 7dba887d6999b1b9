package till

import (
	"slices"
	"testing"

	"hanout/flows"
	"hanout/locales"
)

// TestLanguages keeps the choice that people are offered and the languages
// that there are words in the same.
func TestLanguages(t *testing.T) {
	var offered []string
	for _, l := range flows.Languages {
		offered = append(offered, l.Code)
	}
	if !slices.Equal(offered, locales.Codes) {
		t.Errorf("people may choose %q, there are words in %q", offered, locales.Codes)
	}
}
