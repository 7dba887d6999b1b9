package till

import (
	"fmt"
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

// menus is a messenger that counts the command menus it is to set.
type menus struct {
	*kept
	set  []string // chat and first description
	done []func()
}

func (m *menus) Menu(chat int64, _ string, list []Command, done func()) {
	m.set = append(m.set, fmt.Sprintf("%d %s", chat, list[0].Description))
	m.done = append(m.done, done)
}

// TestSameMenuIsNotSet: a choice of language that changes nothing sets no menu,
// whether the last one is set already or still on its way; one that is taken
// back meanwhile is set again.
func TestSameMenuIsNotSet(t *testing.T) {
	c := newCounter(t)
	m := &menus{kept: c.sent}
	c.engine.Connect(m, idle{})
	choose := func(lang string, times int) {
		for range times {
			c.take(tapped(shopChat, "m:lang:"+lang))
		}
	}
	choose("fr", 60)
	if len(m.set) != 1 {
		t.Fatalf("60 taps on one language: %d menus", len(m.set))
	}
	choose("ar", 1) // before the first is set
	choose("fr", 1)
	if len(m.set) != 3 {
		t.Fatalf("there and back: %d menus, want 3", len(m.set))
	}
	for _, done := range m.done {
		done()
	}
	for range m.done {
		if err := c.engine.commit([]event{<-c.engine.events}); err != nil {
			t.Fatal(err)
		}
	}
	choose("fr", 60)
	if len(m.set) != 3 || len(c.engine.menus) != 0 {
		t.Errorf("%d menus when it was set, %d remembered", len(m.set), len(c.engine.menus))
	}
	c.close()
}
