package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"slices"
	"sync"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// The fonts that are in the program: one with Arabic and Latin, and one in which no
// two signs look alike.
var (
	readFont  = sync.OnceValues(func() (*font.Font, error) { return parsed(dejavusans.TTF) })
	readExact = sync.OnceValues(func() (*font.Font, error) { return parsed(dejavusansmono.TTF) })
)

func parsed(ttf []byte) (*font.Font, error) {
	face, err := font.ParseTTF(bytes.NewReader(ttf))
	if err != nil {
		return nil, fmt.Errorf("chart: the font does not read: %w", err)
	}
	return face.Font, nil
}

// writer shapes texts and draws them.
type writer struct {
	face   *font.Face
	shaper shaping.HarfbuzzShaper
	rtl    bool // the direction of the sentences
}

func newWriter(rtl bool) (*writer, error) {
	f, err := readFont()
	if err != nil {
		return nil, err
	}
	return &writer{face: font.NewFace(f), rtl: rtl}, nil
}

// newExactWriter writes codes.
func newExactWriter() (*writer, error) {
	f, err := readExact()
	if err != nil {
		return nil, err
	}
	return &writer{face: font.NewFace(f)}, nil
}

// ResolveFace is the one font's.
func (w *writer) ResolveFace(rune) *font.Face { return w.face }

// shape gives the runs of a text from the left to the right.
func (w *writer) shape(text string, size int) []shaping.Output {
	runes := []rune(text)
	in := shaping.Input{
		Text: runes, RunEnd: len(runes), Face: w.face, Size: fixed.I(size),
		Direction: di.DirectionLTR, Language: language.NewLanguage("fr"),
	}
	if w.rtl {
		in.Direction, in.Language = di.DirectionRTL, language.NewLanguage("ar")
	}
	var seg shaping.Segmenter
	var runs []shaping.Output
	for _, part := range seg.Split(in, w) {
		runs = append(runs, w.shaper.Shape(part))
	}
	return visual(runs, w.rtl)
}

// visual puts runs from the order in which they are read into that in which
// they stand: all are turned about for a sentence from right to left, and what
// runs against the sentence is turned about within itself.
func visual(runs []shaping.Output, rtl bool) []shaping.Output {
	sentence := di.DirectionLTR
	if rtl {
		sentence = di.DirectionRTL
	}
	var out []shaping.Output
	for i := 0; i < len(runs); {
		j := i + 1
		for j < len(runs) && runs[j].Direction == runs[i].Direction {
			j++
		}
		group := slices.Clone(runs[i:j])
		if runs[i].Direction != sentence {
			slices.Reverse(group)
		}
		out = append(out, group...)
		i = j
	}
	if rtl {
		slices.Reverse(out)
	}
	return out
}

func width(runs []shaping.Output) int {
	var sum fixed.Int26_6
	for _, r := range runs {
		sum += r.Advance
	}
	return sum.Ceil()
}

// drawRuns writes shaped runs with the left end of their base line at a point.
func drawRuns(img *image.RGBA, runs []shaping.Output, x, y int, c color.Color) {
	b := img.Bounds()
	z := vector.NewRasterizer(b.Dx(), b.Dy())
	dot := fixed.I(x)
	for _, run := range runs {
		scale := float32(run.Size) / 64 / float32(run.Face.Upem())
		for _, g := range run.Glyphs {
			if outline, ok := run.Face.GlyphDataOutline(g.GlyphID); ok {
				trace(z, outline.Segments, scale, float32(dot+g.XOffset)/64, float32(y)-float32(g.YOffset)/64)
			}
			dot += g.Advance
		}
	}
	z.Draw(img, b, image.NewUniform(c), image.Point{})
}

func trace(z *vector.Rasterizer, segments []font.Segment, scale, x, y float32) {
	at := func(p ot.SegmentPoint) (float32, float32) { return x + p.X*scale, y - p.Y*scale }
	open := false
	for _, s := range segments {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case ot.SegmentOpMoveTo:
			if open {
				z.ClosePath()
			}
			z.MoveTo(ax, ay)
			open = true
		case ot.SegmentOpLineTo:
			z.LineTo(ax, ay)
		case ot.SegmentOpQuadTo:
			z.QuadTo(ax, ay, bx, by)
		case ot.SegmentOpCubeTo:
			z.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	if open {
		z.ClosePath()
	}
}
