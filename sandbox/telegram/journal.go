package telegram

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Call is a request of the bot with its answer.
type Call struct {
	Time      time.Time         `json:"time"`
	Method    string            `json:"method"`
	Params    map[string]string `json:"params"`              // as decoded; lists and objects are JSON
	Uploads   map[string]string `json:"uploads,omitempty"`   // file name by parameter
	Unfit     []string          `json:"unfit,omitempty"`     // the rules this call broke
	Status    int               `json:"status"`              // HTTP status; 0 while under way or when the connection broke
	Response  json.RawMessage   `json:"response,omitempty"`  // as the server meant it, also when the bot did not get it
	Fault     FaultKind         `json:"fault,omitempty"`     // what struck the call
	Abandoned bool              `json:"abandoned,omitempty"` // the bot went away before the answer
}

// Journal is what the bot asked, and what of it broke a rule.
type Journal struct{ server *Server }

// All gives every request so far, in the order of arrival; a poll still under way has no answer yet.
func (j Journal) All() []Call {
	s := j.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Calls gives the requests of one method.
func (j Journal) Calls(method string) []Call {
	return slices.DeleteFunc(j.All(), func(c Call) bool { return c.Method != method })
}

// Violations gives every rule that the bot has broken: refused requests that are its own fault, parameters or methods
// that do not exist, floods, and callback queries left unanswered for longer than Options.CallbackWindow.
func (j Journal) Violations() []string {
	s := j.server
	s.mu.Lock()
	defer s.mu.Unlock()
	late := s.unanswered()
	slices.Sort(late)
	return slices.Concat(s.violations, late)
}

// Harmless gives the refusals that happen to well-behaved bots too: not modified, query too old, blocked by the user,
// a message that is gone, two polls at once.
func (j Journal) Harmless() []string {
	s := j.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.harmless)
}

func (s *Server) violate(method, format string, args ...any) string {
	text := method + ": " + fmt.Sprintf(format, args...)
	s.violations = append(s.violations, text)
	return text
}
