package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-text/typesetting/shaping"
)

func glyphs(runs []shaping.Output) (ids []uint32) {
	for _, r := range runs {
		for _, g := range r.Glyphs {
			ids = append(ids, uint32(g.GlyphID))
		}
	}
	return ids
}

// TestArabicJoins: within a word letters have other forms than alone, none is
// missing from the font, and the first letter stands on the right.
func TestArabicJoins(t *testing.T) {
	w, err := newWriter(true)
	if err != nil {
		t.Fatal(err)
	}
	word := "مبيع"
	runs := glyphs(w.shape(word, 20))
	letters := []rune(word)
	if len(runs) != len(letters) {
		t.Fatalf("%d glyphs of %d letters", len(runs), len(letters))
	}
	for i, r := range letters {
		alone := glyphs(w.shape(string(r), 20))
		here := runs[len(runs)-1-i]
		if here == 0 || len(alone) != 1 || here == alone[0] {
			t.Errorf("letter %d has glyph %d, alone %v", i, here, alone)
		}
	}
}

// TestOrderWithin: digits inside of Arabic run left to right, and what is read
// first stands on the right; with French it is the other way about.
func TestOrderWithin(t *testing.T) {
	for _, rtl := range []bool{true, false} {
		w, err := newWriter(rtl)
		if err != nil {
			t.Fatal(err)
		}
		one, two, meem := glyphs(w.shape("1", 20))[0], glyphs(w.shape("2", 20))[0], glyphs(w.shape("د", 20))[0]
		want := []uint32{meem, one, two}
		if rtl {
			want = []uint32{one, two, meem}
		}
		if n := glyphs(w.shape("1\u00a02", 20)); n[0] != one || n[2] != two {
			t.Errorf("right to left %v: a grouped number stands as %v", rtl, n)
		}
		got := glyphs(w.shape("د12", 20))
		if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
			t.Errorf("right to left %v: %v, not %v", rtl, got, want)
		}
	}
}

// TestPicture: the pictures have their size, are of bars and words, and are
// small enough to be sent. CHART_DIR keeps them to be looked at.
func TestPicture(t *testing.T) {
	month := make([]Bar, 31)
	for i := range month {
		month[i] = Bar{Label: []string{"01/11", "15/11"}[i%2], Value: int64(i * 731)}
	}
	for name, c := range map[string]Chart{
		"ar":    {Title: "المبيعات من 01/11/2026 إلى 30/11/2026", Note: "دفعته المحلات: 125 430 دج، عمليات تمّت: 312", Unit: "دج", RightToLeft: true, Bars: month},
		"fr":    {Title: "Ventes du 01/11/2026 au 30/11/2026", Note: "Payé : 125 430 DA, ventes réussies : 312", Unit: "DA", Bars: month},
		"empty": {Title: "Rien"},
		"one":   {Title: "Une", Bars: []Bar{{"x", 1}}},
	} {
		b, err := PNG(c)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil || img.Bounds().Dx() != pictureWidth || img.Bounds().Dy() != pictureHeight || len(b) > 200_000 {
			t.Errorf("%s: %v, %d bytes", name, err, len(b))
			continue
		}
		if dir := os.Getenv("CHART_DIR"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".png"), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		words, bars := shows(img, ink), shows(img, fill)
		if !words || bars != (len(c.Bars) > 0) {
			t.Errorf("%s: words %v, bars %v", name, words, bars)
		}
	}
}

func shows(img image.Image, c color.Color) bool {
	r, g, b, _ := c.RGBA()
	for y := 0; y < pictureHeight; y++ {
		for x := 0; x < pictureWidth; x++ {
			if r1, g1, b1, _ := img.At(x, y).RGBA(); r1 == r && g1 == g && b1 == b {
				return true
			}
		}
	}
	return false
}

func TestSteps(t *testing.T) {
	for n, want := range map[int64]int64{0: 1, 1: 1, 2: 2, 3: 5, 6: 10, 11: 20, 4999: 5000, 5001: 10000} {
		if got := roundStep(n); got != want {
			t.Errorf("%d: %d, not %d", n, got, want)
		}
	}
}
