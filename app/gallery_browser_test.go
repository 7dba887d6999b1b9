//go:build browser

package app

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestBrowserGallery draws every screen in both languages of the page, in a wide
// and in a narrow window: nothing is cut, and every label stands on one line.
func TestBrowserGallery(t *testing.T) {
	chromium := startChromium(t)
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 800}, {"phone", 360, 740}} {
		for lang := range saidIn {
			t.Run(size.name+"/"+lang, func(t *testing.T) {
				w := openDemo(t, chromium, size.width, size.height, lang)
				w.do("open the gallery", chromedp.Navigate(eval[string](w, `document.querySelector(".to-gallery").href`)))
				w.until("the chapters are there", `document.querySelectorAll(".chapter").length > 40`)
				w.shoot("closed")
				w.looksThrough()
				w.searches()
			})
		}
	}
}

// looksThrough opens one chapter after the other.
func (w *window) looksThrough() {
	w.t.Helper()
	for _, name := range eval[[]string](w, `[...document.querySelectorAll(".chapter")].map((c) => c.id)`) {
		id := "#" + name
		w.until(name+" is drawn", fmt.Sprintf(`(() => { const c = document.querySelector(%q); c.open = true; c.scrollIntoView(); return c.querySelectorAll(".scene").length > 0 })()`, id))
		w.shoot(name)
		if broken := eval[[]string](w, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter((n) => {
			const range = document.createRange(); range.selectNodeContents(n);
			return new Set([...range.getClientRects()].map((r) => Math.round(r.top / 12))).size > 1 && n.clientHeight > 26 && !n.textContent.includes("\u2068"); // a name may be long
		}).map((n) => n.textContent)`, id+" .inline-keyboard .label")); len(broken) > 0 {
			w.t.Errorf("%s: labels of two lines: %q", name, broken)
		}
		w.evaluate(fmt.Sprintf(`document.querySelector(%q).open = false`, id))
	}
}

// searches finds a screen by words of both languages.
func (w *window) searches() {
	w.t.Helper()
	for _, words := range []string{"0778 03 73 40 prépayé confirmer", "تأكيد البيع"} {
		w.evaluate(`(document.querySelector(".search input").value = "") === ""`)
		w.do("search "+words, chromedp.SendKeys(chromedp.CSS(".search input"), words))
		w.until("it is found", `!document.querySelector("#sale").hidden &&
			document.querySelectorAll(".chapter[hidden]").length > 5 && Number(document.querySelector(".search output").textContent) > 5`)
	}
	w.shoot("found")
}
