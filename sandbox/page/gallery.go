package page

import (
	"net/http"

	"hanout/sandbox/telegram"
)

// Chapter is what people saw in one conversation of the gallery.
type Chapter struct {
	Name    string  `json:"name"`
	About   string  `json:"about,omitempty"`
	Screens []Scene `json:"screens"`
}

// Scene is one thing that somebody saw, in each language.
type Scene struct {
	Line string           `json:"line"` // what was done before
	Who  string           `json:"who,omitempty"`
	In   map[string]*Seen `json:"in"` // by language; one may be missing
}

// Seen is a message as it stood in a chat, or a notice that a tap was answered by. Nothing in it can be pressed.
type Seen struct {
	Notice    string            `json:"notice,omitempty"` // NoticeToast or NoticeAlert, with only a text; "" for a message
	Protected bool              `json:"protected,omitempty"`
	Quote     string            `json:"quote,omitempty"` // the first line of the message that it answers
	Photo     [2]int            `json:"photo,omitzero"`  // width and height
	Document  string            `json:"document,omitempty"`
	Text      string            `json:"text,omitempty"` // or the caption
	Entities  []telegram.Entity `json:"entities,omitempty"`
	Markup    *telegram.Markup  `json:"markup,omitempty"`
}

// The notices that a tap may be answered by.
const (
	NoticeToast = "toast"
	NoticeAlert = "alert"
)

func (s *server) allChapters(w http.ResponseWriter, _ *http.Request) {
	answer(w, listed(s.gallery))
}
