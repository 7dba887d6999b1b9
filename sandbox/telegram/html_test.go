package telegram_test

import (
	"slices"
	"strings"
	"testing"

	"hanout/sandbox/telegram"
)

// entities writes entities down as "type offset+length extra".
func entities(list []telegram.Entity) string {
	var parts []string
	for _, e := range list {
		part := e.Type + " " + itoa(e.Offset) + "+" + itoa(e.Length)
		for _, extra := range []string{e.URL, e.Language, e.CustomEmojiID, e.DateTimeFormat} {
			if extra != "" {
				part += " " + extra
			}
		}
		if e.User != nil {
			part += " " + e.User.FirstName
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func TestHTML(t *testing.T) {
	r := newRig(t, unlimited())
	tests := []struct{ name, in, text, entities string }{
		{"plain", "a > b", "a > b", ""},
		{"references", "&lt;b&gt; &amp; &quot; &#65;&#x42; &copy; &lt", `<b> & " AB &copy; <`, ""},
		{"bold", "x<b>yz</b>", "xyz", "bold 1+2"},
		{"all styles", "<strong>a</strong><i>b</i><em>c</em><u>d</u><ins>e</ins><s>f</s><strike>g</strike><del>h</del>", "abcdefgh",
			"bold 0+1, italic 1+2, underline 3+2, strikethrough 5+3"},
		{"upper case", "<B>a</b>", "a", "bold 0+1"},
		{"short end tag", "<b>a</>", "a", "bold 0+1"},
		{"spoilers", `<tg-spoiler>a</tg-spoiler> <span class="tg-spoiler">b</span>`, "a b", "spoiler 0+1, spoiler 2+1"},
		{"nested", "<b>a<i>b</i></b>", "ab", "bold 0+2, italic 1+1"},
		{"emoji counts two", "😀<b>é</b>م", "😀éم", "bold 2+1"},
		{"link", `<a href="https://example.com/?a=1&amp;b=2">go</a>`, "go", "text_link 0+2 https://example.com/?a=1&b=2"},
		{"link without scheme or path", "<a href=Example.com>go</a>", "go", "text_link 0+2 http://example.com/"},
		{"link to nowhere", `<a href="nowhere">go</a>`, "go", ""},
		{"mention by id", `<a href="tg://user?id=1002">him</a>`, "him", "text_mention 0+3 Karim"},
		{"mention of nobody", `<a href="tg://user?id=9">him</a>`, "him", ""},
		{"code", "<code>a &lt; b</code>", "a < b", "code 0+5"},
		{"pre with language", `<pre><code class="language-go">x</code></pre>`, "x", "pre 0+1 go"},
		{"pre with plain code", "<pre><code>x</code></pre>", "x", "pre 0+1"},
		{"quote", "<blockquote>a<b>b</b></blockquote>", "ab", "blockquote 0+2, bold 1+1"},
		{"long quote", "<blockquote expandable>a</blockquote>", "a", "expandable_blockquote 0+1"},
		{"emoji tag", `<tg-emoji emoji-id="5368">👍</tg-emoji>`, "👍", "custom_emoji 0+2 5368"},
		{"time tag", `<tg-time unix="1647531900" format="wDT">soon</tg-time>`, "soon", "date_time 0+4 wDT"},
		{"empty tag", "a<b></b>", "a", ""},
		{"blank tag", "a<b> </b>b", "a b", ""},
		{"strange attribute", "<b dir=auto hidden>a</b>", "a", "bold 0+1"},

		{"spoiler around code is dropped", "<tg-spoiler><code>1234</code></tg-spoiler>", "1234", "code 0+4"},
		{"style inside code is dropped", "<code>a<b>b</b></code>", "ab", "code 0+2"},
		{"style is cut by code", "<b>ab<code>cd</code>ef</b>", "abcdef", "bold 0+2, code 2+2, bold 4+2"},
		{"code within link is dropped", `<a href="https://a.dz/">ab<code>c</code></a>`, "abc", "text_link 0+3 https://a.dz/"},
		{"quote within quote is dropped", "<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", "blockquote 0+2"},
		{"touching styles join", "<b>a</b><b>b</b>", "ab", "bold 0+2"},

		{"trimmed", "  \n a  \n", "a", ""},
		{"space before an entity stays", "<b> a</b> ", " a", "bold 0+2"},
		{"entity is cut by the trim", "a<b>b \n</b>", "ab", "bold 1+1"},
		{"entity moves with the trim", "  a<b>b</b>", "ab", "bold 1+1"},
		{"controls", "a\r\nb\tc", "a\nb c", ""},
		{"embeddings go, isolates stay", "\u202aa\u202c \u20665\u2069", "a \u20665\u2069", ""},
		{"entity after dropped runes", "\u202a\u202c<b>a</b>", "a", "bold 0+1"},

		{"found", "see https://t.me/sandbox_bot?start=x1. Ask @karim_dz /help a@b.dz #news", "see https://t.me/sandbox_bot?start=x1. Ask @karim_dz /help a@b.dz #news",
			"url 4+33, mention 43+9, bot_command 53+5, email 59+6, hashtag 66+5"},
		{"nothing found in code", "<code>/start @karim_dz</code>", "/start @karim_dz", "code 0+16"},
		{"found under a style", "<b>/start</b>", "/start", "bot_command 0+6, bold 0+6"},
		{"no command in a path", "a/b 1/2 and/or", "a/b 1/2 and/or", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m telegram.Message
			r.call("sendMessage", "chat_id", "1001", "parse_mode", "HTML", "text", tt.in).into(t, &m)
			if m.Text != tt.text || entities(m.Entities) != tt.entities {
				t.Errorf("got  %q [%s]\nwant %q [%s]", m.Text, entities(m.Entities), tt.text, tt.entities)
			}
		})
	}
	r.clean()
}

func TestHTMLErrors(t *testing.T) {
	tests := []struct{ in, want string }{
		{"م<x>", `Unsupported start tag "x" at byte offset 2`},
		{"a <b", `Unclosed start tag at byte offset 2`},
		{"<b>a", `Can't find end tag corresponding to start tag "b"`},
		{"a</b>", `Unexpected end tag at byte offset 1`},
		{"<b>a</i>", `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`},
		{"<b>a</b", `Unclosed end tag at byte offset 4`},
		{"<span>a</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{"<a =x>", `Empty attribute name in the tag "a" at byte offset 0`},
		{"<a href= ", `Unclosed start tag "a" at byte offset 0`},
		{"<a href=a,b>", `Unexpected end of name token at byte offset 8`},
		{`<a href="x>`, `Unclosed start tag at byte offset 0`},
		{"<tg-emoji>a</tg-emoji>", `Invalid custom emoji identifier specified`},
		{"2 < 3>", `Unsupported start tag "" at byte offset 2`},
		{"&#xD800;", `Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units`},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			r := newRig(t, unlimited())
			r.t = t
			a := r.call("sendMessage", "chat_id", "1001", "parse_mode", "html", "text", tt.in)
			r.wantError(a, 400, "Bad Request: can't parse entities: "+tt.want)
			if v := r.Journal.Violations(); !slices.Equal(v, []string{"sendMessage: Bad Request: can't parse entities: " + tt.want}) {
				t.Errorf("violations %q", v)
			}
		})
	}
}

func TestEntitiesParameter(t *testing.T) {
	r := newRig(t, unlimited())
	var m telegram.Message
	r.call("sendMessage", "chat_id", "1001", "text", "ab <b>", "entities", `[{"type":"spoiler","offset":0,"length":2}]`).into(t, &m)
	if m.Text != "ab <b>" || entities(m.Entities) != "spoiler 0+2" {
		t.Errorf("got %q [%s]", m.Text, entities(m.Entities))
	}
	r.clean()
	a := r.call("sendMessage", "chat_id", "1001", "text", "x", "entities", `{"type":"bold"}`)
	r.wantError(a, 400, "Bad Request: can't parse entities JSON object")
}

func FuzzHTML(f *testing.F) {
	for _, seed := range []string{"<b>a</b>", "<a href='x'>😀</a>", "&#65;<pre><code class=language-go>", " <i> </i>\n", "<blockquote><code>x</code></>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		r := newRig(t, unlimited())
		a := r.call("sendMessage", "chat_id", "1001", "parse_mode", "HTML", "text", in)
		if !a.OK {
			return
		}
		var m telegram.Message
		a.into(t, &m)
		total := utf16Len(m.Text)
		for _, e := range m.Entities {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > total {
				t.Errorf("%q: entity %+v outside of %q", in, e, m.Text)
			}
		}
		if strings.TrimRight(m.Text, " \n") != m.Text {
			t.Errorf("%q: not trimmed: %q", in, m.Text)
		}
	})
}
