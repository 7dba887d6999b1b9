package flows

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"hanout/topup"
)

// Letters between a shop and the owners. The rules: whoever works for a shop
// writes to all who decide, a few times an hour, also while it is suspended, and
// who was refused a few times a day; whoever decides writes to a shop, from its
// card or by a letter's button; a text that would be a sale is asked about; who
// answers second is told who did first; a letter is kept nowhere but in the
// chats.

// The steps.
const (
	StepWrite  Step = "write"  // somebody of a shop writes to the owners
	StepAnswer Step = "answer" // an owner writes to a shop
)

// letterMost is the longest letter, in units of UTF-16: it may stand under a photo.
const letterMost = 600

// Letter is one that is about to be written.
type Letter struct {
	Shop topup.ShopID `json:"shop,omitempty"`
	To   int64        `json:"to,omitempty"` // whose chat; 0 is the owners'
	No   uint64       `json:"no,omitempty"` // of the letter that is answered
	Seen int64        `json:"seen,omitempty"`
	Text string       `json:"text,omitempty"` // what is asked about before it leaves
}

func writing(needs topup.Act, name Step) conversation {
	return conversation{
		needs: needs, holds: func(s Session) bool { return s.Letter != nil && (s.Letter.To != 0) == (name == StepAnswer) },
		steps: map[Step]step{name: {
			show: simpleNote((*turn).askLetter), told: (*turn).letterTold, pictured: (*turn).letterPhoto,
			taps: map[string]func(*turn, string){"ok": simple((*turn).sendAsked)},
		}},
	}
}

// writeButton leads to a letter to the owners.
func writeButton() Button { return button(M("button.write"), menuTap("write")) }

// writesFor is the shop that the person writes for: theirs, or the one that
// they asked for.
func (t *turn) writesFor() (topup.Shop, bool) {
	if t.who.Shop != 0 {
		return t.shop(), true
	}
	sh, ok := t.v.People.ShopOf(t.in.Person.ID)
	return sh, ok && sh.State == topup.ShopRefused
}

// write begins a letter to the owners.
func (t *turn) write() {
	sh, ok := t.writesFor()
	switch {
	case !ok:
		t.home()
	case !sh.MayWrite(t.env.Now):
		t.alert(M("letter.enough"))
	default:
		t.dropQuietly()
		t.begin(StepWrite)
		t.s.Letter = &Letter{}
		t.askLetter(Msg{})
	}
}

// letterTapped begins one to a shop: from its card, or in answer to one of
// somebody's there.
func (t *turn) letterTapped(id topup.ShopID, verb, arg string) {
	sh, ok := t.v.People.Shop(id)
	d := Letter{Shop: id, To: sh.Chat}
	if verb == "reply" {
		person, no, _ := strings.Cut(arg, ".")
		to, err := strconv.ParseInt(person, 10, 64)
		n, bad := strconv.ParseUint(no, 10, 63)
		ok = ok && err == nil && bad == nil
		if d.No = n; t.v.People.Member(to).Shop == id {
			d.To = to // else they work there no more, and the keeper reads it
		}
		d.Seen = sh.Letters.Answered
	}
	if !ok || verb != "reply" && verb != "write" {
		t.toast(M("tap.unknown"))
		return
	}
	t.dropQuietly()
	t.begin(StepAnswer)
	t.s.Letter = &d
	t.askLetter(Msg{})
}

// before is who answered the letter already that is being answered; 0 for
// nobody else.
func (t *turn) before() int64 {
	d := t.s.Letter
	if sh, _ := t.v.People.Shop(d.Shop); d.No != 0 && sh.Letters.No == d.No && sh.Letters.Answered != t.in.Person.ID {
		return sh.Letters.Answered
	}
	return 0
}

func (t *turn) askLetter(problem Msg) {
	d := t.s.Letter
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		if sh, ok := t.v.People.Shop(d.Shop); ok {
			sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
			if other := t.before(); other != 0 {
				sc.line(M("letter.answered", "Person", t.personName(other)))
			}
			sc.line(M("letter.ask.shop"))
		} else {
			sc.line(M("letter.ask"))
		}
		if d.Text != "" {
			sc.line(M("letter.sure"), M("news.text", "Text", Prose(d.Text)))
			sc.row(Button{Label: M("button.letter"), Data: t.s.tap("ok"), Style: Go})
		}
		sc.row(t.cancelButton())
	})
}

func (t *turn) letterTold(text string) bool {
	if text = CleanText(text); text == "" && !t.in.Late {
		t.askLetter(M("news.empty"))
		return true
	}
	t.letter(text, "", t.s.Letter.To == 0 && t.isSale(text))
	return true
}

func (t *turn) letterPhoto(photo string) bool {
	t.letter(CleanText(t.in.Text), photo, false)
	return true
}

// sendAsked sends the text that was asked about.
func (t *turn) sendAsked() {
	if t.s.Letter.Text == "" {
		t.toast(M("tap.unknown"))
		return
	}
	t.letter(t.s.Letter.Text, "", false)
}

// letter takes a letter; it is asked about first when it may be meant for
// something else, or when somebody answered meanwhile.
func (t *turn) letter(text, photo string, doubtful bool) {
	d := t.s.Letter
	n := len(utf16.Encode([]rune(text)))
	other := t.before()
	switch {
	case t.in.Late:
		t.askLetter(M("letter.late"))
	case n > letterMost:
		t.askLetter(M("letter.long", "Length", n, "Most", letterMost))
	case doubtful || other != d.Seen && other != 0:
		d.Text, d.Seen = text, other
		t.askLetter(Msg{})
	case d.To == 0:
		t.toOwners(text, photo)
	default:
		t.toShop(text, photo)
	}
}

// letterScreen is a letter under its lines.
func letterScreen(text, photo string, lines ...Msg) Screen {
	sc := Screen{PhotoID: photo, Lines: lines}
	if text != "" {
		sc.line(M("news.text", "Text", Prose(text)))
	}
	return sc
}

// toOwners sends a letter to all who decide on shops.
func (t *turn) toOwners(text, photo string) {
	sh, ok := t.writesFor()
	if !ok || !sh.MayWrite(t.env.Now) {
		t.toast(M("letter.enough"))
		t.drop(M("letter.enough"))
		return
	}
	sh = sh.Wrote(t.env.Now)
	t.do(SaveShop{Shop: sh})
	t.drop(M("letter.sent"))
	id := number(uint64(sh.ID))
	sc := letterScreen(text, photo, M("letter.from", "Shop", Name(sh.Name), "No", id))
	if by := t.sellerName(); by != "" {
		sc.Lines = append(sc.Lines[:1:1], append([]Msg{M("order.seller", "Person", Name(by))}, sc.Lines[1:]...)...)
	}
	reply := strconv.FormatInt(t.in.Person.ID, 10) + "." + number(sh.Letters.No)
	sc.row(Button{Label: M("letter.reply"), Data: encodeTap("a", "letter", id, "reply", reply), Style: Main}, button(M("card.open"), cardTap(sh, "below")))
	for _, owner := range t.v.People.Deciders() {
		t.do(Show{Chat: owner, Panel: t.env.NewID(), Class: ClassNotices, Screen: sc})
	}
}

// toShop sends a letter to somebody of a shop. Of an answer the others who
// decide are told.
func (t *turn) toShop(text, photo string) {
	d := t.s.Letter
	sh, _ := t.v.People.Shop(d.Shop)
	sc := letterScreen(text, photo, M("letter.owner"))
	sc.row(Button{Label: M("letter.reply"), Data: menuTap("write"), Style: Main})
	t.do(SaveShop{Shop: sh.Answers(d.No, t.in.Person.ID)}, Show{Chat: d.To, Panel: t.env.NewID(), Class: ClassAnswer, Screen: sc})
	t.drop(M("letter.sent.shop", "Shop", Name(sh.Name)))
	if d.No == 0 {
		return
	}
	told := letterScreen(text, photo, M("letter.told", "Person", t.personName(t.in.Person.ID), "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	told.Silent = true
	for _, owner := range t.v.People.Deciders() {
		if owner != t.in.Person.ID {
			t.do(Show{Chat: owner, Panel: t.env.NewID(), Class: ClassNotices, Screen: told})
		}
	}
}
