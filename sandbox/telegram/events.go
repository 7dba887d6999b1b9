package telegram

// The kinds of an [Event].
const (
	EventMessage  = "message"  // a new message, by the bot or by a person
	EventEdit     = "edit"     // a message changed
	EventDelete   = "delete"   // a message is gone; MessageID says which
	EventAnswer   = "answer"   // a callback query was answered; Chat is where its button stands
	EventCommands = "commands" // a command menu changed; Chat is 0, as it may concern everybody
	EventAction   = "action"   // "typing" and the like; Action says which, it fades after 5 seconds
)

// Event is one change that somebody looking at a chat would see.
type Event struct {
	Kind      string          `json:"kind"`
	Chat      int64           `json:"chat"`
	MessageID int             `json:"message_id,omitempty"`
	Message   *Message        `json:"message,omitempty"`
	Answer    *CallbackAnswer `json:"answer,omitempty"`
	Action    string          `json:"action,omitempty"`
}

// eventBuffer is how far a subscriber may fall behind.
const eventBuffer = 256

// Subscribe gives every later event, until cancel is called. The server never waits for a reader: one that falls 256
// events behind finds its channel closed, and should subscribe again and read the chats anew.
func (s *Server) Subscribe() (events <-chan Event, cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan Event, eventBuffer)
	s.subscribers[c] = true
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unsubscribe(c)
	}
}

// Changed is closed at the next change of anything: a message, an answer, a call, an update taken.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// publish tells the subscribers; the caller holds the lock.
func (s *Server) publish(e Event) {
	for c := range s.subscribers {
		select {
		case c <- e:
		default:
			s.unsubscribe(c)
		}
	}
	s.touch()
}

func (s *Server) unsubscribe(c chan Event) {
	if s.subscribers[c] {
		delete(s.subscribers, c)
		close(c)
	}
}

// touch wakes all who wait on Changed; the caller holds the lock.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}
