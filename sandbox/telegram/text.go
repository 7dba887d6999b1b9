package telegram

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxText    = 4096
	maxCaption = 1024
)

// utf16Len is the length of a text as Telegram counts it.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// utf16Slice is a part of a text, by offset and length in UTF-16 units.
func utf16Slice(s string, offset, length int) string {
	units := utf16.Encode([]rune(s))
	offset = min(max(offset, 0), len(units))
	return string(utf16.Decode(units[offset:min(offset+max(length, 0), len(units))]))
}

// cleaned gives what Telegram makes of a rune: some are dropped (false), control characters become spaces.
func cleaned(r rune) (rune, bool) {
	switch {
	case r == '\r', r >= 0x2028 && r <= 0x202e, r == 0x333, r == 0x33f, r == 0x30a:
		return 0, false
	case r < ' ' && r != '\n':
		return ' ', true
	}
	return r, true
}

// tidy cleans a text of characters that Telegram does not keep, trims it, and moves the entities along. Space in front
// is kept from the first entity on.
func tidy(text string, entities []Entity) (string, []Entity) {
	var b strings.Builder
	moved := make([]int, 0, len(text)+1) // new offset of every old one
	at := 0
	for _, r := range text {
		kept, keep := cleaned(r)
		for range utf16.RuneLen(r) {
			moved = append(moved, at)
		}
		if keep {
			b.WriteRune(kept)
			at += utf16.RuneLen(kept)
		}
	}
	moved = append(moved, at)
	entities = slices.Clone(entities)
	for i := range entities {
		e := &entities[i]
		start := moved[min(max(e.Offset, 0), len(moved)-1)]
		end := moved[min(max(e.Offset+e.Length, 0), len(moved)-1)]
		e.Offset, e.Length = start, end-start
	}
	entities = slices.DeleteFunc(entities, func(e Entity) bool { return blank(b.String(), e) })
	sortEntities(entities)

	text = strings.TrimRight(b.String(), " \n")
	lead := 0
	for lead < len(text) && (text[lead] == ' ' || text[lead] == '\n') && (len(entities) == 0 || lead < entities[0].Offset) {
		lead++
	}
	text = text[lead:]
	total := utf16Len(text)
	for i := range entities {
		e := &entities[i]
		e.Offset -= lead
		e.Length = min(e.Length, total-e.Offset)
	}
	return text, slices.DeleteFunc(entities, func(e Entity) bool { return e.Length <= 0 })
}

// blank tells whether an entity covers nothing to see. A link may cover white space, since it has something hidden.
func blank(text string, e Entity) bool {
	if e.Length <= 0 {
		return true
	}
	switch e.Type {
	case "text_link", "text_mention", "custom_emoji":
		return false
	}
	return strings.Trim(utf16Slice(text, e.Offset, e.Length), " \n") == ""
}

// formatted is a text with its entities as it will be stored.
type formatted struct {
	text     string
	entities []Entity
}

// formatted reads a text parameter with its parse mode or its list of entities.
func (s *Server) formatted(p *params, text, parseMode, entitiesJSON string) (formatted, *failure) {
	if !utf8.ValidString(text) {
		return formatted{}, bad("strings must be encoded in UTF-8")
	}
	var entities []Entity
	switch strings.ToLower(parseMode) {
	case "", "none":
		if entitiesJSON != "" {
			list := params{values: map[string]string{"entities": entitiesJSON}}
			list.object("entities", &entities, "can't parse entities JSON object")
			p.unfit = append(p.unfit, list.unfit...)
			if list.failed != nil {
				return formatted{}, list.failed
			}
		}
	case "html":
		if entitiesJSON != "" {
			p.complain("entities are ignored beside parse_mode")
		}
		parsed, found, err := parseHTML(text)
		if err != nil {
			return formatted{}, bad("can't parse entities: " + err.Error())
		}
		text, entities = parsed, found
	case "markdown", "markdownv2":
		p.complain("the sandbox reads no Markdown")
		return formatted{}, bad("unsupported parse_mode")
	default:
		return formatted{}, bad("unsupported parse_mode")
	}
	text, entities = tidy(text, entities)
	entities = s.withPeople(normalize(entities))
	return formatted{text, withFound(text, entities)}, nil
}

// withPeople fills in who is mentioned by ID, and drops mentions of people nobody knows.
func (s *Server) withPeople(entities []Entity) []Entity {
	return slices.DeleteFunc(entities, func(e Entity) bool {
		if e.Type != "text_mention" {
			return false
		}
		r := s.residents[e.User.ID]
		if r != nil {
			*e.User = *r.user()
		}
		return r == nil
	})
}
