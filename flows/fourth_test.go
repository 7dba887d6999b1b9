package flows

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"hanout/topup"
)

// A fourth good, as another file of this package would have it: the bill of a
// meter, whose amount is typed. It is here to prove that nothing else of the
// package has to know of it.

const (
	billGood  topup.Good = "bill"
	stepMeter Step       = "meter"
)

type bill struct {
	draft
	Meter string      `json:"meter,omitempty"`
	Face  topup.Money `json:"face,omitempty"`
}

func billRow() good {
	return good{
		name: billGood, verb: "bill", label: "button.bill", another: "button.bill",
		draft: func() sale { return &bill{} },
		begin: func(t *turn) { beginBill(t, bill{}) },
		again: func(t *turn, o topup.Order) { beginBill(t, bill{Meter: o.To, Face: o.Face}) },
		conversation: func() conversation {
			return conversation{
				needs: topup.ActSell, sale: true, holds: selling[*bill],
				steps: map[Step]step{stepMeter: {show: asking((*bill).askMeter), told: telling((*bill).meterTyped)}},
			}
		},
		item:  func(o topup.Order) []Msg { return []Msg{M("bill.item", "Number", Latin(o.To))} },
		brief: numberBrief, repeat: numberRepeat, refused: "order.unfilled",
		sold: func(text string) ([]string, bool) { return []string{"meter " + text}, false },
	}
}

func beginBill(t *turn, d bill) {
	d.Good = billGood
	switch {
	case !t.openSale(stepMeter, &d):
	case d.Meter != "":
		t.quote(Msg{})
	default:
		d.askMeter(t, Msg{})
	}
}

func (d *bill) askMeter(t *turn, _ Msg) {
	t.s.Step = stepMeter
	t.draw(func(sc *Screen) { sc.line(M("meter.ask")); sc.row(t.cancelButton()) })
}

func (d *bill) meterTyped(t *turn, text string) bool {
	d.Meter, d.Face = "meter "+text, topup.Dinars(800)
	t.quote(Msg{})
	return true
}

func (d *bill) offered(*turn) (topup.Order, bool) {
	return topup.Order{Good: billGood, To: d.Meter, Quantity: 1, Face: d.Face, Price: d.Face, Expected: d.Face}, true
}
func (d *bill) gone(t *turn) Msg                   { d.askMeter(t, Msg{}); return M("plan.gone") }
func (d *bill) reconsider(t *turn)                 { d.askMeter(t, Msg{}) }
func (d *bill) corrected(*turn, string, bool) bool { return false }

// TestAFourthGoodIsAFileAndARow sells bills with nothing but the row above.
func TestAFourthGoodIsAFileAndARow(t *testing.T) {
	join(mobileGood(), internetGood(), giftCardGood(), billRow())
	t.Cleanup(func() { join(mobileGood(), internetGood(), giftCardGood()) })
	k := newTalk(t)
	if !slices.Contains(Commands(k.v.Actor(deskChat, deskChat)), "bill") {
		t.Error("the menu has no /bill")
	}
	k.press(menuTap("home"))
	if !slices.Contains(k.buttons(), menuTap("bill")) {
		t.Errorf("home has no button: %q", k.buttons())
	}
	k.say("/bill")
	k.at(stepMeter, "meter.ask")
	k.redrawn()
	k.say("12")
	k.at(StepConfirm, "bill.item", "confirm.price")
	k.s = DecodeSession(k.s.Encode())
	k.tap("back")
	k.at(stepMeter)
	k.say("34")
	k.tap("ok")
	p, ok := effect[Place](k)
	if !ok || p.Order.Good != billGood || p.Order.To != "meter 34" {
		t.Fatalf("placed %+v", p.Order)
	}
	o := p.Order
	o.No, o.State, o.DeliveredQty, o.Captured = 7, topup.Delivered, 1, o.Price
	k.v.sold = []topup.Order{o}
	k.say("/history")
	if !slices.Contains(k.buttons(), encodeTap("v", "7", "0", k.buttonPanel(), "all")) {
		t.Errorf("the history has %q", k.buttons())
	}
	k.say("/find 34")
	if !slices.Contains(k.says(), "find.found") {
		t.Errorf("it is not found: %v", k.says())
	}
	k.press(encodeTap("o", string(o.ID), "again"))
	// That it is the same again is a rule of topup's, which has no row for it.
	if k.at(StepConfirm, "bill.item", "confirm.price"); k.s.Sale.(*bill).Meter != "meter 34" {
		t.Errorf("again %+v", k.s.Sale)
	}
	if s := OrderScreen(o, topup.Complaint{}); s.Rows[1][0].Data != encodeTap("o", string(o.ID), "ticket") || s.Rows[0][1].Data != menuTap("bill") {
		t.Errorf("the receipt's buttons are %+v", s.Rows)
	}
}

// buttonPanel is the panel that the last history buttons name.
func (k *talk) buttonPanel() string {
	for _, data := range k.buttons() {
		if c, ok := decodeTap(data); ok && c.kind == "v" {
			return c.part(2)
		}
	}
	return ""
}

// TestOnlyItsOwnFilesAskForAGood reads the sources: a good is named in its
// own files, and its row stands in tables.go.
func TestOnlyItsOwnFilesAskForAGood(t *testing.T) {
	own := map[string]string{"MobileTopUp": "mobile", "InternetCard": "internet", "GiftCard": "giftcard"}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]int{}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "topup" && own[sel.Sel.Name] != "" {
				named[sel.Sel.Name]++
				if !strings.HasPrefix(file.Name(), own[sel.Sel.Name]) {
					t.Errorf("%s asks for %s", file.Name(), sel.Sel.Name)
				}
			}
			return true
		})
	}
	if len(named) != len(own) {
		t.Errorf("read only %v", named)
	}
}
