package telegram

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

const (
	maxRow     = 8
	maxButtons = 100
	maxData    = 64 // bytes
	maxCopied  = 256
)

// wireMarkup is every kind of reply_markup at once, with all fields of the Bot API.
type wireMarkup struct {
	InlineKeyboard        *[][]wireInlineButton `json:"inline_keyboard"`
	Keyboard              *[][]json.RawMessage  `json:"keyboard"`
	IsPersistent          bool                  `json:"is_persistent"`
	ResizeKeyboard        bool                  `json:"resize_keyboard"`
	OneTimeKeyboard       bool                  `json:"one_time_keyboard"`
	RemoveKeyboard        bool                  `json:"remove_keyboard"`
	ForceReply            bool                  `json:"force_reply"`
	InputFieldPlaceholder string                `json:"input_field_placeholder"`
	Selective             bool                  `json:"selective"`
}

type wireInlineButton struct {
	InlineButton
	LoginURL         json.RawMessage `json:"login_url"`
	SwitchChosenChat json.RawMessage `json:"switch_inline_query_chosen_chat"`
	CallbackGame     json.RawMessage `json:"callback_game"`
	Pay              bool            `json:"pay"`
}

type wireKeyboardButton struct {
	KeyboardButton
	RequestUsers      json.RawMessage `json:"request_users"`
	RequestChat       json.RawMessage `json:"request_chat"`
	RequestManagedBot json.RawMessage `json:"request_managed_bot"`
	RequestPoll       json.RawMessage `json:"request_poll"`
}

// markup reads reply_markup, nil when there is none. An edit takes inline keyboards only.
func (s *Server) markup(p *params, c *chat, inlineOnly bool) (*Markup, *failure) {
	value := strings.TrimSpace(p.values["reply_markup"])
	switch {
	case value == "":
		return nil, nil
	case !json.Valid([]byte(value)):
		return nil, bad("can't parse reply keyboard markup JSON object")
	case value[0] != '{':
		return nil, bad("object expected as reply markup")
	}
	var w wireMarkup
	p.object("reply_markup", &w, "can't parse reply keyboard markup JSON object")
	if p.failed != nil {
		return nil, p.failed
	}
	var raw map[string]json.RawMessage
	_ = json.Unmarshal([]byte(value), &raw) // its shape was checked above
	for _, field := range []string{"inline_keyboard", "keyboard"} {
		if string(raw[field]) == "null" {
			return nil, bad(fmt.Sprintf("field %q must be of type Array", field))
		}
	}
	kinds := 0
	for _, set := range []bool{w.InlineKeyboard != nil, w.Keyboard != nil, w.RemoveKeyboard, w.ForceReply} {
		if set {
			kinds++
		}
	}
	if kinds > 1 {
		p.complain("reply_markup is of several kinds at once")
	}
	if inlineOnly && w.InlineKeyboard == nil && kinds > 0 {
		return nil, bad("inline keyboard expected")
	}
	m := &Markup{
		IsPersistent: w.IsPersistent, ResizeKeyboard: w.ResizeKeyboard, OneTimeKeyboard: w.OneTimeKeyboard,
		RemoveKeyboard: w.RemoveKeyboard, ForceReply: w.ForceReply,
		InputFieldPlaceholder: w.InputFieldPlaceholder, Selective: w.Selective,
	}
	if n := utf16Len(w.InputFieldPlaceholder); n > 64 {
		return nil, bad("INPUT_FIELD_PLACEHOLDER_TOO_LONG")
	}
	switch {
	case w.Keyboard != nil:
		return m, fillRows(p, *w.Keyboard, &m.Keyboard, func(raw json.RawMessage) (KeyboardButton, *failure) {
			return keyboardButton(p, raw, c)
		})
	case w.InlineKeyboard != nil:
		f := fillRows(p, *w.InlineKeyboard, &m.InlineKeyboard, func(b wireInlineButton) (InlineButton, *failure) {
			return inlineButton(p, b, c)
		})
		if f == nil && len(m.InlineKeyboard) == 0 {
			return nil, nil // an empty keyboard is none
		}
		return m, f
	case kinds == 0:
		return nil, nil
	}
	return m, nil
}

// fillRows checks a keyboard's shape and every button of it.
func fillRows[W, B any](p *params, rows [][]W, into *[][]B, check func(W) (B, *failure)) *failure {
	total := 0
	for _, row := range rows {
		var checked []B
		for _, w := range row {
			b, f := check(w)
			if f != nil {
				return f
			}
			checked = append(checked, b)
		}
		if len(row) > maxRow {
			p.complain(fmt.Sprintf("a keyboard row has %d buttons, more than %d", len(row), maxRow))
		}
		if total += len(row); total > maxButtons {
			return bad("reply markup is too long")
		}
		if len(checked) > 0 { // Telegram leaves out empty rows
			*into = append(*into, checked)
		}
	}
	return nil
}

var styles = []string{"", "primary", "success", "danger", "default"}

func keyboardButton(p *params, raw json.RawMessage, c *chat) (KeyboardButton, *failure) {
	const prefix = "can't parse KeyboardButton: "
	var w wireKeyboardButton
	var label string
	if json.Unmarshal(raw, &label) == nil {
		w.Text = label
	} else {
		one := params{values: map[string]string{"button": string(raw)}}
		one.object("button", &w, prefix+"KeyboardButton must be a String or an Object")
		p.unfit = append(p.unfit, one.unfit...)
		if one.failed != nil {
			return KeyboardButton{}, one.failed
		}
	}
	b := w.KeyboardButton
	switch {
	case strings.TrimSpace(b.Text) == "":
		return b, bad("keyboard button text must be non-empty")
	case !slices.Contains(styles, b.Style):
		return b, bad(prefix + "Invalid button style specified")
	case w.RequestUsers != nil, w.RequestChat != nil, w.RequestManagedBot != nil, w.RequestPoll != nil:
		p.complain("a keyboard button asks for something the sandbox does not give")
		return b, bad("BUTTON_TYPE_INVALID")
	case c.Type != "private" && b.RequestContact:
		return b, bad("phone number can be requested in private chats only")
	case c.Type != "private" && b.RequestLocation:
		return b, bad("location can be requested in private chats only")
	case c.Type != "private" && b.WebApp != nil:
		return b, bad("Web App buttons can be used in private chats only")
	}
	return b, nil
}

func inlineButton(p *params, w wireInlineButton, c *chat) (InlineButton, *failure) {
	const prefix = "can't parse InlineKeyboardButton: "
	b := w.InlineButton
	if b.CopyText != nil && b.CopyText.Text == "" && actions(b) > 0 {
		b.CopyText = nil // looked at last by Telegram, so an empty one beside another action does no harm
	}
	if actions(b) > 1 {
		p.complain(fmt.Sprintf("button %q has several actions", b.Text))
	}
	switch {
	case strings.TrimSpace(b.Text) == "":
		return b, bad("inline keyboard button text must be non-empty")
	case !slices.Contains(styles, b.Style):
		return b, bad(prefix + "Invalid button style specified")
	case w.LoginURL != nil, w.SwitchChosenChat != nil, w.CallbackGame != nil, w.Pay:
		p.complain(fmt.Sprintf("button %q is of a kind the sandbox does not have", b.Text))
		return b, bad("BUTTON_TYPE_INVALID")
	case b.URL != "":
		if !validLink(b.URL, "http", "https", "tg") {
			return b, bad(fmt.Sprintf("inline keyboard button URL '%s' is invalid: Wrong HTTP URL", b.URL))
		}
		b = InlineButton{Text: b.Text, IconCustomEmojiID: b.IconCustomEmojiID, Style: b.Style, URL: b.URL}
	case b.CallbackData != "":
		if len(b.CallbackData) > maxData {
			return b, bad("BUTTON_DATA_INVALID")
		}
		b = InlineButton{Text: b.Text, IconCustomEmojiID: b.IconCustomEmojiID, Style: b.Style, CallbackData: b.CallbackData}
	case b.SwitchInlineQuery != nil, b.SwitchInlineQueryCurrentChat != nil:
	case b.WebApp != nil:
		switch {
		case c.Type != "private":
			return b, bad("BUTTON_TYPE_INVALID")
		case !validLink(b.WebApp.URL, "https"):
			return b, bad(fmt.Sprintf("inline keyboard button Web App URL '%s' is invalid: Only HTTPS links are allowed", b.WebApp.URL))
		}
	case b.CopyText != nil:
		if n := utf16Len(b.CopyText.Text); n < 1 || n > maxCopied {
			return b, bad("BUTTON_COPY_TEXT_INVALID")
		}
	default:
		return b, bad(prefix + "Text buttons are unallowed in the inline keyboard")
	}
	return b, nil
}

// actions counts what a button would do.
func actions(b InlineButton) int {
	n := 0
	for _, set := range []bool{
		b.URL != "", b.CallbackData != "", b.WebApp != nil, b.SwitchInlineQuery != nil,
		b.SwitchInlineQueryCurrentChat != nil, b.CopyText != nil && b.CopyText.Text != "",
	} {
		if set {
			n++
		}
	}
	return n
}
