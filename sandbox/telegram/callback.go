package telegram

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// query is a press of an inline button, waiting for its answer.
type query struct {
	person  int64
	chat    int64 // where the button stands
	data    string
	at      time.Time
	tried   bool // the bot has called answerCallbackQuery, with whatever result
	answer  CallbackAnswer
	settled bool
}

const tooOld = "query is too old and response timeout expired or query ID is invalid"

// pushQuery queues a callback query; the caller holds the lock.
func (s *Server) pushQuery(by Person, where Chat, m *Message, messageID int, data string, mutate []func(map[string]any)) string {
	s.lastQuery++
	id := strconv.FormatInt(4_000_000_000_000_000_000+s.lastQuery*7_919, 10)
	s.queries[id] = &query{person: by.ID, chat: where.ID, data: data, at: time.Now()}
	body := map[string]any{
		"id": id, "from": by.user(), "data": data,
		"chat_instance": strconv.FormatInt(where.ID*31+1_000_003, 10),
	}
	if m != nil {
		body["message"] = m.wire()
	} else {
		body["message"] = map[string]any{"chat": where, "message_id": messageID, "date": 0}
	}
	for _, change := range mutate {
		change(body)
	}
	s.pushUpdate("callback_query", body)
	return id
}

func (s *Server) answerCallbackQuery(p *params) (any, *failure) {
	id := p.text("callback_query_id")
	text := p.text("text")
	alert := p.boolean("show_alert")
	link := p.text("url")
	p.integer("cache_time", 0)
	if p.failed != nil {
		return nil, p.failed
	}
	q := s.queries[id]
	switch {
	case q == nil, q.settled, time.Since(q.at) > s.options.CallbackWindow:
		return nil, mild(tooOld)
	case utf16Len(text) > 200:
		return nil, bad("MESSAGE_TOO_LONG")
	case link != "" && !strings.HasPrefix(link, "https://t.me/"+s.me.Username+"?start=") && !strings.HasPrefix(link, "t.me/"+s.me.Username+"?start="):
		return nil, bad("URL_INVALID")
	}
	q.settled = true
	q.answer = CallbackAnswer{QueryID: id, Person: q.person, Text: text, ShowAlert: alert, URL: link}
	answer := q.answer
	s.publish(Event{Kind: EventAnswer, Chat: q.chat, Answer: &answer})
	return true, nil
}

// unanswered lists the presses that the bot let spin until their time was over.
func (s *Server) unanswered() []string {
	var list []string
	for _, q := range s.queries {
		if !q.tried && time.Since(q.at) > s.options.CallbackWindow {
			list = append(list, fmt.Sprintf("callback query with data %q of person %d was never answered", q.data, q.person))
		}
	}
	return list
}
