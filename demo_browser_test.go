//go:build browser

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"hanout/store"
)

// window is the demo in a browser, with the real bot behind it.
type window struct {
	t   *testing.T
	ctx context.Context
	dir string
	n   int
}

// lines collects what the demo prints.
type lines struct{ lockedBuffer }

var addressForm = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)

// openDemo starts `hanout demo` on a free port and shows it.
func openDemo(t *testing.T, width, height int64) *window {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test drives Debian's chromium, which is not installed: %v", err)
	}
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	var out lines
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"demo", "-addr", "127.0.0.1:0", "-dir", dir, "-speed", "20"}, func(string) string { return "" }, &out, &out)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the demo ended with %v", err)
		}
		if report, err := store.Check(filepath.Join(dir, "hanout.db"), nil); err != nil || len(report.Problems) > 0 {
			t.Errorf("the demo's till is not sound: %v %q", err, report.Problems)
		}
	})
	var address string
	for deadline := time.Now().Add(10 * time.Second); address == ""; time.Sleep(10 * time.Millisecond) {
		address = addressForm.FindString(out.String())
		if time.Now().After(deadline) {
			t.Fatalf("the demo names no address: %s", out.String())
		}
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", true), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true))
	t.Cleanup(cancel)
	browser, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	t.Cleanup(func() { _ = chromedp.Cancel(browser) })
	w := &window{t: t, ctx: browser, dir: dir}
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	if err := chromedp.Listen(browser, func(e any) {
		if e, ok := e.(*runtime.EventExceptionThrown); ok {
			t.Errorf("script error: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
		}
	}); err != nil {
		t.Fatal(err)
	}
	w.do("open the page", chromedp.EmulateViewport(width, height), chromedp.Navigate(address))
	w.until("the page is there", fmt.Sprintf(`[...document.querySelectorAll(%q)].some((n) => n.checkVisibility())`, "[data-composer]"))
	return w
}

func (w *window) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.shoot("failed")
		w.t.Fatalf("%s: %v", what, err)
	}
}

// until waits until an expression of JavaScript is true.
func (w *window) until(what, expression string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(50*time.Millisecond))); err != nil {
		w.shoot("failed")
		w.t.Fatalf("%s: %v", what, err)
	}
}

func eval[T any](w *window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

func phone(person int64) string { return fmt.Sprintf(`[data-person="%d"] `, person) }

// front brings a person's phone to the front in a narrow window.
func (w *window) front(person int64) {
	w.t.Helper()
	tab := fmt.Sprintf(`[data-tab="%d"]`, person)
	if eval[bool](w, fmt.Sprintf(`document.querySelector(%q)?.checkVisibility() ?? false`, tab)) {
		w.do("tab", chromedp.Click(chromedp.CSS(tab), chromedp.NodeVisible))
	}
}

// types writes a text on a person's phone and sends it.
func (w *window) types(person int64, text string) {
	w.t.Helper()
	w.front(person)
	w.do("type "+text, chromedp.SendKeys(chromedp.CSS(phone(person)+"[data-composer]"), text),
		chromedp.Click(chromedp.CSS(phone(person)+"[data-send]"), chromedp.NodeVisible))
}

// script finds the newest button of a phone whose text contains a label.
const newest = `[...document.querySelectorAll(%q)].filter((b) => b.checkVisibility() && b.textContent.includes(%q)).at(-1)`

// taps presses the newest button with a label: inline, or below the keyboard.
func (w *window) taps(person int64, label string) {
	w.t.Helper()
	w.front(person)
	find := fmt.Sprintf(newest, phone(person)+"button", label)
	w.until("a button "+label, "!!"+find)
	_ = eval[bool](w, "("+find+".click(), true)")
}

// agrees presses the newest button whose callback data ends so, and waits
// until it is gone.
func (w *window) agrees(person int64, data string) {
	w.t.Helper()
	w.front(person)
	find := fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((b) => b.checkVisibility() && !b.classList.contains("busy")).at(-1)`,
		phone(person)+fmt.Sprintf(`button[data-callback$=%q]`, ":"+data))
	w.until("a button :"+data, "!!"+find)
	_ = eval[bool](w, "("+find+".click(), true)")
	w.until("the button :"+data+" has done its work", "!"+find)
}

// sees waits until a phone shows a text.
func (w *window) sees(person int64, text string) {
	w.t.Helper()
	w.front(person)
	w.until(fmt.Sprintf("%d sees %q", person, text),
		fmt.Sprintf(`document.querySelector(%q).textContent.replaceAll(/[\u2066-\u2069]/g, "").replaceAll("\u00a0", " ").includes(%q)`, phone(person), text))
}

// bubble is the ID of the newest message that shows a text.
func (w *window) bubble(person int64, text string) string {
	w.t.Helper()
	return eval[string](w, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((m) => m.textContent.includes(%q)).at(-1)?.dataset.message ?? ""`,
		phone(person)+"[data-message]", text))
}

// shoot takes a picture of the window, for people to look at.
func (w *window) shoot(name string) {
	w.t.Helper()
	dir := os.Getenv("HANOUT_SCREENSHOTS")
	if dir == "" {
		dir = w.t.TempDir()
	}
	w.n++
	ctx, cancel := context.WithTimeout(w.ctx, 15*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		w.t.Errorf("no picture: %v", err)
		return
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%02d-%s.png", strings.ReplaceAll(w.t.Name(), "/", "-"), w.n, name))
	if err := os.WriteFile(file, png, 0o644); err != nil {
		w.t.Error(err)
	}
}

// words are what the test reads on the screen in a language.
type words struct {
	language, share, done, refunded, verify, offers, delivered, received, customer, hint string
}

var wordsOf = map[string]words{
	"ar": {"العربية", "مشاركة رقمي", "تمّت العملية", "لم تتم العملية", "قيد التحقق لدى المتعامل", "عروض مقترحة", "رموز العملية", "استلمه الزبون", "رموزك من", "للزبون"},
	"fr": {"Français", "Partager mon numéro", "Opération réussie", "Échec de l'opération", "En vérification chez l'opérateur", "Offres proposées", "Codes de l'opération", "Reçu par le client", "Vos codes de", "Pour le client"},
}

// TestBrowserDemo plays the demo as its reader would, in both languages, in a
// wide and in a narrow window.
func TestBrowserDemo(t *testing.T) {
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 800}, {"phone", 360, 740}} {
		for lang, said := range wordsOf {
			t.Run(size.name+"/"+lang, func(t *testing.T) {
				w := openDemo(t, size.width, size.height)
				for _, p := range []int64{demoOwner, demoShop} {
					w.types(p, "/start")
					w.taps(p, said.language)
				}
				w.types(demoShop, "Taxiphone Nour")
				w.taps(demoShop, said.share)
				w.do("agree to share", chromedp.Click(chromedp.CSS(".question .answers button:not(.quiet)"), chromedp.NodeVisible))
				w.agrees(demoOwner, "yes")
				w.sees(demoShop, "🎉")
				w.types(demoOwner, "/credit 1 20000 test")
				w.agrees(demoOwner, "ok")
				w.sees(demoShop, "20 000")
				w.shoot("shop-open")

				w.types(demoShop, "0778037340 500")
				w.taps(demoShop, "Djezzy")
				w.sees(demoShop, "🛒")
				card := w.bubble(demoShop, "🛒")
				w.shoot("confirm")
				w.agrees(demoShop, "ok")
				w.sees(demoShop, said.done)
				if got := w.bubble(demoShop, said.done); card == "" || eval[bool](w, fmt.Sprintf(`!document.querySelector(%q).textContent.includes(%q)`, phone(demoShop)+fmt.Sprintf(`[data-message="%s"]`, card), said.done)) {
					t.Errorf("the receipt is not in the sale's own message: %s, sold in %s", got, card)
				}
				w.shoot("receipt")

				for number, want := range map[string]string{"0600000001": said.refunded, "0600000003": said.verify} {
					w.types(demoShop, number+" 100")
					w.agrees(demoShop, "op:Mobilis")
					w.agrees(demoShop, "ok")
					w.sees(demoShop, want)
				}
				w.types(demoShop, "0600000002 100")
				w.agrees(demoShop, "op:Djezzy")
				w.agrees(demoShop, "ok")
				w.sees(demoShop, said.offers)
				w.shoot("documented-numbers")

				w.types(demoShop, "/internet")
				w.agrees(demoShop, "lt:ADSL")
				w.types(demoShop, "036362608")
				w.agrees(demoShop, "v:1000")
				w.agrees(demoShop, "ok")
				w.sees(demoShop, said.delivered)
				w.shoot("internet-code")
				w.taps(demoShop, said.hint)
				w.until("a QR picture", fmt.Sprintf(`[...document.querySelectorAll(%q)].some((i) => i.naturalWidth > 100)`, phone(demoShop)+"img"))
				w.shoot("customer-link")
				w.do("scan", chromedp.Click(chromedp.CSS(phone(demoShop)+".scan"), chromedp.NodeVisible))
				w.taps(demoCustomer, said.language)
				w.sees(demoCustomer, said.customer)
				w.shoot("customer")
				w.sees(demoShop, said.received)
				w.types(demoShop, "/history")
				w.sees(demoShop, "036 36 26 08")
				w.shoot("history")
			})
		}
	}
}
