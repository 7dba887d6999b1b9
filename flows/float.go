package flows

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"hanout/topup"
)

// The float as the business's owners see it: how much, for how long, and from
// which sum on they want to be told.

// FloatScreen tells who runs the business the float, what the shops hold, and
// whether the one covers the other. float is nil when the provider did not
// answer. Owners are told how the database is kept, too, where that is on a
// server.
func FloatScreen(who topup.Actor, float *topup.Money, acc *topup.Account, shops topup.Wallet, closed bool, watch topup.FloatWatch, kept *topup.Safeguards) Screen {
	var sc Screen
	sc.line(M("float.title"))
	if acc != nil {
		sc.line(accountMsg(*acc))
	}
	switch {
	case closed:
		sc.line(M("sync.closed"))
	case float == nil:
		sc.line(M("float.failed"))
	default:
		sc.line(M("float.sum", "Amount", *float))
		if lasts, known := watch.Lasts(); known {
			sc.line(M("float.lasts", "Span", span(lasts)))
		}
	}
	owed := shops.Available + shops.Held
	sc.line(M("float.shops", "Amount", owed), M("float.parts", "Available", shops.Available, "Held", shops.Held))
	if shops.Owed > 0 {
		sc.line(M("float.owed", "Amount", shops.Owed))
	}
	if float != nil {
		if *float >= owed {
			sc.line(M("float.covered"))
		} else {
			sc.line(M("float.short", "Missing", owed-*float))
		}
	}
	if kept != nil && who.May(topup.ActBackup) {
		sc.line(keptLines(*kept)...)
	}
	sc.row(levelButton(watch))
	var row []Button
	if who.May(topup.ActReconcile) {
		row = append(row, button(M("button.reconcile"), menuTap("reconcile")))
	}
	if who.May(topup.ActBackup) {
		row = append(row, button(M("command.backup"), menuTap("backup")))
	}
	if len(row) > 0 {
		sc.row(row...)
	}
	sc.row(homeButton())
	return sc
}

// keptLines tell what may be lost with a machine; where nothing is, they say
// nothing.
func keptLines(s topup.Safeguards) (lines []Msg) {
	if len(s.Off) > 0 {
		lines = append(lines, M("server.off", "Detail", Latin(strings.Join(s.Off, ", "))))
	}
	switch {
	case s.Alone():
		lines = append(lines, M("server.alone"))
	case s.Unconfirmed():
		lines = append(lines, M("server.unconfirmed"))
	}
	return lines
}

// span is a time as people say it: in hours, and from two days on in days.
func span(d time.Duration) Msg {
	switch {
	case d < time.Hour:
		return M("span.short")
	case d < 48*time.Hour:
		return M("span.hours", "Count", int(d/time.Hour))
	}
	return M("span.days", "Count", int(d/(24*time.Hour)))
}

func levelButton(w topup.FloatWatch) Button {
	label := M("button.level")
	if w.Level != 0 {
		label = M("button.level.at", "Amount", w.Level)
	}
	return button(label, menuTap("level"))
}

// FloatDetail keeps for the owners what is told of a low float.
func FloatDetail(w topup.FloatWatch) string {
	newest := w.Readings[len(w.Readings)-1]
	lasts, known := w.Lasts()
	if !known {
		return fmt.Sprint(int64(newest.Float))
	}
	return fmt.Sprint(int64(newest.Float), " ", int64(lasts/time.Second))
}

func lowFloatLines(detail string) []Msg {
	var sum, seconds int64
	n, _ := fmt.Sscan(detail, &sum, &seconds)
	lines := []Msg{M("alert.lowfloat", "Amount", topup.Money(sum))}
	if n == 2 {
		lines = append(lines, M("float.lasts", "Span", span(time.Duration(seconds)*time.Second)))
	}
	return lines
}

// level shows from which sum on the owners are told, and takes another.
func (t *turn) level(arg string) {
	w := t.v.Safety.Float()
	panel := "level/" + strconv.FormatInt(t.in.Chat, 10)
	if arg == "" {
		t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: levelScreen(w), Class: ClassAnswer, Fresh: true})
		return
	}
	for _, level := range topup.FloatLevels() {
		if strconv.FormatInt(int64(level), 10) == arg {
			w.Level = level
			t.toast(M("level.set"))
			t.do(SetLevel{Level: level}, Show{Chat: t.in.Chat, Panel: panel, Screen: levelScreen(w), Class: ClassAnswer})
			return
		}
	}
	t.toast(M("tap.unknown"))
}

func levelScreen(w topup.FloatWatch) Screen {
	var sc Screen
	sc.line(M("level.title"))
	if w.Level == 0 {
		sc.line(M("level.pace", "Amount", topup.FloatLeast))
	} else {
		sc.line(M("level.sum", "Amount", w.Level))
	}
	var sums []Button
	for _, level := range topup.FloatLevels() {
		b := button(M("level.choice", "Amount", level), menuTap("level", strconv.FormatInt(int64(level), 10)))
		if level == 0 {
			b.Label = M("level.choice.pace")
		}
		if level == w.Level {
			b.Style = Main
		}
		if level == 0 {
			sc.row(b)
		} else {
			sums = append(sums, b)
		}
	}
	sc.grid(2, sums)
	sc.row(button(M("button.float"), menuTap("float")), homeButton())
	return sc
}
