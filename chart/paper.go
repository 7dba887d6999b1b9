package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"unicode/utf8"

	"github.com/go-text/typesetting/shaping"
	"golang.org/x/text/unicode/bidi"
	"rsc.io/qr"
)

// Paper is a narrow picture for a receipt printer: black on white, nothing
// between, as long as what stands on it.
type Paper struct {
	// RightToLeft is how the texts are read.
	RightToLeft bool
	Lines       []PaperLine
	QR          string // drawn below them as a QR code; "" for none
}

// PaperLine is a line on paper. One that is too long goes on below. Isolates
// (U+2066 to U+2069) in it keep what stands between them in its own direction.
type PaperLine struct {
	Text string
	Look Look
}

// Look is how a line stands on paper.
type Look int

// The looks.
const (
	LookPlain  Look = iota
	LookTitle       // large, in the middle
	LookMiddle      // in the middle
	LookBig         // large
	LookExact       // every sign as it is, from left to right, with 0 and O apart
	LookRule        // a line across, without a text
)

// PaperWidth is the width in dots of what prints on a roll of 58 mm.
const PaperWidth = 384

// The paper, in dots.
const (
	paperMargin = 8
	paperRoom   = PaperWidth - 2*paperMargin
	paperGap    = 10 // above and below a rule
	qrDot       = 6
	qrQuiet     = 4 // modules of white around a code
)

var lookSizes = map[Look]int{LookPlain: 24, LookTitle: 36, LookMiddle: 24, LookBig: 32, LookExact: 25}

// placed is a line where it stands: the left end of its base line. Without runs it
// is a rule.
type placed struct {
	text string
	runs []shaping.Output
	x, y int
}

// PaperPNG draws a paper.
func PaperPNG(p Paper) ([]byte, error) {
	lines, height, err := p.layout()
	if err != nil {
		return nil, err
	}
	var code *qr.Code
	if p.QR != "" {
		if code, err = qr.Encode(p.QR, qr.M); err != nil {
			return nil, err
		}
		height += (code.Size + 2*qrQuiet) * qrDot
	}
	grey := image.NewRGBA(image.Rect(0, 0, PaperWidth, height))
	draw.Draw(grey, grey.Bounds(), image.White, image.Point{}, draw.Src)
	for _, l := range lines {
		if l.runs == nil {
			draw.Draw(grey, image.Rect(paperMargin, l.y, PaperWidth-paperMargin, l.y+2), image.Black, image.Point{}, draw.Src)
			continue
		}
		drawRuns(grey, l.runs, l.x, l.y, color.Black)
	}
	if code != nil {
		drawQR(grey, code, height)
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, inked(grey))
	return out.Bytes(), err
}

// layout breaks the lines and gives each its place, and the height of all.
func (p Paper) layout() (list []placed, height int, err error) {
	words, err := newWriter(p.RightToLeft)
	if err != nil {
		return nil, 0, err
	}
	exact, err := newExactWriter()
	if err != nil {
		return nil, 0, err
	}
	y := paperMargin
	for _, l := range p.Lines {
		if l.Look == LookRule {
			y += paperGap
			list = append(list, placed{y: y})
			y += paperGap
			continue
		}
		w, size := words, lookSizes[l.Look]
		if l.Look == LookExact {
			w = exact
		}
		text, inner := l.Text, w
		if whole, rtl, ok := isolated(l.Text); ok {
			text, inner = whole, &writer{face: w.face, rtl: rtl}
		}
		for _, part := range inner.broken(text, size, paperRoom) {
			y += size * 3 / 2
			runs := inner.shape(part, size)
			x := paperMargin
			switch {
			case l.Look == LookTitle || l.Look == LookMiddle:
				x = (PaperWidth - width(runs)) / 2
			case w.rtl:
				x = PaperWidth - paperMargin - width(runs)
			}
			list = append(list, placed{part, runs, x, y - size/3})
		}
	}
	return list, y + paperMargin, nil
}

// broken cuts a text into lines that fit: between words, or within one that is
// longer than a line.
func (w *writer) broken(text string, size, room int) (lines []string) {
	fits := func(s string) bool { return width(w.shape(s, size)) <= room }
	line := ""
	for _, word := range strings.Split(strings.Trim(text, " "), " ") {
		longer := word
		if line != "" {
			longer = line + " " + word
		}
		if fits(longer) {
			line = longer
			continue
		}
		if line != "" {
			open := isolating(line)
			lines = append(lines, line+strings.Repeat(string(pdi), len(open)))
			word = string(open) + word
		}
		for line = word; !fits(line); {
			head := w.fitting(line, size, room)
			lines, line = append(lines, head), line[len(head):]
		}
	}
	return append(lines, line)
}

// The signs that keep a run in its own direction, and end it.
const (
	lri = '\u2066'
	rli = '\u2067'
	fsi = '\u2068'
	pdi = '\u2069'
)

// isolating are the isolates that are still open at the end of a text: a line that
// goes on below begins with them.
func isolating(text string) (open []rune) {
	for _, r := range text {
		switch {
		case r == lri || r == rli || r == fsi:
			open = append(open, r)
		case r == pdi && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	return open
}

// isolated gives what stands in a text that is nothing but one isolated run, and
// its direction.
func isolated(text string) (inner string, rtl, ok bool) {
	first, n := utf8.DecodeRuneInString(text)
	inner, closed := strings.CutSuffix(text[n:], string(pdi))
	if (first != lri && first != rli && first != fsi) || !closed || strings.ContainsFunc(inner, func(r rune) bool { return r >= lri && r <= pdi }) {
		return text, false, false
	}
	if first != fsi {
		return inner, first == rli, true
	}
	for _, r := range inner {
		switch p, _ := bidi.LookupRune(r); p.Class() {
		case bidi.L:
			return inner, false, true
		case bidi.R, bidi.AL:
			return inner, true, true
		}
	}
	return inner, false, true
}

// fitting is as much of a word as fits, one sign at the least.
func (w *writer) fitting(word string, size, room int) string {
	last := 0
	for at := range word {
		if last > 0 && width(w.shape(word[:at], size)) > room {
			return word[:last]
		}
		last = at
	}
	if last == 0 {
		return word
	}
	return word[:last]
}

// drawQR draws a code at the foot of the picture, in the middle.
func drawQR(img *image.RGBA, code *qr.Code, height int) {
	left, top := (PaperWidth-code.Size*qrDot)/2, height-(code.Size+qrQuiet)*qrDot
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				at := image.Rect(left+x*qrDot, top+y*qrDot, left+(x+1)*qrDot, top+(y+1)*qrDot)
				draw.Draw(img, at, image.Black, image.Point{}, draw.Src)
			}
		}
	}
}

// inked makes every dot black or white: a printer has no grey.
func inked(grey *image.RGBA) *image.Paletted {
	const black = 140 // and darker
	b := grey.Bounds()
	out := image.NewPaletted(b, color.Palette{color.White, color.Black})
	for y := range b.Dy() {
		for x := range b.Dx() {
			if grey.RGBAAt(x, y).G < black {
				out.SetColorIndex(x, y, 1)
			}
		}
	}
	return out
}
