package page

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"sync"
)

// What a person sends besides texts. The things are samples, for only their kind matters to a bot.
const (
	sampleSticker = "👍"
	sampleSeconds = 4
	sampleWriter  = "Samir"
)

func (s *server) sticker(w http.ResponseWriter, r *http.Request) {
	if c, ok := s.card(w, r); ok && decode(w, r, &struct{}{}) {
		sent(w, s.telegram.Things.Sticker(c.ID, sampleSticker))
	}
}

func (s *server) voice(w http.ResponseWriter, r *http.Request) {
	if c, ok := s.card(w, r); ok && decode(w, r, &struct{}{}) {
		sent(w, s.telegram.Things.Voice(c.ID, sampleSeconds))
	}
}

func (s *server) photo(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Caption string `json:"caption"`
	}
	if c, ok := s.card(w, r); ok && decode(w, r, &in) {
		sent(w, s.telegram.People.SendPhoto(c.ID, "slip.png", samplePhoto(), in.Caption))
	}
}

func (s *server) forward(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text string `json:"text"`
	}
	if c, ok := s.card(w, r); ok && decode(w, r, &in) {
		sent(w, s.telegram.Things.Forward(c.ID, sampleWriter, in.Text))
	}
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) {
	var in struct {
		MessageID int    `json:"message_id"`
		Text      string `json:"text"`
	}
	c, ok := s.card(w, r)
	if !ok || !decode(w, r, &in) {
		return
	}
	if !s.telegram.Things.Edit(c.ID, in.MessageID, in.Text) {
		in.MessageID = 0
	}
	sent(w, in.MessageID)
}

// samplePhoto is a slip of paper with lines on it.
var samplePhoto = sync.OnceValue(func() []byte {
	img := image.NewGray(image.Rect(0, 0, 320, 240))
	fill := func(r image.Rectangle, shade uint8) {
		draw.Draw(img, r, image.NewUniform(color.Gray{Y: shade}), image.Point{}, draw.Src)
	}
	fill(img.Bounds(), 200)
	fill(image.Rect(70, 20, 250, 220), 250)
	for i := range 6 {
		fill(image.Rect(90, 50+25*i, 230-20*(i%3), 58+25*i), 120)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
})
