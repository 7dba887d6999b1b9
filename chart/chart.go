package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"
)

// Chart is what a picture shows.
type Chart struct {
	Title string
	Note  string // below the title
	Unit  string // of the numbers at the side
	// RightToLeft is how the texts are read. Time runs as they do.
	RightToLeft bool
	Bars        []Bar
}

// Bar is one bar; its value is at least 0.
type Bar struct {
	Label string
	Value int64
}

// The picture, in pixels: more than three times what a cheap phone shows, so that
// the words must be large.
const (
	pictureWidth  = 1080
	pictureHeight = 720
	marginSide    = 190
	marginOther   = 40
	top           = 225
	bottom        = 610
	sizeTitle     = 50
	sizeNote      = 40
	sizeLabel     = 38
	lines         = 5 // across, at most
)

var (
	paper = color.RGBA{255, 255, 255, 255}
	ink   = color.RGBA{33, 43, 54, 255}
	faint = color.RGBA{110, 122, 135, 255}
	rule  = color.RGBA{226, 231, 236, 255}
	fill  = color.RGBA{0, 122, 92, 255}
)

// PNG draws a chart.
func PNG(c Chart) ([]byte, error) {
	w, err := newWriter(c.RightToLeft)
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))
	draw.Draw(img, img.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	p := picture{c, w, img}
	p.headed(c.Title, sizeTitle, 70, ink)
	p.headed(c.Note, sizeNote, 130, faint)
	p.bars(p.scale())
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img)
	return out.Bytes(), err
}

type picture struct {
	Chart
	w   *writer
	img *image.RGBA
}

// headed writes a line from the side on which reading begins, smaller when it
// would not fit.
func (p picture) headed(text string, size, y int, c color.Color) {
	const room = pictureWidth - 2*marginOther
	runs := p.w.shape(text, size)
	for size > 12 && width(runs) > room {
		size--
		runs = p.w.shape(text, size)
	}
	x := marginOther
	if p.RightToLeft {
		x = pictureWidth - marginOther - width(runs)
	}
	drawRuns(p.img, runs, x, y, c)
}

// left and right are the ends of the field; the numbers stand where reading
// begins.
func (p picture) left() int {
	if p.RightToLeft {
		return marginOther
	}
	return marginSide
}

func (p picture) right() int { return p.left() + pictureWidth - marginSide - marginOther }

func (p picture) box(x0, y0, x1, y1 int, c color.Color) {
	draw.Draw(p.img, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
}

// scale draws the lines across with their numbers, and gives what the highest
// one stands for.
func (p picture) scale() int64 {
	var most int64
	for _, b := range p.Bars {
		most = max(most, b.Value)
	}
	step := roundStep((most + lines - 1) / lines)
	n := max(1, (most+step-1)/step)
	for i := range n + 1 {
		y := bottom - int(i)*(bottom-top)/int(n)
		p.box(p.left(), y, p.right(), y+2, rule)
		runs := p.w.shape(grouped(i*step), sizeLabel)
		x := p.left() - 14 - width(runs)
		if p.RightToLeft {
			x = p.right() + 14
		}
		drawRuns(p.img, runs, x, y+13, faint)
	}
	unit := p.w.shape(p.Unit, sizeLabel)
	x := p.left() - 14 - width(unit)
	if p.RightToLeft {
		x = p.right() + 14
	}
	drawRuns(p.img, unit, x, top-34, faint)
	return step * n
}

// bars draws the bars, the first where reading begins.
func (p picture) bars(whole int64) {
	n := len(p.Bars)
	if n == 0 || whole == 0 {
		return
	}
	room := p.right() - p.left()
	each := room / n
	labelEnd := 0 // so far, from where reading begins
	for i, b := range p.Bars {
		from := i * room / n
		x := p.left() + from
		if p.RightToLeft {
			x = p.right() - from - each
		}
		gap := max(each/6, 1)
		high := int(b.Value * int64(bottom-top) / whole)
		if b.Value > 0 {
			high = max(high, 3)
		}
		p.box(x+gap, bottom-high, x+each-gap, bottom, fill)
		runs := p.w.shape(b.Label, sizeLabel)
		begin := from + each/2 - width(runs)/2
		if i > 0 && begin < labelEnd+24 {
			continue // no room: the next that has some tells where we are
		}
		labelEnd = begin + width(runs)
		at := max(10, min(x+each/2-width(runs)/2, pictureWidth-10-width(runs)))
		drawRuns(p.img, runs, at, bottom+56, faint)
	}
}

// roundStep is the next number of the form 1, 2 or 5 with noughts.
func roundStep(n int64) int64 {
	for p := int64(1); ; p *= 10 {
		for _, m := range []int64{1, 2, 5} {
			if m*p >= n {
				return m * p
			}
		}
	}
}

// grouped writes a number with its thousands apart.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u00a0" + s[i:]
	}
	return s
}
