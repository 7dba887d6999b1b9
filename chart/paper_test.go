package chart

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"rsc.io/qr"
)

// TestPaper: 384 dots wide, black and white and nothing else, the same bytes each
// time, every text there in lines that fit, from the side where reading begins,
// and below them every module of the code. CHART_DIR keeps them to be looked at.
func TestPaper(t *testing.T) {
	long := strings.Repeat("تاكسيفون النور للخدمات ", 4)
	for name, p := range map[string]Paper{
		"ar": {RightToLeft: true, QR: "1047", Lines: []PaperLine{
			{long, LookTitle}, {"الهاتف: 0661\u00a000\u00a005\u00a001", LookMiddle}, {Look: LookRule},
			{"التاريخ: 21/11/2026\u00a014:05", LookPlain}, {"العرض: Mobilis، الدفع المسبق", LookPlain},
			{"السعر: 1\u00a0500\u00a0دج", LookBig}, {"7700-1234-O0l1-5678-9999", LookExact}}},
		"fr": {QR: "1047", Lines: []PaperLine{
			{"Taxiphone Nour", LookTitle}, {Look: LookRule}, {"N° de transaction : AT-2026-00001-" + strings.Repeat("x", 60), LookPlain},
			{"Prix : 1\u00a0500\u00a0DA", LookBig}, {strings.Repeat("0123456789", 6), LookExact}}},
	} {
		b, err := PaperPNG(p)
		again, _ := PaperPNG(p)
		if err != nil || !bytes.Equal(b, again) {
			t.Fatalf("%s: %v, the same bytes %v", name, err, bytes.Equal(b, again))
		}
		if dir := os.Getenv("CHART_DIR"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, "paper-"+name+".png"), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != 384 || len(b) > 20_000 {
			t.Fatalf("%s: %v, %v, %d bytes", name, err, img.Bounds(), len(b))
		}
		black := func(x, y int) bool { return color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y == 0 }
		for y := range img.Bounds().Dy() {
			for x := range 384 {
				if g := color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y; g != 0 && g != 255 {
					t.Fatalf("%s: a dot of grey %d", name, g)
				}
			}
		}
		code, _ := qr.Encode(p.QR, qr.M)
		left, top := (384-code.Size*qrDot)/2, img.Bounds().Dy()-(code.Size+qrQuiet)*qrDot
		for y := -qrQuiet; y < code.Size+qrQuiet; y++ {
			for x := -qrQuiet; x < code.Size+qrQuiet; x++ {
				in := x >= 0 && y >= 0 && x < code.Size && y < code.Size
				if black(left+x*qrDot+qrDot/2, top+y*qrDot+qrDot/2) != (in && code.Black(x, y)) {
					t.Fatalf("%s: the module %d, %d of the code is wrong", name, x, y)
				}
			}
		}
		laidOut(t, name, p)
	}
}

func laidOut(t *testing.T, name string, p Paper) {
	t.Helper()
	lines, height, err := p.layout()
	if err != nil {
		t.Fatal(err)
	}
	var want, got strings.Builder
	bare := strings.NewReplacer(" ", "", string(lri), "", string(fsi), "", string(pdi), "")
	for _, l := range p.Lines {
		want.WriteString(bare.Replace(l.Text))
	}
	for _, l := range lines {
		got.WriteString(bare.Replace(l.text))
		if end := l.x + width(l.runs); l.runs != nil && (l.x < 0 || end > 384 || l.y <= 0 || l.y >= height) {
			t.Errorf("%s: %q stands from %d to %d, at %d of %d", name, l.text, l.x, end, l.y, height)
		}
		for _, r := range l.runs {
			for _, g := range r.Glyphs {
				if g.GlyphID == 0 {
					t.Errorf("%s: %q has a sign that the font lacks", name, l.text)
				}
			}
		}
	}
	if got.String() != want.String() {
		t.Errorf("%s: what stands there is %q", name, got.String())
	}
}

// TestIsolates: a Latin name in an Arabic line stands in its own order, on the
// second line too, and so does one that has a line for itself.
func TestIsolates(t *testing.T) {
	latin, err := newWriter(false)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprint(glyphs(latin.shape("20 EUR and a bit", 24)))
	for _, text := range []string{"\u2068PlayStation Store Germany, 20 EUR and a bit\u2069", "العرض: \u2066PlayStation Store Germany, 20 EUR and a bit\u2069"} {
		lines, _, err := Paper{RightToLeft: true, Lines: []PaperLine{{Text: text}}}.layout()
		if err != nil || len(lines) != 2 {
			t.Fatalf("%q: %d lines, %v", text, len(lines), err)
		}
		if stands := fmt.Sprint(glyphs(lines[1].runs)); !strings.Contains(stands, want[1:len(want)-1]) {
			t.Errorf("%q stands as %s, reads as %s", lines[1].text, stands, want)
		}
	}
}

// TestBroken: however a text is cut, nothing of it is lost and every line fits.
func TestBroken(t *testing.T) {
	w, err := newWriter(true)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("aWي م0٣-\u00a0")), 0, 80, -1).Draw(t, "text")
		lines := w.broken(text, 24, 120)
		if got := strings.Join(lines, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, l := range lines {
			if width(w.shape(l, 24)) > 120 && len([]rune(l)) > 1 {
				t.Fatalf("%q is too long", l)
			}
		}
	})
}
