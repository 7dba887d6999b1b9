package flows

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Callback data is what comes back from a tapped button: fields joined by
// ':', at most 64 bytes (Bot API, InlineKeyboardButton.callback_data). It is
// made by us but may be forged, so decoding refuses what encoding can't make,
// and nothing in it is trusted: it only names things that are then looked up,
// and what the tapping person may do with them is asked of the rights.
//
//	s:<panel>:<version>:<verb>[:<arg>]  a step of the conversation on panel
//	o:<order>:<verb>[:<arg>]            something about an order
//	h:<before>:<panel>[:<which>]        a page of the history on panel
//	v:<no>:<before>:<panel>[:<which>]   an order out of that page
//	w:<shop>:<which>:<before>:<panel>   a page of a shop's wallet on panel
//	m:<verb>[:<arg>]                    the menu
//	a:<kind>:<id>:<verb>[:<seal>]       an owner's decision, on what was seen
//	r:<verb>[:<arg>[:<arg>]]            a till that goes on from a copy
const maxCallback = 64

// tapFields are the kinds of taps, with the fewest and most fields of each.
var tapFields = map[string][2]int{"s": {3, 4}, "o": {2, 3}, "h": {2, 3}, "v": {3, 4}, "w": {4, 4}, "m": {1, 2}, "a": {3, 4}, "r": {1, 3}}

type tap struct {
	kind  string
	parts []string
}

func encodeTap(kind string, parts ...string) string {
	return kind + ":" + strings.Join(parts, ":")
}

// decodeTap splits callback data; false for what no button of ours carries.
func decodeTap(data string) (tap, bool) {
	if len(data) == 0 || len(data) > maxCallback || !utf8.ValidString(data) {
		return tap{}, false
	}
	for _, r := range data {
		if r < ' ' || r > '~' {
			return tap{}, false
		}
	}
	f := strings.Split(data, ":")
	limits, ok := tapFields[f[0]]
	if n := len(f) - 1; !ok || n < limits[0] || n > limits[1] {
		return tap{}, false
	}
	for _, p := range f {
		if p == "" || strings.Contains(p, "/") {
			return tap{}, false
		}
	}
	return tap{kind: f[0], parts: f[1:]}, true
}

func (t tap) part(i int) string {
	if i < len(t.parts) {
		return t.parts[i]
	}
	return ""
}

func (t tap) number(i int) (uint64, bool) {
	n, err := strconv.ParseUint(t.part(i), 10, 63)
	return n, err == nil
}

// tap makes the data of a button on the session's own panel.
func (s *Session) tap(verb string, arg ...string) string {
	return encodeTap("s", append([]string{s.Panel, strconv.Itoa(s.Version), verb}, arg...)...)
}

func menuTap(verb string, arg ...string) string {
	return encodeTap("m", append([]string{verb}, arg...)...)
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
