package flows

import (
	"slices"
	"strconv"

	"hanout/topup"
)

// How an owner ends a review: as delivered, in part, or given back. The rules:
// the ground and the evidence are asked for before the money moves; the last
// question tells the sums; nothing is taken from a late tap, nor when the order
// is no longer what the question showed.

// The steps.
const (
	StepSettlePart  Step = "settlepart"  // asked how many came
	StepSettleWhy   Step = "settlewhy"   // asked on what ground
	StepSettleProof Step = "settleproof" // asked for the evidence
	StepSettleSure  Step = "settlesure"  // asked a second time
)

// Settling is a decision before it is taken.
type Settling struct {
	No     uint64       `json:"no"`
	Came   int          `json:"came"`
	Out    int          `json:"out,omitempty"` // codes that the shop had when the last question was shown
	Ground topup.Ground `json:"ground,omitempty"`
	Note   string       `json:"note,omitempty"`
	Photo  string       `json:"photo,omitempty"`
}

const proofMost = 300

func settling() conversation {
	return conversation{
		needs: topup.ActSettle, holds: func(s Session) bool { return s.Settling != nil },
		steps: map[Step]step{
			StepSettlePart: {
				show: func(t *turn) { t.askCame(Msg{}) },
				taps: map[string]func(*turn, string){"n": (*turn).cameTold},
				told: func(t *turn, text string) bool { t.cameTold(topup.PlainDigits(text)); return true },
			},
			StepSettleWhy: {
				show: (*turn).askGround,
				taps: map[string]func(*turn, string){"why": (*turn).groundGiven},
				told: func(t *turn, text string) bool {
					t.s.Settling.Ground = topup.GroundOther
					return t.proofTold(text)
				},
			},
			StepSettleProof: {
				show: func(t *turn) { t.askProof(Msg{}) },
				taps: map[string]func(*turn, string){"none": simple((*turn).noProof)},
				told: (*turn).proofTold,
				pictured: func(t *turn, photo string) bool {
					t.s.Settling.Photo = photo
					t.s.Settling.Note = CleanName(t.in.Text, proofMost)
					t.askSettle(Msg{})
					return true
				},
				back: (*turn).askGround,
			},
			StepSettleSure: {
				show: func(t *turn) { t.askSettle(Msg{}) },
				taps: map[string]func(*turn, string){"ok": simple((*turn).settle)},
				back: (*turn).askGround,
			},
		},
	}
}

// startSettling begins a decision; verb says which.
func (t *turn) startSettling(o topup.Order, verb string) {
	if o.State != topup.Review {
		t.toast(M("review.settled", "State", StateMsg(o)))
		t.do(t.ownersCard(o, false))
		return
	}
	t.dropQuietly()
	t.begin(StepSettleWhy)
	t.s.Settling = &Settling{No: o.No}
	switch {
	case verb == "done":
		t.s.Settling.Came = o.Quantity
	case verb == "part" && o.Quantity > 2:
		t.askCame(Msg{})
		return
	case verb == "part":
		t.s.Settling.Came = 1
	}
	t.askGround()
}

// deciding is the order that is decided on.
func (t *turn) deciding() topup.Order {
	o, _ := t.v.Orders.OrderByNo(t.s.Settling.No)
	return o
}

func (t *turn) settleHeading(sc *Screen, o topup.Order) {
	sc.line(M("review.title", "No", number(o.No), "State", StateMsg(o)))
	if sh, ok := t.v.People.Shop(o.Shop); ok {
		sc.line(M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	}
	sc.line(goodOf(o).item(o)...)
}

const cameButtons = 12

func (t *turn) askCame(problem Msg) {
	t.s.Step = StepSettlePart
	o := t.deciding()
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.settleHeading(sc, o)
		if o.DeliveredQty > 0 {
			sc.line(M("settle.out", "Done", o.DeliveredQty, "Quantity", o.Quantity))
		}
		sc.line(M("settle.came", "Quantity", o.Quantity))
		var list []Button
		for n := 1; n < o.Quantity && n <= cameButtons; n++ {
			list = append(list, button(M("settle.button.came", "No", strconv.Itoa(n)), t.s.tap("n", strconv.Itoa(n))))
		}
		sc.grid(4, list)
		sc.row(t.cancelButton())
	})
}

func (t *turn) cameTold(text string) {
	o := t.deciding()
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n >= o.Quantity {
		t.askCame(M("settle.badcount", "Quantity", o.Quantity-1))
		return
	}
	t.s.Settling.Came = n
	t.askGround()
}

func (t *turn) askGround() {
	t.s.Step = StepSettleWhy
	o := t.deciding()
	t.draw(func(sc *Screen) {
		t.settleHeading(sc, o)
		sc.line(M("settle.why"))
		for _, g := range topup.Grounds() {
			sc.row(button(groundMsg(g, t.s.Settling.Came == 0), t.s.tap("why", string(g))))
		}
		sc.row(t.cancelButton())
	})
}

func (t *turn) groundGiven(arg string) {
	if !slices.Contains(topup.Grounds(), topup.Ground(arg)) {
		t.toast(M("tap.unknown"))
		return
	}
	d := t.s.Settling
	d.Ground, d.Note, d.Photo = topup.Ground(arg), "", ""
	t.askProof(Msg{})
}

func (t *turn) askProof(problem Msg) {
	t.s.Step = StepSettleProof
	o := t.deciding()
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.settleHeading(sc, o)
		if t.s.Settling.Ground == topup.GroundOther {
			sc.line(M("settle.write"))
		} else {
			sc.line(M("settle.reason", "Why", groundMsg(t.s.Settling.Ground, t.s.Settling.Came == 0)), M("settle.proof"))
			sc.row(button(M("settle.button.none"), t.s.tap("none")))
		}
		sc.row(t.backButton(), t.cancelButton())
	})
}

// noProof goes on without evidence; another ground than the usual must be told.
func (t *turn) noProof() {
	if t.s.Settling.Ground == topup.GroundOther {
		t.toast(M("tap.unknown"))
		return
	}
	t.askSettle(Msg{})
}

func (t *turn) proofTold(text string) bool {
	note := CleanName(text, proofMost)
	if note == "" {
		t.askProof(M("settle.empty"))
		return true
	}
	t.s.Settling.Note = note
	t.askSettle(Msg{})
	return true
}

// askSettle asks the second time, with the sums.
func (t *turn) askSettle(problem Msg) {
	t.s.Step = StepSettleSure
	o, d := t.deciding(), t.s.Settling
	d.Out = o.DeliveredQty
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		t.settleHeading(sc, o)
		sc.line(M("settle.reason", "Why", groundMsg(d.Ground, d.Came == 0)))
		if d.Note != "" {
			sc.line(M("settle.note", "Note", Words(d.Note)))
		}
		if d.Photo != "" {
			sc.line(M("settle.photo"))
		}
		if d.Note == "" && d.Photo == "" {
			sc.line(M("settle.unproved"))
		}
		style := Go
		switch pays := topup.PriceOf(o, d.Came); {
		case d.Came == 0:
			style = Stop
			sc.line(M("review.sure.undo", "Amount", o.Price))
		case d.Came < o.Quantity:
			sc.line(M("review.sure.part", "Done", d.Came, "Amount", pays, "Back", o.Price-pays))
		default:
			sc.line(M("review.sure.done", "Amount", o.Price))
		}
		switch {
		case d.Came < o.DeliveredQty:
			sc.line(M("review.out", "Done", o.DeliveredQty, "Quantity", o.Quantity))
		case o.Good.Vouchered() && d.Came > o.DeliveredQty:
			sc.line(M("settle.missing", "Done", o.DeliveredQty, "Quantity", d.Came))
		}
		sc.row(Button{Label: M("button.sure"), Data: t.s.tap("ok"), Style: style})
		sc.row(t.backButton(), t.cancelButton())
	})
}

// settle takes the decision.
func (t *turn) settle() {
	o, d := t.deciding(), *t.s.Settling
	switch {
	case t.in.Late:
		t.toast(M("confirm.late"))
		t.askSettle(Msg{})
		return
	case o.State == topup.Review && o.DeliveredQty != d.Out:
		t.askSettle(M("confirm.changed"))
		return
	}
	step, ok := topup.Settle(o, d.Came, topup.Decision{By: t.in.Person.ID, Name: CleanName(t.in.Person.Name, 40), Ground: d.Ground, Note: d.Note, Photo: d.Photo}, t.in.Chat, t.env.Now)
	t.vanish(M("settle.below"))
	if !ok {
		t.toast(M("review.settled", "State", StateMsg(o)))
		t.do(t.ownersCard(o, true))
		return
	}
	t.toast(StateMsg(step.Order))
	t.do(MoveOrder{Change: step}, t.ownersCard(step.Order, true))
}
