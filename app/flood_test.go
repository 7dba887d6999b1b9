package app

import (
	"strings"
	"testing"
	"time"
)

// TestFloodOfLines: a shop that types line numbers without end does not delay
// another shop's sale, but for one of the times at which it is asked about.
func TestFloodOfLines(t *testing.T) {
	t.Parallel()
	took := map[string]time.Duration{}
	for name, flood := range map[string]int{"without": 0, "with": 300} {
		bubble(t, "fr", func(r *rig) {
			r.openShop("fr", 5000)
			r.secondShop()
			r.settle(time.Minute) // nothing is left to do
			for range flood {
				r.telegram.People.Type(shopID, "/internet")
				r.telegram.People.Type(shopID, "036362608")
				r.settle(50 * time.Millisecond)
			}
			asked := r.provider.Book().Requests["GET /internet/check-number"]
			if flood > 0 && (asked < 3 || asked > 30) {
				t.Errorf("%d questions for %d numbers", asked, flood)
			}
			r.say(strangerID, "0661234567 100")
			confirmed := time.Now()
			r.tap(strangerID, "✅")
			for !strings.Contains(r.texts(strangerID), "réussie") && time.Since(confirmed) < 10*time.Minute {
				if flood > 0 {
					r.telegram.People.Type(shopID, "/internet")
					r.telegram.People.Type(shopID, "036362608")
				}
				r.settle(time.Second / 4)
			}
			took[name] = time.Since(confirmed)
			r.allAnswered()
		})
	}
	if took["with"] > took["without"]+6*time.Second || took["without"] > time.Minute {
		t.Errorf("the sale took %v with the flood, %v without", took["with"], took["without"])
	}
}
