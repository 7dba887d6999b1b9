//go:build browser

package app

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

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

// lookThrough opens one chapter after the other and gives what is wrong with it. All
// is done by one script: a question for each would be most of the time.
const lookThrough = `(async () => {
	const wrong = [];
	for (const chapter of document.querySelectorAll(".chapter")) {
		const drawn = new Promise((done) => chapter.addEventListener("toggle", done, {once: true}));
		chapter.open = true;
		await drawn;
		const say = (what) => wrong.push(chapter.id + ": " + what);
		if (chapter.querySelectorAll(".scene").length === 0) say("no scenes");
		const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
		if (wide > 0) say(wide + " pixels too wide");
		for (const n of chapter.querySelectorAll(".key .label, .line, .toast, .window *")) {
			if (n.checkVisibility() && n.clientWidth > 1 && n.scrollWidth > n.clientWidth + 1) say("cut: " + n.textContent);
		}
		for (const n of chapter.querySelectorAll(".inline-keyboard .label")) {
			if (n.clientHeight <= 26 || n.textContent.includes("\u2068")) continue; // a name may be long
			const range = document.createRange();
			range.selectNodeContents(n);
			if (new Set([...range.getClientRects()].map((r) => Math.round(r.top / 12))).size > 1) say("a label of two lines: " + n.textContent);
		}
		const closed = new Promise((done) => chapter.addEventListener("toggle", done, {once: true}));
		chapter.open = false;
		await closed;
	}
	return wrong;
})()`

// looksThrough looks at every chapter, and keeps a picture of each where people
// want to look, too.
func (w *window) looksThrough() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Minute)
	defer cancel()
	wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](lookThrough, chromedp.EvalAwaitPromise))
	if err != nil {
		w.fail("look through the chapters: %v", err)
	}
	for _, what := range wrong {
		w.t.Error(what)
	}
	if os.Getenv("HANOUT_SCREENSHOTS") == "" {
		return
	}
	for _, name := range eval[[]string](w, `[...document.querySelectorAll(".chapter")].map((c) => c.id)`) {
		id := "#" + name
		w.until(name+" is drawn", fmt.Sprintf(`(() => { const c = document.querySelector(%q); c.open = true; c.scrollIntoView(); return c.querySelectorAll(".scene").length > 0 })()`, id))
		w.picture(name)
		w.evaluate(fmt.Sprintf(`(document.querySelector(%q).open = false) === false`, id))
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
