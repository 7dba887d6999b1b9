package render

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Message is one message as it is owed to a chat: rendered, in its language,
// ready to be sent or to replace the text of the panel it belongs to. It is
// stored in the outbox as JSON.
type Message struct {
	// Text is Telegram HTML, or with Plain the text itself, at most 4,096
	// characters after parsing.
	Text  string     `json:"text"`
	Plain bool       `json:"plain,omitempty"`
	Rows  [][]Button `json:"rows,omitempty"`
	// AskContact labels a reply button that shares the person's own phone
	// number. Such a message can't be edited later.
	AskContact string `json:"ask_contact,omitempty"`
	// RemoveKeyboard takes that reply button away again.
	RemoveKeyboard bool `json:"remove_keyboard,omitempty"`
	// Fresh sends the panel anew, below what was said since; its former message
	// is deleted.
	Fresh bool `json:"fresh,omitempty"`
	// Silent sends without a sound, Protect forbids forwarding and saving.
	Silent  bool `json:"silent,omitempty"`
	Protect bool `json:"protect,omitempty"`
	// Gone deletes the panel's message. Where Telegram refuses, for it is too old,
	// the text replaces it, if there is one.
	Gone bool `json:"gone,omitempty"`
	// ReplyTo is a message ID in the same chat that a new message answers.
	ReplyTo int `json:"reply_to,omitempty"`
	// Photo is a PNG; Text is then its caption. File is a document of that
	// name. Both are sent, never edited in.
	Photo    []byte `json:"photo,omitempty"`
	PhotoID  string `json:"photo_id,omitempty"` // instead, a photo that Telegram has
	File     []byte `json:"file,omitempty"`
	FileName string `json:"file_name,omitempty"`
}

// Fixed tells whether the message can't be edited once it is sent.
func (m Message) Fixed() bool {
	return m.AskContact != "" || m.RemoveKeyboard || len(m.Photo) > 0 || m.PhotoID != "" || len(m.File) > 0
}

// Sum is a digest of what a message says, however it is sent.
func (m Message) Sum() string {
	m.Fresh, m.Silent, m.ReplyTo = false, false, 0
	sum := sha256.Sum256(Encode(m))
	return hex.EncodeToString(sum[:])
}

// Button is one inline button. Exactly one of Data, URL and Copy is set.
type Button struct {
	Text  string `json:"text"`
	Data  string `json:"data,omitempty"` // 1-64 bytes
	URL   string `json:"url,omitempty"`
	Copy  string `json:"copy,omitempty"`  // 1-256 characters, to the clipboard
	Style string `json:"style,omitempty"` // "success", "danger" or "primary"
}

// Simpler is the message in a form that Telegram has less to refuse in, with
// all that it says: first without markup, then as a bare file. It is false
// when there is none.
func (m Message) Simpler() (Message, bool) {
	if m.PhotoID != "" {
		m.PhotoID = "" // Telegram may no longer know it
		return m, true
	}
	if !m.Plain {
		m.Text, m.Plain = plain(m.Text), true
		return m, true
	}
	bare := Message{Plain: true, Fresh: true, Silent: m.Silent, Protect: m.Protect, File: m.File, FileName: m.FileName}
	if len(bare.File) == 0 {
		bare.File, bare.FileName = m.written(), "message.txt"
	}
	return bare, m.Text != "" || len(m.Rows) > 0
}

// unmarked takes the signs of direction off a text that leaves the chat.
var unmarked = strings.NewReplacer("\u2066", "", "\u2068", "", "\u2069", "", "\u200f", "", "\u200e", "")

// written is the text as a file. The isolates would be copied along with a
// code, and a file has no buttons: where they lead stands below.
func (m Message) written() []byte {
	text := unmarked.Replace(m.Text)
	for _, row := range m.Rows {
		for _, b := range row {
			if b.URL != "" {
				text += "\n" + b.URL
			}
		}
	}
	return []byte(text + "\n")
}
