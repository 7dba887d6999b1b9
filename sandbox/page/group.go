package page

import (
	"net/http"
	"slices"

	"hanout/sandbox/telegram"
)

// Group puts a group chat of Telegram on the page, which has all its people as members. Each act in it names the person
// who does it.
type Group struct {
	ID    int64             // 0 for no group
	Names map[string]string // by the page's language
}

// groupState is the group as the browser gets it.
type groupState struct {
	Messages []telegram.Message `json:"messages"`
	Commands []telegram.Command `json:"commands"`
	HasBot   bool               `json:"has_bot"`
}

func (s *server) groupChat(w http.ResponseWriter, _ *http.Request) {
	answer(w, groupState{
		Messages: listed(s.telegram.Chats.Messages(s.group.ID)),
		Commands: listed(s.telegram.Chats.Commands(s.group.ID, "")),
		HasBot:   s.telegram.Groups.HasBot(s.group.ID),
	})
}

// member makes sure that a person of the page acts in the group; otherwise it has answered already.
func (s *server) member(w http.ResponseWriter, as int64) bool {
	if s.group.ID == 0 || !slices.ContainsFunc(s.cards, func(c Card) bool { return c.ID == as }) {
		fail(w, http.StatusNotFound, "nobody of this ID is in a group on the page")
		return false
	}
	return true
}

func (s *server) groupSend(w http.ResponseWriter, r *http.Request) {
	var in struct {
		As   int64  `json:"as"`
		Text string `json:"text"`
		To   int    `json:"to"` // the message that it answers, or 0
	}
	if decode(w, r, &in) && s.member(w, in.As) {
		sent(w, s.telegram.Groups.Reply(s.group.ID, in.As, in.To, in.Text))
	}
}

func (s *server) groupPress(w http.ResponseWriter, r *http.Request) {
	var in struct {
		As        int64  `json:"as"`
		MessageID int    `json:"message_id"`
		Data      string `json:"data"`
	}
	if !decode(w, r, &in) || !s.member(w, in.As) {
		return
	}
	query, err := s.telegram.Groups.Press(s.group.ID, in.As, in.MessageID, in.Data)
	if err != nil {
		fail(w, http.StatusConflict, err.Error())
		return
	}
	answer(w, map[string]string{"query_id": query})
}

// groupAdd brings the bot into the group, and says /start to it there, as Telegram does for a link with startgroup.
func (s *server) groupAdd(w http.ResponseWriter, r *http.Request) {
	var in struct {
		As      int64  `json:"as"`
		Payload string `json:"payload"`
	}
	if !decode(w, r, &in) || !s.member(w, in.As) {
		return
	}
	s.telegram.Groups.AddBot(s.group.ID, in.As)
	start := "/start@" + s.telegram.Bot().Username
	if in.Payload != "" {
		start += " " + in.Payload
	}
	sent(w, s.telegram.Groups.Type(s.group.ID, in.As, start))
}
