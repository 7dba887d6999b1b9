package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"hanout/flows"
	"hanout/till"
)

// ways are those that all scripts show, and those of them that scripts go. A way
// is a button by what it does: one of a conversation by its step, any other by
// what it is about. Neither has a language.
type ways struct {
	mu    sync.Mutex
	plays int
	shown map[string]string // and by which line of a script
	gone  map[string]bool
}

func newWays() *ways { return &ways{shown: map[string]string{}, gone: map[string]bool{}} }

// show notes that a script's line shows a way.
func (w *ways) show(way, where string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if first, known := w.shown[way]; !known || where < first {
		w.shown[way] = where
	}
}

// taps notes that a script goes a way.
func (w *ways) taps(way string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone[way] = true
}

// ends notes that a play went to its end.
func (w *ways) ends() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.plays++
}

// check fails for a way that is shown and that no script goes, once all scripts
// were played.
func (w *ways) check(t *testing.T, plays int) {
	if w.plays < plays {
		return
	}
	for _, way := range slices.Sorted(maps.Keys(w.shown)) {
		if !w.gone[way] {
			t.Errorf("no script taps %q, which %s shows: let one do so", way, w.shown[way])
		}
	}
}

// word is what in a button's argument has few values: no number, and no ID.
var word = regexp.MustCompile(`^[a-z]{1,9}(\.[a-z])*($|\.)`)

// sees notes where the buttons of a chat lead, as somebody sees them now.
func (s *stage) sees(chat int64, data []string, where string) {
	var steps map[string]flows.Step
	for _, d := range data {
		if d == "" || s.leads[d] != "" {
			continue
		}
		f := strings.Split(d, ":")
		var way []string
		switch f[0] {
		case "s":
			if steps == nil {
				steps = s.stepsIn(chat)
			}
			step, is := steps[f[1]+":"+f[2]]
			if !is {
				continue // the line has gone on from it
			}
			way = []string{"step", string(step), f[3]}
		case "o":
			way = []string{"order", f[2]}
		case "a":
			way = []string{"owner", f[1], word.FindString(f[3])}
		case "m":
			way = append([]string{"menu", f[1]}, word.FindString(strings.Join(f[2:], ":")))
		case "r":
			way = []string{"copy", f[1]}
		default:
			way = []string{map[string]string{"h": "history", "v": "order in the history", "w": "wallet"}[f[0]]}
		}
		s.leads[d] = strings.TrimRight(strings.Join(way, " "), " .")
		s.film.ways.show(s.leads[d], where)
	}
}

// stepsIn are the steps where the conversations of a chat stand, by panel and
// version.
func (s *stage) stepsIn(chat int64) map[string]flows.Step {
	all := map[string]flows.Step{}
	s.inside(func(tx till.Tx) error {
		b, err := tx.Session(chat)
		if err != nil {
			return err
		}
		rows := map[string]json.RawMessage{"": b}
		if chat < 0 && len(b) > 0 {
			if err := json.Unmarshal(b, &rows); err != nil {
				return err
			}
		}
		for _, row := range rows {
			at := flows.DecodeSession(row)
			all[fmt.Sprintf("%s:%d", at.Panel, at.Version)] = at.Step
		}
		return nil
	})
	return all
}

// playsOf is how often a number of scripts is played.
func playsOf(scripts int) (n int) {
	for i := range scripts {
		n += len(languagesOf(i))
	}
	return n
}
