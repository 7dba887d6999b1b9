package flows

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hanout/topup"
)

// counter is the turn of a shop that knows a few by name.
func counter() *turn {
	d := &desk{favourites: topup.Favourites{
		{Name: "Amine", Good: topup.MobileTopUp, To: "0778037340"}, {Name: "Box de Karim", Good: topup.InternetCard, To: "036362608", LineType: topup.ADSL},
		{Name: "الحاجة فاطمة 🌸", Good: topup.MobileTopUp, To: "0661234567"}, {Name: "Amine Djezzy", Good: topup.MobileTopUp, To: "0770123456"},
		{Name: "3ami Saïd", Good: topup.MobileTopUp, To: "0550123456"},
	}, catalogue: []topup.Category{{Title: "PSN", Products: []topup.GiftProduct{{ID: "a", Title: "PSN", Enabled: true}}}}}
	return newTurn(d.view(), Env{}, Session{}, Input{Chat: deskChat, Person: Person{ID: deskChat}})
}

// told says in words what a text becomes, as testdata/paste.txt has it.
func told(text string) string {
	t := counter()
	if lines := saleLines(text); t.isSeveral(lines) {
		var each []string
		for _, l := range lines {
			each = append(each, told(t.unnumbered(l)))
		}
		return strings.Join(each, " | ")
	}
	if name := said(text); name != "" {
		return "/" + name
	}
	r := t.read(text)
	var b []string
	switch {
	case r.Number != "":
		b = append(b, string(r.Number))
	case r.Line != "":
		b = append(b, r.LineType+" "+string(r.Line))
	case len(r.Words) > 0:
		b = append(b, "card: "+strings.Join(cardWords(strings.Join(r.Words, " ")), " "))
		if r.Value != "" {
			b = append(b, "value "+r.Value)
		}
	case r.Problem == errUnknown:
		return "nothing"
	case r.Problem == errTwo:
		return "two numbers: asked back"
	default:
		return map[error]string{errShort: "a digit is missing", errLong: "a digit too many", errNumber: "not a number", errAmbiguous: "two ways to read it: asked back"}[r.Problem]
	}
	why := map[error]string{topup.ErrAmount: "unclear", topup.ErrRange: "never sold", topup.ErrFraction: "not whole dinars", errNumeral: "not in figures of dinars"}
	switch {
	case r.Problem != nil:
		b = append(b, "asks the amount ("+why[r.Problem]+")")
	case r.Face > 0:
		b = append(b, strconv.FormatInt(r.Face.WholeDinars(), 10)+" DA")
	case r.sells():
		b = append(b, "asks the amount")
	}
	if r.Operator != "" {
		b = append(b, string(r.Operator))
	}
	if r.Family && r.Number != "" {
		b = append(b, "shows the plans")
	}
	if r.Quantity > 0 {
		b = append(b, "×"+strconv.Itoa(r.Quantity))
	}
	return strings.Join(b, ", ")
}

var escape = regexp.MustCompile(`\\u[0-9a-f]{4}|\\[nrt]`)

// pasted are the texts of testdata/paste.txt, and what each becomes.
func pasted(t testing.TB) (rows [][2]string) {
	b, err := os.ReadFile("testdata/paste.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		text, want, ok := strings.Cut(line, "  ⇒  ")
		if !ok {
			t.Fatalf("no ⇒ in %q", line)
		}
		text = escape.ReplaceAllStringFunc(strings.TrimRight(text, " "), func(s string) string {
			s, err := strconv.Unquote(`"` + s + `"`)
			if err != nil {
				t.Fatal(err)
			}
			return s
		})
		rows = append(rows, [2]string{text, want})
	}
	return rows
}

func TestPaste(t *testing.T) {
	rows := pasted(t)
	if len(rows) < 200 {
		t.Errorf("only %d texts", len(rows))
	}
	for _, r := range rows {
		if got := told(r[0]); got != r[1] {
			t.Errorf("%q becomes %q, want %q", r[0], got, r[1])
		}
	}
}

// figures are all digits of a text, in order.
func figures(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, topup.PlainDigits(s))
}

// FuzzRead reads any text: nothing is read that does not stand there, and the
// number and the amount never change places.
func FuzzRead(f *testing.F) {
	for _, r := range pasted(f) {
		f.Add(r[0])
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := Read(text)
		all := figures(text)
		if r.Number != "" {
			if n, err := topup.ParseMSISDN(string(r.Number)); err != nil || n != r.Number || !strings.Contains(all, string(n[1:])) {
				t.Errorf("%q is for %s", text, r.Number)
			}
		}
		if r.Line != "" && (r.Number != "" || !strings.Contains(all, strings.TrimPrefix(strings.TrimPrefix(string(r.Line), "213"), "0"))) {
			t.Errorf("%q is for %s", text, r.Line)
		}
		if r.Face != 0 {
			amount := strconv.FormatInt(r.Face.WholeDinars(), 10)
			number := string(r.Number) + string(r.Line)
			if !r.sells() || r.Problem != nil || r.Face < 0 || !strings.Contains(all, amount) || len(all) < len(amount)+len(number)-3 {
				t.Errorf("%q is %s for %s: %v", text, amount, number, r.Problem)
			}
			again := Read(number + " " + amount)
			if again.Problem != errAmbiguous && (again.Number != r.Number || again.Line != r.Line || again.Face != r.Face) {
				t.Errorf("%q is %+v, and that %+v", text, r, again)
			}
		}
		if r.sells() && len(r.Words) > 0 {
			t.Errorf("%q is a number and a card: %+v", text, r)
		}
		for _, l := range saleLines(text) {
			counter().read(counter().unnumbered(l))
		}
		said(text)
		if face, err := ReadAmount(text); err == nil && !strings.Contains(all, strconv.FormatInt(face.WholeDinars(), 10)) {
			t.Errorf("%q is an amount of %s", text, face)
		}
	})
}

// TestEverySpellingIsTheSame writes a number and an amount in any of the ways
// that people do, in either order, with words around.
func TestEverySpellingIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		national := rapid.StringMatching(`[567][0-9]{8}`).Draw(t, "number")
		dinars := rapid.Int64Range(40, 99_999).Draw(t, "dinars")
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		prefix := pick("prefix", "0", "+213", "00213", "+213 ", "+213 (0) ")
		sep := pick("separator", "", " ", ".", "-", "\u00a0", "\u202f")
		number := prefix + national[:3] + sep + national[3:5] + sep + national[5:7] + sep + national[7:]
		amount := strconv.FormatInt(dinars, 10)
		if dinars >= 1000 && rapid.Bool().Draw(t, "grouped") {
			amount = amount[:len(amount)-3] + pick("group", " ", "\u00a0", "\u202f") + amount[len(amount)-3:]
		}
		amount = pick("lead", "", "\u200f") + amount + pick("unit", "", " DA", "da", " دج", "دج", " dinars", " دينار")
		head, tail := number, amount
		if rapid.Bool().Draw(t, "amount first") {
			head, tail = amount, number
		}
		text := pick("before", "", "flexy ", "فليكسي ", "salam, ", "🔥 ", "\u202b") + head + pick("between", " 👉 ", " : ", "\n", " pour le ", " في ") + tail +
			pick("after", "", " svp", " شكرا", " 🙏", "\u202c", ".")
		if rapid.Bool().Draw(t, "Arabic digits") {
			text = strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return '٠' + r - '0'
				}
				return r
			}, text)
		}
		r := Read(text)
		if r.Problem == errAmbiguous {
			return // figures that can be cut in two ways are asked back
		}
		if string(r.Number) != "0"+national || r.Face != topup.Dinars(dinars) || r.Problem != nil {
			t.Fatalf("%q is %+v", text, r)
		}
	})
}
