package flows

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"hanout/topup"
)

// How codes are shown. The rules:
//
//   - a code arrives whole and exact, whatever its length and its signs;
//   - in a message it stands under a spoiler, with a button that copies it;
//   - what a message does not hold, or would not show as it is, comes as a
//     file instead;
//   - neither can be forwarded.

// vouchersInMessage is how many vouchers one message shows; more come as a
// file.
const vouchersInMessage = 10

// Secret is a code or serial: under a spoiler, left to right, whole.
type Secret string

// CodesScreen shows codes, as a file when a message does not hold them. A
// customer is told how to use them.
func CodesScreen(o topup.Order, vouchers []topup.Voucher, shop string, customer bool) Screen {
	file := codesFrame(o, len(vouchers), shop, customer, func(sc *Screen) {
		sc.line(M("codes.file", "Count", len(vouchers)), M("codes.exact"))
		sc.File = codesFile(o, vouchers)
		sc.FileName = "codes-" + number(o.No) + ".txt"
	})
	if len(vouchers) > vouchersInMessage || !every(vouchers, shownAsItIs) {
		return file
	}
	text := codesFrame(o, len(vouchers), shop, customer, func(sc *Screen) {
		for i, c := range vouchers {
			voucherLines(sc, c, i+1, len(vouchers) == 1)
		}
	})
	text.TooLong = &file
	return text
}

// codesFrame is what stands around so many codes, in a message as on a file.
func codesFrame(o topup.Order, count int, shop string, customer bool, codes func(*Screen)) Screen {
	sc := Screen{Protect: true}
	if customer {
		sc.line(M("codes.customer", "Count", count, "Shop", Name(shop)))
	} else {
		sc.line(M("codes.title", "Count", count, "No", number(o.No)))
	}
	for _, l := range goodOf(o).item(o) {
		switch {
		case l.ID == "confirm.face": // what the customer pays is the counter's word
			l.ID = "codes.value"
		case l.ID == "gift.quantity" && count < o.Quantity:
			l = M("codes.part", "Done", count, "Quantity", o.Quantity)
		}
		sc.line(l)
	}
	codes(&sc)
	if o.Transaction != "" {
		sc.line(M("order.transaction", "Ref", Latin(o.Transaction)))
	}
	if !customer {
		if !o.State.Final() { // else the receipt has the button
			sc.row(button(M("button.customer"), encodeTap("o", string(o.ID), "claim")))
		}
		return sc
	}
	if use := goodOf(o).use; use != "" {
		sc.line(M(use))
	}
	if !o.State.Final() {
		sc.line(M("codes.rest"))
	}
	return sc
}

func voucherLines(sc *Screen, c topup.Voucher, number int, only bool) {
	n := strconv.Itoa(number)
	line, copyCode, copySerial := M("codes.code", "Number", n, "Code", Secret(c.Code)),
		M("button.copy", "Number", n), M("button.copyserial", "Number", n)
	if only {
		line, copyCode, copySerial = M("codes.one", "Code", Secret(c.Code)), M("button.copyone"), M("button.copyoneserial")
	}
	sc.line(line)
	row := copyButton(copyCode, c.Code)
	if c.Serial != "" {
		sc.line(M("codes.serial", "Serial", Secret(c.Serial)))
		row = append(row, copyButton(copySerial, c.Serial)...)
	}
	if len(row) > 0 {
		sc.row(row...)
	}
}

// copyMost is the longest text that a button copies (Bot API, CopyTextButton).
const copyMost = 256

func copyButton(label Msg, text string) []Button {
	if len(utf16.Encode([]rune(text))) > copyMost {
		return nil
	}
	return []Button{{Label: label, Copy: text}}
}

// every reports whether all codes and serials are so.
func every(vouchers []topup.Voucher, so func(string) bool) bool {
	for _, c := range vouchers {
		if !so(c.Code) || !so(c.Serial) {
			return false
		}
	}
	return true
}

// shownAsItIs reports whether a message shows a code with all its signs.
// Telegram drops or replaces controls, marks and what turns the direction of a
// line, and nobody sees the difference. The joiner and the variant of emoji
// are part of the picture.
func shownAsItIs(code string) bool {
	for _, r := range code {
		if !unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && r != ' ' && r != '\u200d' && r != '\ufe0f' {
			return false
		}
	}
	return true
}

// oneLine reports whether a code can stand on a line, beside a tab.
func oneLine(code string) bool {
	return !strings.ContainsFunc(code, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// codesFile writes vouchers down exactly. Each is a line: its number, the
// code, and the serial when it has one, with tabs between. When one of them
// has tabs or lines of its own, each stands alone below a line of dashes with
// its number, and above another; no code contains such a line.
func codesFile(o topup.Order, vouchers []topup.Voucher) []byte {
	var b strings.Builder
	b.WriteString(strings.Join(strings.Fields(o.PlanName), " ") + "\n")
	if every(vouchers, oneLine) {
		for i, c := range vouchers {
			b.WriteString(strconv.Itoa(i+1) + "\t" + c.Code)
			if c.Serial != "" {
				b.WriteString("\t" + c.Serial)
			}
			b.WriteByte('\n')
		}
		return []byte(b.String())
	}
	dashes := "-----"
	for !every(vouchers, func(s string) bool { return !strings.Contains(s, dashes) }) {
		dashes += "-"
	}
	for i, c := range vouchers {
		b.WriteString(dashes + " " + strconv.Itoa(i+1) + "\n" + c.Code + "\n")
		if c.Serial != "" {
			b.WriteString(dashes + "\n" + c.Serial + "\n")
		}
	}
	b.WriteString(dashes + "\n")
	return []byte(b.String())
}
