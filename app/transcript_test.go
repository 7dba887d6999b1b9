package app

import (
	"fmt"
	"regexp"
	"strings"

	"hanout/sandbox/page"
	"hanout/sandbox/telegram"
)

// tell writes down what changed for everybody since it last did, for the
// transcript and for the gallery. What is given is only remembered.
func (s *stage) tell(n int, line string) {
	given := strings.HasPrefix(line, "given: ")
	if given {
		before := s.out.String()
		defer func() { s.out.Reset(); s.out.WriteString(before) }()
	}
	s.answers(n, line, given)
	for i, c := range cast {
		if s.seen[c.id] == nil {
			s.seen[c.id] = map[int]string{}
		}
		seen := s.seen[c.id]
		now := map[int]bool{}
		for _, m := range s.telegram.Chats.Messages(c.id) {
			now[m.MessageID] = true
			var data []string
			for _, b := range buttons(m) {
				data = append(data, b.CallbackData)
				s.past[c.id] = append(s.past[c.id], pressable{m.MessageID, b.Text, b.CallbackData})
			}
			s.sees(c.id, data, fmt.Sprintf("%s, line %d", strings.Split(s.t.Name(), "/")[1], n+1))
			text := shown(m)
			old, known := seen[m.MessageID]
			seen[m.MessageID] = text
			if m.From == nil || !m.From.IsBot || m.SenderChat != nil || (known && old == text) {
				continue
			}
			head := "sees"
			if known {
				head = "sees the message change"
			} else if m.ReplyToMessage != nil {
				head = "sees, under the sale"
			}
			fmt.Fprintf(&s.out, "  %s %s\n%s", c.name, head, text)
			if !given {
				s.film.take(s.lang, line, c.name, moment{line: n, who: i}, seenMessage(m))
			}
		}
		gone := 0
		for id := range seen {
			if !now[id] {
				gone++
				delete(seen, id)
			}
		}
		if gone > 0 {
			fmt.Fprintf(&s.out, "  %s no longer sees %d older\n", c.name, gone)
		}
	}
}

// answers tells the toasts and alerts.
func (s *stage) answers(n int, line string, given bool) {
	calls := s.telegram.Journal.Calls("answerCallbackQuery")
	for _, c := range calls[s.said:] {
		if text := c.Params["text"]; text != "" {
			kind, notice := "a note", page.NoticeToast
			if c.Params["show_alert"] == "true" {
				kind, notice = "an alert", page.NoticeAlert
			}
			if !given {
				s.film.take(s.lang, line, "", moment{line: n, who: -1}, page.Seen{Notice: notice, Text: steady(text)})
			}
			fmt.Fprintf(&s.out, "  (%s) %s\n", kind, plainText(text))
		}
	}
	s.said = len(calls)
}

var changing = regexp.MustCompile(`(API-\+?\d*-)?[a-hjkmnp-z0-9]{20}\b|\b[0-9a-f]{24}\b|\bAT-\d{4}-\d{5}\b|\b77\d{10}\b|\breq_\w+`)

// shown writes a message as a person reads it, with its buttons.
func shown(m telegram.Message) string {
	var b strings.Builder
	for _, l := range strings.Split(m.Text+m.Caption, "\n") {
		fmt.Fprintf(&b, "    | %s\n", changing.ReplaceAllString(plainText(l), "REF"))
	}
	if len(m.Photo) > 0 {
		b.WriteString("    | (a picture)\n")
	}
	if m.Document != nil {
		fmt.Fprintf(&b, "    | (a file: %s)\n", m.Document.FileName)
	}
	if k := m.ReplyMarkup; k != nil {
		for _, row := range k.InlineKeyboard {
			var labels []string
			for _, button := range row {
				labels = append(labels, "["+plainText(button.Text)+"]")
			}
			fmt.Fprintf(&b, "    | %s\n", strings.Join(labels, " "))
		}
		for _, row := range k.Keyboard {
			for _, button := range row {
				fmt.Fprintf(&b, "    | (below the keyboard) [%s]\n", plainText(button.Text))
			}
		}
	}
	return b.String()
}
