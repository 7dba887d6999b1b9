package provider

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The keys that the sandbox knows, and the account name of each.
const (
	SandboxKey    = "5a9d0b0e-0000-4000-8000-000000000001"
	ProductionKey = "5a9d0b0e-0000-4000-8000-000000000002"
	ReadOnlyKey   = "5a9d0b0e-0000-4000-8000-000000000003"
	DisabledKey   = "5a9d0b0e-0000-4000-8000-000000000004"

	SandboxUser    = "+213660000000"
	ProductionUser = "+213550000000"
)

// Variants are the spellings in which the documentation and live captures
// disagree. The zero value is what the English pages and live captures show.
type Variants struct {
	DuplicateDash   bool   // DUPLICATED-REF instead of DUPLICATED_REF
	DuplicateSilent bool   // no details.existingTopupId
	PlainRef        bool   // topupRef as sent, without "API-<username>-"
	CheckRef        string // which spelling check-ref takes: "both" (default), "own", "prefixed"
	CategoryName    bool   // catalogue categories by "name" instead of "title"
	ProductsArray   bool   // internet products as a bare array
	TypeInMeta      bool   // their type in meta
	ListTopups      bool   // the internet list under "topups"
	NoCost          bool   // mobile plans without cost
	NoRequestID     bool
	StringNumbers   bool // amounts as JSON strings
	ArabicWords     bool // SUCCESS and FAILED for mobile
	ShortCodes      bool // NO_BALANCE and ERR_AUTH instead of INSUFFICIENT_BALANCE and INVALID_ACCESS_TOKEN
	NewBalance      bool // top-ups are answered with newBalance too
	MetaRequestID   bool // requestId inside meta
}

// Options say how the sandbox behaves; zero values have the named defaults.
type Options struct {
	Speed    float64 // provider seconds a real second; default 1
	Variants Variants

	PendingFor  time.Duration // mobile: default 5 s
	HandlingFor time.Duration // mobile: default 15 s after that
	CardAfter   time.Duration // internet: default 10 s
	GiftAfter   time.Duration // gift cards: default 3 s
	UnknownFor  time.Duration // UNKNOWN_ERROR until it resolves; default 6 h
	UnknownTo   string        // FULFILLED (default) or REFUNDED
	QueuedFor   time.Duration // QUEUED until it resolves; default 20 h
	QueuedTo    string        // FULFILLED (default) or REFUNDED
	MenuTo      string        // how a look-up of offers ends: REFUNDED (default) or FULFILLED
	Balance     int64         // of the production account, in centimes; default 50,000 DZD
}

// Server is the sandbox. Its methods may be called from several goroutines.
type Server struct {
	mu       sync.Mutex
	opts     Options
	speed    float64
	baseReal time.Time
	baseFake time.Time

	trial    *account // of the sandbox key
	trade    *account // of the keys of production
	keys     map[string]access
	badKeys  int
	lockedAt time.Time

	plans    []plan
	down     map[string]bool
	products map[string][]internetProduct
	shelves  []shelf
	types    map[string][]giftType
	serial   int    // of identifiers
	card     int    // of codes
	cards    []Card // the next ones, when they are chosen
	answered int

	faults   []*fault
	requests map[string]int
	changed  chan struct{}
	mux      *http.ServeMux
}

// New makes a sandbox with its catalogue.
func New(o Options) *Server {
	fill := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	fill(&o.PendingFor, 5*time.Second)
	fill(&o.HandlingFor, 15*time.Second)
	fill(&o.CardAfter, 10*time.Second)
	fill(&o.GiftAfter, 3*time.Second)
	fill(&o.UnknownFor, 6*time.Hour)
	fill(&o.QueuedFor, 20*time.Hour)
	o.UnknownTo = cmp.Or(o.UnknownTo, "FULFILLED")
	o.QueuedTo = cmp.Or(o.QueuedTo, "FULFILLED")
	o.MenuTo = cmp.Or(o.MenuTo, "REFUNDED")
	o.Balance = cmp.Or(o.Balance, 50_000_00)
	if !sensible(o.Speed) {
		o.Speed = 1
	}
	now := time.Now()
	s := &Server{
		opts: o, speed: o.Speed, baseReal: now, baseFake: now,
		plans: plans(), down: map[string]bool{}, products: internetProducts(),
		requests: map[string]int{}, changed: make(chan struct{}),
	}
	s.shelves, s.types = catalogue()
	s.trial = &account{user: SandboxUser, sandbox: true, balance: 1_000_000_00}
	s.trade = &account{user: ProductionUser, balance: o.Balance}
	s.keys = map[string]access{
		SandboxKey:    {account: s.trial},
		ProductionKey: {account: s.trade},
		ReadOnlyKey:   {account: s.trade, readOnly: true},
		DisabledKey:   {account: s.trade, disabled: true},
	}
	s.routes()
	return s
}

// now is provider time. The caller holds mu.
func (s *Server) now() time.Time {
	return s.baseFake.Add(time.Duration(float64(time.Since(s.baseReal)) * s.speed))
}

// sensible tells the speeds at which provider time can run.
func sensible(f float64) bool { return f > 0 && f <= 1e6 }

// SetSpeed makes provider time run f times as fast from now on; above 0 and
// up to a million, others change nothing.
func (s *Server) SetSpeed(f float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sensible(f) {
		s.baseFake, s.baseReal, s.speed = s.now(), time.Now(), f
	}
	s.touch()
}

// Changed is closed at the next change: an order, or a call of a Set method
// or Resolve. The passing of time closes nothing.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// id makes the next 24-hex identifier.
func (s *Server) id() string {
	s.serial++
	return fmt.Sprintf("6911aa00e9e8%012x", s.serial)
}

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	handle := func(pattern string, h func(*call)) {
		method, path, _ := strings.Cut(pattern, " ")
		s.mux.HandleFunc(method+" /v3"+path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, pattern, h) })
	}
	handle("GET /ping", s.ping)
	handle("GET /validate", s.validate)
	handle("GET /account/balance", s.balance)
	handle("GET /account/transactions", s.transactions)
	handle("GET /mobile/plans", s.mobilePlans)
	handle("POST /mobile/send", s.mobileSend)
	handle("GET /mobile/check-id/{id}", s.checkID(mobile))
	handle("GET /mobile/check-ref/{ref}", s.checkRef(mobile))
	handle("GET /mobile/list", s.list(mobile))
	handle("GET /internet/products", s.internetProducts)
	handle("GET /internet/check-number", s.checkNumber)
	handle("POST /internet/send", s.internetSend)
	handle("GET /internet/check-id/{id}", s.checkID(internet))
	handle("GET /internet/check-ref/{ref}", s.checkRef(internet))
	handle("GET /internet/list", s.list(internet))
	handle("GET /gift-cards/catalog", s.catalog)
	handle("GET /gift-cards/checkProduct/{id}", s.checkProduct)
	handle("POST /gift-cards/placeOrder", s.placeOrder)
	handle("GET /gift-cards/checkOrder/{id}", s.checkID(giftcard))
	handle("GET /gift-cards/list", s.list(giftcard))
}

// ServeHTTP answers the API. An unknown path gets the framework's bare body.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := s.mux.Handler(r); pattern == "" {
		writeJSON(w, http.StatusNotFound, map[string]any{
			"message": "Route " + r.Method + ":" + r.URL.Path + " not found", "error": "Not Found", "statusCode": 404})
		return
	}
	s.mux.ServeHTTP(w, r)
}

// call is one request being answered.
type call struct {
	s       *Server
	r       *http.Request
	key     access
	acc     *account
	body    map[string]json.RawMessage
	faults  faults
	status  int
	answer  map[string]any
	created *order
}

const (
	bodyMost    = 64 << 10 // bytes read of a body; a longer one is no JSON then
	badKeysMost = 5        // wrong keys in a row that lock the caller out
	lockedFor   = 15 * time.Minute
)

func (s *Server) serve(w http.ResponseWriter, r *http.Request, route string, h func(*call)) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, bodyMost))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	c := &call{s: s, r: r}
	s.mu.Lock()
	s.requests[route]++
	c.faults = s.strike(route)
	s.mu.Unlock()
	if !c.faults.before(w, r) {
		return
	}
	s.mu.Lock()
	switch {
	case route == "GET /ping":
		h(c)
	case !c.authorised():
	case r.Method == http.MethodPost && !c.decode(raw):
	default:
		h(c)
	}
	s.answered++
	id := fmt.Sprintf("req_%d_%x", s.now().Unix(), s.answered)
	meta, has := c.answer["meta"].(map[string]any)
	switch v := s.opts.Variants; {
	case v.NoRequestID || route == "GET /validate":
	case v.MetaRequestID && has:
		meta["requestId"] = id
	default:
		c.answer["requestId"] = id
	}
	if c.created != nil {
		c.faults.mark(c.created)
		s.touch()
	}
	status, answer := c.status, c.answer
	if s.opts.Variants.StringNumbers {
		answer = stringed(answer).(map[string]any)
	}
	s.mu.Unlock()
	c.faults.after(w, r, status, answer)
}

// authorised checks the key: missing, wrong (counting to a lock-out), switched
// off, and too weak for a POST.
func (c *call) authorised() bool {
	s, key := c.s, c.r.Header.Get("X-Access-Token")
	if !s.lockedAt.IsZero() && s.now().Sub(s.lockedAt) < lockedFor {
		c.fail(http.StatusForbidden, "IP_BLOCKED", "Too many failed attempts", nil)
		return false
	}
	s.lockedAt = time.Time{}
	if key == "" {
		c.fail(http.StatusUnauthorized, "MISSING_ACCESS_TOKEN", "Access token is missing", nil)
		return false
	}
	found, ok := s.keys[key]
	if !ok {
		s.badKeys++
		left := badKeysMost - s.badKeys
		if left == 0 {
			s.badKeys, s.lockedAt = 0, s.now()
		}
		code := "INVALID_ACCESS_TOKEN"
		if s.opts.Variants.ShortCodes {
			code = "ERR_AUTH"
		}
		c.fail(http.StatusUnauthorized, code, "Access token is invalid", map[string]any{"attemptsLeft": count(left)})
		return false
	}
	s.badKeys = 0
	if found.disabled && !strings.HasSuffix(c.r.URL.Path, "/validate") {
		c.fail(http.StatusForbidden, "API_DISABLED", "This key is disabled", nil)
		return false
	}
	if found.readOnly && c.r.Method == http.MethodPost {
		c.fail(http.StatusForbidden, "ERR_AUTH", "This key may only read", nil)
		return false
	}
	found.token = key
	c.key, c.acc = found, found.account
	s.settle(c.acc)
	return true
}

func (c *call) decode(raw []byte) bool {
	if err := json.Unmarshal(raw, &c.body); err != nil || c.body == nil {
		c.fail(http.StatusBadRequest, "ERR_VALIDATION", "body must be object", nil)
		return false
	}
	return true
}

// given is a field of the body as it came, for the details of a refusal.
func (c *call) given(field string) string {
	if v, ok := c.text(field); ok {
		return v
	}
	return string(c.body[field])
}

// text is a string field of the body; false when it is missing or no string.
func (c *call) text(field string) (string, bool) {
	var v string
	raw, ok := c.body[field]
	if !ok || json.Unmarshal(raw, &v) != nil {
		return "", false
	}
	return v, true
}

// whole is an integer field of the body, so far from the ends of its range
// that centimes can be made of it.
func (c *call) whole(field string) (int64, bool) {
	var n json.Number
	raw, ok := c.body[field]
	if !ok || len(raw) == 0 || raw[0] == '"' || json.Unmarshal(raw, &n) != nil {
		return 0, false
	}
	v, err := n.Int64()
	return v, err == nil && v > -1e12 && v < 1e12
}

func (c *call) ok(data any) {
	c.status = http.StatusOK
	c.answer = map[string]any{"success": true, "data": data, "meta": map[string]any{"timestamp": stamp(c.s.now())}}
}

func (c *call) fail(status int, code, message string, details map[string]any) {
	e := map[string]any{"code": code, "message": message}
	if details != nil {
		e["details"] = details
	}
	c.status = status
	c.answer = map[string]any{"success": false, "error": e}
}

// invalid refuses a field of the "body" or the "querystring".
func (c *call) invalid(place, field, value string) {
	c.fail(http.StatusBadRequest, "ERR_VALIDATION", place+"/"+field+" is invalid", map[string]any{"field": field, "value": value})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// dinars writes centimes as a JSON number.
func dinars(centimes int64) json.Number {
	sign := ""
	if centimes < 0 {
		sign, centimes = "-", -centimes
	}
	s := fmt.Sprintf("%s%d.%02d", sign, centimes/100, centimes%100)
	return json.Number(strings.TrimSuffix(strings.TrimRight(s, "0"), "."))
}

// stringed writes every number of an answer as a string.
func stringed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = stringed(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = stringed(e)
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = stringed(e)
		}
		return out
	case json.Number:
		return v.String()
	}
	return v
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // only plain values are written
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b)
}
