package flows

import (
	"maps"
	"slices"
	"time"

	"hanout/topup"
)

// How an operator works now: whether the provider says that it is down, and
// how the last sales went.

// weatherLines tell a seller what is to be known of an operator before a sale.
func (t *turn) weatherLines(op topup.Operator) (lines []Msg) {
	if t.v.Shelf.Weather().Down[op] {
		lines = append(lines, M("operator.sick", "Operator", Latin(op)))
	}
	if bad, of, rough := t.v.Shelf.Pulse(op).Lately(t.env.Now); rough {
		lines = append(lines, M("operator.rough", "Operator", Latin(op), "Bad", number(uint64(bad)), "Of", number(uint64(of))))
	}
	return lines
}

// pulseLines tell those who run the business how each operator's last sales
// went.
func pulseLines(pulses map[topup.Operator]topup.Pulse, now time.Time) (lines []Msg) {
	for _, op := range slices.Sorted(maps.Keys(pulses)) {
		bad, of, _ := pulses[op].Lately(now)
		switch {
		case bad > 0:
			lines = append(lines, M("orders.rough", "Operator", Latin(op), "Bad", number(uint64(bad)), "Of", number(uint64(of))))
		case of > 0:
			lines = append(lines, M("orders.well", "Operator", Latin(op), "Of", number(uint64(of))))
		}
	}
	return lines
}
