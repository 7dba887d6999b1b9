package app

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hanout/sandbox/telegram"
)

// texts gives what a chat shows, for searching: without isolates, with plain
// spaces.
func (r *rig) texts(chat int64) string {
	var b strings.Builder
	for _, m := range r.telegram.Chats.Messages(chat) {
		b.WriteString(plainText(m.Text + m.Caption))
		b.WriteString("\n")
		if m.ReplyMarkup != nil {
			for _, row := range m.ReplyMarkup.InlineKeyboard {
				for _, k := range row {
					b.WriteString("[" + plainText(k.Text) + "] ")
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

var plainer = strings.NewReplacer("\u2066", "", "\u2068", "", "\u2069", "", "\u200f", "", "\u200e", "", "\u00a0", " ")

func plainText(s string) string { return plainer.Replace(s) }

// say types a text and lets its effects happen.
func (r *rig) say(person int64, text string) {
	r.telegram.People.Type(person, text)
	r.settle(time.Second)
}

// tap presses the newest button with a label.
func (r *rig) tap(person int64, label string) {
	r.t.Helper()
	if err := r.telegram.People.PressButton(person, label); err != nil {
		r.t.Fatalf("%v\nthe chat:\n%s", err, r.texts(person))
	}
	r.settle(time.Second)
}

// sees fails unless the chat shows a text.
func (r *rig) sees(person int64, text string) {
	r.t.Helper()
	if !strings.Contains(r.texts(person), text) {
		r.t.Fatalf("%d does not see %q; the chat:\n%s", person, text, r.texts(person))
	}
}

// last gives the newest text of the bot in a chat.
func (r *rig) last(person int64) string {
	for _, m := range slices.Backward(r.telegram.Chats.Messages(person)) {
		if m.From != nil && m.From.IsBot {
			return plainText(m.Text)
		}
	}
	return ""
}

// openShop brings the shop to where it can sell: language, name, phone,
// approval, money.
func (r *rig) openShop(lang string, money int) {
	r.t.Helper()
	label := map[string]string{"ar": "العربية", "fr": "Français"}[lang]
	for _, p := range []int64{ownerID, shopID} {
		r.say(p, "/start")
		r.tap(p, label)
	}
	r.say(shopID, "Taxiphone Nour")
	r.telegram.People.ShareContact(shopID)
	r.settle(time.Second)
	r.tap(ownerID, "✅")
	if money > 0 {
		r.say(ownerID, fmt.Sprintf("/credit 1 %d test", money))
		r.tap(ownerID, "✅")
	}
}

// panel is a message of the bot with its green button.
type panel struct {
	message int
	ok      string // the callback data of ✅
}

// newest gives the newest message of a chat that has a ✅.
func (r *rig) newest(person int64) panel {
	r.t.Helper()
	for _, m := range slices.Backward(r.telegram.Chats.Messages(person)) {
		for _, b := range buttons(m) {
			if strings.HasPrefix(plainText(b.Text), "✅") {
				return panel{m.MessageID, b.CallbackData}
			}
		}
	}
	r.t.Fatalf("%d has no panel to confirm; the chat:\n%s", person, r.texts(person))
	return panel{}
}

// confirmPanel brings the shop to the question for 500 DA to 0778037340.
func (r *rig) confirmPanel() panel {
	r.t.Helper()
	r.say(shopID, "0778037340 500")
	r.sees(shopID, "Confirmer la vente")
	return r.newest(shopID)
}

// press taps a button that is there.
func (r *rig) press(person int64, p panel) {
	r.t.Helper()
	if _, err := r.telegram.People.Press(person, p.message, p.ok); err != nil {
		r.t.Fatal(err)
	}
}

func has(m telegram.Message, data string) bool {
	return slices.ContainsFunc(buttons(m), func(b telegram.InlineButton) bool { return b.CallbackData == data })
}

// buttons gives the inline buttons of a message.
func buttons(m telegram.Message) []telegram.InlineButton {
	if m.ReplyMarkup == nil {
		return nil
	}
	return slices.Concat(m.ReplyMarkup.InlineKeyboard...)
}
