package till

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestManyRequests: a few requests have panels of their own; of more the owner
// is told in sums, and the count follows what is decided.
func TestManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		ask := func(chat int64) {
			c.take(typed(chat, "/start"), tapped(chat, "m:lang:fr"), typed(chat, fmt.Sprint("Chez Ali ", chat)), typed(chat, "0661000701"))
		}
		for i := range 40 {
			ask(int64(9000 + i))
		}
		panels, sums := 0, 0
		for _, text := range c.toOwner() {
			switch {
			case strings.Contains(text, "Nouvelle demande"):
				panels++
			case strings.Contains(text, "Des demandes de magasins attendent"):
				sums++
			}
		}
		if panels != requestsMost || sums != 1 {
			t.Errorf("the owner was sent %d panels and %d sums for 40 requests", panels, sums)
		}
		waiting := func(want int) {
			t.Helper()
			if err := c.db.View(func(tx Tx) error {
				if n, err := waitingRequests(tx); err != nil || n != want {
					t.Errorf("%d requests wait, want %d (%v)", n, want, err)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		waiting(40)
		// A file from before the count has none: it is made once, by looking.
		c.does(func(_ *Engine, tx Tx, _ *after) error { return tx.DropSetting(settingRequests) })
		waiting(40)
		c.take(typed(owner, "/shops"))
		list := c.sent.to(owner)
		shops := list[len(list)-1].Message
		if len(shops.Rows) != 12 { // a page of ten, to the next, and the search
			t.Errorf("/shops offers %d decisions", len(shops.Rows))
		}
		c.take(tapped(owner, shops.Rows[0][0].Data))
		list = c.sent.to(owner)
		c.take(tapped(owner, list[len(list)-1].Message.Rows[0][0].Data))
		waiting(39)
		c.sent.out = nil
		time.Sleep(time.Hour)
		ask(9100)
		if got := c.toOwner(); len(got) != 1 || !strings.Contains(got[0], "40") {
			t.Errorf("an hour later the owner is told %q", got)
		}
		c.close()
	})
}

// toOwner gives what the owner was sent, ringing or not.
func (c *counter) toOwner() (texts []string) {
	for _, o := range c.sent.to(owner) {
		texts = append(texts, o.Message.Text)
	}
	return texts
}
