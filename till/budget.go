package till

import (
	"fmt"
	"strings"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// What strangers may have of the till's time. The rules:
//
//   - who owns the business or works for a shop has no budget;
//   - a stranger's chat gets some answers in a while, and all strangers
//     together get some in a minute; over it there is one kind word, then
//     silence. A tap is always answered, at last without text;
//   - a customer's link is looked at also when the budget is used up, as long
//     as the chat has not guessed too many;
//   - a group chat gets one answer in a while for all who don't work for its
//     shop, and no word;
//   - what is said to strangers goes behind all that shops and owners wait for
//     (flows.ClassStrangers).
//
// The budgets are kept in memory and bounded: a restart gives new ones. When
// too many chats are known at once, new ones are taken as used up.

const (
	budgetFor     = 10 * time.Minute
	strangersMost = 20 // answers to one stranger
	linksAlways   = 20 // links of one chat, looked at whatever else it had
	groupsMost    = 1  // answers to one group chat
	crowdFor      = time.Minute
	crowdMost     = 300    // answers to all strangers
	wordsMost     = 60     // kind words to all strangers
	budgetChats   = 20_000 // chats that are remembered
)

// window counts what was had since a time.
type window struct {
	since time.Time
	had   int
	links int // of a chat, that were looked at
}

// take counts one more and tells whether it is within most; a time that is
// over begins anew.
func (w *window) take(now time.Time, last time.Duration, most int) bool {
	if now.Sub(w.since) >= last || now.Before(w.since) {
		*w = window{since: now}
	}
	w.had++
	return w.had <= most
}

// budget is what strangers have had. It is the loop's alone.
type budget struct {
	chats        map[int64]*window
	swept        time.Time
	crowd, words window
}

// verdict is what an update of a stranger may have.
type verdict int

const (
	undecided verdict = iota
	within
	toldOnce // the kind word
	silent
)

// verdict counts an input against the budgets. link tells that it opens a
// customer's link which may be looked at.
func (b *budget) verdict(now time.Time, in flows.Input, link bool) verdict {
	w := b.chats[in.Chat]
	if w == nil {
		if len(b.chats) >= budgetChats && !b.room(now) {
			return silent
		}
		w = &window{}
		b.chats[in.Chat] = w
	}
	most := strangersMost
	if !in.Private {
		most = groupsMost
	}
	ok := w.take(now, budgetFor, most)
	switch {
	case !in.Private && !ok:
		return silent
	case link && w.links < linksAlways:
		w.links++
		return within
	case ok && b.crowd.take(now, crowdFor, crowdMost):
		return within
	case in.Private && (ok || w.had == most+1) && b.words.take(now, crowdFor, wordsMost):
		w.had = max(w.had, most+1)
		return toldOnce
	}
	return silent
}

// room forgets the chats whose time is over, and tells whether there were any;
// it looks once in a while only, for there are many.
func (b *budget) room(now time.Time) bool {
	if now.Sub(b.swept) < crowdFor {
		return false
	}
	b.swept = now
	for chat, w := range b.chats {
		if now.Sub(w.since) >= budgetFor {
			delete(b.chats, chat)
		}
	}
	return len(b.chats) < budgetChats
}

// admitted tells whether an update is to be answered, and says the kind word
// where it is due. It is decided once for each update, also when its step has
// to be applied again.
func (u *arrived) admitted(e *Engine, tx Tx, a *after, in flows.Input, query string) (bool, error) {
	if u.verdict == undecided {
		var err error
		if u.verdict, err = e.judge(tx, a, in); err != nil {
			return false, err
		}
	}
	if u.verdict == within {
		return true, nil
	}
	if query != "" {
		a.answers = append(a.answers, answer{query: query})
	}
	if u.verdict == silent {
		return false, nil
	}
	return false, e.show(tx, a, flows.Show{Chat: in.Chat, Panel: fmt.Sprintf("enough/%d", in.Chat), Fresh: true,
		Class: flows.ClassStrangers, Screen: flows.EnoughScreen(budgetFor)})
}

// judge decides what an input may have.
func (e *Engine) judge(tx Tx, a *after, in flows.Input) (verdict, error) {
	r := e.reading(tx, a.now)
	who := people{r}.Actor(in.Person.ID, in.Chat)
	place, sells := groupChats{r}.ShopIn(in.Chat)
	known := insider(who) && (in.Private || sells && who.Shop == place.ID)
	free := !in.Private && (in.Data != "" || !strings.HasPrefix(in.Text, "/")) // it costs no message
	if known || free || r.err != nil {
		return within, r.err
	}
	link := in.Private && flows.OpensLink(in.Text) && claims{r}.Guesses(in.Chat) < flows.GuessesMost
	return e.budget.verdict(a.now, in, link), r.err
}

// insider tells who has no budget.
func insider(who topup.Actor) bool { return who.OfBusiness() || who.Shop != 0 }
