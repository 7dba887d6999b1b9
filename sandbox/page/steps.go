package page

import "net/http"

// Step is one of the numbered steps that lead a first visitor through the demo. It ticks itself off.
type Step struct {
	Role string            // on whose phone
	Send string            // what is put into the field to write in; "" when a button is to be pressed
	Said map[string]string // by language, where it differs from Send
	Text map[string]string // what to do, by language: "ar", "fr", "en"
	Done func() bool       // whether it was done; asked after every change until it was
}

// shownStep is a step as the browser gets it.
type shownStep struct {
	Role string            `json:"role"`
	Send string            `json:"send,omitempty"`
	Said map[string]string `json:"said,omitempty"`
	Text map[string]string `json:"text"`
	Done bool              `json:"done"`
}

func (s *server) progress(w http.ResponseWriter, _ *http.Request) {
	s.doneMu.Lock()
	defer s.doneMu.Unlock()
	all := make([]shownStep, len(s.steps))
	for i, step := range s.steps {
		s.done[i] = s.done[i] || step.Done()
		all[i] = shownStep{Role: step.Role, Send: step.Send, Said: step.Said, Text: step.Text, Done: s.done[i]}
	}
	answer(w, all)
}
