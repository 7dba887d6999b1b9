package flows

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"hanout/topup"
)

// What an owner tells the shops. The rules: it is seen as the shops will see
// it before it leaves; one at a time; a late tap sends nothing; the same to
// the same people within the hour is asked twice.

// The steps.
const (
	StepNews      Step = "news"       // asks for the text
	StepCounting  Step = "news.count" // the shops are counted
	StepAudience  Step = "news.to"    // asks for whom
	StepNewsReady Step = "news.ready" // shows it
	StepNewsTwice Step = "news.twice" // it was told before
)

// newsMost is the longest text, in units of UTF-16; a line costs newsLine more.
const (
	newsMost = 3000
	newsLine = 4
)

// NewsDraft is what an owner is about to tell.
type NewsDraft struct {
	Text  string           `json:"text,omitempty"`
	To    string           `json:"to,omitempty"`
	Reach map[string]Reach `json:"reach,omitempty"` // by whom it is for, as in [topup.News]
}

// Reach counts shops, and those of them that can't be reached.
type Reach struct {
	Shops   int `json:"shops"`
	Blocked int `json:"blocked,omitempty"`
}

// of is whom it reaches that is for some; "" is all.
func (d NewsDraft) of(to string) Reach { return d.Reach[to] }

// groups are the groups that some of the shops are of.
func (d NewsDraft) groups() (list []string) {
	for _, to := range slices.Sorted(maps.Keys(d.Reach)) {
		if group, is := topup.GroupOf(to); is {
			list = append(list, group)
		}
	}
	return list
}

func broadcasting() conversation {
	send := map[string]func(*turn, string){"ok": simple((*turn).sendNews)}
	return conversation{
		needs: topup.ActBroadcast, holds: func(s Session) bool { return s.News != nil },
		steps: map[Step]step{
			StepNews:      {show: func(t *turn) { t.askNews(Msg{}) }, told: (*turn).newsTold},
			StepCounting:  {show: (*turn).showCounting, told: (*turn).newsTold, waited: (*turn).countShops},
			StepAudience:  {show: (*turn).askAudience, told: (*turn).newsTold, taps: map[string]func(*turn, string){"to": (*turn).chooseAudience}, back: func(t *turn) { t.askNews(Msg{}) }},
			StepNewsReady: {show: (*turn).askSend, told: (*turn).newsTold, taps: send, back: (*turn).askAudience},
			StepNewsTwice: {show: (*turn).askSend, told: (*turn).newsTold, taps: send, back: func(t *turn) { t.s.Step = StepNewsReady; t.askSend() }},
		},
	}
}

// broadcast begins one, or shows the one that is on its way.
func (t *turn) broadcast() {
	t.dropQuietly()
	if n := t.v.People.News(); n.Running() {
		t.s = t.blank()
		t.do(SaveNews{News: n.Watch(t.in.Chat, t.env.NewID())})
		return
	}
	t.begin(StepNews)
	t.s.News = &NewsDraft{}
	t.askNews(Msg{})
}

func (t *turn) askNews(problem Msg) {
	t.s.Step = StepNews
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("news.ask", "Most", newsMost))
		sc.row(t.cancelButton())
	})
}

// newsTold takes the text, at any step: what was shown before is no longer
// what is sent.
func (t *turn) newsTold(text string) bool {
	text = CleanText(text)
	switch n := len(utf16.Encode([]rune(text))) + newsLine*strings.Count(text, "\n"); {
	case text == "":
		t.askNews(M("news.empty"))
		return true
	case n > newsMost:
		t.askNews(M("news.long", "Length", n, "Most", newsMost))
		return true
	}
	t.s.News.Text = text
	t.countShops()
	return true
}

func (t *turn) countShops() {
	t.s.Step = StepCounting
	t.showCounting()
	t.do(Run{Job: JobShops, Chat: t.in.Chat, Panel: t.s.Panel})
}

func (t *turn) showCounting() {
	t.draw(func(sc *Screen) {
		sc.line(M("news.counting"))
		sc.row(t.cancelButton())
	})
}

// ShopsCounted goes on with the shops of each language and group.
func ShopsCounted(v View, env Env, s Session, in Input, panel string, reach map[string]Reach) (Session, []Effect) {
	t := newTurn(v, env, s, in)
	if _, ok := t.at(); ok && t.s.Step == StepCounting && t.s.Panel == panel {
		t.s.News.Reach = reach
		t.askAudience()
	}
	return t.s, t.out
}

// Whom the buttons are for: all, or a group by its number in the list.
const (
	toAll   = "all"
	groupTo = "g"
)

func (t *turn) askAudience() {
	t.s.Step = StepAudience
	t.draw(func(sc *Screen) {
		sc.line(M("news.whom"))
		sc.row(button(M(audiences[""][0], "Shops", t.s.News.of("").Shops), t.s.tap("to", toAll)))
		for _, l := range Languages {
			if n := t.s.News.of(l.Code).Shops; n > 0 {
				sc.row(button(M(audiences[l.Code][0], "Shops", n), t.s.tap("to", l.Code)))
			}
		}
		var groups []Button
		for i, group := range t.s.News.groups() {
			groups = append(groups, button(M("news.group", "Group", Name(group), "Shops", t.s.News.of(topup.ToGroup(group)).Shops), t.s.tap("to", groupTo+strconv.Itoa(i))))
		}
		sc.grid(2, groups)
		sc.row(t.backButton(), t.cancelButton())
	})
}

func (t *turn) chooseAudience(to string) {
	no, isGroup := strings.CutPrefix(to, groupTo)
	i, err := strconv.Atoi(no)
	groups := t.s.News.groups()
	switch {
	case to == toAll:
		to = ""
	case isGroup && err == nil && i >= 0 && i < len(groups):
		to = topup.ToGroup(groups[i])
	case t.s.News.of(to).Shops == 0 || !slices.ContainsFunc(Languages, func(l Language) bool { return l.Code == to }):
		t.toast(M("tap.unknown"))
		return
	}
	t.s.News.To, t.s.Step = to, StepNewsReady
	t.askSend()
}

// audiences are the words for those of a language: on a button, and in a text.
var audiences = map[string][2]string{
	"":   {"news.all", "news.for.all"},
	"ar": {"news.ar", "news.for.ar"},
	"fr": {"news.fr", "news.for.fr"},
}

// audienceMsg names whom it is for.
func audienceMsg(to string) Msg {
	if group, is := topup.GroupOf(to); is {
		return M("news.for", "Whom", M("news.for.group", "Group", Name(group)))
	}
	return M("news.for", "Whom", M(audiences[to][1]))
}

func (t *turn) askSend() {
	d := t.s.News
	r := d.of(d.To)
	t.draw(func(sc *Screen) {
		sc.line(M("news.preview"))
		sc.line(NewsScreen(d.Text).Lines...)
		sc.line(M("news.end"), audienceMsg(d.To), M("news.reach", "Shops", r.Shops-r.Blocked))
		if r.Blocked > 0 {
			sc.line(M("news.blocked", "Shops", r.Blocked))
		}
		ok := Button{Label: M("button.news.send"), Data: t.s.tap("ok"), Style: Go}
		if t.s.Step == StepNewsTwice {
			sc.line(M("news.twice"))
			ok.Label = M("button.sure")
		}
		if r.Shops > r.Blocked {
			sc.row(ok)
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

// sendNews takes its confirmation.
func (t *turn) sendNews() {
	d, before := t.s.News, t.v.People.News()
	r := d.of(d.To)
	switch {
	case r.Shops == r.Blocked:
		t.toast(M("tap.unknown"))
		return
	case t.in.Late:
		t.toast(M("news.late"))
		t.askSend()
		return
	case before.Running():
		t.alert(M("news.busy"))
		t.askSend()
		return
	case t.s.Step != StepNewsTwice && before.Told(d.Text, d.To, t.env.Now):
		t.s.Step = StepNewsTwice
		t.askSend()
		return
	}
	panel := t.s.Panel
	t.s = t.blank()
	t.s.Panel = panel
	t.toast(M("news.toast"))
	t.do(SaveNews{News: before.Follow(topup.News{
		ID: t.env.NewID(), Text: d.Text, By: t.in.Person.ID, To: d.To, Shops: r.Shops, Began: t.env.Now,
		Next: 1, Last: t.v.People.NextShop() - 1,
	}.Watch(t.in.Chat, panel))})
}

// steerNews takes a button of the panel on which one is watched.
func (t *turn) steerNews(verb, id string) {
	n := t.v.People.News()
	switch {
	case n.ID != id:
		t.toast(M("news.past"))
	case verb == "stop" && n.Running() && !n.Walked():
		n.Stopped = true
		t.toast(M("news.stopped"))
		t.do(SaveNews{News: n})
	case verb == "go" && t.in.Late:
		t.toast(M("news.late"))
	case verb == "go" && n.Stopped && !n.Walked():
		n.Stopped = false
		t.toast(M("news.toast"))
		t.do(SaveNews{News: n})
	default:
		t.toast(M("tap.old"))
		t.do(SaveNews{News: n}) // which shows it
	}
}

// NewsScreen is what a shop is told.
func NewsScreen(text string) Screen {
	return Screen{Lines: []Msg{M("news.title"), M("news.text", "Text", Prose(text))}}
}

// NewsPanelScreen is how far it has come, for an owner; name names a shop.
func NewsPanelScreen(n topup.News, name func(topup.ShopID) string) Screen {
	var sc Screen
	title := "news.running"
	switch {
	case n.Stopped && !n.Walked():
		title = "news.stopped"
	case !n.Running() && n.Left() == 0:
		title = "news.done"
	}
	sc.line(M(title), M("news.excerpt", "Text", Name(CleanName(n.Text, 60))), audienceMsg(n.To),
		M("news.reached", "Shops", n.Reached))
	if left := n.Left(); left > 0 {
		sc.line(M("news.left", "Shops", left))
	}
	if n.Losses > 0 {
		sc.line(M("news.lost", "Shops", n.Losses))
	}
	if n.Settled() {
		for _, id := range n.Lost {
			sc.line(M("news.lost.shop", "Shop", Name(name(id)), "No", number(uint64(id))))
		}
		if more := n.Losses - len(n.Lost); more > 0 {
			sc.line(M("news.lost.more", "Shops", more))
		}
	}
	switch {
	case n.Running() && !n.Walked():
		sc.row(Button{Label: M("button.news.stop"), Data: encodeTap("a", "news", "0", "stop", n.ID), Style: Stop})
	case n.Stopped && !n.Walked():
		sc.line(M("news.kept"))
		sc.row(Button{Label: M("button.news.go"), Data: encodeTap("a", "news", "0", "go", n.ID), Style: Go})
	}
	sc.row(homeButton())
	return sc
}
