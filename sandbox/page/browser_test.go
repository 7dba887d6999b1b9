//go:build browser

package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"hanout/sandbox/page/browsertest"
	"hanout/sandbox/telegram"
)

// chromium is the browser that all tests share, each in a profile of its own.
var chromium context.Context

func TestMain(m *testing.M) {
	os.Exit(withChromium(m.Run))
}

func withChromium(run func() int) int {
	profile, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(profile) }()
	var stop func()
	if chromium, stop, err = browsertest.Start(profile); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer stop()
	return run()
}

// screen is a browser tab with the page open, and the bot behind it.
type screen struct {
	*rig
	t   *testing.T
	ctx context.Context
	cut atomic.Bool // the test cuts the connection, so errors of the network are no faults
}

// patience is how long a test waits for the page to do something.
const patience = 8 * time.Second

// open shows the page in a window of this size, to a reader of this language, and starts the scripted bot.
func open(t *testing.T, width, height int64, language string) *screen {
	t.Helper()
	r := newRig(t)
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(func() { // before the server goes, or the page would report its loss
		_ = chromedp.Cancel(ctx)
		cancel()
	})
	s := &screen{rig: r, t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	s.watch()
	s.startBot()
	s.run("open the page",
		browsertest.Call(cdplog.Enable, cdp.Empty{}),
		browsertest.Call(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: "Chromium", AcceptLanguage: language}),
		chromedp.EmulateViewport(width, height),
		chromedp.Navigate(s.URL))
	s.see(phone(shop) + "[data-composer]")
	return s
}

// watch fails the test for every script error and refused resource.
func (s *screen) watch() {
	err := chromedp.Listen(s.ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			s.t.Errorf("script error: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
		case *cdplog.EventEntryAdded:
			if e.Entry.Level == cdplog.EntryLevelError && !s.cut.Load() {
				s.t.Errorf("browser: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) run(what string, steps ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
}

// see waits until something that fits the selector is visible.
func (s *screen) see(selector string) {
	s.t.Helper()
	s.run("see "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// gone waits until nothing that fits the selector is there or visible.
func (s *screen) gone(selector string) {
	s.t.Helper()
	s.until("gone: "+selector, fmt.Sprintf(`![...document.querySelectorAll(%q)].some((n) => n.checkVisibility())`, selector))
}

func (s *screen) click(selector string) {
	s.t.Helper()
	s.run("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// until waits until an expression of JavaScript is true.
func (s *screen) until(what, expression string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond))); err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
}

// shows waits until the node's text contains a text.
func (s *screen) shows(selector, text string) {
	s.t.Helper()
	s.until(selector+" shows "+text, fmt.Sprintf(`document.querySelector(%q)?.textContent.includes(%q) ?? false`, selector, text))
}

// eval gives the value of an expression.
func eval[T any](s *screen, expression string) T {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		s.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// types writes a text on a person's phone and sends it.
func (s *screen) types(person int64, text string) {
	s.t.Helper()
	phone := fmt.Sprintf(`[data-person="%d"] `, person)
	s.run("type "+text, chromedp.SendKeys(chromedp.CSS(phone+"[data-composer]"), text))
	s.click(phone + "[data-send]")
}

// shoot takes a picture of the window, for people to look at.
func (s *screen) shoot(name string) {
	s.t.Helper()
	dir := os.Getenv("HANOUT_SCREENSHOTS")
	if dir == "" {
		dir = s.t.TempDir()
	}
	eval[bool](s, `Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations < Infinity).map((a) => a.finished)).then(() => true)`)
	png, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		s.t.Fatal(err)
	}
	if err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// startBot runs a small bot that answers a few words, until the test ends.
func (s *screen) startBot() {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		offset := 0
		for ctx.Err() == nil {
			result, err := s.request(ctx, "getUpdates", "application/json", strings.NewReader(fmt.Sprintf(`{"timeout":20,"offset":%d}`, offset)))
			if err != nil {
				continue
			}
			var updates []update
			if err := json.Unmarshal(result, &updates); err != nil {
				s.t.Errorf("updates: %v", err)
				return
			}
			for _, u := range updates {
				offset = u.UpdateID + 1
				s.handle(u)
			}
		}
	})
	s.t.Cleanup(func() {
		cancel()
		done.Wait()
	})
}

type update struct {
	UpdateID      int               `json:"update_id"`
	Message       *telegram.Message `json:"message"`
	CallbackQuery *struct {
		ID      string
		Data    string
		From    telegram.User
		Message telegram.Message
	} `json:"callback_query"`
}

// params are a call's parameters.
type params = map[string]any

func (s *screen) handle(u update) {
	switch {
	case u.CallbackQuery != nil:
		s.pressed(u)
	case u.Message != nil && u.Message.Contact != nil:
		s.say(u.Message.Chat.ID, "وصل رقمك "+u.Message.Contact.PhoneNumber, params{"remove_keyboard": true})
	case u.Message != nil && strings.HasPrefix(u.Message.Text, "/start"):
		s.say(u.Message.Chat.ID, "أهلًا"+strings.TrimPrefix(u.Message.Text, "/start"), nil)
	}
}

func (s *screen) pressed(u update) {
	q := u.CallbackQuery
	switch q.Data {
	case "edit":
		s.bot(s.t, "editMessageText", params{"chat_id": q.Message.Chat.ID, "message_id": q.Message.MessageID, "text": "تم التعديل ✅"})
		s.bot(s.t, "answerCallbackQuery", params{"callback_query_id": q.ID})
	case "toast":
		s.bot(s.t, "answerCallbackQuery", params{"callback_query_id": q.ID, "text": "وصل الطلب"})
	case "alert":
		s.bot(s.t, "answerCallbackQuery", params{"callback_query_id": q.ID, "text": "الرصيد غير كافٍ", "show_alert": true})
	case "silence":
	}
}

// say makes the bot write HTML to a chat and gives the message's ID.
func (s *screen) say(chat int64, html string, markup any) int {
	p := params{"chat_id": chat, "text": html, "parse_mode": "HTML"}
	if markup != nil {
		p["reply_markup"] = markup
	}
	return s.messageID(s.bot(s.t, "sendMessage", p))
}

func (s *screen) messageID(result json.RawMessage) int {
	var m telegram.Message
	if err := json.Unmarshal(result, &m); err != nil {
		s.t.Errorf("message: %v", err)
	}
	return m.MessageID
}

// keys is an inline keyboard of one row from labels and callback data in turns.
func keys(pairs ...string) params {
	var row []params
	for i := 0; i < len(pairs); i += 2 {
		row = append(row, params{"text": pairs[i], "callback_data": pairs[i+1]})
	}
	return params{"inline_keyboard": [][]params{row}}
}

// bubble selects a message on a person's phone.
func bubble(person int64, id int) string {
	return fmt.Sprintf(`[data-person="%d"] [data-message="%d"] `, person, id)
}

func phone(person int64) string {
	return fmt.Sprintf(`[data-person="%d"] `, person)
}

// begin starts the bot as a person and waits until it has greeted.
func (s *screen) begin(person int64) {
	s.t.Helper()
	s.telegram.People.Start(person, "")
	limit := time.After(patience)
	for {
		changed := s.telegram.Changed()
		if len(s.telegram.Chats.Messages(person)) == 2 {
			return
		}
		select {
		case <-changed:
		case <-limit:
			s.t.Fatal("the bot does not greet")
		}
	}
}

func TestTypingAndBubbles(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.see(phone(shop) + ".empty .begin")
	s.click(phone(shop) + ".begin")
	s.shows(phone(shop)+".message.out .text", "/start")
	s.shows(phone(shop)+".message.in .text", "أهلًا")
	s.gone(phone(shop) + ".empty")
	s.types(owner, "Bonjour <b>tout</b> le monde")
	s.shows(phone(owner)+".message.out .text", "Bonjour <b>tout</b> le monde")
	s.gone(phone(customer) + ".message")
	if left := eval[string](s, `document.querySelector('[data-person="102"] [data-composer]').value`); left != "" {
		t.Errorf("the composer still has %q", left)
	}
}

func TestPressEditsInPlace(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.say(shop, "العدّاد", keys("تعديل", "edit", "صمت", "silence"))
	before := s.say(shop, "بعدها", nil)
	s.click(bubble(shop, id) + `button[data-callback="edit"]`)
	s.shows(bubble(shop, id)+".text", "تم التعديل")
	s.see(bubble(shop, id) + ".edited")
	s.gone(bubble(shop, id) + "button[data-callback]")
	order := eval[[]string](s, `[...document.querySelectorAll('[data-person="101"] [data-message]')].map((n) => n.dataset.message)`)
	if n := len(order); n < 2 || order[n-1] != strconv.Itoa(before) || order[n-2] != strconv.Itoa(id) {
		t.Errorf("order %v: the edited message did not stay in its place", order)
	}
}

func TestPressWaitsForItsAnswer(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.say(shop, "?", keys("صمت", "silence", "إشعار", "toast"))
	s.click(bubble(shop, id) + `button[data-callback="silence"]`)
	s.see(bubble(shop, id) + `button[data-callback="silence"].busy`)
	s.click(bubble(shop, id) + `button[data-callback="toast"]`)
	s.shows(phone(shop)+".toast", "وصل الطلب")
	s.gone(bubble(shop, id) + `button[data-callback="toast"].busy`)
	s.see(bubble(shop, id) + `button[data-callback="silence"].busy`)
	s.gone(phone(owner) + ".toast")
}

func TestAlert(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.say(shop, "?", keys("تنبيه", "alert"))
	s.click(bubble(shop, id) + `button[data-callback="alert"]`)
	s.shows(phone(shop)+".alert", "الرصيد غير كافٍ")
	if !eval[bool](s, `document.querySelector('[data-person="101"] .chat').inert && document.activeElement.closest('.alert') !== null`) {
		t.Error("the chat behind the alert can still be used, or the alert has no focus")
	}
	s.click(phone(shop) + ".alert .answers button")
	s.gone(".alert")
	if eval[bool](s, `document.querySelector('[data-person="101"] .chat').inert`) {
		t.Error("the chat stays blocked")
	}
}

func (s *screen) allowClipboard() {
	s.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(s.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(s.ctx).BrowserContextID})
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

func TestSpoilerAndCopy(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.say(shop, `Code : <tg-spoiler>1234 5678</tg-spoiler>`, params{"inline_keyboard": [][]params{
		{{"text": "Copier", "copy_text": params{"text": "12345678"}}}}})
	colour := fmt.Sprintf(`getComputedStyle(document.querySelector('%s.spoiler')).color`, bubble(shop, id))
	s.see(bubble(shop, id) + ".spoiler")
	if got := eval[string](s, colour); got != "rgba(0, 0, 0, 0)" {
		t.Errorf("the hidden code has the colour %s", got)
	}
	s.click(bubble(shop, id) + ".spoiler")
	s.see(fmt.Sprintf(`[data-message="%d"].revealed`, id))
	if got := eval[string](s, colour); got == "rgba(0, 0, 0, 0)" {
		t.Error("the code stays hidden after a tap")
	}
	s.allowClipboard()
	s.click(bubble(shop, id) + ".copy")
	s.shows(phone(shop)+".toast", "Copié")
	if got := eval[string](s, `navigator.clipboard.readText()`); got != "12345678" {
		t.Errorf("the clipboard has %q", got)
	}
}

func TestContact(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	s.say(shop, "أرسل رقمك", params{"keyboard": [][]params{{{"text": "📱 شارك رقمي", "request_contact": true}}}, "resize_keyboard": true})
	s.click(phone(shop) + "button[data-request-contact]")
	s.shows(phone(shop)+".question", "Partager votre numéro")
	s.click(phone(shop) + ".question .answers .quiet")
	s.gone(".question")
	s.click(phone(shop) + "button[data-request-contact]")
	s.click(phone(shop) + ".question .answers button:not(.quiet)")
	s.shows(phone(shop)+".message.out .contact", "+213661000001")
	s.shows(phone(shop)+".message.in:last-child .text", "وصل رقمك 213661000001")
	s.gone(phone(shop) + ".reply-keyboard")
	contacts := 0
	for _, m := range s.telegram.Chats.Messages(shop) {
		if m.Contact != nil {
			contacts++
		}
	}
	if contacts != 1 {
		t.Errorf("%d contacts were shared, want 1: the first try was cancelled", contacts)
	}
}

// TestSendsThings sends from the list what is no text, by the keyboard alone where
// that is how one goes on, and edits what was typed.
func TestSendsThings(t *testing.T) {
	for _, width := range []int64{360, 1280} {
		s := open(t, width, 740, "fr")
		s.begin(shop)
		choose := func(name string) {
			s.click(phone(shop) + "[data-attach]")
			s.click(phone(shop) + `[data-thing="` + name + `"]`)
			s.gone(phone(shop) + ".things")
		}
		s.click(phone(shop) + "[data-attach]")
		s.see(phone(shop) + ".things")
		s.shoot(fmt.Sprintf("things-%d", width))
		if small := eval[[]string](s, `[...document.querySelectorAll('[data-person="101"] footer button')].filter((n) => n.checkVisibility() && (n.clientHeight < 44 || n.clientWidth < 44)).map((n) => n.outerHTML)`); len(small) > 0 {
			t.Errorf("too small for a finger at %d: %q", width, small)
		}
		s.run("close with Escape", chromedp.KeyEvent("\u001b"))
		s.gone(phone(shop) + ".things")
		if !eval[bool](s, `document.activeElement.matches('[data-attach]')`) {
			t.Error("Escape does not lead back to the button")
		}
		choose("sticker")
		s.shows(phone(shop)+".message.out:last-child .sticker", "👍")
		choose("voice")
		s.shows(phone(shop)+".message.out:last-child", "Message vocal")
		s.run("write", chromedp.SendKeys(chromedp.CSS(phone(shop)+"[data-composer]"), "CCP 123"))
		choose("photo")
		s.shows(phone(shop)+".message.out:last-child .text", "CCP 123")
		choose("forward")
		s.shows(phone(shop)+".message.out:last-child .origin", "Samir")
		s.types(shop, "0661234567 50")
		s.shows(phone(shop)+".message.out:last-child .text", "0661234567 50")
		choose("edit")
		s.see(phone(shop) + ".editing")
		s.run("write", chromedp.SendKeys(chromedp.CSS(phone(shop)+"[data-composer]"), "0"))
		s.until("the text is changed", `document.querySelector('[data-person="101"] [data-composer]').value === "0661234567 500"`)
		s.shoot(fmt.Sprintf("editing-%d", width))
		s.click(phone(shop) + "[data-send]")
		s.shows(phone(shop)+".message.out:last-child .text", "0661234567 500")
		s.see(phone(shop) + ".message.out:last-child .edited")
		s.gone(phone(shop) + ".editing")
		s.shoot(fmt.Sprintf("sent-%d", width))
	}
}

func TestReplyKeyboardTypes(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(owner)
	s.say(owner, "?", params{"keyboard": [][]params{{{"text": "Oui"}, {"text": "Non"}}}, "input_field_placeholder": "Oui ou non"})
	s.see(phone(owner) + ".reply-keyboard button")
	if got := eval[string](s, `document.querySelector('[data-person="102"] [data-composer]').placeholder`); got != "Oui ou non" {
		t.Errorf("placeholder %q", got)
	}
	s.click(phone(owner) + ".reply-keyboard button:nth-child(2)")
	s.shows(phone(owner)+".message.out:last-child .text", "Non")
}

func TestPictureAndScan(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	result := s.upload(t, "sendPhoto", "photo", "qr.png", picture(t), map[string]string{
		"chat_id": strconv.Itoa(shop), "caption": "https://t.me/hanout_bot?start=claim_42"})
	id := s.messageID(result)
	s.until("the picture is loaded", fmt.Sprintf(`document.querySelector('%s.photo img')?.naturalWidth > 0`, bubble(shop, id)))
	s.click(bubble(shop, id) + ".photo")
	s.see("dialog.picture[open] img")
	s.click("dialog.picture button")
	s.gone("dialog.picture")
	s.click(bubble(shop, id) + ".scan")
	s.shows(phone(customer)+".message.out .text", "/start claim_42")
	s.shows(phone(customer)+".message.in .text", "أهلًا claim_42")
}

func TestDocument(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.messageID(s.upload(t, "sendDocument", "document", "rapport.csv", []byte("a;b\n1;2\n"), map[string]string{
		"chat_id": strconv.Itoa(shop), "caption": "Le rapport"}))
	s.shows(bubble(shop, id)+".document", "rapport.csv")
	got := eval[[]string](s, fmt.Sprintf(`(async () => {
		const a = document.querySelector('%s.document');
		return [a.download, await (await fetch(a.href)).text()];
	})()`, bubble(shop, id)))
	if got[0] != "rapport.csv" || got[1] != "a;b\n1;2\n" {
		t.Errorf("the document is %q", got)
	}
}

func TestDeepLinkAsksWho(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.say(shop, `Lien : https://t.me/hanout_bot?start=abc`, params{"inline_keyboard": [][]params{
		{{"text": "Pour le client", "url": "https://t.me/hanout_bot?start=abc"}}}})
	s.click(bubble(shop, id) + ".text .link")
	s.shows(phone(shop)+".chooser", "Amine")
	s.run("close with Escape", chromedp.KeyEvent("\u001b"))
	s.gone(".chooser")
	s.click(bubble(shop, id) + ".key.url")
	s.click(phone(shop) + ".chooser .answers button:nth-child(2)")
	s.shows(phone(owner)+".message.out .text", "/start abc")
	if n := len(s.telegram.Chats.Messages(customer)); n != 0 {
		t.Errorf("the customer's chat has %d messages", n)
	}
}

func TestCommandsOfThePerson(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	menu := func(description string) []params {
		return []params{{"command": "mobile", "description": description}, {"command": "cards", "description": "…"}}
	}
	s.bot(t, "setMyCommands", params{"commands": menu("Recharge")})
	s.bot(t, "setMyCommands", params{"commands": menu("تعبئة"), "language_code": "ar"})
	s.shows(phone(shop)+".composer", "") // the menu button comes with the event
	s.click(phone(shop) + ".composer .tool:first-child:not([hidden])")
	s.shows(phone(shop)+".commands", "تعبئة")
	s.run("write /mo", chromedp.SendKeys(chromedp.CSS(phone(owner)+"[data-composer]"), "/mo"))
	s.shows(phone(owner)+".commands", "Recharge")
	s.gone(phone(owner) + ".commands li:nth-child(2)")
	s.click(phone(owner) + ".commands button")
	s.shows(phone(owner)+".message.out .text", "/mobile")
}

// ends gives the horizontal places of the first and the last character of a line of a message, and of the line's box.
func (s *screen) ends(id, line int) (first, last, left, right float64) {
	s.t.Helper()
	v := eval[[]float64](s, fmt.Sprintf(`(() => {
		const line = document.querySelectorAll('%s.line')[%d];
		const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
		const places = [];
		while (walker.nextNode()) {
			for (let i = 0; i < walker.currentNode.length; i++) {
				const range = document.createRange();
				range.setStart(walker.currentNode, i);
				range.setEnd(walker.currentNode, i + 1);
				const box = range.getBoundingClientRect();
				if (box.width) places.push((box.left + box.right) / 2);
			}
		}
		const box = line.getBoundingClientRect();
		return [places[0], places.at(-1), box.left, box.right];
	})()`, bubble(shop, id), line))
	return v[0], v[1], v[2], v[3]
}

func TestEveryLineHasItsDirection(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.say(shop, "<b>تعبئة</b> <b>Djezzy</b> للرقم <code>0778037340</code> بنجاح وهذا سطر طويل بما يكفي\nRecharge réussie\n<b>Mobilis</b> ✅ montant", nil)
	s.see(bubble(shop, id) + ".line:nth-child(3)")
	for line, rightToLeft := range []bool{true, false, false} {
		first, last, left, right := s.ends(id, line)
		if rightToLeft != (first > last) {
			t.Errorf("line %d runs from %.0f to %.0f", line, first, last)
		}
		if rightToLeft && right-first > 20 || !rightToLeft && first-left > 20 {
			t.Errorf("line %d begins at %.0f in a box from %.0f to %.0f", line, first, left, right)
		}
	}
}

func TestTextEntities(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	id := s.say(shop, "🎁 <b>gras <i>les deux</i></b> &lt;b&gt;\n<blockquote>cité\ndeux</blockquote>\n<pre>a  b\nc</pre>\nfin 📱<code>x1</code>", nil)
	s.see(bubble(shop, id) + ".text")
	text := bubble(shop, id) + ".text"
	html := eval[string](s, fmt.Sprintf(`(() => {
		const copy = document.querySelector('%s').cloneNode(true);
		for (const b of copy.querySelectorAll('button')) b.remove();
		for (const n of copy.querySelectorAll('*')) for (const a of [...n.attributes]) if (a.name !== 'class') n.removeAttribute(a.name);
		return copy.innerHTML;
	})()`, text))
	want := `<div class="line">🎁 <b>gras <i>les deux</i></b> &lt;b&gt;</div>` +
		`<div class="quote"><div class="line">cité</div><div class="line">deux</div></div>` +
		`<div class="pre"><div class="line">a  b</div><div class="line">c</div></div>` +
		`<div class="line">fin 📱<code>x1</code></div>`
	if html != want {
		t.Errorf("got  %s\nwant %s", html, want)
	}
}

func TestSignsAroundMessages(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	s.see(phone(shop) + ".day")
	s.see(phone(shop) + `.message.out .ticks use[href$="#read"]`)
	secret := s.messageID(s.bot(t, "sendMessage", params{"chat_id": shop, "parse_mode": "HTML", "protect_content": true,
		"text": "Code <tg-spoiler>ABCD-1234</tg-spoiler>"}))
	s.see(bubble(shop, secret) + ".protected")
	answer := s.messageID(s.bot(t, "sendMessage", params{"chat_id": shop, "text": "Reçu", "reply_parameters": params{"message_id": secret}}))
	s.shows(bubble(shop, answer)+".reply-quote", "Code ░")
	if got := eval[string](s, fmt.Sprintf(`document.querySelector('%s.reply-quote').textContent`, bubble(shop, answer))); strings.Contains(got, "ABCD") {
		t.Errorf("the quote %q tells the hidden code", got)
	}
	s.bot(t, "sendChatAction", params{"chat_id": shop, "action": "typing"})
	s.shows(phone(shop)+"header small", "écrit")
	s.bot(t, "deleteMessage", params{"chat_id": shop, "message_id": answer})
	s.gone(bubble(shop, answer))
	s.telegram.People.Type(shop, "merci")
	s.see(phone(shop) + `.message.out:last-child .ticks use[href$="#sent"]`)
}

func TestReconnects(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	s.cut.Store(true)
	s.CloseClientConnections()
	s.telegram.People.Type(shop, "pendant la coupure")
	s.shows(phone(shop)+".message.out:last-child .text", "pendant la coupure")
	s.gone(".offline")
}

func TestScrollStaysWhenReading(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.begin(shop)
	for i := range 25 {
		s.say(shop, fmt.Sprintf("Ligne %d\nencore\nencore", i), nil)
	}
	s.shows(phone(shop)+".message:last-child", "Ligne 24")
	scroll := `document.querySelector('[data-person="101"] .scroll')`
	s.until("the end is in view", scroll+`.scrollHeight - `+scroll+`.scrollTop - `+scroll+`.clientHeight < 5`)
	eval[bool](s, scroll+`.scrollTop = 0, true`)
	s.see(phone(shop) + ".to-end")
	s.say(shop, "Nouveau", nil)
	s.shows(phone(shop)+".to-end .badge", "1")
	if top := eval[float64](s, scroll+`.scrollTop`); top != 0 {
		t.Errorf("the list moved to %.0f while somebody read above", top)
	}
	s.click(phone(shop) + ".to-end")
	s.until("the end is in view again", scroll+`.scrollHeight - `+scroll+`.scrollTop - `+scroll+`.clientHeight < 5`)
	s.gone(phone(shop) + ".to-end")
}

func TestTabsOfANarrowWindow(t *testing.T) {
	s := open(t, 360, 740, "ar")
	s.see(`[data-tab="101"]`)
	s.gone(phone(owner) + ".screen")
	s.telegram.People.Start(owner, "")
	s.shows(`[data-tab="102"] .badge`, "1")
	s.click(`[data-tab="102"]`)
	s.shows(phone(owner)+".message.in .text", "أهلًا")
	s.gone(phone(shop) + ".screen")
	s.gone(`[data-tab="102"] .badge:not(:empty)`)
	s.click(`[data-tab="panel"]`)
	s.see("#panel .calm")
	s.gone(".phones")
	for _, tab := range []string{"101", "102", "103", "panel"} {
		s.click(`[data-tab="` + tab + `"]`)
		if wide := eval[int](s, `document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("tab %s is %d pixels wide", tab, wide)
		}
	}
}

func TestPanelBreaksAndMends(t *testing.T) {
	s := open(t, 1280, 800, "fr")
	s.click(".open-panel")
	s.click("#panel .close")
	s.gone("#panel")
	s.click(".open-panel")
	s.click(`[data-control="telegram_repeat"]`)
	s.see(`[data-control="telegram_repeat"][aria-checked="true"]`)
	if f := s.telegram.Faults.Active(); len(f) != 1 || f[0].Kind != telegram.FaultRepeatUpdates {
		t.Errorf("telegram's faults %+v", f)
	}
	s.shows(".open-panel .count", "1")
	s.click(`[data-control="speed-60"]`)
	s.see(`[data-control="speed-60"][aria-pressed="true"]`)
	s.click(`[data-control="calm"]`)
	s.see(`[data-control="speed-1"][aria-pressed="true"]`)
	s.gone(".open-panel .count")
	if f := s.telegram.Faults.Active(); len(f) != 0 {
		t.Errorf("telegram's faults after all: %+v", f)
	}
	s.click(".hints li:nth-child(3) button")
	if got := eval[string](s, `document.querySelector('[data-person="101"] [data-composer]').value`); got != "0778037340 500" {
		t.Errorf("the hint put %q into the composer", got)
	}
}

func TestLanguageOfTheBrowser(t *testing.T) {
	for tag, want := range map[string]string{"ar-DZ,ar": "ar rtl", "fr-FR,fr": "fr ltr", "en-US,en": "en ltr", "de": "fr ltr"} {
		t.Run(tag, func(t *testing.T) {
			s := open(t, 1280, 800, tag)
			if got := eval[string](s, `document.documentElement.lang + ' ' + document.documentElement.dir`); got != want {
				t.Errorf("the page is %q, want %q", got, want)
			}
			s.click(`[data-language="ar"]`)
			s.shows(phone(customer)+".role", "الزبون")
		})
	}
}

// The pictures are for people; the test only makes sure that nothing sticks out of the window.
func TestPictures(t *testing.T) {
	sizes := []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 800}, {"wide", 1680, 900}, {"phone", 360, 740}}
	for _, size := range sizes {
		for _, language := range []string{"ar", "fr"} {
			t.Run(size.name+"-"+language, func(t *testing.T) {
				s := open(t, size.width, size.height, language)
				s.shoot(size.name + "-" + language + "-empty")
				s.tour()
				s.shoot(size.name + "-" + language)
				if wide := eval[int64](s, `document.documentElement.scrollWidth`); wide > size.width {
					t.Errorf("the page is %d pixels wide in a window of %d", wide, size.width)
				}
				if size.name == "phone" {
					s.click(phone(shop) + ".key.url")
					s.see(".chooser")
					s.shoot("phone-" + language + "-chooser")
					s.click(".chooser .quiet")
					id := s.say(shop, "؟", keys("تنبيه", "alert"))
					s.click(bubble(shop, id) + "[data-callback]")
					s.see(".alert")
					s.shoot("phone-" + language + "-alert")
					s.click(".alert button")
					s.click(`[data-tab="102"]`)
					s.shoot("phone-" + language + "-owner")
					s.click(`[data-tab="panel"]`)
					s.shoot("phone-" + language + "-panel")
					return
				}
				if size.name == "desktop" {
					s.click(".open-panel")
					s.shoot("desktop-" + language + "-panel")
					s.click(".open-panel")
				}
				s.run("dark", browsertest.Call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}))
				s.shoot(size.name + "-" + language + "-dark")
			})
		}
	}
}

// tour fills the chats with what the real bot would show.
func (s *screen) tour() {
	s.bot(s.t, "setMyCommands", params{"commands": []params{{"command": "mobile", "description": "Recharge mobile"}, {"command": "cards", "description": "Carte cadeau"}}})
	s.begin(shop)
	s.telegram.People.Type(shop, "0778037340 500")
	s.say(shop, "📱 <b>تعبئة الهاتف</b>\nالرقم: <code>\u20660778 03 73 40\u2069</code>\nالمتعامل: \u2066Djezzy\u2069\nالمبلغ: \u2066500\u2069 دج · تدفع \u2066494,90\u2069 دج", params{"inline_keyboard": [][]params{
		{{"text": "✅ تأكيد", "callback_data": "yes", "style": "success"}, {"text": "❌ إلغاء", "callback_data": "no", "style": "danger"}},
		{{"text": "🔎 عروض هذا الرقم", "callback_data": "offers"}},
		{{"text": "⬅️ رجوع", "callback_data": "back"}, {"text": "🏠 القائمة", "callback_data": "menu"}}}})
	code := s.messageID(s.bot(s.t, "sendMessage", params{"chat_id": shop, "parse_mode": "HTML", "protect_content": true,
		"text":         "🎁 الرمز: <tg-spoiler>ABCD-1234-EFGH</tg-spoiler>\nالرقم التسلسلي: <tg-spoiler>000998877</tg-spoiler>",
		"reply_markup": params{"inline_keyboard": [][]params{{{"text": "نسخ الرمز", "copy_text": params{"text": "ABCD-1234-EFGH"}}, {"text": "للزبون", "url": "https://t.me/hanout_bot?start=abc"}}}}}))
	s.bot(s.t, "sendMessage", params{"chat_id": shop, "text": "✅ تمّت العملية، استلمه الزبون", "reply_parameters": params{"message_id": code}})
	s.begin(owner)
	s.upload(s.t, "sendPhoto", "photo", "qr.png", picture(s.t), map[string]string{"chat_id": strconv.Itoa(owner),
		"caption": "📊 <b>Pour le client</b>\nhttps://t.me/hanout_bot?start=claim_42", "parse_mode": "HTML"})
	s.upload(s.t, "sendDocument", "document", "rapport-2026-11-21.csv", make([]byte, 34_567), map[string]string{"chat_id": strconv.Itoa(owner), "caption": "Rapport du jour"})
	s.begin(customer)
	s.say(customer, "مرحبًا! شارك رقمك لنرسل إليك البطاقة.", params{"keyboard": [][]params{
		{{"text": "📱 شارك رقمي", "request_contact": true}}, {{"text": "العربية"}, {"text": "Français"}}}, "resize_keyboard": true})
	s.bot(s.t, "sendChatAction", params{"chat_id": owner, "action": "typing"})
	s.until("the pictures are loaded", `[...document.images].every((i) => i.complete)`)
	s.until("the last message is there", `document.querySelectorAll('[data-person="103"] .reply-keyboard button').length === 3`)
}
