package till

import (
	"time"

	"hanout/flows"
)

// A kind word while the writer waits. A commit that takes longer than a second
// (a server that is away, a standby that does not confirm, a lock that somebody
// holds) keeps all that comes behind it waiting, and buttons turn without an
// answer. Their people are told to wait. Nothing else can be said: whether what is
// under way is in is not known, and where the lead can't be proved nothing leaves.

// longCommit is how long a commit takes before people are told.
const longCommit = time.Second

// Waits reports whether the writer waits for its store.
func (c *Counts) Waits() bool {
	began := c.writes.Load()
	return began > 0 && time.Since(time.Unix(0, began)) > longCommit
}

// Calm tells those who tapped that the till waits, each tap once. The updates are
// not handled by that: they come again, or wait already.
func (e *Engine) Calm(updates []Update) {
	if len(e.calmed) > batchMost {
		clear(e.calmed) // a second answer to a tap is refused
	}
	for _, u := range updates {
		c := u.Callback
		if c == nil || e.calmed[c.ID] {
			continue
		}
		e.calmed[c.ID] = true
		lang := language("", c.From.LanguageCode, e.cfg.Language)
		e.messenger.Answer(c.ID, e.render.Plain(lang, flows.M("tap.waits")), true)
	}
}
