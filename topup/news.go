package topup

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// News is a text that an owner tells the shops, with how far it has come. The
// rules: the shops are walked once, by their numbers; one that was told is
// never told again; a stop keeps the place.
type News struct {
	ID    string    `json:"id,omitempty"`
	Text  string    `json:"text,omitempty"`
	By    int64     `json:"by,omitempty"`
	To    string    `json:"to,omitempty"`    // the language of those it is for, or [ToGroup] of their group; "" for all
	Shops int       `json:"shops,omitempty"` // as counted before it began
	Began time.Time `json:"began,omitzero"`

	Next    ShopID   `json:"next,omitempty"`    // the first that was not looked at
	Last    ShopID   `json:"last,omitempty"`    // later ones came after it began
	Waiting []ShopID `json:"waiting,omitempty"` // Telegram has yet to take it for these
	Reached int      `json:"reached,omitempty"`
	Lost    []ShopID `json:"lost,omitempty"` // can't be reached: the first of them
	Losses  int      `json:"losses,omitempty"`
	Stopped bool     `json:"stopped,omitempty"`

	Panels []NewsPanel `json:"panels,omitempty"` // where owners watch it
	Shown  time.Time   `json:"shown,omitzero"`   // when they last saw it move
	Said   []Said      `json:"said,omitempty"`   // what was told before, within the hour
}

// groupMark stands before a group's label, which no language begins with.
const groupMark = "#"

// ToGroup is whom news for the shops of a group are for.
func ToGroup(group string) string { return groupMark + group }

// GroupOf is the group that news are for; false when they are for no group.
func GroupOf(to string) (string, bool) { return strings.CutPrefix(to, groupMark) }

// IsFor reports whether news are for a shop of a group that is spoken to in a
// language.
func (n News) IsFor(language, group string) bool {
	if of, is := GroupOf(n.To); is {
		return of == group
	}
	return n.To == "" || n.To == language
}

// NewsPanel is where an owner watches.
type NewsPanel struct {
	Chat  int64  `json:"chat"`
	Panel string `json:"panel"`
}

// Said is a text that was told, by its digest.
type Said struct {
	Sum string    `json:"sum"`
	To  string    `json:"to,omitempty"`
	At  time.Time `json:"at"`
}

const (
	// LostListed is how many of those that can't be reached are named.
	LostListed = 25

	sameWithin = time.Hour
	saidMost   = 20
)

// Walked reports that every shop was looked at.
func (n News) Walked() bool { return n.Next > n.Last }

// Settled reports that nothing of it is on its way.
func (n News) Settled() bool { return n.ID == "" || (n.Stopped || n.Walked()) && len(n.Waiting) == 0 }

// Running reports that no other may begin.
func (n News) Running() bool { return n.ID != "" && !n.Stopped && (!n.Walked() || len(n.Waiting) > 0) }

// Left is how many shops wait for it.
func (n News) Left() int {
	if n.Walked() {
		return len(n.Waiting)
	}
	return max(len(n.Waiting), n.Shops-n.Reached-n.Losses)
}

// Panel names the message by which a shop is told.
func (n News) Panel(shop ShopID) string {
	return "news/" + n.ID + "/" + strconv.FormatUint(uint64(shop), 10)
}

// NewsOf reads such a name; false for another one.
func NewsOf(panel string) (id string, shop ShopID, ok bool) {
	rest, ours := strings.CutPrefix(panel, "news/")
	id, no, cut := strings.Cut(rest, "/")
	s, err := strconv.ParseUint(no, 10, 64)
	return id, ShopID(s), ours && cut && err == nil
}

// Out notes what became of it for a shop that it was on its way to; false when
// that is known.
func (n *News) Out(shop ShopID, reached bool) bool {
	i := slices.Index(n.Waiting, shop)
	if i < 0 {
		return false
	}
	n.Waiting = slices.Delete(n.Waiting, i, i+1)
	if reached {
		n.Reached++
	} else {
		n.Lose(shop)
	}
	return true
}

// Lose notes a shop that can't be reached.
func (n *News) Lose(shop ShopID) {
	n.Losses++
	if len(n.Lost) < LostListed {
		n.Lost = append(n.Lost, shop)
	}
}

// Watch shows it to an owner on a panel, in place of a former one.
func (n News) Watch(chat int64, panel string) News {
	n.Panels = slices.DeleteFunc(slices.Clone(n.Panels), func(p NewsPanel) bool { return p.Chat == chat })
	n.Panels = append(n.Panels, NewsPanel{Chat: chat, Panel: panel})
	return n
}

// Told reports whether some of these people were told this text within the
// hour.
func (n News) Told(text, to string, now time.Time) bool {
	sum := newsSum(text)
	return slices.ContainsFunc(n.past(now), func(s Said) bool {
		_, some := GroupOf(s.To)
		_, others := GroupOf(to)
		return s.Sum == sum && (s.To == to || s.To == "" || to == "" || some != others)
	})
}

// Follow makes next the one after n.
func (n News) Follow(next News) News {
	next.Said = n.past(next.Began)
	return next
}

// past is what was told within the hour, n the last.
func (n News) past(now time.Time) []Said {
	all := slices.Clone(n.Said)
	if n.ID != "" {
		all = append(all, Said{Sum: newsSum(n.Text), To: n.To, At: n.Began})
	}
	all = slices.DeleteFunc(all, func(s Said) bool { return now.Sub(s.At) >= sameWithin })
	return all[max(0, len(all)-saidMost):]
}

func newsSum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}
