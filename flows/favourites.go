package flows

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hanout/topup"
)

// Favourites: numbers and lines to which a shop gave names. The rules:
//   - a name is taken only if it can't be read as anything else, and no two are
//     alike, whatever their spelling;
//   - a typed name is found whole or not at all, and where it has come to mean a
//     card, too, it is asked;
//   - a button sells the usual amount, which it shows; a name that was typed
//     alone asks for one;
//   - they are the shop's: whoever sells for it names them, its keeper takes
//     names away.

// The steps.
const (
	StepFavourite  Step = "favourite"  // asked for a number's name
	StepFavourites Step = "favourites" // all that have one
)

const (
	favouriteName  = 20 // letters of a name
	favouriteLabel = 10 // of it on a button beside an amount
	favouritesPage = 8
	favouritesHere = 6 // first of them, where a number is asked
	favouritesHome = 2
)

// FavouriteDraft is a number that is given a name, and the page of the list
// that it was found on.
type FavouriteDraft struct {
	Good     topup.Good `json:"good,omitempty"`
	To       string     `json:"to,omitempty"`
	LineType string     `json:"line_type,omitempty"`
	Was      string     `json:"was,omitempty"` // its name, as it was shown
	Listed   bool       `json:"listed,omitempty"`
	Page     int        `json:"page,omitempty"`
}

func namingFavourite() conversation {
	return conversation{
		needs: topup.ActFavourite,
		holds: func(s Session) bool { return s.Favourite != nil && s.Favourite.To != "" },
		steps: map[Step]step{StepFavourite: {
			show: func(t *turn) { t.askFavourite(Msg{}) },
			told: (*turn).favouriteNamed,
			taps: map[string]func(*turn, string){"rm": simple((*turn).forget), "list": simple((*turn).listFavourites)},
		}},
	}
}

func listingFavourites() conversation {
	return conversation{
		needs: topup.ActFavourite, open: true,
		holds: func(s Session) bool { return s.Favourite != nil },
		steps: map[Step]step{StepFavourites: {
			show: (*turn).listFavourites,
			taps: map[string]func(*turn, string){"f": (*turn).favouriteOpened, "pg": (*turn).favouritesTurned},
		}},
	}
}

// nameOf names the number of an order, or goes to the name that it has.
func (t *turn) nameOf(o topup.Order, _ string) bool {
	if !o.Good.Numbered() {
		return false
	}
	t.dropQuietly()
	t.begin(StepFavourite)
	t.s.Favourite = &FavouriteDraft{Good: o.Good, To: o.To, LineType: o.LineType}
	t.askFavourite(Msg{})
	return true
}

// usually is the sale that a favourite usually is.
func usually(f topup.Favourite) topup.Order {
	return topup.Order{Good: f.Good, To: f.To, LineType: f.LineType, Quantity: 1,
		Operator: f.Usual.Operator, Plan: f.Usual.Plan, Face: f.Usual.Face}
}

// numberOf writes the number or line of a favourite.
func numberOf(f topup.Favourite) Msg { return goodOf(usually(f)).brief(usually(f)) }

// draftOf is the favourite that a number is, or would be.
func (t *turn) draftOf(d *FavouriteDraft) (f topup.Favourite, named bool) {
	if f, named = t.shop().Favourites.Of(d.To); named {
		return f, true
	}
	return topup.Favourite{Good: d.Good, To: d.To, LineType: d.LineType, Used: t.env.Now}, false
}

func (t *turn) askFavourite(problem Msg) {
	t.s.Step = StepFavourite
	d := t.s.Favourite
	f, named := t.draftOf(d)
	d.Was = f.Name
	t.draw(func(sc *Screen) {
		if named {
			sc.line(M("favourite.is", "Person", Name(f.Name)))
		} else {
			sc.line(M("favourite.title"))
		}
		sc.line(M("sale.number", "Number", numberOf(f)))
		if named && f.Usual.Face > 0 {
			sc.line(M("favourite.usual", "Amount", f.Usual.Face))
		}
		if problem.ID != "" {
			sc.line(problem)
		}
		switch {
		case !named && len(t.shop().Favourites) >= topup.FavouritesMost:
			sc.line(M("favourite.full", "Most", topup.FavouritesMost))
			sc.row(button(M("button.favourites"), t.s.tap("list")))
		case named:
			sc.line(M("favourite.rename"))
			sc.row(t.usualButtons(f)...)
		case problem.ID == "":
			sc.line(M("favourite.ask"))
		}
		var row []Button
		if named && t.who.May(topup.ActForget) {
			row = append(row, button(M("button.forget"), t.s.tap("rm")))
		}
		if d.Listed {
			row = append(row, button(M("button.favourites"), t.s.tap("list")))
		}
		sc.row(append(row, t.cancelButton())...)
	})
}

// usualButtons sell to a favourite.
func (t *turn) usualButtons(f topup.Favourite) (row []Button) {
	if f.Usual.Face > 0 {
		row = append(row, button(M("order.amount", "Amount", f.Usual.Face), menuTap("favour", f.To)))
	}
	return append(row, button(M("order.amount.other"), menuTap("favour", f.To+".0")))
}

// favouriteNamed takes a name. A whole sale is sold instead.
func (t *turn) favouriteNamed(text string) bool {
	if t.lineElsewhere(text) {
		return false
	}
	d := t.s.Favourite
	f, named := t.draftOf(d)
	why, bad := t.noFavourite(text, d.To)
	switch {
	case f.Name != d.Was:
		t.askFavourite(M("rename.meanwhile"))
		return true
	case bad:
		t.askFavourite(why)
		return true
	case !named:
		for _, o := range t.v.Orders.OrdersTo(t.who.Shop, d.To, repeatsSeen) {
			if o.State != topup.Refunded && !o.Unlisted && f.Usual.Face == 0 {
				f.Usual = topup.Usual{Operator: o.Operator, Plan: o.Plan, Face: o.Face, Votes: 1}
			}
		}
	}
	f.Name = CleanName(text, favouriteName)
	sh := t.shop()
	list, room := sh.Favourites.With(f)
	if !room {
		t.askFavourite(Msg{})
		return true
	}
	sh.Favourites = list
	t.changedFavourites(sh, M("favourite.saved", "Person", Name(f.Name), "Number", numberOf(f)))
	return true
}

// forget takes a name away.
func (t *turn) forget() {
	d, sh := t.s.Favourite, t.shop()
	f, named := sh.Favourites.Of(d.To)
	if !t.who.May(topup.ActForget) || !named {
		t.toast(M("tap.unknown"))
		return
	}
	sh.Favourites = sh.Favourites.Without(d.To)
	t.changedFavourites(sh, M("favourite.gone", "Person", Name(f.Name)))
}

// changedFavourites ends a naming: where it was begun in the list, the list is shown
// as it is now.
func (t *turn) changedFavourites(sh topup.Shop, note Msg) {
	t.do(SaveShop{Shop: sh})
	if t.s.Favourite.Listed {
		t.showFavourites(sh.Favourites, note)
		return
	}
	t.drop(note)
}

// favourites lists all that have a name.
func (t *turn) favourites() {
	t.dropQuietly()
	t.begin(StepFavourites)
	t.s.Favourite = &FavouriteDraft{}
	t.listFavourites()
}

func (t *turn) listFavourites() { t.showFavourites(t.shop().Favourites, Msg{}) }

func (t *turn) showFavourites(all topup.Favourites, note Msg) {
	t.s.Step = StepFavourites
	at := draft{Page: t.s.Favourite.Page}
	part, pages := page(&at, all, favouritesPage)
	t.s.Favourite = &FavouriteDraft{Page: at.Page}
	t.draw(func(sc *Screen) {
		if note.ID != "" {
			sc.line(note)
		}
		if len(all) == 0 {
			sc.line(M("favourites.none"))
		} else {
			sc.line(M("favourites.title"))
		}
		for _, f := range part {
			sc.row(button(M("favourites.line", "Person", Name(f.Name), "Number", numberOf(f)), t.s.tap("f", f.To)))
		}
		t.turnPages(sc, at.Page, pages)
		sc.row(homeButton(), t.cancelButton())
	})
}

func (t *turn) favouriteOpened(to string) {
	f, ok := t.shop().Favourites.Of(to)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Favourite = &FavouriteDraft{Good: f.Good, To: f.To, LineType: f.LineType, Listed: true, Page: t.s.Favourite.Page}
	t.askFavourite(Msg{})
}

func (t *turn) favouritesTurned(arg string) {
	n, ok := tap{parts: []string{arg}}.number(0)
	if !ok || n > topup.FavouritesMost {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Favourite.Page = int(n)
	t.listFavourites()
}

// noFavourite says why a name can't be given to a number.
func (t *turn) noFavourite(text, to string) (why Msg, bad bool) {
	name := CleanName(text, favouriteName+1)
	words := saidOf(name)
	twin, taken := t.called()[words.name]
	short := 0
	for _, r := range name {
		if unicode.IsLetter(r) {
			short++
		}
	}
	switch {
	case strings.ContainsRune(strings.TrimSpace(text), '\n'), utf8.RuneCountInString(name) > favouriteName:
		return M("favourite.long", "Most", favouriteName), true
	case Read(text).sells(), words.figures:
		return M("favourite.figures"), true
	case short < 2:
		return M("favourite.letters"), true
	case said(name) != "", words.plain == "", len(t.cardsNamed(strings.Fields(words.name))) > 0:
		return M("favourite.word", "Person", Name(name)), true
	case taken && twin.To != to:
		return M("favourite.twin", "Person", Name(twin.Name), "Number", numberOf(twin)), true
	}
	return Msg{}, false
}

// spoken is a text as it may name a favourite.
type spoken struct {
	name    string // its words, without those that say nothing of whom
	plain   string // and without those that say what is sold
	figures bool   // it has some, or a word that counts
}

// saidOf reads the words of a text.
func saidOf(text string) (s spoken) {
	p := parse(text)
	var name, plain []string
	for _, w := range p.tokens {
		if letters(w) == 0 || times.MatchString(w) {
			s.figures = true
			continue
		}
		if fillers[w] || units[w] {
			continue
		}
		name = append(name, w)
		if _, op := operatorWords[w]; !op && !families[w] && !numerals[w] && !currencies[w] && !netWords[w] {
			plain = append(plain, w)
		}
	}
	s.figures = s.figures || p.odd
	s.name, s.plain = strings.Join(name, " "), strings.Join(plain, " ")
	return s
}

// netWords are words of internet that name no family of a mobile plan.
var netWords = wordSet("4g 3g 5g adsl idoom fibre ايدوم")

// called are the shop's favourites by the words of their names, read once a turn: a text
// may have many lines.
func (t *turn) called() map[string]topup.Favourite {
	if t.names == nil {
		t.names = map[string]topup.Favourite{}
		for _, f := range t.shop().Favourites {
			if key := saidOf(f.Name).name; key != "" {
				t.names[key] = f
			}
		}
	}
	return t.names
}

// favouriteIn finds the favourite that a text names; told reports that words beside the name
// say what is sold.
func (t *turn) favouriteIn(text string) (f topup.Favourite, told, named bool) {
	s := saidOf(text)
	if f, named = t.called()[s.name]; !named {
		f, named = t.called()[s.plain]
		told = true
	}
	return f, told, named
}

// read reads a text as one sale, by a number or by the name of a favourite.
func (t *turn) read(text string) Reading {
	r := Read(text)
	if r.sells() || r.Problem != nil || len(t.called()) == 0 {
		return r
	}
	text = strings.Join(saleLines(text), " ")
	f, told, named := t.favouriteIn(text)
	if !named {
		return r
	}
	p := parse(text)
	by := Reading{Words: r.Words, Quantity: p.quantity, favourite: f}
	switch by.Face, by.Problem = amountOf(p.runs); {
	case by.Problem != nil:
	case told && (p.numeral || p.foreign):
		by.Face, by.Problem = 0, errNumeral
	case p.odd || (p.quantity > 0 && by.Face == 0):
		by.Face, by.Problem = 0, topup.ErrAmount
	}
	if told {
		by.Operator, by.Family = p.operator, p.family
	}
	switch {
	case len(t.cardsNamed(r.Words)) > 0:
		by.Problem = errWhom
	case f.LineType != "":
		by.Line, by.LineType = topup.Line(f.To), f.LineType
	default:
		by.Number = topup.MSISDN(f.To)
	}
	return by
}

// askWhom asks whether a name means the favourite or a card.
func (t *turn) askWhom(r Reading) {
	t.dropQuietly()
	t.s = t.blank()
	f := r.favourite
	sc := Screen{Lines: []Msg{M("favourite.whom", "Person", Name(f.Name))}}
	sc.row(button(M("favourites.line", "Person", Name(f.Name), "Number", numberOf(f)),
		menuTap("favour", f.To+"."+strconv.FormatInt(r.Face.WholeDinars(), 10))))
	sc.row(button(M("button.cards"), menuTap("cards")), homeButton())
	t.say(sc)
}

// sellFavourite starts a sale to a favourite, of the usual or of the amount that
// stands behind its number; 0 asks for one.
func (t *turn) sellFavourite(arg string) {
	to, dinars, other := strings.Cut(arg, ".")
	n, whole := tap{parts: []string{dinars}}.number(0)
	f, ok := t.shop().Favourites.Of(to)
	if !ok || (other && (!whole || n > uint64(topup.MaxMoney.WholeDinars()))) {
		t.toast(M("tap.unknown"))
		return
	}
	o := usually(f)
	switch g := goodOf(o); {
	case !other && o.Face > 0:
		g.again(t, o)
	case g.amount != nil:
		g.amount(t, o, topup.Dinars(int64(n)))
	default:
		o.Face = topup.Dinars(int64(n))
		g.again(t, o)
	}
}

// favourites are some of a shop's, as buttons.
type favourites []topup.Favourite

// favouritesOf are the first of a good's, and of a type of line.
func (t *turn) favouritesOf(good topup.Good, lineType string, most int) (list favourites) {
	for _, f := range t.shop().Favourites {
		if f.Good == good && (lineType == "" || f.LineType == lineType) && len(list) < most {
			list = append(list, f)
		}
	}
	return list
}

// numbers are where they go.
func (l favourites) numbers() (out []string) {
	for _, f := range l {
		out = append(out, f.To)
	}
	return out
}

// favouriteGrid lays out the favourites of a sale's choices, of which they are
// the first.
func (t *turn) favouriteGrid(sc *Screen, list favourites) {
	list.grid(sc, func(i int) string { return t.s.tap("f", strconv.Itoa(i)) })
}

// grid lays their buttons out, each with its usual amount.
func (l favourites) grid(sc *Screen, tap func(i int) string) {
	across := 2
	var b []Button
	for i, f := range l {
		if utf8.RuneCountInString(f.Name) > favouriteLabel {
			across = 1
		}
		label := M("favourite.button", "Person", Name(f.Name))
		if f.Usual.Face > 0 {
			label = M("favourite.amount", "Person", Name(f.Name), "Amount", f.Usual.Face)
		}
		b = append(b, button(label, tap(i)))
	}
	sc.grid(across, b)
}

// homeFavourites are the buttons of those who were sold to last.
func (t *turn) homeFavourites(sc *Screen) {
	list := favourites(t.shop().Favourites[:min(len(t.shop().Favourites), favouritesHome)])
	list.grid(sc, func(i int) string { return menuTap("favour", list[i].To) })
}

// allFavourites leads to the list, from where a number is asked.
func (t *turn) allFavourites() []Button {
	if len(t.shop().Favourites) == 0 {
		return nil
	}
	return []Button{button(M("button.favourites"), menuTap("favourites"))}
}

// favouriteLine says whom a number belongs to.
func (t *turn) favouriteLine(o topup.Order) []Msg {
	if f, named := t.shop().Favourites.Of(o.To); named {
		return []Msg{M("favourite.is", "Person", Name(f.Name))}
	}
	return nil
}
