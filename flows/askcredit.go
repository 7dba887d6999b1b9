package flows

import (
	"strconv"

	"hanout/topup"
)

// A shop asks the owners for credit. The rules: a shop has one request open; it
// moves no money, an owner does (request.go); a sale that lacked money waits
// meanwhile, on the same panel, and comes back to it.

// The steps.
const (
	StepAskSum  Step = "asksum"  // how much
	StepAskPaid Step = "askpaid" // how it was paid
	StepAskSlip Step = "askslip" // a photo of the slip, or its number
	StepAskSend Step = "asksend" // it is shown
)

func askingCredit() conversation {
	// What each step has beside its own: the way back to the sale.
	taps := func(verb string, do func(*turn, string)) map[string]func(*turn, string) {
		return map[string]func(*turn, string){verb: do, "sale": simple((*turn).backToSale)}
	}
	return conversation{
		needs: topup.ActRequest, holds: func(s Session) bool { return s.Money != nil },
		steps: map[Step]step{
			StepAskSum: {
				show: func(t *turn) { t.askCreditSum(Msg{}) }, taps: taps("sum", (*turn).creditSum), told: (*turn).creditSumTold,
			},
			StepAskPaid: {
				show: (*turn).askCreditPaid, back: func(t *turn) { t.askCreditSum(Msg{}) }, taps: taps("by", (*turn).creditPaid),
			},
			StepAskSlip: {
				show: func(t *turn) { t.askCreditSlip(Msg{}) }, back: (*turn).askCreditPaid,
				taps: taps("none", simple((*turn).creditNoSlip)), told: (*turn).creditSlipTold, pictured: (*turn).creditPhoto,
			},
			StepAskSend: {
				show: (*turn).askCreditSend, back: (*turn).askCreditPaid, taps: taps("ok", simple((*turn).sendRequest)),
				pictured: (*turn).creditPhoto,
			},
		},
	}
}

// askCreditButton begins it.
func askCreditButton() Button { return button(M("button.askcredit"), menuTap("askcredit")) }

// askCredit begins a request, or shows the one that is open.
func (t *turn) askCredit() {
	sh := t.shop()
	if r := sh.Request; r != nil && r.State == topup.RequestOpen {
		t.toast(M("askcredit.waits"))
		t.do(Show{Chat: r.Chat, Panel: r.Panel, Screen: requestStatus(sh), Class: ClassAnswer, Fresh: r.Chat == t.in.Chat})
		return
	}
	if !sh.MayRequest(t.env.Now) {
		t.alert(M("askcredit.soon"))
		return
	}
	if t.s.Step != StepConfirm {
		t.dropQuietly()
		t.begin(StepAskSum)
	}
	t.s.Money = &Adjustment{Shop: sh.ID, Request: t.env.NewID()}
	t.askCreditSum(Msg{})
}

// backToSale leaves the request for the sale that it was made for.
func (t *turn) backToSale() {
	if t.s.Sale == nil {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Money = nil
	t.quote(Msg{})
}

// askRow are the ways out of a step.
func (t *turn) askRow(sc *Screen, back bool) {
	leave := t.cancelButton()
	if t.s.Sale != nil {
		leave = button(M("button.tosale"), t.s.tap("sale"))
	}
	if back {
		sc.row(t.backButton(), leave)
		return
	}
	sc.row(leave)
}

func (t *turn) creditHeading(sc *Screen) {
	sc.line(M("askcredit.title"))
	if m := t.s.Money; m.Amount > 0 && t.s.Step != StepAskSum {
		sc.line(M("credit.sum", "Amount", m.Amount))
	}
}

func (t *turn) askCreditSum(problem Msg) {
	t.s.Step = StepAskSum
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.creditHeading(sc)
		t.standing(sc, t.s.Money.Shop)
		sc.line(M("credit.ask"))
		t.sumButtons(sc, func(topup.Money) bool { return true })
		t.askRow(sc, false)
	})
}

func (t *turn) creditSum(arg string) {
	amount, ok := tappedSum(arg)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	t.s.Money.Amount = amount
	t.askCreditPaid()
}

func (t *turn) creditSumTold(text string) bool {
	if t.isSale(text) {
		return false
	}
	amount, err := topup.ParseAmount(text)
	if err != nil {
		t.askCreditSum(M("credit.amount"))
		return true
	}
	t.s.Money.Amount = amount
	t.askCreditPaid()
	return true
}

func (t *turn) askCreditPaid() {
	t.s.Step = StepAskPaid
	t.draw(func(sc *Screen) {
		t.creditHeading(sc)
		sc.line(M("askcredit.how"))
		var list []Button
		for _, by := range topup.Methods() {
			list = append(list, button(methodMsg(by), t.s.tap("by", string(by))))
		}
		sc.grid(2, list)
		t.askRow(sc, true)
	})
}

func (t *turn) creditPaid(arg string) {
	m := t.s.Money
	for _, by := range topup.Methods() {
		if arg != string(by) {
			continue
		}
		if m.Method != by {
			m.Method, m.Slip, m.Photo = by, "", ""
		}
		if by.HasSlip() {
			t.askCreditSlip(Msg{})
		} else {
			t.askCreditSend()
		}
		return
	}
	t.toast(M("tap.unknown"))
}

func (t *turn) askCreditSlip(problem Msg) {
	t.s.Step = StepAskSlip
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.creditHeading(sc)
		sc.line(M("askcredit.slip", "Method", methodMsg(t.s.Money.Method)))
		sc.row(button(M("button.noslip"), t.s.tap("none")))
		t.askRow(sc, true)
	})
}

func (t *turn) creditSlipTold(text string) bool {
	slip, ok := topup.CleanSlip(text)
	if !ok {
		if t.isSale(text) {
			return false
		}
		t.askCreditSlip(M("slip.bad"))
		return true
	}
	t.s.Money.Slip = slip
	t.askCreditSend()
	return true
}

// creditPhoto takes the photo of the slip.
func (t *turn) creditPhoto(photo string) bool {
	if !t.s.Money.Method.HasSlip() {
		return false
	}
	t.s.Money.Photo = photo
	t.askCreditSend()
	return true
}

func (t *turn) creditNoSlip() {
	t.s.Money.Slip = ""
	t.askCreditSend()
}

func (t *turn) askCreditSend() {
	t.s.Step = StepAskSend
	m := t.s.Money
	t.draw(func(sc *Screen) {
		t.creditHeading(sc)
		sc.line(byMsg(m.entry()))
		if m.Photo != "" {
			sc.line(M("askcredit.photo"))
		} else if m.Method.HasSlip() {
			sc.line(M("askcredit.nophoto"))
		}
		sc.line(M("askcredit.ask"))
		sc.row(Button{Label: M("button.send"), Data: t.s.tap("ok"), Style: Go})
		t.askRow(sc, true)
	})
}

// sendRequest sends it to the owners, and goes back to the sale.
func (t *turn) sendRequest() {
	m, sh := t.s.Money, t.shop()
	switch {
	case t.in.Late:
		t.toast(M("confirm.late"))
		t.askCreditSend()
		return
	case !sh.MayRequest(t.env.Now):
		t.alert(M("askcredit.waits"))
		t.askCreditSend()
		return
	}
	r := topup.CreditRequest{ID: m.Request, Amount: m.Amount, Method: m.Method, Slip: m.Slip, Photo: m.Photo,
		By: t.in.Person.ID, Chat: t.in.Chat, Panel: t.s.Panel, At: t.env.Now, State: topup.RequestOpen}
	if t.s.Sale != nil {
		r.Panel = "asked/" + r.ID
	}
	sh.Request = &r
	t.toast(M("askcredit.sent"))
	t.do(SaveShop{Shop: sh})
	t.do(Show{Chat: t.in.Chat, Panel: r.Panel, Screen: requestStatus(sh), Class: ClassAnswer})
	if t.s.Sale != nil {
		t.s.Money = nil
		t.quote(M("askcredit.sent"))
	} else {
		panel := t.s.Panel
		t.s = t.blank()
		t.s.Panel = panel
	}
	for _, owner := range t.v.People.Owners() {
		if r.Photo != "" {
			t.do(Show{Chat: owner, Panel: "slip/" + r.ID + "/" + strconv.FormatInt(owner, 10), Class: ClassNotices,
				Screen: Screen{PhotoID: r.Photo, Lines: []Msg{M("askcredit.slipof", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)))}}})
		}
		t.do(t.requestShow(sh, owner, ""))
	}
}

// withdraw takes the shop's open request back.
func (t *turn) withdraw() {
	sh := t.shop()
	r := sh.Request
	if r == nil || r.State != topup.RequestOpen {
		t.toast(M("askcredit.over"))
		if r != nil {
			t.do(Show{Chat: r.Chat, Panel: r.Panel, Screen: requestStatus(sh), Class: ClassAnswer})
		}
		return
	}
	sh = sh.Decide(topup.RequestWithdrawn, t.in.Person.ID, "", t.env.Now)
	t.toast(M("askcredit.withdrawn"))
	t.decided(sh)
}

// requestStatus tells a shop how its request stands.
func requestStatus(sh topup.Shop) Screen {
	var sc Screen
	r := sh.Request
	sc.line(M("askcredit.title"), M("credit.sum", "Amount", r.Amount), byMsg(r.Entry(sh.ID)))
	switch r.State {
	case topup.RequestOpen:
		sc.line(M("askcredit.sent"))
		sc.row(button(M("button.withdraw"), menuTap("withdraw")), homeButton())
		return sc
	case topup.RequestGranted:
		sc.line(M("askcredit.granted"))
	case topup.RequestDenied:
		sc.line(M("askcredit.denied"))
		sc.row(writeButton())
		if r.Why != "" {
			sc.line(M("credit.why", "Reason", reasonOf(r.Why)))
		}
	case topup.RequestWithdrawn:
		sc.line(M("askcredit.withdrawn"))
	}
	sc.row(askCreditButton(), homeButton())
	return sc
}
