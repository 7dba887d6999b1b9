package telegram

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// layer orders entities of the same place: the outer ones first.
var layer = map[string]int{
	"blockquote": 0, "expandable_blockquote": 0,
	"pre": 10, "code": 20, "text_link": 49, "text_mention": 49,
	"bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94,
	"custom_emoji": 99,
}

func layerOf(kind string) int {
	if n, ok := layer[kind]; ok {
		return n
	}
	return 50
}

func sortEntities(list []Entity) {
	slices.SortStableFunc(list, func(a, b Entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length), cmp.Compare(layerOf(a.Type), layerOf(b.Type)))
	})
}

func (e Entity) end() int { return e.Offset + e.Length }

func (e Entity) overlaps(o Entity) bool { return e.Offset < o.end() && o.Offset < e.end() }

func isStyle(e Entity) bool { return layerOf(e.Type) >= 90 && e.Type != "custom_emoji" }

func isQuote(e Entity) bool { return layerOf(e.Type) == 0 }

func isCode(e Entity) bool { return e.Type == "code" || e.Type == "pre" }

// normalize applies the rules of nesting: quotes stand outside of each other, and so do links and code; a style (bold,
// spoiler and so on) ends where code begins, so that a spoiler around code vanishes; styles of a kind that touch are one.
func normalize(entities []Entity) []Entity {
	sortEntities(entities)
	var solid, quotes, styles []Entity
	for _, e := range entities {
		switch {
		case isStyle(e):
			styles = append(styles, e)
		case isQuote(e):
			quotes = appendApart(quotes, e)
		default:
			solid = appendApart(solid, e)
		}
	}
	solid = slices.DeleteFunc(solid, func(e Entity) bool {
		return slices.ContainsFunc(quotes, func(q Entity) bool {
			return q.overlaps(e) && (e.Offset < q.Offset || e.end() > q.end())
		})
	})
	for _, e := range solid {
		if isCode(e) {
			styles = without(styles, e)
		}
	}
	all := slices.Concat(quotes, solid, merged(styles))
	sortEntities(all)
	return all
}

// appendApart appends an entity unless it overlaps the last one.
func appendApart(list []Entity, e Entity) []Entity {
	if n := len(list); n > 0 && list[n-1].overlaps(e) {
		return list
	}
	return append(list, e)
}

// without cuts the place of code out of the styles.
func without(styles []Entity, code Entity) []Entity {
	var left []Entity
	for _, e := range styles {
		if !e.overlaps(code) {
			left = append(left, e)
			continue
		}
		before, after := e, e
		before.Length = code.Offset - e.Offset
		after.Offset = code.end()
		after.Length = e.end() - after.Offset
		for _, part := range []Entity{before, after} {
			if part.Length > 0 {
				left = append(left, part)
			}
		}
	}
	return left
}

// merged joins styles of one kind that overlap or touch.
func merged(styles []Entity) []Entity {
	sortEntities(styles)
	var all []Entity
	last := map[string]int{}
	for _, e := range styles {
		if i, ok := last[e.Type]; ok && e.Offset <= all[i].end() {
			all[i].Length = max(all[i].end(), e.end()) - all[i].Offset
			continue
		}
		last[e.Type] = len(all)
		all = append(all, e)
	}
	return all
}

// finders find what Telegram marks by itself; the first group is the entity.
var finders = []struct {
	kind string
	re   *regexp.Regexp
}{
	{"url", regexp.MustCompile(`(?i)(?:^|[^\w@/.])((?:(?:https?|tg)://|t\.me/)[^\s<>"]+)`)},
	{"email", regexp.MustCompile(`(?:^|[^\w@/.+-])([\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,})`)},
	{"mention", regexp.MustCompile(`(?:^|[^\w@/.])(@[A-Za-z]\w{3,31})\b`)},
	{"bot_command", regexp.MustCompile(`(?:^|[^\w/<>@])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{3,31})?)`)},
	{"hashtag", regexp.MustCompile(`(?:^|[^\w&#])(#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)`)},
}

// withFound adds links, mentions, commands and so on that the text itself holds, outside of code and links.
func withFound(text string, entities []Entity) []Entity {
	for _, f := range finders {
		for _, at := range f.re.FindAllStringSubmatchIndex(text, -1) {
			part := text[at[2]:at[3]]
			if f.kind == "url" {
				part = strings.TrimRight(part, `.,:;!?'"`)
			}
			e := Entity{Type: f.kind, Offset: utf16Len(text[:at[2]]), Length: utf16Len(part)}
			if !slices.ContainsFunc(entities, func(o Entity) bool { return !isStyle(o) && !isQuote(o) && o.overlaps(e) }) {
				entities = append(entities, e)
			}
		}
	}
	sortEntities(entities)
	return entities
}
