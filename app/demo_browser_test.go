//go:build browser

package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"hanout/sandbox/page/browsertest"
	"hanout/sandbox/provider"
	"hanout/store/bolt"
)

// window is the demo in a browser, with the real bot behind it.
type window struct {
	t        *testing.T
	ctx      context.Context
	width    int64
	provider string // the fake provider's address
	pictures int
}

var (
	pageAddress     = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	providerAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+/v3`)
)

// startChromium runs a browser until the test and all below it have ended.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	chromium, stop, err := browsertest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return chromium
}

// startDemo runs `hanout demo` on free ports, and gives where page and
// provider answer. At the end its database must be sound.
func startDemo(t *testing.T) (page, provider string) {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	var out lockedBuffer
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"demo", "-addr", "127.0.0.1:0", "-dir", dir, "-speed", "20"}, func(string) string { return "" }, &out, &out)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
		if report, err := bolt.Check(filepath.Join(dir, "hanout.db"), nil); err != nil || len(report.Problems) > 0 {
			t.Errorf("the demo's till is not sound: %v %q", err, report.Problems)
		}
	})
	for deadline := time.Now().Add(10 * time.Second); provider == ""; time.Sleep(10 * time.Millisecond) {
		page, provider = pageAddress.FindString(out.String()), providerAddress.FindString(out.String())
		if time.Now().After(deadline) {
			t.Fatalf("the demo names no address: %s", out.String())
		}
	}
	return page, provider
}

// openDemo starts a demo and shows it in a window of its own, to a reader of
// this language.
func openDemo(t *testing.T, chromium context.Context, width, height int64, lang string) *window {
	t.Helper()
	page, provider := startDemo(t)
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(func() { // before the demo goes, or the page would report its loss
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	w := &window{t: t, ctx: ctx, width: width, provider: provider}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a window: %v", err)
	}
	w.watch()
	w.do("open the page",
		browsertest.Call(cdplog.Enable, cdp.Empty{}),
		browsertest.Call(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "Chromium", AcceptLanguage: lang}),
		browsertest.Call(emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Africa/Algiers"}),
		browsertest.Call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
		chromedp.EmulateViewport(width, height), chromedp.Navigate(page))
	w.until("the page is there", `[...document.querySelectorAll("[data-composer]")].some((n) => n.checkVisibility())`)
	w.evaluate(recordToasts)
	return w
}

// recordToasts keeps the toasts, which pass.
const recordToasts = `window.toasts = []; new MutationObserver((all) => {
	for (const n of all.flatMap((m) => [...m.addedNodes])) if (n.matches?.(".toast")) window.toasts.push(n.textContent);
}).observe(document.body, {childList: true, subtree: true}); true`

// watch fails the test for every script error and everything red in the
// console.
func (w *window) watch() {
	err := chromedp.Listen(w.ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			w.t.Errorf("script error: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError {
				w.t.Errorf("console: %+v", e.Args)
			}
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.EntryLevelError {
				w.t.Errorf("browser: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.fail("%s: %v", what, err)
	}
}

// until waits until an expression of JavaScript gives something true, once,
// and gives it.
func until[T any](w *window, what, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Poll[T](expression, chromedp.WithPollingInterval(50*time.Millisecond)))
	if err != nil {
		w.fail("%s: %v", what, err)
	}
	return v
}

func (w *window) until(what, expression string) {
	w.t.Helper()
	_ = until[bool](w, what, expression)
}

func eval[T any](w *window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.fail("%s: %v", expression, err)
	}
	return v
}

func (w *window) evaluate(expression string) {
	w.t.Helper()
	_ = eval[bool](w, expression)
}

// fail ends the test with a picture of what was on the screen.
func (w *window) fail(format string, args ...any) {
	w.t.Helper()
	w.picture("failed")
	w.t.Fatalf(format, args...)
}

func phone(person int64) string { return fmt.Sprintf(`[data-person="%d"] `, person) }

func message(person int64, id string) string {
	return phone(person) + fmt.Sprintf(`[data-message="%s"] `, id)
}

func (w *window) narrow() bool { return w.width < 900 }

// front brings a person's phone, or the panel, to the front in a narrow
// window.
func (w *window) front(tab any) {
	w.t.Helper()
	if w.narrow() {
		w.click(fmt.Sprintf(`[data-tab="%v"]`, tab))
	}
}

func (w *window) click(selector string) {
	w.t.Helper()
	w.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// types writes a text on a person's phone and sends it.
func (w *window) types(person int64, text string) {
	w.t.Helper()
	w.front(person)
	w.do("type "+text, chromedp.SendKeys(chromedp.CSS(phone(person)+"[data-composer]"), text))
	w.click(phone(person) + "[data-send]")
}

// press presses the newest button that fits, waits for the bot's answer and
// gives the message that the button stood under.
func (w *window) press(person int64, button string) (id string) {
	w.t.Helper()
	w.front(person)
	id = until[string](w, fmt.Sprintf("%d has a button %s", person, button), fmt.Sprintf(`(() => {
		const ready = (b) => b.checkVisibility() && !b.classList.contains("busy");
		window.pressed = [...document.querySelectorAll(%q)].filter(ready).at(-1);
		window.pressed?.click();
		return window.pressed?.closest("[data-message]").dataset.message ?? "";
	})()`, phone(person)+button))
	w.until(button+" is answered", `!(window.pressed.isConnected && window.pressed.classList.contains("busy"))`)
	return id
}

// does selects the buttons whose callback data ends so.
func does(data string) string { return fmt.Sprintf(`button[data-callback$=%q]`, ":"+data) }

// plain takes out of a node's text what only steers its look.
const plain = `.textContent.replaceAll(/[\u2066-\u2069]/g, "").replaceAll(/[\u00a0\u202f]/g, " ")`

// reads waits until a node shows a text.
func (w *window) reads(selector, text string) {
	w.t.Helper()
	w.until(fmt.Sprintf("%s shows %q", selector, text), fmt.Sprintf(
		`[...document.querySelectorAll(%q)].some((n) => n.checkVisibility() && n%s.includes(%q))`, selector, plain, text))
}

// sees waits until a message of a person shows a text, and gives the newest.
func (w *window) sees(person int64, text string) (id string) {
	w.t.Helper()
	w.front(person)
	return until[string](w, fmt.Sprintf("%d sees %q", person, text), fmt.Sprintf(
		`[...document.querySelectorAll(%q)].filter((m) => m%s.includes(%q)).at(-1)?.dataset.message ?? ""`,
		phone(person)+".message.in", plain, text))
}

// has tells whether a message shows a text now.
func (w *window) has(selector, text string) bool {
	w.t.Helper()
	return eval[bool](w, fmt.Sprintf(`document.querySelector(%q)%s.includes(%q)`, selector, plain, text))
}

// gone waits until nothing that fits is visible.
func (w *window) gone(selector string) {
	w.t.Helper()
	w.until("gone: "+selector, fmt.Sprintf(`![...document.querySelectorAll(%q)].some((n) => n.checkVisibility())`, selector))
}

func (w *window) toasted(text string) {
	w.t.Helper()
	w.until("a toast "+text, fmt.Sprintf(`window.toasts.some((t) => t.includes(%q))`, text))
}

// panel presses switches of the panel, and goes back to the shop.
func (w *window) panel(controls ...string) {
	w.t.Helper()
	if w.narrow() {
		w.front("panel")
	} else {
		w.click(".open-panel")
	}
	for _, c := range controls {
		w.click(fmt.Sprintf(`[data-control=%q]`, c))
		switch {
		case c == "calm":
			w.gone(`[data-control][aria-checked="true"]`)
		case strings.HasPrefix(c, "speed-"):
			w.until(c, fmt.Sprintf(`!!document.querySelector('[data-control=%q][aria-pressed="true"]')`, c))
		default:
			w.until(c, fmt.Sprintf(`!!document.querySelector('[data-control=%q][aria-checked="true"]')`, c))
		}
	}
	w.shoot("panel-" + controls[0])
	if !w.narrow() {
		w.click("#panel .close")
	}
	w.front(demoShop)
}

// secrets are the texts under a message's spoilers.
func (w *window) secrets(message string) []string {
	w.t.Helper()
	return eval[[]string](w, fmt.Sprintf(`[...document.querySelectorAll(%q)].map((n) => n%s)`, message+".spoiler", plain))
}

// clipboard is the one that all windows of the browser share.
var clipboard sync.Mutex

// copies presses a copy button and gives what is then on the clipboard.
func (w *window) copies(button string) string {
	w.t.Helper()
	clipboard.Lock()
	defer clipboard.Unlock()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(w.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(w.ctx).BrowserContextID})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	w.evaluate(`window.toasts.length = 0, true`)
	w.click(button)
	w.until("a sign that it is copied", `window.toasts.length > 0`)
	return eval[string](w, `navigator.clipboard.readText()`)
}

// mobileOrders are the orders that the provider took: how each stands, by
// number and amount.
func (w *window) mobileOrders() map[string][]string {
	w.t.Helper()
	q, err := http.NewRequestWithContext(w.ctx, http.MethodGet, w.provider+"/mobile/list", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	q.Header.Set("X-Access-Token", provider.SandboxKey)
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var list struct {
		Data struct {
			Items []struct {
				Number string      `json:"MSSIDN"`
				Amount json.Number `json:"topup_amount"`
				Status string      `json:"status"`
			} `json:"items"`
		} `json:"data"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		w.t.Fatal(err)
	}
	orders := map[string][]string{}
	for _, o := range list.Data.Items {
		sale := o.Number + " " + o.Amount.String()
		orders[sale] = append(orders[sale], o.Status)
	}
	return orders
}

// shoot takes a picture for people to look at, and makes sure that nothing
// sticks out of the window or of its own box.
func (w *window) shoot(name string) {
	w.t.Helper()
	w.picture(name)
	if wide := eval[int64](w, `document.documentElement.scrollWidth`); wide > w.width {
		w.t.Errorf("%s: the page is %d pixels wide in a window of %d", name, wide, w.width)
	}
	cut := eval[[]string](w, `[...document.querySelectorAll(".key .label, .line, .toast, .pill, .role, .tab span, .commands span, .window *")]
		.filter((n) => n.checkVisibility() && n.clientWidth > 1 && n.scrollWidth > n.clientWidth + 1).map((n) => n.textContent)`)
	if len(cut) > 0 {
		w.t.Errorf("%s: cut texts %q", name, cut)
	}
}

func (w *window) picture(name string) {
	w.t.Helper()
	dir := os.Getenv("HANOUT_SCREENSHOTS")
	if dir == "" {
		dir = w.t.TempDir()
	}
	w.pictures++
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	settle := `Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations < Infinity).map((a) => a.finished)).then(() => true)`
	_, _ = chromedp.Run(ctx, chromedp.Evaluate[bool](settle, chromedp.EvalAwaitPromise)) // a node may leave in the middle of it
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		w.t.Errorf("no picture of %s: %v", name, err)
		return
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%02d-%s.png", strings.ReplaceAll(w.t.Name(), "/", "-"), w.pictures, name))
	if err := os.WriteFile(file, png, 0o644); err != nil {
		w.t.Error(err)
	}
}

// said is what the test reads on the screen in a language.
type said struct {
	page                                   string // language and direction of the page
	language, begin, shop, share, newSale  string
	sent, working, done, refunded, unclear string
	offers, invoice, asked, wallet         string
	soldOut, code, codes, received         string
	yours, customs                         string
	helper, review, part, keeper, spread   string
	copied, agrees                         string
}

var saidIn = map[string]said{
	"ar": {"ar rtl", "العربية", "البداية", "كشك النور", "مشاركة رقمي", "فليكسي",
		"أُرسلت العملية", "جارٍ التنفيذ", "تمّت العملية", "لم تتم العملية", "قيد التحقق لدى المتعامل",
		"عروض مقترحة", "الفاتورة", "طُلبت", "محفظة كشك النور",
		"نفدت هذه البطاقة", "رمز العملية", "رمزا العملية", "استلمه الزبون", "رمزاك من", "رابط للزبون",
		"مساعد", "قيد المراجعة عند المسؤول", "سُلّم جزء", "هذا لصاحب المحل. اطلبه منه.", "انتهى الإرسال",
		"حتى القيد رقم", "كل شيء متطابق"},
	"fr": {"fr ltr", "Français", "Commencer", "Taxiphone Nour", "Partager mon numéro", "Flexy",
		"Opération envoyée", "En cours", "Opération réussie", "Échec de l'opération", "En vérification chez l'opérateur",
		"Offres proposées", "facture", "Demandée", "Portefeuille de Taxiphone Nour",
		"Cette carte est épuisée", "Code de l'opération", "Codes de l'opération", "Reçu par le client", "Vos codes, de la part de", "Lien client",
		"Assistant", "En vérification par l'administrateur", "ivraison partielle", "C'est au gérant", "Envoi terminé",
		"jusqu'à l'écriture", "Tout correspond"},
}

// TestBrowserDemo plays the demo as its reader would, in both languages, in a
// wide and in a narrow window. The four run side by side whatever -parallel
// says: they mostly wait.
func TestBrowserDemo(t *testing.T) {
	chromium := startChromium(t)
	var all sync.WaitGroup
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 800}, {"phone", 360, 740}} {
		for lang, said := range saidIn {
			all.Go(func() {
				t.Run(size.name+"/"+lang, func(t *testing.T) {
					openDemo(t, chromium, size.width, size.height, lang).play(said)
				})
			})
		}
	}
	all.Wait()
}

// play goes through the whole demo.
func (w *window) play(said said) {
	w.t.Helper()
	if got := eval[string](w, `document.documentElement.lang + " " + document.documentElement.dir`); got != said.page {
		w.t.Errorf("the page is %q, want %q", got, said.page)
	}
	w.opensShop(said)
	w.sellsTopUps(said)
	w.breaksThings(said)
	w.sellsInternetCard(said)
	w.sellsGiftCards(said)
	w.looksBack(said)

	want := map[string]int{"0778037340 500": 1, "0778037340 200": 1, "0600000001 100": 1, "0600000002 100": 1,
		"0600000003 100": 1, "0778037340 700": 1, "0778037340 800": 1, "0778037340 900": 1}
	got := map[string]int{}
	for sale, orders := range w.mobileOrders() {
		got[sale] = len(orders)
	}
	if !maps.Equal(got, want) {
		w.t.Errorf("the provider took the orders %v, want %v", got, want)
	}
}

// opensShop leads from the first /start to a shop with money.
func (w *window) opensShop(said said) {
	w.t.Helper()
	w.ticked(0)
	w.shoot("empty")
	for _, p := range []int64{demoOwner, demoShop} {
		w.front(p)
		w.click(phone(p) + ".begin")
		w.sees(p, said.language)
		w.click(phone(p) + does("lang:"+said.page[:2]))
	}
	w.sees(demoShop, "👋")
	w.menu(demoShop, said.begin, "/mobile")
	w.types(demoShop, said.shop)
	w.reads(phone(demoShop)+"button[data-request-contact]", said.share)
	w.shoot("share-phone")
	w.click(phone(demoShop) + "button[data-request-contact]")
	w.click(phone(demoShop) + ".question .answers button:not(.quiet)")
	w.gone(phone(demoShop) + ".reply-keyboard")
	w.sees(demoOwner, said.shop)
	w.shoot("owner-is-asked")
	w.press(demoOwner, `button[data-callback*=":yes:"]`)
	w.sees(demoShop, "🎉")
	w.menu(demoShop, said.newSale, "/start")
	w.types(demoOwner, "/credit 1 20000 test")
	w.press(demoOwner, does("ok"))
	w.sees(demoShop, "20 000")
	w.ticked(3)
	w.shoot("shop-open")
}

// ticked waits until so many of a first visitor's steps are ticked off.
func (w *window) ticked(steps int) {
	w.t.Helper()
	w.until(fmt.Sprintf("%d steps are done", steps), fmt.Sprintf(`document.querySelectorAll(".steps .step").length === 6 && document.querySelectorAll(".steps .step.done").length === %d`, steps))
}

// menu opens a person's command menu, which must have a text and not another,
// and closes it.
func (w *window) menu(person int64, text, without string) {
	w.t.Helper()
	tool := phone(person) + ".composer .tool[aria-expanded]"
	list := phone(person) + ".commands"
	w.front(person)
	// The menu is set after the message that tells of the new role.
	w.until("the command menu has "+text, fmt.Sprintf(`(() => {
		const tool = document.querySelector(%q), list = document.querySelector(%q);
		if (list.hidden) tool.click();
		return list%s.includes(%q);
	})()`, tool, list, plain, text))
	if w.has(list, without) {
		w.t.Errorf("the command menu has %s", without)
	}
	w.shoot("menu")
	w.until("the command menu closes", fmt.Sprintf(`(() => {
		const tool = document.querySelector(%q), list = document.querySelector(%q);
		if (!list.hidden) tool.click();
		return list.hidden;
	})()`, tool, list))
}

// sellsTopUps sells by typing and by buttons, and to the documented numbers.
func (w *window) sellsTopUps(said said) {
	w.t.Helper()
	w.types(demoShop, "0778037340 500")
	card := w.sees(demoShop, "🛒")
	w.shoot("confirm")
	if at := w.confirms(); at != card {
		w.t.Errorf("the button is under message %s, the card is %s", at, card)
	}
	w.toasted(said.sent)
	w.reads(message(demoShop, card)+".text", said.done)
	w.reads(message(demoShop, card)+".edited", "")
	if !w.leftToRight(message(demoShop, card)+".text", "0778", "40") {
		w.t.Error("the number's digits do not run from left to right")
	}
	w.ticked(4)
	w.shoot("receipt")

	w.types(demoShop, "/mobile")
	w.press(demoShop, does("n:0"))
	w.sees(demoShop, "0778 03 73 40")
	w.shoot("amounts")
	w.press(demoShop, does("q:200"))
	w.sells(said.done)

	for _, c := range []struct{ number, operator, end string }{
		{"0600000001", "Mobilis", said.refunded}, {"0600000003", "Mobilis", said.unclear}, {"0600000002", "Djezzy", said.offers},
	} {
		w.types(demoShop, c.number+" 100")
		w.press(demoShop, does("op:"+c.operator))
		w.sells(c.end)
		w.shoot(c.number)
	}
	w.press(demoShop, does("offer:0"))
	card = w.sees(demoShop, "🛒")
	w.reads(message(demoShop, card)+".text", said.invoice)
	w.shoot("offer")
	w.press(demoShop, does("no"))
	w.gone(message(demoShop, card) + does("ok"))
}

// sells confirms the card that is open and waits until the same message shows
// how it ended.
func (w *window) sells(end string) (card string) {
	w.t.Helper()
	card = w.confirms()
	w.reads(message(demoShop, card)+".text", end)
	return card
}

// confirms presses ✅ on the card that is open, once it was there long enough to
// be read.
func (w *window) confirms() (card string) {
	w.t.Helper()
	w.sees(demoShop, "🛒")
	time.Sleep(time.Second)
	return w.press(demoShop, does("ok"))
}

// leftToRight tells whether one text stands left of another on the screen.
func (w *window) leftToRight(selector, first, second string) bool {
	w.t.Helper()
	return eval[bool](w, fmt.Sprintf(`(() => {
		const walker = document.createTreeWalker(document.querySelector(%q), NodeFilter.SHOW_TEXT);
		const left = {};
		while (walker.nextNode()) {
			const line = walker.currentNode, from = line.data.indexOf(%[2]q);
			if (from < 0) continue;
			for (const [name, at] of [["first", from], ["second", line.data.indexOf(%[3]q, from + 4)]]) {
				const range = document.createRange();
				range.setStart(line, at);
				range.setEnd(line, at + 1);
				left[name] = range.getBoundingClientRect().left;
			}
			return left.first < left.second;
		}
		return false;
	})()`, selector, first, second))
}

// breaksThings breaks provider and Telegram from the panel while it sells.
func (w *window) breaksThings(said said) {
	w.t.Helper()
	w.panel("provider_lost")
	w.types(demoShop, "0778037340 700")
	w.sells(said.done)
	w.shoot("after-a-lost-answer")
	w.panel("calm", "speed-1")

	// The sale ends while Telegram is away: its message changes afterwards.
	w.types(demoShop, "0778037340 800")
	card := w.confirms()
	w.reads(message(demoShop, card)+".text", said.working)
	w.panel("telegram_outage", "speed-600")
	w.types(demoShop, "/balance")
	for deadline := time.Now().Add(20 * time.Second); !slices.Equal(w.mobileOrders()["0778037340 800"], []string{"FULFILLED"}); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.fail("the provider has %v", w.mobileOrders())
		}
	}
	if !w.has(message(demoShop, card)+".text", said.working) || w.has(phone(demoShop)+".log", said.wallet) {
		w.t.Error("something came through although Telegram is away")
	}
	w.shoot("outage")
	w.panel("calm")
	w.reads(phone(demoShop)+".message.in .text", said.wallet)
	w.reads(message(demoShop, card)+".text", said.done)

	w.panel("telegram_repeat")
	w.types(demoShop, "0778037340 900")
	card = w.sells(said.done)
	cards := eval[int](w, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((m) => Number(m.dataset.message) > %s).length`,
		phone(demoShop)+".message.in", card))
	if cards != 0 {
		w.t.Errorf("a message that came twice was answered by %d more", cards)
	}
	w.panel("calm")
}

// sellsInternetCard sells a card whose code is hidden, shown and copied.
func (w *window) sellsInternetCard(said said) {
	w.t.Helper()
	w.types(demoShop, "/internet")
	w.press(demoShop, does("lt:ADSL"))
	w.types(demoShop, "036362608")
	w.press(demoShop, does("v:5000"))
	w.reads(phone(demoShop)+".alert", said.soldOut)
	w.shoot("sold-out")
	w.click(phone(demoShop) + ".alert .answers button")
	w.press(demoShop, does("v:1000"))
	w.sells(said.done)
	codes := message(demoShop, w.sees(demoShop, said.code))
	w.reads(codes+".protected", "")
	hidden := fmt.Sprintf(`getComputedStyle(document.querySelector(%q)).color === "rgba(0, 0, 0, 0)"`, codes+".spoiler")
	if !eval[bool](w, hidden) {
		w.t.Error("the code is not hidden")
	}
	w.shoot("internet-code-hidden")
	w.click(codes + ".spoiler")
	w.until("the code is shown", "!("+hidden+")")
	if code := w.secrets(codes)[0]; code == "" || w.copies(codes+".copy") != code {
		w.t.Errorf("the clipboard does not have the code %q", code)
	}
	w.ticked(5)
	w.shoot("internet-code")
}

// sellsGiftCards sells two cards and hands their codes to the customer.
func (w *window) sellsGiftCards(said said) {
	w.t.Helper()
	w.types(demoShop, "/cards")
	w.shoot("shelves")
	w.press(demoShop, does("c:0"))
	w.press(demoShop, does("p:1"))
	w.shoot("quantity")
	w.press(demoShop, does("x:2"))
	w.sees(demoShop, "🛒")
	w.shoot("confirm-gift")
	w.sells(said.done)
	w.until("the codes of the gift cards", fmt.Sprintf(`document.querySelectorAll(%q).length === 5`, phone(demoShop)+".spoiler"))
	codes := message(demoShop, w.sees(demoShop, said.codes))
	secrets := w.secrets(codes)
	if len(secrets) != 4 { // two codes and two serials
		w.t.Fatalf("the cards are %q", secrets)
	}
	w.click(codes + ".spoiler")
	w.shoot("gift-codes")

	receipt := message(demoShop, w.sees(demoShop, said.done))
	w.reads(receipt+does("claim"), said.customs)
	w.press(demoShop, receipt[len(phone(demoShop)):]+does("claim"))
	w.until("a QR picture", fmt.Sprintf(`[...document.querySelectorAll(%q)].some((i) => i.naturalWidth > 100)`, phone(demoShop)+"img"))
	w.shoot("customer-link")
	w.click(phone(demoShop) + ".scan")
	given := message(demoCustomer, w.sees(demoCustomer, saidIn["fr"].yours)) // his Telegram is in French
	w.press(demoCustomer, does("lang:"+said.page[:2]))
	w.reads(given+".protected", "")
	if got := w.secrets(given); !slices.Equal(got, secrets) {
		w.t.Errorf("the customer has %q, the shop sold %q", got, secrets)
	}
	w.click(given + ".spoiler")
	w.ticked(6)
	w.shoot("customer")
	w.sees(demoShop, said.received)
	w.gone(phone(demoShop) + ".scan")
	w.until("codes once shown stay so", fmt.Sprintf(`getComputedStyle(document.querySelector(%q)).color !== "rgba(0, 0, 0, 0)"`, codes+".spoiler"))
	w.shoot("received")
}

// looksBack sums the day, opens a sale in the history and goes back.
func (w *window) looksBack(said said) {
	w.t.Helper()
	w.types(demoShop, "/today")
	again := `button[data-callback^="m:today:t."]`
	day := message(demoShop, w.press(demoShop, again))
	w.reads(day+".text", "Djezzy")
	w.shoot("today")
	w.press(demoShop, `button[data-callback^="m:chart:t"]`)
	w.until("a chart", fmt.Sprintf(`[...document.querySelectorAll(%q)].some((i) => i.naturalWidth === 1080)`, phone(demoShop)+"img"))
	w.shoot("chart")
	w.types(demoShop, "/history")
	line := `button[data-callback^="v:9:"]`
	w.reads(phone(demoShop)+line, "036 36 26 08")
	w.shoot("history")
	card := message(demoShop, w.press(demoShop, line))
	w.reads(card+".text", said.asked)
	w.shoot("history-sale")
	w.press(demoShop, `button[data-callback^="h:0:"]`)
	w.reads(card+line, "036 36 26 08")
}
