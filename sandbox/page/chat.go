package page

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// languages are those of the page.
var languages = []string{"ar", "fr", "en"}

// person is somebody on the page as the browser gets it.
type person struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`

	Names map[string]string `json:"names"` // by language: "ar", "fr", "en"
}

// bot is the other side of every chat.
type bot struct {
	Name     string `json:"name"`
	Username string `json:"username"`
}

func (s *server) people(w http.ResponseWriter, _ *http.Request) {
	me := s.telegram.Bot()
	all := make([]person, len(s.cards))
	for i, c := range s.cards {
		all[i] = s.person(c)
	}
	answer(w, map[string]any{
		"bot":    bot{Name: me.FirstName, Username: me.Username},
		"people": all,
		"group":  s.place(),
		"hints":  s.hints,
	})
}

// place is the group chat as if it was somebody with a phone; nil without one.
func (s *server) place() *person {
	if s.group.ID == 0 {
		return nil
	}
	return &person{ID: s.group.ID, Name: s.group.Names["en"], Role: RoleGroup, Names: s.group.Names}
}

func (s *server) person(c Card) person {
	p, _ := s.telegram.People.Get(c.ID)
	name := strings.TrimSpace(p.FirstName + " " + p.LastName)
	names := map[string]string{}
	for _, lang := range languages {
		names[lang] = cmp.Or(c.Names[lang], name)
	}
	return person{ID: c.ID, Name: name, Role: c.Role, Names: names}
}

// card finds the person whom a request is about; without one it has answered already.
func (s *server) card(w http.ResponseWriter, r *http.Request) (Card, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	i := slices.IndexFunc(s.cards, func(c Card) bool { return c.ID == id })
	if err != nil || i < 0 {
		fail(w, http.StatusNotFound, "nobody of this ID is on the page")
		return Card{}, false
	}
	return s.cards[i], true
}

func (s *server) chat(w http.ResponseWriter, r *http.Request) {
	c, ok := s.card(w, r)
	if !ok {
		return
	}
	p, _ := s.telegram.People.Get(c.ID)
	about := map[string]string{}
	for _, lang := range languages {
		about[lang] = s.telegram.Chats.Description("description", lang)
	}
	answer(w, map[string]any{
		"person":   s.person(c),
		"messages": listed(s.telegram.Chats.Messages(c.ID)),
		"commands": listed(s.telegram.Chats.Commands(c.ID, p.LanguageCode)),
		"keyboard": s.telegram.Chats.Keyboard(c.ID),
		"about":    about,
	})
}

// listed is a list that marshals as [] when it is empty.
func listed[T any](list []T) []T {
	return append([]T{}, list...)
}

func (s *server) send(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text string `json:"text"`
	}
	if c, ok := s.card(w, r); ok && decode(w, r, &in) {
		sent(w, s.telegram.People.Type(c.ID, in.Text))
	}
}

func (s *server) contact(w http.ResponseWriter, r *http.Request) {
	if c, ok := s.card(w, r); ok && decode(w, r, &struct{}{}) {
		sent(w, s.telegram.People.ShareContact(c.ID))
	}
}

func (s *server) start(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Payload string `json:"payload"`
	}
	if c, ok := s.card(w, r); ok && decode(w, r, &in) {
		sent(w, s.telegram.People.Start(c.ID, in.Payload))
	}
}

// sent answers with the ID of a person's message; 0 means that Telegram did not take it.
func sent(w http.ResponseWriter, messageID int) {
	if messageID == 0 {
		fail(w, http.StatusConflict, "the message was not sent")
		return
	}
	answer(w, map[string]int{"message_id": messageID})
}

func (s *server) press(w http.ResponseWriter, r *http.Request) {
	var in struct {
		MessageID int    `json:"message_id"`
		Data      string `json:"data"`
	}
	c, ok := s.card(w, r)
	if !ok || !decode(w, r, &in) {
		return
	}
	query, err := s.telegram.People.Press(c.ID, in.MessageID, in.Data)
	if err != nil {
		fail(w, http.StatusConflict, err.Error())
		return
	}
	answer(w, map[string]string{"query_id": query})
}

// file gives a picture to show or a document to save. What the bot sends never runs as a page of ours.
func (s *server) file(w http.ResponseWriter, r *http.Request) {
	data, kind, ok := s.telegram.Chats.File(r.PathValue("id"))
	if !ok {
		fail(w, http.StatusNotFound, "no such file")
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "private, max-age=3600")
	if !slices.Contains(shownPictures, kind) {
		h.Set("Content-Disposition", "attachment")
		kind = "application/octet-stream"
	}
	h.Set("Content-Type", kind)
	_, _ = w.Write(data)
}

var shownPictures = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// decode reads a request's JSON body into v; when it cannot, it has answered already.
func decode(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		fail(w, http.StatusBadRequest, "the body is not as expected: "+err.Error())
		return false
	}
	return true
}

func answer(w http.ResponseWriter, v any) {
	write(w, http.StatusOK, v)
}

func fail(w http.ResponseWriter, status int, reason string) {
	write(w, status, map[string]string{"error": reason})
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
