//go:build browser

package app

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// desk is the work of shop and owner in one day, on a phone: what is tapped
// is told by its sign, which is the same in both languages, and only what a
// person has to say is typed. A line is "who > button", "who < text to type",
// "who ? text that comes", or "= name of a picture"; and "who >> button" or
// "who << text" where the bot does not answer in this chat, "who @ speaker" in the group,
// "scan who" of the newest code, "window" for the answer that a window wants
// first, "panel control".
const desk = `
owner > 🏠
owner > 🏪
owner ? SHOP
owner > SHOP
= shop-card
owner > ➕
owner > 5 000
owner > 💵
owner > ⏭
owner > ✅
shop ? 25 000
owner > 🏠
owner > 🏪
owner > SHOP
owner > 📒
owner > 📏
owner < 12 000
owner > 🏠
owner > 🏪
owner > SHOP
owner > ➕
owner > 5 000
owner > 📒
owner > ⏭
owner > ✅
shop ? 30 000
= on-account
owner > 🏠
owner > 📒
owner > SHOP
owner > 💵
owner > 5 000
owner > 📮
owner < 0044 1177
owner > ⏭
owner > ✅
= repaid
owner > ↩️
owner > ↩️
= undone
owner > 🏠
owner > 🏪
owner > SHOP
owner > ➖
owner > 5 000
owner > 💵
owner > ⏭
owner > ✅
shop ? 25 000
shop > 👛
= wallet
shop > ➕
shop > 5 000
shop > 📮
shop < CCP 0099 8811
shop > ✅
owner ? 8811
= request
owner > ✅
shop ? 30 000
owner > 🏠
owner > 🏪
owner > SHOP
owner > ✏️
owner < Bab El Oued
owner > 🚧
= limits
owner > 🛒
owner < 4 000
owner > 📅
owner < 9 000
owner > 🏪
owner > 👥
owner < Centre
owner > 🧾
= history-of-shop
owner > 🏠
owner > 🏷️
owner > ➕
owner > 📱
owner > Mobilis
owner > ⭐
owner > Centre
owner > %
owner < 2
= rule
owner > ✅
shop < 0661234567 1000
shop ? 🛒
shop > ✅
shop ? 🙋
= receipt
shop > 🧾
= ticket
shop > 🙋
shop < rien recu
shop > ✔️
owner ? rien recu
= complaint
owner > 📨
= pack
owner > 💬
owner < on regarde
shop ? on regarde
owner > ✔️
owner > ✅
owner > ⏭
= closed
shop > 🏠
shop > 📊
= report-of-shop
shop > 📈
picture shop
= chart-of-shop
owner > 🏠
owner > 📊
= report
owner > 📈
picture owner
= chart
owner > 🏪
owner > Excel
= statement
owner > 🏠
owner > 🔎
= orders
owner > 🔎
owner < 0661234567
owner > 1 000
= found
owner > 🏠
owner > 👛
owner ? 1 000 000
= float
owner > 💾
owner ? COPIED
= backup
owner > 🏠
owner > 👛
owner > ⚖️
owner ? AGREES
= reconciled
owner > 🏠
owner > 📢
owner < Bonjour
owner > 👥
owner > ✅
shop ? Bonjour
owner ? SPREAD
= broadcast
owner > 🏠
owner > 🏪
owner > Bab El Oued
owner > ✉️
owner < Passez au bureau
shop ? Passez au bureau
shop > ↩️
shop < demain
owner ? demain
= letter
owner > 🏠
owner > 🏪
owner > Bab El Oued
owner > ⏸
owner < dette
shop ? dette
= suspended
owner > ▶️
owner > 🏠
owner > 👥
= team
shop > 🏠
shop > 👥
= cashiers
`

// people is how those who help come and go, how a sale that nobody can prove is
// settled, and how a shop sells in a group.
const people = `
owner > 🏠
owner > 👥
= team
owner > ➕
= team-who
owner > HELPER
owner < Lina
owner > 5 000
owner ? Lina
= team-invited
scan owner
customer > LANG
= helper-invited
customer > ✅
customer > 🏠
= helper-home
customer > 🏪
customer > SHOP
customer > ➕
= helper-sums
customer > 5 000
customer > 💵
customer > ⏭
customer > ✅
shop ? 25 000
= helper-credited
owner > 🏠
owner > 👥
owner > Lina
= team-card
owner > 🗑
owner > 🗑
= team-alone
shop > 👛
shop > 🏠
shop > 👥
shop > ➕
= cashier-name
shop < Amine
shop ? Amine
= cashier-invited
scan shop
= invitation
customer > ✅
= cashier-home
shop > 🏠
shop > 👥
shop > Amine
= cashier-card
shop > 🚧
shop > ♾
customer < 0661234567 200
customer > ✅
customer ? DONE
= cashier-sold
panel provider_taken
shop > 🏠
shop > 🎁
shop > PSN
shop > UK
shop > ➕
= two-cards
shop > ✅
shop ? REVIEW
= in-review-of-shop
owner > 🔎
= in-review
owner > ❌
= reasons
owner > ✍️
owner < Tout repris
= evidence
owner > ⬅️
owner > ❌
owner > 🔎
owner > ✅
owner > 👤
owner < TX 4711
= sure
owner > ✅
shop ? DONE
= delivered
shop > 🏠
shop > 🎁
shop > PSN
shop > ➕
shop > ✅
shop ? REVIEW
owner > 🔎
owner > ➗
= part-reasons
owner > 🏢
owner > 🤷
= part-sure
owner > ✅
shop ? PART
= part-of-shop
shop > 🏠
shop > 🎁
shop > PSN
shop > ➕
shop > ✅
shop ? REVIEW
owner > 🔎
owner > ❌
owner > 👤
owner > 🤷
= refund-sure
owner > ✅
shop ? REFUNDED
= refunded
panel calm
owner > 🏠
owner > 🔎
= nothing-open
shop > 🏠
shop > 👥
shop >> 💬
= add-to-group
window
group ? ✉️
= group-begin
group @ customer
group >> ✉️
customer ? KEEPER
group @ shop
group >> ✉️
shop ? 💬
= group-asked
shop > ✅
group ? SHOP
= group-welcome
group < /mobile 0778037340 500
= group-card
group @ owner
group >> ✅
= group-outsider
window
group @ shop
group > ✅
group ? DONE
= group-sold
group @ customer
group > 🌐
= group-lines
group > ADSL
group ^ 036362608
group > 500
= group-internet
group > ✅
group ? 🔑
= group-codes
customer ? 🔑
= codes-of-the-seller
group @ owner
group << Bonjour
group << /mobile 0661234567 300
= group-quiet
shop > 🏠
shop > 👥
= shop-in-group
shop > 🗑
group ? ℹ️
= group-left
`

// TestBrowserDesk does the work of the desk in the demo, on a phone of 360
// pixels, by taps.
func TestBrowserDesk(t *testing.T) {
	onPhones(t, desk, func(w *window) { w.ticked(4) }) // what was done stays so, though the shop was suspended since
}

// TestBrowserPeople does in the demo what takes several people.
func TestBrowserPeople(t *testing.T) { onPhones(t, people, func(*window) {}) }

// onPhones opens a shop in the demo and does a work there, in each language.
func onPhones(t *testing.T, work string, then func(*window)) {
	t.Helper()
	chromium := startChromium(t)
	var all sync.WaitGroup
	for lang, said := range saidIn {
		all.Go(func() {
			t.Run(lang, func(t *testing.T) {
				w := openDemo(t, chromium, 360, 740, lang)
				w.opensShop(said)
				w.works(said.in(lang, work))
				then(w)
			})
		})
	}
	all.Wait()
}

// in gives a script in a language.
func (s said) in(lang, script string) string {
	script = strings.NewReplacer("SHOP", s.shop, "HELPER", s.helper, "LANG", s.language, "DONE", s.done,
		"REVIEW", s.review, "PART", s.part, "REFUNDED", s.refunded, "KEEPER", s.keeper, "SPREAD", s.spread,
		"COPIED", s.copied, "AGREES", s.agrees).Replace(script)
	if lang == "ar" {
		script = mirrored.Replace(script)
	}
	return script
}

// works follows a script.
func (w *window) works(script string) {
	w.t.Helper()
	people := map[string]int64{"owner": demoOwner, "shop": demoShop, "customer": demoCustomer, "group": demoGroup}
	for i, line := range strings.Split(strings.TrimSpace(script), "\n") {
		w.t.Log(line) // where a failure was
		who, rest, _ := strings.Cut(line, " ")
		act, what, _ := strings.Cut(rest, " ")
		person := people[who]
		if what == "✅" {
			time.Sleep(time.Second) // a card is read before it is confirmed
		}
		switch {
		case who == "=":
			w.fits(rest)
			w.shoot(fmt.Sprintf("desk-%03d-%s", i, rest))
		case who == "picture":
			w.until("a picture", fmt.Sprintf(`[...document.querySelectorAll(%q)].some((i) => i.naturalWidth > 300)`, phone(people[rest])+"img"))
		case who == "scan":
			w.click(phone(people[rest]) + ".scan")
		case who == "window":
			w.click(".question .answers button, .alert .answers button")
		case who == "panel":
			w.panel(rest)
		case act == "@":
			w.front(person)
			w.click(phone(person) + fmt.Sprintf(`[data-speaker="%d"]`, people[what]))
		case act == ">>":
			w.front(person)
			w.taps(person, what)
		case act == "<<":
			w.types(person, what)
		case act == "^":
			w.answered(person, func() {
				w.evaluate(fmt.Sprintf(`[...document.querySelectorAll(%q)].at(-1).click(), true`, phone(person)+".message.in .answer"))
				w.types(person, what)
			})
		case act == ">":
			w.answered(person, func() { w.taps(person, what) })
		case act == "<":
			w.answered(person, func() { w.types(person, what) })
		case act == "?":
			w.sees(person, what)
		default:
			w.t.Fatalf("no such line: %q", line)
		}
	}
}

// taps presses the newest button with a text, once it is there.
func (w *window) taps(person int64, text string) {
	w.t.Helper()
	w.until(fmt.Sprintf("%d has a button %s", person, text), fmt.Sprintf(`(() => {
		const messages = [...document.querySelectorAll(%q)];
		const fits = (b) => b.checkVisibility() && !b.classList.contains("busy") && b%s.includes(%q);
		const found = messages.map((m) => [...m.querySelectorAll("button[data-callback], button.url")].find(fits)).filter(Boolean).at(-1);
		found?.click();
		return !!found;
	})()`, phone(person)+"[data-message]", plain, text))
}

// answered does something on a person's phone, and waits until the bot has
// said something else than before, and has done so.
func (w *window) answered(person int64, act func()) {
	w.t.Helper()
	w.front(person)
	said := fmt.Sprintf(`[...document.querySelectorAll(%q)].map((m) => m.dataset.message + m.textContent).join()`, phone(person)+".message.in")
	w.evaluate("window.before = " + said + ", true")
	act()
	w.until("an answer", fmt.Sprintf(`(() => {
		const now = %s;
		if (now !== window.now) [window.now, window.since] = [now, Date.now()];
		return now !== window.before && Date.now() - window.since > 250 && !document.querySelector(%q);
	})()`, said, phone(person)+"button.busy"))
}

// fits looks that nothing on the screen is wider than the screen.
func (w *window) fits(screen string) {
	w.t.Helper()
	if wide := eval[int](w, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		w.t.Errorf("%s is %d pixels too wide", screen, wide)
	}
}
