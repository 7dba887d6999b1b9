package flows

import (
	"strconv"

	"hanout/topup"
)

// A shop's request for credit as the owners see it. The rules: one tap credits
// it, a large one two, and never a late one; who comes second sees what was
// decided; a button counts for the request that it was shown with.
// The number on a photo can be typed, so that this slip, too, is money once.

// The steps.
const (
	StepRefuse Step = "refuse" // asked why a request is refused
	StepSlipOf Step = "slipof" // asked for the number on the photo of a slip
)

// refusals are the reasons on buttons. What lies on disk is a reason's number
// behind this sign, which no typed one begins with.
var refusals = []string{"refusal.unseen", "refusal.amount", "refusal.slip", "refusal.talk"}

const refusalSign = "#"

// reasonOf is why a request was refused: one of the reasons on buttons, or what
// the owner typed.
func reasonOf(why string) any {
	for i, id := range refusals {
		if why == refusalSign+strconv.Itoa(i) {
			return M(id)
		}
	}
	return Name(why)
}

func creditRequestPanel(id string, owner int64) string {
	return "request/" + id + "/" + strconv.FormatInt(owner, 10)
}

// requestShow is an owner's panel of a shop's request; asking is "yes" when a
// large one is asked a second time.
func (t *turn) requestShow(sh topup.Shop, owner int64, asking string) Show {
	r := sh.Request
	var sc Screen
	sc.line(M("request.title"), M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))),
		M("credit.sum", "Amount", r.Amount), byMsg(r.Entry(sh.ID)))
	if r.Photo != "" {
		sc.line(M("request.photo"))
	}
	tap := func(verb string) string { return encodeTap("a", "request", number(uint64(sh.ID)), verb, r.ID) }
	switch r.State {
	case topup.RequestGranted:
		if line, ok := t.v.Wallets.Line(r.Key); ok && line.Chat == owner {
			return Show{Chat: owner, Panel: line.Panel, Screen: t.receipt(line, sh), Class: ClassMoney}
		}
		sc.line(M("request.granted", "Time", r.Decided))
	case topup.RequestDenied:
		sc.line(M("request.denied", "Time", r.Decided))
		if r.Why != "" {
			sc.line(M("credit.why", "Reason", reasonOf(r.Why)))
		}
	case topup.RequestWithdrawn:
		sc.line(M("request.withdrawn", "Time", r.Decided))
	default:
		t.standing(&sc, sh.ID)
		refuse := Button{Label: M("button.refuse"), Data: tap("no"), Style: Stop}
		e := r.Entry(sh.ID)
		_, why := t.hindered(e)
		switch {
		case why != nil:
			sc.line(why...)
			sc.row(refuse)
			if overCeiling(sh, t.v.Wallets.Wallet(sh.ID), e) {
				sc.row(button(M("button.ceiling"), encodeTap("a", "money", number(uint64(sh.ID)), "ceiling")), button(M("button.again.look"), tap("card")))
			}
		case asking == "yes":
			sc.line(M("credit.sure"))
			sc.row(Button{Label: M("button.sure"), Data: tap("yes2"), Style: Go}, button(M("button.back"), tap("card")))
		default:
			sc.row(Button{Label: M("button.grant"), Data: tap("yes"), Style: Go}, refuse)
			if r.Method.HasSlip() && r.Slip == "" {
				sc.row(button(M("button.slipof"), tap("slip")))
			}
		}
	}
	return Show{Chat: owner, Panel: creditRequestPanel(r.ID, owner), Screen: sc, Class: ClassNotices}
}

// requestTapped takes an owner's decision.
func (t *turn) requestTapped(id topup.ShopID, verb, seen string) {
	sh, ok := t.v.People.Shop(id)
	if !ok || sh.Request == nil || sh.Request.ID != seen {
		t.toast(M("request.gone"))
		if seen != "" {
			t.do(Show{Chat: t.in.Chat, Panel: creditRequestPanel(seen, t.in.Chat), Screen: Screen{Lines: []Msg{M("request.gone")}}, Class: ClassAnswer})
		}
		return
	}
	r := *sh.Request
	if !sh.Open(seen) {
		t.toast(M("request.decided"))
		t.do(t.requestShow(sh, t.in.Chat, ""))
		return
	}
	switch verb {
	case "card":
		t.do(t.requestShow(sh, t.in.Chat, ""))
	case "slip":
		t.dropQuietly()
		t.begin(StepSlipOf)
		t.s.Money = &Adjustment{Shop: id, Amount: r.Amount, Method: r.Method, Request: r.ID}
		t.askSlipOf(Msg{})
	case "no":
		t.dropQuietly()
		t.begin(StepRefuse)
		t.s.Money = &Adjustment{Shop: id, Amount: r.Amount, Request: r.ID}
		t.askRefusal()
	case "yes", "yes2":
		key, why := t.hindered(r.Entry(id))
		switch {
		case t.in.Late:
			t.toast(M("confirm.late"))
			t.do(t.requestShow(sh, t.in.Chat, ""))
		case t.beyond(r.Amount) != nil:
			t.alert(t.beyond(r.Amount)[0])
		case why != nil:
			t.toast(M("request.hindered"))
			t.do(t.requestShow(sh, t.in.Chat, ""))
		case r.Amount >= sureAbove && verb != "yes2":
			t.do(t.requestShow(sh, t.in.Chat, "yes"))
		default:
			sh = sh.Decide(topup.RequestGranted, t.in.Person.ID, "", t.env.Now)
			sh.Request.Key = key
			t.decided(sh)
			t.book(r.Entry(id), key, creditRequestPanel(r.ID, t.in.Chat))
		}
	default:
		t.toast(M("tap.unknown"))
	}
}

// decided keeps a decision, and shows it to the shop and to all owners.
func (t *turn) decided(sh topup.Shop) {
	r := sh.Request
	t.do(SaveShop{Shop: sh}, Show{Chat: r.Chat, Panel: r.Panel, Screen: requestStatus(sh), Class: ClassAnswer})
	for _, owner := range t.v.People.Owners() {
		t.do(t.requestShow(sh, owner, ""))
	}
}

func (t *turn) askSlipOf(problem Msg) {
	t.s.Step = StepSlipOf
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.heading(sc)
		sc.line(M("slip.ask", "Method", methodMsg(t.s.Money.Method)))
		sc.row(t.cancelButton())
	})
}

// slipOfTold takes the number on the photo, and shows the request with it.
func (t *turn) slipOfTold(text string) bool {
	m := t.s.Money
	slip, ok := topup.CleanSlip(text)
	if !ok {
		t.askSlipOf(M("slip.bad"))
		return true
	}
	sh, known := t.v.People.Shop(m.Shop)
	if !known || !sh.Open(m.Request) || !sh.Request.Method.HasSlip() {
		t.drop(M("request.decided"))
		return true
	}
	r := *sh.Request
	r.Slip = slip
	sh.Request = &r
	t.do(SaveShop{Shop: sh})
	t.drop(byMsg(r.Entry(sh.ID)))
	for _, owner := range t.v.People.Owners() {
		card := t.requestShow(sh, owner, "")
		card.Fresh = owner == t.in.Chat
		t.do(card)
	}
	return true
}

func (t *turn) askRefusal() {
	t.s.Step = StepRefuse
	sh, _ := t.v.People.Shop(t.s.Money.Shop)
	t.draw(func(sc *Screen) {
		sc.line(M("refusal.title", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "Amount", t.s.Money.Amount))
		sc.line(M("refusal.ask"))
		for i, id := range refusals {
			sc.row(button(M(id), t.s.tap("why", strconv.Itoa(i))))
		}
		sc.row(t.cancelButton())
	})
}

func (t *turn) refusedFor(arg string) {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 0 || n >= len(refusals) {
		t.toast(M("tap.unknown"))
		return
	}
	t.refuse(refusalSign + strconv.Itoa(n))
}

func (t *turn) refusalTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	why := CleanName(text, noteMost)
	for len(why) > 0 && why[:1] == refusalSign {
		why = CleanName(why[1:], noteMost)
	}
	if why == "" {
		t.askRefusal()
		return true
	}
	t.refuse(why)
	return true
}

// refuse refuses the request, unless somebody decided meanwhile.
func (t *turn) refuse(why string) {
	m := t.s.Money
	sh, ok := t.v.People.Shop(m.Shop)
	switch {
	case !ok || !sh.Open(m.Request):
		t.toast(M("request.decided"))
		t.drop(M("request.decided"))
		return
	case t.in.Late:
		t.toast(M("confirm.late"))
		t.askRefusal()
		return
	}
	sh = sh.Decide(topup.RequestDenied, t.in.Person.ID, why, t.env.Now)
	t.toast(M("request.refused"))
	t.drop(M("request.refused"))
	t.decided(sh)
	note := Screen{Lines: []Msg{M("askcredit.denied"), M("credit.sum", "Amount", m.Amount), M("credit.why", "Reason", reasonOf(why))}}
	note.row(askCreditButton(), writeButton())
	t.do(Show{Chat: sh.Request.Chat, Panel: t.env.NewID(), Screen: note, Class: ClassMoney})
}
