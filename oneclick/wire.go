package oneclick

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// text is a string of the wire. A number is taken as its digits; null and
// everything else is empty, so that one odd field leaves the rest readable.
type text string

// UnmarshalJSON never fails.
func (t *text) UnmarshalJSON(raw []byte) error {
	*t = ""
	var s string
	switch {
	case raw[0] == '"' && json.Unmarshal(raw, &s) == nil:
		*t = text(s)
	case isNumeric(raw[0]):
		*t = text(raw)
	}
	return nil
}

// trimmed is the text without space around it.
func (t text) trimmed() string { return strings.TrimSpace(string(t)) }

// upper is the text trimmed and in capitals.
func (t text) upper() string { return strings.ToUpper(t.trimmed()) }

// short is the text if it is at most 64 printable ASCII characters, else "".
func (t text) short() string {
	if len(t) > 64 || !isPlain(string(t)) {
		return ""
	}
	return string(t)
}

// id is the text if it can name something at the provider: 1 to 100
// characters that need no escape in a path, else "".
func (t text) id() string {
	if len(t) > 100 || strings.Trim(string(t), ".") == "" {
		return ""
	}
	for i := range len(t) {
		c := t[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_.~", c) >= 0:
		default:
			return ""
		}
	}
	return string(t)
}

// ref is the text if it can be a reference, ours or as the provider rewrites
// it ("API-+213…-…"), else "".
func (t text) ref() string {
	if len(t) > 200 || strings.Trim(string(t), ".") == "" || !isToken(string(t)) {
		return ""
	}
	return string(t)
}

// time reads an ISO 8601 instant; the zero time when it is none.
func (t text) time() time.Time {
	at, err := time.Parse(time.RFC3339, t.trimmed())
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// number is a decimal of the wire, a JSON number or the same in a string, and
// empty for everything else.
type number string

// UnmarshalJSON never fails.
func (n *number) UnmarshalJSON(raw []byte) error {
	*n = ""
	var s string
	switch {
	case raw[0] == '"' && json.Unmarshal(raw, &s) == nil:
		*n = number(strings.TrimSpace(s))
	case isNumeric(raw[0]):
		*n = number(raw)
	}
	return nil
}

func isNumeric(c byte) bool { return c == '-' || (c >= '0' && c <= '9') }

// money is the number as dinars; false when it is missing, negative or no
// amount.
func (n number) money() (topup.Money, bool) {
	m, err := topup.ParseDecimal(string(n))
	return m, err == nil
}

// whole is money above zero without centimes, as face values are.
func (n number) whole() (topup.Money, bool) {
	m, ok := n.money()
	return m, ok && m > 0 && m%100 == 0
}

// count is a whole number from 0 to a million; 0 when it is none.
func (n number) count() int {
	m, ok := n.money()
	if !ok || m%100 != 0 || m.WholeDinars() > 1_000_000 {
		return 0
	}
	return int(m.WholeDinars())
}

// flag is a boolean of the wire; unset for everything else.
type flag struct{ set, value bool }

// UnmarshalJSON never fails.
func (f *flag) UnmarshalJSON(raw []byte) error {
	v, err := strconv.ParseBool(strings.Trim(string(raw), `"`))
	*f = flag{set: err == nil, value: err == nil && v}
	return nil
}
