package telegram

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// tagType gives the entity of each tag of Telegram's HTML.
var tagType = map[string]string{
	"b": "bold", "strong": "bold",
	"i": "italic", "em": "italic",
	"u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
	"tg-spoiler": "spoiler", "span": "spoiler",
	"a": "text_link", "code": "code", "pre": "pre",
	"blockquote": "blockquote", "tg-emoji": "custom_emoji", "tg-time": "date_time",
}

// markupError is Telegram's sentence about broken markup, capital letter and all.
type markupError string

func (e markupError) Error() string { return string(e) }

func malformed(format string, args ...any) error {
	return markupError(fmt.Sprintf(format, args...))
}

// openTag is a start tag whose end has not come yet.
type openTag struct {
	name       string
	attributes map[string]string
	offset     int // in UTF-16 units of the result
	start      int // in bytes of the result
}

// htmlReader walks over a text byte by byte, as Telegram does: its errors name byte offsets.
type htmlReader struct {
	in       string
	at       int
	out      strings.Builder
	units    int // UTF-16 length of out
	open     []openTag
	entities []Entity
}

// parseHTML takes Telegram's HTML apart into text and entities.
func parseHTML(in string) (string, []Entity, error) {
	h := &htmlReader{in: in}
	for h.at < len(h.in) {
		var err error
		switch {
		case h.peek() != '<':
			err = h.character()
		case strings.HasPrefix(h.in[h.at:], "</"):
			err = h.endTag()
		default:
			err = h.startTag()
		}
		if err != nil {
			return "", nil, err
		}
	}
	if n := len(h.open); n > 0 {
		return "", nil, malformed("Can't find end tag corresponding to start tag %s", quote(h.open[n-1].name))
	}
	for i := range h.entities {
		if h.entities[i].Type == "code" {
			h.entities[i].Language = ""
		}
	}
	return h.out.String(), h.entities, nil
}

// peek is the byte at the reader, 0 at the end.
func (h *htmlReader) peek() byte {
	if h.at < len(h.in) {
		return h.in[h.at]
	}
	return 0
}

func (h *htmlReader) skip(while func(byte) bool) string {
	from := h.at
	for h.at < len(h.in) && while(h.in[h.at]) {
		h.at++
	}
	return h.in[from:h.at]
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' || c == 0 }

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-'
}

// character copies one character or reference into the text.
func (h *htmlReader) character() error {
	r, size := decodeReference(h.in[h.at:])
	if utf16.IsSurrogate(r) {
		return malformed("Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units")
	}
	if size == 0 {
		r, size = utf8.DecodeRuneInString(h.in[h.at:])
	}
	h.at += size
	h.out.WriteRune(r)
	h.units += utf16.RuneLen(r)
	return nil
}

// namedReferences are all that Telegram knows.
var namedReferences = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}

// decodeReference reads "&lt;" and its like at the head of s; size 0 means that there is none, and the "&" stands for
// itself. The semicolon may be missing.
func decodeReference(s string) (r rune, size int) {
	if s[0] != '&' {
		return 0, 0
	}
	end := 1
	if strings.HasPrefix(s, "&#") {
		end = 2
		base, digits := 10, "0123456789"
		if strings.HasPrefix(s[2:], "x") {
			end, base, digits = 3, 16, "0123456789abcdefABCDEF"
		}
		from := end
		for end < len(s) && strings.IndexByte(digits, s[end]) >= 0 {
			end++
		}
		n, err := strconv.ParseUint(s[from:end], base, 32)
		if err != nil || n == 0 || n >= utf8.MaxRune || end >= 10 {
			return 0, 0
		}
		r = rune(n)
	} else {
		for end < len(s) && (s[end] >= 'a' && s[end] <= 'z' || s[end] >= 'A' && s[end] <= 'Z') {
			end++
		}
		if r = namedReferences[s[1:end]]; r == 0 {
			return 0, 0
		}
	}
	if end < len(s) && s[end] == ';' {
		end++
	}
	return r, end
}

func (h *htmlReader) startTag() error {
	begin := h.at
	h.at++
	name := strings.ToLower(h.skip(func(c byte) bool { return !isSpace(c) && c != '>' }))
	if h.at == len(h.in) {
		return malformed("Unclosed start tag at byte offset %d", begin)
	}
	if tagType[name] == "" {
		return malformed("Unsupported start tag %s at byte offset %d", quote(name), begin)
	}
	tag := openTag{name: name, attributes: map[string]string{}, offset: h.units, start: h.out.Len()}
	for {
		h.skip(isSpace)
		if h.peek() == '>' {
			break
		}
		key, value, err := h.attribute(name, begin)
		if err != nil {
			return err
		}
		tag.attributes[key] = value
	}
	h.at++
	if name == "span" && tag.attributes["class"] != "tg-spoiler" {
		return malformed("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	h.open = append(h.open, tag)
	return nil
}

func (h *htmlReader) attribute(tag string, begin int) (key, value string, err error) {
	unclosed := malformed("Unclosed start tag %s at byte offset %d", quote(tag), begin)
	key = h.skip(func(c byte) bool { return !isSpace(c) && c != '=' && c != '>' })
	if key == "" {
		if h.at == len(h.in) {
			return "", "", unclosed
		}
		return "", "", malformed("Empty attribute name in the tag %s at byte offset %d", quote(tag), begin)
	}
	h.skip(isSpace)
	if h.peek() != '=' {
		if h.at == len(h.in) {
			return "", "", unclosed
		}
		return key, "", nil
	}
	h.at++
	h.skip(isSpace)
	switch delimiter := h.peek(); {
	case h.at == len(h.in):
		return "", "", unclosed
	case delimiter == '"' || delimiter == '\'':
		h.at++
		value = h.literal(delimiter)
	default:
		from := h.at
		value = strings.ToLower(h.skip(isNameByte))
		if h.at < len(h.in) && !isSpace(h.peek()) && h.peek() != '>' {
			return "", "", malformed("Unexpected end of name token at byte offset %d", from)
		}
	}
	if h.at == len(h.in) {
		return "", "", malformed("Unclosed start tag at byte offset %d", begin)
	}
	return key, value, nil
}

// literal reads an attribute's value up to and with its closing quote.
func (h *htmlReader) literal(delimiter byte) string {
	var value strings.Builder
	for h.at < len(h.in) && h.peek() != delimiter {
		if r, size := decodeReference(h.in[h.at:]); size > 0 {
			value.WriteRune(r)
			h.at += size
			continue
		}
		value.WriteByte(h.peek())
		h.at++
	}
	if h.at < len(h.in) {
		h.at++
	}
	return value.String()
}

func (h *htmlReader) endTag() error {
	begin := h.at
	if len(h.open) == 0 {
		return malformed("Unexpected end tag at byte offset %d", begin)
	}
	h.at += 2
	name := strings.ToLower(h.skip(func(c byte) bool { return !isSpace(c) && c != '>' }))
	h.skip(isSpace)
	if h.peek() != '>' {
		return malformed("Unclosed end tag at byte offset %d", begin)
	}
	h.at++
	tag := h.open[len(h.open)-1]
	if name != "" && name != tag.name {
		return malformed("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, tag.name, name)
	}
	h.open = h.open[:len(h.open)-1]
	if h.units > tag.offset {
		return h.close(tag)
	}
	return nil
}

// close makes the entity of a tag that has its end.
func (h *htmlReader) close(tag openTag) error {
	e := Entity{Type: tagType[tag.name], Offset: tag.offset, Length: h.units - tag.offset}
	var inner *Entity // the entity just made, when it covers the same text
	if n := len(h.entities); n > 0 && h.entities[n-1].Offset == e.Offset && h.entities[n-1].Length == e.Length {
		inner = &h.entities[n-1]
	}
	switch tag.name {
	case "blockquote":
		if _, ok := tag.attributes["expandable"]; ok {
			e.Type = "expandable_blockquote"
		}
	case "tg-emoji":
		e.CustomEmojiID = tag.attributes["emoji-id"]
		if id, err := strconv.ParseInt(e.CustomEmojiID, 10, 64); err != nil || id == 0 {
			return malformed("Invalid custom emoji identifier specified")
		}
	case "tg-time":
		unix, err := strconv.ParseInt(tag.attributes["unix"], 10, 64)
		if err != nil {
			return malformed("Invalid Unix time specified")
		}
		e.UnixTime, e.DateTimeFormat = unix, tag.attributes["format"]
	case "a":
		link := cmp.Or(tag.attributes["href"], h.out.String()[tag.start:])
		if id, ok := mentionedUser(link); ok {
			e.Type, e.User = "text_mention", &User{ID: id}
		} else if e.URL = checkedLink(link); e.URL == "" {
			return nil // Telegram drops a link that leads nowhere
		}
	case "pre":
		if inner != nil && inner.Type == "code" && inner.Language != "" {
			inner.Type = "pre"
			return nil
		}
	case "code":
		if language, ok := strings.CutPrefix(tag.attributes["class"], "language-"); ok {
			e.Language = language
		}
		if inner != nil && inner.Type == "pre" && e.Language != "" {
			inner.Language = e.Language
			return nil
		}
	}
	h.entities = append(h.entities, e)
	return nil
}

func quote(s string) string { return `"` + s + `"` }

// mentionedUser reads tg://user?id=1.
func mentionedUser(link string) (int64, bool) {
	rest, ok := strings.CutPrefix(strings.ToLower(link), "tg://user?id=")
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return id, err == nil && id > 0
}

// checkedLink is a link as Telegram keeps it, "" when it is none: a scheme of http, https or tg, http when it is
// missing, and at least "/" as its path.
func checkedLink(link string) string {
	if !strings.Contains(link, "://") {
		link = "http://" + link
	}
	if !validLink(link, "http", "https", "tg") {
		return ""
	}
	u, _ := url.Parse(link)
	if u.Path == "" && u.Scheme != "tg" {
		u.Path = "/"
	}
	return u.String()
}

func validLink(link string, schemes ...string) bool {
	u, err := url.Parse(link)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" || strings.ContainsAny(link, " \n") {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "tg" || host == "localhost" || strings.Contains(strings.Trim(host, "."), ".")
}
