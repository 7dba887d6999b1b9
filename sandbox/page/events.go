package page

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"hanout/sandbox/telegram"
)

// heartbeat is how often a quiet stream shows that it is alive.
const heartbeat = 15 * time.Second

// events streams what changes until the browser goes away. "ready" comes first, and again when the stream fell so far
// behind that changes were lost: the page then reads everything anew.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	stream := http.NewResponseController(w)
	_ = stream.SetWriteDeadline(time.Time{}) // a server's own deadline is for ordinary answers
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	_, _ = fmt.Fprint(w, "retry: 1000\n\n")
	var err error
	for err == nil {
		err = s.follow(w, r, stream, tick.C)
	}
}

// follow streams one subscription. It ends without an error when changes were lost, and with one when the browser or
// the request has gone.
func (s *server) follow(w http.ResponseWriter, r *http.Request, stream *http.ResponseController, tick <-chan time.Time) error {
	changes, cancel := s.telegram.Subscribe()
	defer cancel()
	_, turned := s.panel.state()
	err := tell(w, "ready", struct{}{})
	for err == nil {
		if err = stream.Flush(); err != nil {
			return err
		}
		select {
		case <-r.Context().Done():
			return r.Context().Err()
		case <-tick:
			_, err = fmt.Fprint(w, ": alive\n\n")
		case <-turned:
			var now panelState
			now, turned = s.panel.state()
			err = tell(w, "panel", now)
		case e, open := <-changes:
			if !open {
				return nil
			}
			if s.shows(e.Chat) {
				err = tell(w, "change", s.change(e))
			}
		}
	}
	return err
}

// shows tells whether a chat is on the page; 0 concerns all of them.
func (s *server) shows(chat int64) bool {
	return chat == 0 || chat == s.group.ID || slices.ContainsFunc(s.cards, func(c Card) bool { return c.ID == chat })
}

// change is what the browser is told of an event: with a new message, also the reply keyboard now open.
type change struct {
	telegram.Event
	Keyboard *telegram.Markup `json:"keyboard,omitempty"`
}

func (s *server) change(e telegram.Event) change {
	c := change{Event: e}
	if e.Kind == telegram.EventMessage {
		c.Keyboard = s.telegram.Chats.Keyboard(e.Chat)
	}
	return c
}

// tell writes one server-sent event. JSON has no raw line breaks, so it is one data line.
func tell(w http.ResponseWriter, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data)
	return err
}
