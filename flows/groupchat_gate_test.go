package flows

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hanout/topup"
)

// The taps that there are: what a group chat may have of each kind, and what not.
// A new one fails TestEveryTapIsDecidedForGroupChats until it stands here.
var (
	tapsInside  = map[string]string{"s": "*", "o": "cancel again offer amount show", "m": "mobile internet cards"}
	tapsOutside = map[string]string{
		"h": "*", "v": "*", "w": "*", "a": "*", "r": "*",
		"o": "name codes codes2 codes0 claim revoke ticket ticket1 ticket0 complaint complain said photo",
		"m": `float report debts shops orders lookup complaints news rules sync reconcile team sendcopy level drill balance today history
			askcredit write low withdraw find tariff markup mycomplaints cashiers language help home lang ask
			backup favourites favour evening statement shopstatement day shopday serial shopserial chart shopchart`,
	}
)

func TestEveryTapIsDecidedForGroupChats(t *testing.T) {
	verbs := map[string][]string{"o": slices.Sorted(maps.Keys(orderTaps))}
	for _, c := range commands {
		if c.verb != "" && !slices.Contains(verbs["m"], c.verb) {
			verbs["m"] = append(verbs["m"], c.verb)
		}
	}
	for kind := range tapFields {
		list := verbs[kind]
		if list == nil {
			list = []string{"*"}
		}
		for _, verb := range list {
			inside := slices.Contains(strings.Fields(tapsInside[kind]), verb)
			outside := slices.Contains(strings.Fields(tapsOutside[kind]), verb)
			made := tap{kind: kind, parts: []string{verb, verb, verb}}
			if inside == outside || made.inGroupChat() != inside {
				t.Errorf("the tap %s:%s of a group chat: let in %t, refused %t, done so %t", kind, verb, inside, outside, made.inGroupChat())
			}
		}
	}
}

// decidedForGroupChats reports whether somebody has thought of a line: it is
// shown, or kept out by name.
func decidedForGroupChats(m Msg) bool {
	_, named := groupChatInstead[m.ID]
	_, may := groupChatReads(m)
	return named || may || m.ID == shopsPrice
}

// TestEveryLineOfASaleIsDecidedForGroupChats walks all that a sale can show.
func TestEveryLineOfASaleIsDecidedForGroupChats(t *testing.T) {
	look := func(sc Screen) {
		for _, l := range sc.Lines {
			if !decidedForGroupChats(l) {
				t.Errorf("nobody decided whether a group chat reads %s: %v", l.ID, l.Data)
			}
		}
		for _, row := range InGroupChat(Screen{Rows: sc.Rows}, "").Rows {
			for _, b := range row {
				if c, _ := decodeTap(b.Data); !c.inGroupChat() {
					t.Errorf("a group chat has the button %+v", b)
				}
			}
		}
		for _, row := range sc.Rows {
			for _, b := range row {
				if c, ok := decodeTap(b.Data); ok && c.inGroupChat() && !decidedForGroupChats(b.Label) {
					t.Errorf("nobody decided whether a group chat has the button %s: %v", b.Label.ID, b.Label.Data)
				}
			}
		}
	}
	for name, st := range steps {
		if !st.of.sale {
			continue
		}
		for _, lead := range ways[name] {
			k := newTalk(t)
			lead(k)
			for _, e := range k.out {
				if show, ok := e.(Show); ok && show.Panel == k.s.Panel {
					look(show.Screen)
				}
			}
		}
	}
	after := topup.Dinars(900)
	for _, good := range topup.Goods() {
		for _, state := range []topup.State{topup.Placed, topup.Submitting, topup.Pending, topup.Uncertain, topup.Queued, topup.Review, topup.Delivered, topup.Refunded} {
			for _, came := range []int{1, 2} {
				o := topup.Order{ID: "x", No: 7, Shop: 1, Good: good, State: state, Seller: "Rym", To: "0778037340", Operator: topup.Djezzy, PlanName: "P",
					Quantity: 2, DeliveredQty: came, Face: topup.Dinars(500), Price: topup.Dinars(490), Suggested: topup.Dinars(600), Message: "no", Transaction: "T",
					Captured: topup.Dinars(245 * int64(came)), After: &after, Reason: topup.ReasonProvider, Settled: noon,
					Offers: []topup.Offer{{Plan: "a", Face: topup.Dinars(100), Family: topup.FamilyPrepaid}, {Plan: "b", Name: "B", Face: topup.Dinars(100)}}}
				look(OrderScreen(o, topup.Complaint{}))
				look(RingScreen(o))
				look(BatchScreen([]topup.Order{o, o}))
				look(ShortScreen(o, after))
			}
		}
	}
	texts := allLines(t)
	for _, id := range slices.Concat(customersSums, slices.Collect(maps.Keys(groupChatInstead)), slices.Collect(maps.Values(groupChatInstead)), []string{shopsPrice}) {
		if id != "" && !slices.Contains(texts, id) {
			t.Errorf("the gate knows %s, which is no text", id)
		}
	}
}

// TestConfirmInGroupChats: the shop's price is read only where the customer's is
// known to nobody.
func TestConfirmInGroupChats(t *testing.T) {
	price, face := M(shopsPrice, "Amount", topup.Dinars(485)), M("confirm.face", "Amount", topup.Dinars(500))
	suggested := M("gift.suggested", "Amount", topup.Dinars(600))
	title := M("confirm.title")
	for i, c := range []struct {
		lines []Msg
		reads bool
	}{
		{[]Msg{title, price}, true}, {[]Msg{title, face, price}, false}, {[]Msg{title, price, suggested}, false}, {[]Msg{price}, false},
		{[]Msg{M("many.title", "Sales", 2), M("many.sum", "Amount", topup.Dinars(500)), price}, false},
	} {
		out := InGroupChat(Screen{Lines: c.lines}, "")
		if reads := slices.ContainsFunc(out.Lines, func(l Msg) bool { return l.ID == shopsPrice }); reads != c.reads {
			t.Errorf("%d: the group chat reads the shop's price: %t", i, reads)
		}
	}
}

// allLines are the IDs of all texts.
func allLines(t *testing.T) []string {
	b, err := os.ReadFile("../locales/active.fr.json")
	var texts map[string]any
	if err != nil || json.Unmarshal(b, &texts) != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(texts))
}

// TestNothingSecretPassesTheGate builds screens of any text with anything in it:
// whatever is asked to be shown, no code, picture, file, link or word of others
// comes out, no sum that is not the customer's, and no button but of a sale.
func TestNothingSecretPassesTheGate(t *testing.T) {
	ids := allLines(t)
	const code = "770012345678"
	link := openLink("hanout_bot") + "?start=" + linkToken
	rapid.Check(t, func(t *rapid.T) {
		var line func(deep int) Msg
		line = func(deep int) Msg {
			m := Msg{ID: rapid.OneOf(rapid.SampledFrom(ids), rapid.SampledFrom(customersSums), rapid.SampledFrom(slices.Sorted(maps.Keys(groupChatInstead)))).Draw(t, "id"), Data: map[string]any{}}
			for i := range rapid.IntRange(0, 3).Draw(t, "data") {
				kinds := []any{Secret(code), Words(code), Prose(code), Bare{M("x", "Code", Secret(code))}, topup.Dinars(485), Signed(topup.Dinars(485)), Name("n"), 3, noon}
				v := rapid.SampledFrom(kinds).Draw(t, "datum")
				if deep < 3 && rapid.Bool().Draw(t, "inner") {
					v = line(deep + 1)
				}
				m.Data[fmt.Sprint("D", i)] = v
			}
			return m
		}
		sc := Screen{Photo: []byte(code), PhotoID: code, File: []byte(code), FileName: code, AskContact: &Msg{ID: "ask.share"}, Protect: true}
		for range rapid.IntRange(0, 6).Draw(t, "lines") {
			sc.line(line(0))
		}
		data := []string{"s:p:1:ok", "o:x:show", "o:x:codes2", "o:x:claim", "o:x:ticket1", "m:mobile", "m:balance", "h:0:p", "a:money:1:credit", ""}
		for range rapid.IntRange(0, 6).Draw(t, "buttons") {
			b := Button{Label: line(0), Data: rapid.SampledFrom(data).Draw(t, "data")}
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 0:
				b.Copy = code
			case 1:
				b.URL = rapid.SampledFrom([]string{link, "https://t.me/x", "https://wa.me/1", openLink("hanout_bot"), openLink("hanout_bot_2"), groupChatLink("hanout_bot", -5)}).Draw(t, "url")
			}
			sc.row(b)
		}
		sc.TooLong = &Screen{Lines: []Msg{line(0)}, Photo: []byte(code)}
		for out := InGroupChat(sc, "hanout_bot"); ; out = *out.TooLong {
			if out.Photo != nil || out.PhotoID != "" || out.File != nil || out.FileName != "" || out.AskContact != nil {
				t.Fatalf("a picture or a file: %+v", out)
			}
			for _, l := range out.Lines {
				unsafe(t, l, code)
			}
			for _, row := range out.Rows {
				for _, b := range row {
					unsafe(t, b.Label, code)
					c, ok := decodeTap(b.Data)
					ours := b.URL == openLink("hanout_bot") || b.URL == groupChatLink("hanout_bot", -5)
					if b.Copy != "" || (b.URL != "" && !ours) || (b.URL == "" && (!ok || !c.inGroupChat())) {
						t.Fatalf("a group chat has the button %+v", b)
					}
				}
			}
			if out.TooLong == nil {
				break
			}
		}
	})
}

// unsafe fails when a line holds what is not for a group chat.
func unsafe(t *rapid.T, m Msg, code string) {
	for _, v := range m.Data {
		switch v := v.(type) {
		case Secret, Words, Prose, Bare:
			t.Fatalf("a group chat reads %v in %s", v, m.ID)
		case topup.Money, Signed:
			if !slices.Contains(customersSums, m.ID) && m.ID != shopsPrice {
				t.Fatalf("a group chat reads the sum %v in %s", v, m.ID)
			}
		case Msg:
			unsafe(t, v, code)
		}
	}
}

// TestGroupChatTexts: the texts that a group chat reads in place of others say no
// sum but the customer's, need no other data than those, and count as they do.
func TestGroupChatTexts(t *testing.T) {
	for _, file := range []string{"../locales/active.fr.json", "../locales/active.ar.json"} {
		b, err := os.ReadFile(file)
		var texts map[string]json.RawMessage
		if err != nil || json.Unmarshal(b, &texts) != nil {
			t.Fatal(err)
		}
		for of, instead := range groupChatInstead {
			text := string(texts[instead])
			if instead != "" && (text[0] == '{') != (texts[of][0] == '{') {
				t.Errorf("%s counts, and %s in its place does not, or the other way round", of, instead)
			}
			for _, datum := range regexp.MustCompile(`{{\.\w+}}`).FindAllString(text, -1) {
				if !strings.Contains(string(texts[of]), datum) {
					t.Errorf("%s has no %s, which %s needs in its place", of, datum, instead)
				}
			}
			for _, sum := range []string{".Amount", ".Balance", ".Price", ".Missing"} {
				if strings.Contains(text, sum) && (instead != "groupchat.line" || sum != ".Amount") {
					t.Errorf("%s says a sum: %s", instead, text)
				}
			}
		}
	}
}
