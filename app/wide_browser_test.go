//go:build browser

package app

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// outlies names what stands on another column than its own, or beyond the window.
const outlies = `(() => {
	const wrong = [], wide = document.documentElement.clientWidth;
	const box = (n) => n.getBoundingClientRect();
	if (document.documentElement.scrollWidth > wide) wrong.push("the page scrolls sideways");
	const phones = document.querySelector(".phones");
	if (phones.scrollWidth > phones.clientWidth && wide >= 1280) wrong.push("the phones scroll sideways");
	const columns = [...document.querySelectorAll("[data-person], #panel")].filter((n) => n.checkVisibility());
	for (const column of columns) {
		const own = box(column);
		for (const n of column.querySelectorAll("*")) {
			if (!n.checkVisibility() || n.closest("svg, .off-screen")) continue;
			const b = box(n);
			if (b.width > 1 && (b.left < own.left - 1 || b.right > own.right + 1)) wrong.push("outlies its column: " + (n.className || n.tagName) + " " + n.textContent.slice(0, 40));
		}
	}
	for (const n of document.querySelectorAll(".top > *, .steps, .steps *")) {
		const b = box(n);
		if (n.checkVisibility() && !n.closest("svg") && b.width > 1 && (b.left < -1 || b.right > wide + 1)) wrong.push("beyond the window: " + n.textContent.slice(0, 40));
	}
	const people = columns.filter((n) => n.id !== "panel").sort((a, b) => box(a).left - box(b).left);
	for (const [i, n] of people.entries()) {
		if (i > 0 && box(n).left < box(people[i - 1]).right - 1) wrong.push("two phones overlap");
	}
	const read = document.dir === "rtl" ? people.toReversed() : people;
	const placed = [...document.querySelectorAll("[data-person]")].filter((n) => read.includes(n));
	if (read.some((n, i) => n !== placed[i])) wrong.push("the phones do not stand in the order in which Tab goes through them");
	return wrong;
})()`

// TestBrowserWide looks at the page side by side, in windows of a notebook and of a
// desk: everything keeps to its own column, and nobody has to scroll sideways. In the
// smallest the group chat is one too many: there who acts comes into view by itself.
func TestBrowserWide(t *testing.T) {
	chromium := startChromium(t)
	for lang, said := range saidIn {
		t.Run(lang, func(t *testing.T) {
			w := openDemo(t, chromium, 1600, 800, lang)
			w.keeps("first")
			w.opensShop(said)
			w.types(demoShop, "0778037340 500")
			w.sees(demoShop, "🛒")
			w.keeps("sale")
			w.evaluate(`document.querySelector(".open-panel").click() === undefined`)
			w.keeps("panel")
			w.opensGroup()
			w.keeps("group")
		})
	}
}

// opensGroup brings the bot into the group, and answers it, in the smallest window that
// has the phones side by side.
func (w *window) opensGroup() {
	w.t.Helper()
	w.evaluate(`document.querySelector(".panel .close").click() === undefined`)
	w.width = 1024
	w.do("size the window", chromedp.EmulateViewport(w.width, 800))
	inView := func(person int64) {
		w.t.Helper()
		w.until(fmt.Sprintf("%d is in view", person), fmt.Sprintf(`(() => {
			const b = document.querySelector('[data-person="%d"]').getBoundingClientRect();
			return b.width > 200 && b.left >= 0 && b.right <= document.documentElement.clientWidth;
		})()`, person))
	}
	w.types(demoShop, "/cashiers")
	w.taps(demoShop, "💬")
	w.click(".question .answers button")
	w.sees(demoGroup, "✉️")
	inView(demoGroup)
	w.shoot("group-opened")
	w.taps(demoGroup, "✉️") // goes on in the private chat
	inView(demoShop)
}

// keeps says what does not keep to its place, in windows of every width.
func (w *window) keeps(name string) {
	w.t.Helper()
	w.until("the steps are there", `document.querySelectorAll(".steps .step").length === 6`)
	for _, w.width = range []int64{1024, 1280, 1600} {
		w.do("size the window", chromedp.EmulateViewport(w.width, 800))
		w.until("it has its size", fmt.Sprintf(`innerWidth === %d`, w.width))
		name := fmt.Sprintf("%s-%d", name, w.width)
		w.shoot(name)
		for _, what := range eval[[]string](w, outlies) {
			w.t.Errorf("%s: %s", name, what)
		}
	}
}
