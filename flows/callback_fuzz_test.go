package flows

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzDecodeTap feeds any bytes to the reading of callback data: what it
// takes must be something that the encoder makes, byte for byte.
func FuzzDecodeTap(f *testing.F) {
	s := Session{Panel: "abcdefghijklmnop", Version: 7}
	for _, data := range []string{
		s.tap("ok"), s.tap("p", "3"), menuTap("home"), menuTap("lang", "ar"),
		encodeTap("o", "abcdefghijklmnop", "offer", "1"), encodeTap("h", "12", "abcdefghijklmnop"),
		encodeTap("v", "12", "0", "abcdefghijklmnop"), encodeTap("a", "shop", "1", "yes"),
		"", ":", "s", "s::1:ok", "s:a:1:ok:x:y", "s:a:b\n:ok", "q:1", "s:h/x:1:ok", strings.Repeat("s:", 40), "✅", "\xff",
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		c, ok := decodeTap(data)
		if !ok {
			return
		}
		if again := encodeTap(c.kind, c.parts...); again != data {
			t.Errorf("%q was read as what is written %q", data, again)
		}
		if len(data) > maxCallback || !utf8.ValidString(data) {
			t.Errorf("%q can't have come from a button", data)
		}
		if c.kind == "" || len(c.parts) == 0 || c.part(len(c.parts)) != "" || c.part(0) == "" {
			t.Errorf("%q has parts that say nothing: %q", data, c.parts)
		}
		for i := range c.parts {
			if n, ok := c.number(i); ok && number(n) != strings.TrimLeft(c.part(i), "0") && n != 0 {
				t.Errorf("part %q was read as %d", c.part(i), n)
			}
		}
	})
}
