package flows

import (
	"encoding/json"

	"hanout/topup"
)

// Step names where a conversation stands. It is stored, so that a conversation
// survives a restart. Each conversation's file has its own.
type Step string

// StepIdle is no conversation.
const StepIdle Step = ""

// Session is where the conversation with one chat stands.
type Session struct {
	Step     Step         `json:"step,omitempty"`
	Panel    string       `json:"card,omitempty"`    // the living message
	Version  int          `json:"version,omitempty"` // counts what the panel has shown
	Name     string       `json:"name,omitempty"`    // of the shop being asked for
	Sale     sale         `json:"-"`                 // stored as "sale", by its good
	Money    *Adjustment  `json:"money,omitempty"`
	News     *NewsDraft   `json:"news,omitempty"`
	Claim    []byte       `json:"claim,omitempty"` // hash of the link that waits
	Staff    *Staff       `json:"staff,omitempty"`
	Backlog  *Backlog     `json:"backlog,omitempty"`
	Many     *Many        `json:"many,omitempty"`
	Shop     topup.ShopID `json:"shop,omitempty"` // that an owner decides about
	Settling *Settling    `json:"settling,omitempty"`
	Group    *GroupDraft  `json:"group,omitempty"`
	Rule     *RuleDraft   `json:"rule,omitempty"`

	Complaint *Grievance      `json:"complaint,omitempty"`
	Letter    *Letter         `json:"letter,omitempty"`
	Card      *ShopDraft      `json:"shopdraft,omitempty"`
	Favourite *FavouriteDraft `json:"favourite,omitempty"`
	Thanked   bool            `json:"thanked,omitempty"` // the last that came was a thing without words, and got a kind one

	// GroupChat is the group chat that is to become a shop's, and GroupChatTitle
	// what it is called.
	GroupChat      int64  `json:"group_chat,omitempty"`
	GroupChatTitle string `json:"group_chat_title,omitempty"`
	Who            string `json:"who,omitempty"` // in a group chat, whose panel it is, as Telegram names them
}

// DecodeSession reads a stored session; what can't be read, or does not have
// what its step needs, is a conversation that starts over.
func DecodeSession(b []byte) Session {
	var stored struct {
		Session
		Sale json.RawMessage `json:"sale"`
	}
	if len(b) == 0 || json.Unmarshal(b, &stored) != nil {
		return Session{}
	}
	s := stored.Session
	if len(stored.Sale) > 0 && string(stored.Sale) != "null" {
		s.Sale = decodeSale(stored.Sale)
	}
	if st, known := steps[s.Step]; s.Step != StepIdle && (!known || !st.of.holds(s) || s.Many.broken()) {
		return Session{Panel: s.Panel, Version: s.Version, Backlog: s.Backlog}
	}
	return s
}

// decodeSale reads a stored sale as its good's own draft; nil when it can't be
// read.
func decodeSale(b []byte) sale {
	var head struct {
		Good topup.Good `json:"good"`
	}
	if json.Unmarshal(b, &head) != nil {
		return nil
	}
	g, ok := goodNamed(head.Good)
	if !ok {
		return nil
	}
	d := g.draft()
	if json.Unmarshal(b, d) != nil {
		return nil
	}
	return d
}

// Encode writes the session for storing; nil for one that says nothing.
func (s Session) Encode() []byte {
	if s.Step == StepIdle && s.Panel == "" && s.Sale == nil && s.Backlog == nil && !s.Thanked {
		return nil
	}
	b, err := json.Marshal(struct {
		Session
		Sale sale `json:"sale,omitempty"`
	}{s, s.Sale})
	if err != nil {
		return nil // no field can fail to marshal
	}
	return b
}
