package app

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hanout/locales"
	"hanout/sandbox/provider"
	"hanout/topup"
)

// cards makes n cards whose codes have so many signs.
func cards(n, signs int) (list []provider.Card) {
	for i := range n {
		code := strings.Repeat(fmt.Sprintf("%c%02d-", 'A'+i%26, i), signs/4+1)[:signs]
		list = append(list, provider.Card{Value: code, Serial: fmt.Sprintf("9000%05d", i)})
	}
	return list
}

// buyCards sells the shop gift cards with these codes, which come.
func (r *rig) buyCards(list []provider.Card) {
	r.t.Helper()
	r.provider.SetStock(provider.TestCards, "TEST_PLAIN", 200, 100_00)
	r.provider.SetCards(list...)
	r.say(shopID, "/cards")
	r.say(shopID, "sandbox")
	r.tap(shopID, "A delivery")
	r.say(shopID, strconv.Itoa(len(list)))
	r.tap(shopID, "✅")
	r.settle(30 * time.Second)
}

// customerOpens hands the shop's link to the customer, who opens it.
func (r *rig) customerOpens() {
	r.t.Helper()
	r.tap(shopID, "🎁")
	r.settle(time.Second)
	links := (&stage{rig: r}).links()
	r.telegram.People.Start(customerID, links[len(links)-1])
	r.settle(2 * time.Second)
}

// codesOf gives the codes and serials of the newest message with any, as the
// person has them: what stands under the spoilers, or in the file; and what
// the buttons copy.
func (r *rig) codesOf(person int64) (got []provider.Card, copies []string, file bool) {
	r.t.Helper()
	for _, m := range slices.Backward(r.telegram.Chats.Messages(person)) {
		var secrets []string
		for _, e := range m.Entities {
			if e.Type == "spoiler" {
				secrets = append(secrets, strings.Trim(inUnits(m.Text, e.Offset, e.Length), "\u2066\u2069"))
			}
		}
		if len(secrets) == 0 && m.Document == nil {
			continue
		}
		if !m.HasProtectedContent {
			r.t.Error("codes can be forwarded")
		}
		for _, b := range buttons(m) {
			if b.CopyText != nil {
				copies = append(copies, b.CopyText.Text)
			}
		}
		if m.Document != nil {
			data, _, _ := r.telegram.Chats.File(m.Document.FileID)
			return readCodes(r.t, string(data)), copies, true
		}
		if len(secrets)%2 != 0 {
			r.t.Fatalf("%d secrets in %q", len(secrets), m.Text)
		}
		for i := 0; i < len(secrets); i += 2 {
			got = append(got, provider.Card{Value: secrets[i], Serial: secrets[i+1]})
		}
		return got, copies, false
	}
	r.t.Fatalf("%d was shown no codes", person)
	return nil, nil, false
}

// inUnits is a part of a text in units of UTF-16.
func inUnits(s string, offset, length int) string {
	var b strings.Builder
	at := 0
	for _, c := range s {
		if at >= offset && at < offset+length {
			b.WriteRune(c)
		}
		if at++; c > 0xffff {
			at++
		}
	}
	return b.String()
}

var dashed = regexp.MustCompile(`^-{5,}`)

// readCodes reads a file of codes as a person would.
func readCodes(t testing.TB, file string) (list []provider.Card) {
	t.Helper()
	_, body, _ := strings.Cut(file, "\n") // the product
	dashes := dashed.FindString(body)
	if dashes == "" {
		for i, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
			f := strings.Split(line, "\t")
			if len(f) != 3 || f[0] != strconv.Itoa(i+1) {
				t.Fatalf("line %d of the file is %q", i+1, line)
			}
			list = append(list, provider.Card{Value: f[1], Serial: f[2]})
		}
		return list
	}
	parts := strings.Split(body, dashes)
	for i := 1; i+1 < len(parts)-1; i += 2 {
		code, ok := strings.CutPrefix(parts[i], fmt.Sprintf(" %d\n", len(list)+1))
		if !ok {
			t.Fatalf("code %d of the file is %q", len(list)+1, parts[i])
		}
		serial := strings.TrimPrefix(parts[i+1], "\n")
		list = append(list, provider.Card{Value: strings.TrimSuffix(code, "\n"), Serial: strings.TrimSuffix(serial, "\n")})
	}
	return list
}

// Codes arrive whole, whatever they are: what the shop and its customer have,
// taken out of the messages again, is what the provider gave.
func TestCodesArriveWhole(t *testing.T) {
	one := func(code string) []provider.Card { return []provider.Card{{Value: code, Serial: "900000001"}} }
	for name, c := range map[string]struct {
		cards  []provider.Card
		file   bool
		copies int
	}{
		"one of 1":         {cards(1, 1), false, 2},
		"one of 256":       {cards(1, 256), false, 2},
		"one of 257":       {cards(1, 257), false, 1},
		"one of 600":       {cards(1, 600), false, 1},
		"one of 5000":      {cards(1, 5000), true, 0},
		"ten of 300":       {cards(10, 300), false, 10},
		"ten of 450":       {cards(10, 450), true, 0},
		"ten of 20":        {cards(10, 20), false, 20},
		"eleven of 20":     {cards(11, 20), true, 0},
		"a hundred of 20":  {cards(100, 20), true, 0},
		"markup":           {one(`<b>A&amp;"B"</b>'&lt;` + "`*_"), false, 2},
		"right to left":    {one("كود-7788-شحن"), false, 2},
		"emoji":            {one("AB👨‍👩‍👧❤️12"), false, 2},
		"emoji, 256 units": {one(strings.Repeat("😀", 128)), false, 2},
		"emoji, 257 units": {one(strings.Repeat("😀", 128) + "A"), false, 1},
		"a long emoji":     {one(strings.Repeat("😀", 2100)), true, 0},
		"newline":          {one("first line\nsecond line"), true, 0},
		"tab":              {one("left\tright"), true, 0},
		"dashes and lines": {one("-----\n------- 2\nx"), true, 0},
		"direction marks":  {one("A\u202eBC\u200fD\u2066"), true, 0},
		"marks":            {one("A\u030aB\u0333C"), true, 0},
		"spaces":           {one("AB  CD\u00a0EF"), true, 0},
	} {
		for _, lang := range locales.Codes {
			t.Run(name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				bubble(t, lang, func(r *rig) {
					r.openShop(lang, 20_000)
					r.say(customerID, "/start")
					r.tap(customerID, map[string]string{"ar": "العربية", "fr": "Français"}[lang])
					r.buyCards(c.cards)
					r.customerOpens()
					for _, person := range []int64{shopID, customerID} {
						got, copies, file := r.codesOf(person)
						if !slices.Equal(got, c.cards) {
							t.Errorf("%d has %q, want %q", person, got, c.cards)
						}
						if file != c.file || len(copies) != c.copies {
							t.Errorf("%d has a file: %t, want %t; %d codes to copy, want %d", person, file, c.file, len(copies), c.copies)
						}
						for _, text := range copies {
							if !slices.ContainsFunc(c.cards, func(c provider.Card) bool { return c.Value == text || c.Serial == text }) {
								t.Errorf("a button copies %q", text)
							}
						}
					}
					r.expect(20_000-105*topup.Money(len(c.cards)), 0, 1)
				})
			})
		}
	}
}
