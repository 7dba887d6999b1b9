package telegram

import (
	"cmp"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"hanout/sandbox"
)

const (
	// DefaultToken is the token of a server made without one.
	DefaultToken = "123456789:AAsandbox-token-of-no-real-bot_00000"

	// DefaultCallbackWindow is how long a callback query can be answered.
	DefaultCallbackWindow = 30 * time.Second

	firstUpdateID = 700_000_001
	fallbackBotID = 123456789
)

// Options says what a Server is like; every zero value has a default.
type Options struct {
	Token             string        // default DefaultToken
	BotUsername       string        // without @; default "sandbox_bot"
	BotName           string        // default "Sandbox"
	Limits            Limits        // default DefaultLimits()
	CallbackWindow    time.Duration // default DefaultCallbackWindow
	SeesGroupMessages bool          // privacy mode off: the bot gets every text of its groups
}

// Server is the fake Bot API with its people and chats: the wire itself, and a field for each side from which it can
// be worked. All methods may be called from several goroutines.
type Server struct {
	People  People
	Things  Things
	Groups  Groups
	Chats   Chats
	Updates Updates
	Faults  Faults
	Journal Journal

	options Options
	me      User

	mu          sync.Mutex
	residents   map[int64]*resident
	order       []int64 // of the residents, as they came
	chatByID    map[int64]*chat
	lastMessage int // of private chats and basic groups, which share one row of numbers

	queue      updateQueue
	queries    map[string]*query
	lastQuery  int64
	files      map[string]*file
	menus      map[menuKey][]Command
	buttons    map[int64]json.RawMessage // menu buttons by private chat, 0 is the default
	texts      map[textKey]string        // descriptions by language
	limits     Limits
	buckets    map[int64]*bucket
	parked     map[string]*parking
	inForce    []*activeFault
	calls      []Call
	violations []string
	harmless   []string

	changed     chan struct{}
	subscribers map[chan Event]bool
}

// New makes a server without people.
func New(o Options) *Server {
	o.Token = cmp.Or(o.Token, DefaultToken)
	o.BotUsername = cmp.Or(o.BotUsername, "sandbox_bot")
	o.BotName = cmp.Or(o.BotName, "Sandbox")
	o.CallbackWindow = cmp.Or(o.CallbackWindow, DefaultCallbackWindow)
	o.Limits = cmp.Or(o.Limits, DefaultLimits())
	s := &Server{
		options:     o,
		me:          User{ID: botID(o.Token), IsBot: true, FirstName: o.BotName, Username: o.BotUsername},
		residents:   map[int64]*resident{},
		chatByID:    map[int64]*chat{},
		queue:       newUpdateQueue(),
		queries:     map[string]*query{},
		files:       map[string]*file{},
		menus:       map[menuKey][]Command{},
		buttons:     map[int64]json.RawMessage{},
		texts:       map[textKey]string{},
		limits:      o.Limits,
		buckets:     map[int64]*bucket{},
		parked:      map[string]*parking{},
		changed:     make(chan struct{}),
		subscribers: map[chan Event]bool{},
	}
	s.People, s.Things, s.Groups, s.Chats = People{s}, Things{s}, Groups{s}, Chats{s}
	s.Updates, s.Faults, s.Journal = Updates{s}, Faults{s}, Journal{s}
	return s
}

// Token is the token under which the bot must call.
func (s *Server) Token() string { return s.options.Token }

// Bot is the bot as getMe shows it.
func (s *Server) Bot() User { return s.me }

// Transport carries requests to this server without a network, see [sandbox.InProcess].
func (s *Server) Transport() http.RoundTripper { return sandbox.InProcess(s) }
