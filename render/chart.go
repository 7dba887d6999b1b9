package render

import (
	"strings"

	"hanout/chart"
	"hanout/flows"
	"hanout/locales"
)

// Picture draws a report's bars in a language, as a PNG.
func (r *Renderer) Picture(lang string, p flows.ChartPicture) ([]byte, error) {
	c := chart.Chart{
		Title: r.drawn(lang, p.Title), Note: r.drawn(lang, p.Note), Unit: r.drawn(lang, p.Unit),
		RightToLeft: lang == locales.Arabic,
	}
	for _, b := range p.Bars {
		c.Bars = append(c.Bars, chart.Bar{Label: b.Label, Value: b.Amount.WholeDinars()})
	}
	return chart.PNG(c)
}

// drawn is a text without markup, isolates and emoji, which the font does not
// have. The hard spaces stay: they keep a number in one piece.
func (r *Renderer) drawn(lang string, m flows.Msg) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c >= 0x2066 && c <= 0x2069 {
			return -1
		}
		return c
	}, r.printed(lang, m)))
}

// printed is the same with its isolates.
func (r *Renderer) printed(lang string, m flows.Msg) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c == 0x200e || c == 0x200f || c == 0xfe0f || c == 0x200d || c >= 0x1f000 {
			return -1
		}
		return c
	}, plain(r.html(lang, m))))
}

// Paper draws a ticket in a language, as a PNG.
func (r *Renderer) Paper(lang string, p flows.Paper) ([]byte, error) {
	looks := map[flows.PaperLook]chart.Look{
		flows.PaperTitle: chart.LookTitle, flows.PaperMiddle: chart.LookMiddle, flows.PaperBig: chart.LookBig, flows.PaperRule: chart.LookRule,
	}
	out := chart.Paper{RightToLeft: lang == locales.Arabic, QR: p.QR}
	for _, l := range p.Lines {
		out.Lines = append(out.Lines, chart.PaperLine{Text: r.printed(lang, l.Msg), Look: looks[l.Look]})
		if l.Exact != "" {
			out.Lines = append(out.Lines, chart.PaperLine{Text: l.Exact, Look: chart.LookExact})
		}
	}
	return chart.PaperPNG(out)
}
