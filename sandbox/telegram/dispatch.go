package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// failure is an error answer. outside says that it can happen to a bot without a fault of its own.
type failure struct {
	code       int
	text       string
	outside    bool
	retryAfter int
	migrateTo  int64
}

// brokenOff is the code of a failure that has no answer: the connection is gone.
const brokenOff = -1

// bad is a 400 that is the bot's fault, mild one that is not.
func bad(text string) *failure { return &failure{code: 400, text: "Bad Request: " + text} }

func mild(text string) *failure {
	return &failure{code: 400, text: "Bad Request: " + text, outside: true}
}

func forbidden(text string) *failure {
	return &failure{code: 403, text: "Forbidden: " + text, outside: true}
}

// response is the envelope of every answer.
type response struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result,omitempty"`
	ErrorCode   int             `json:"error_code,omitempty"`
	Description string          `json:"description,omitempty"`
	Parameters  *hints          `json:"parameters,omitempty"`
}

type hints struct {
	RetryAfter      int   `json:"retry_after,omitempty"`
	MigrateToChatID int64 `json:"migrate_to_chat_id,omitempty"`
}

func answer(result any, f *failure) (int, json.RawMessage) {
	if f == nil {
		return http.StatusOK, mustJSON(response{OK: true, Result: mustJSON(result)})
	}
	r := response{ErrorCode: f.code, Description: f.text}
	if f.retryAfter > 0 || f.migrateTo != 0 {
		r.Parameters = &hints{f.retryAfter, f.migrateTo}
	}
	return f.code, mustJSON(r)
}

var callPath = regexp.MustCompile(`^/bot(\d+:[A-Za-z0-9_-]+)/([A-Za-z]+)$`)

// botID is the number in front of a token, which is the bot's user ID.
func botID(token string) int64 {
	number, _, _ := strings.Cut(token, ":")
	if id, err := strconv.ParseInt(number, 10, 64); err == nil {
		return id
	}
	return fallbackBotID
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		s.serveFile(w, r, path)
		return
	}
	call := callPath.FindStringSubmatch(r.URL.Path)
	if call == nil {
		s.refuse(w, "request", &failure{code: 404, text: "Not Found"})
		return
	}
	if call[1] != s.options.Token {
		s.refuse(w, call[2], &failure{code: 401, text: "Unauthorized"})
		return
	}
	p, err := readParams(r)
	switch {
	case errors.Is(err, errTooLarge):
		s.refuse(w, call[2], &failure{code: 413, text: "Request Entity Too Large"})
		return
	case err != nil: // the client went away while sending, or sent a broken form
		s.refuse(w, call[2], bad("can't read the request: "+err.Error()))
		return
	}
	p.method = canonical(call[2])
	o := s.call(r.Context(), p)
	if o.broken {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", o.mime)
	w.WriteHeader(o.status)
	_, _ = w.Write(o.body)
}

// refuse answers a request that is no call of a method, which is always the bot's fault.
func (s *Server) refuse(w http.ResponseWriter, method string, f *failure) {
	s.mu.Lock()
	s.violate(method, "%s", f.text)
	s.touch()
	s.mu.Unlock()
	status, body := answer(nil, f)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// outcome is what goes over the wire in the end.
type outcome struct {
	broken bool
	status int
	mime   string
	body   []byte
}

// call keeps the journal around one request, lets the faults strike, and runs the method.
func (s *Server) call(ctx context.Context, p *params) outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := Call{Time: time.Now(), Method: p.method, Params: maps.Clone(p.values)}
	for name, u := range p.uploads {
		if entry.Uploads == nil {
			entry.Uploads = map[string]string{}
		}
		entry.Uploads[name] = u.name
	}
	place := len(s.calls)
	s.calls = append(s.calls, entry)
	if q := s.queries[p.values["callback_query_id"]]; q != nil && p.method == "answerCallbackQuery" {
		q.tried = true
	}

	fault, struck := s.strike(p.method, FaultOutage, FaultBadGateway, FaultFlood, FaultLostAnswer, FaultSlow,
		FaultBrokenAnswer, FaultStrangeAnswer)
	var kind FaultKind
	if struck {
		kind = fault.Kind
	}
	var result any
	var f *failure
	switch kind {
	case FaultOutage, FaultBadGateway:
		s.settle(place, kind, 0, nil, p)
		return s.strangled(p, kind, nil, 0)
	case FaultFlood:
		f = tooMany(fault.wait())
		f.outside = true
	case FaultSlow:
		s.pause(ctx, fault.Delay)
		result, f = s.run(ctx, p)
	default:
		result, f = s.run(ctx, p)
	}
	s.judge(p, f)
	s.patience(p, f)
	if ctx.Err() != nil {
		s.calls[place].Abandoned = true
	}
	if f != nil && f.code == brokenOff {
		s.settle(place, kind, 0, nil, p)
		return outcome{broken: true}
	}
	status, body := answer(result, f)
	s.settle(place, kind, status, body, p)
	return s.strangled(p, kind, body, status)
}

// settle completes the journal's entry.
func (s *Server) settle(place int, kind FaultKind, status int, body json.RawMessage, p *params) {
	entry := &s.calls[place]
	entry.Fault, entry.Status, entry.Response, entry.Unfit = kind, status, body, p.unfit
	s.touch()
}

// judge files an outcome as a violation, as harmless, or not at all.
func (s *Server) judge(p *params, f *failure) {
	for i, text := range p.unfit {
		p.unfit[i] = s.violate(p.method, "%s", text)
	}
	switch {
	case f == nil || f.code == brokenOff:
	case f.outside, f.code == 429: // nobody can know the limits; what counts is that it waits then
		s.harmless = append(s.harmless, p.method+": "+f.text)
	default:
		p.unfit = append(p.unfit, s.violate(p.method, "%s", f.text))
	}
}

// run looks up the method and does it.
func (s *Server) run(ctx context.Context, p *params) (any, *failure) {
	m, ok := methods[p.method]
	if !ok {
		if slices.Contains(otherMethods, p.method) {
			p.complain("this method is not served by the sandbox")
		}
		return nil, &failure{code: 404, text: "Not Found"}
	}
	if p.failed != nil {
		return nil, p.failed
	}
	s.checkNames(m, p)
	return m.do(s, ctx, p)
}

// checkNames notes parameters that the method does not have. A file may have any name that a parameter refers to.
func (s *Server) checkNames(m method, p *params) {
	for _, name := range slices.Sorted(maps.Keys(p.values)) {
		if !slices.Contains(m.params, name) {
			p.complain("unknown parameter " + name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.uploads)) {
		attached := strings.Contains(p.values["media"], "attach://"+name)
		if !slices.Contains(m.params, name) && !attached {
			p.complain("unknown file " + name)
		}
	}
}

// strangled is an answer after the fault had its way with it.
func (s *Server) strangled(p *params, kind FaultKind, body []byte, status int) outcome {
	o := outcome{status: status, mime: "application/json", body: body}
	switch kind {
	case FaultOutage, FaultLostAnswer:
		o.broken = true
	case FaultBadGateway:
		o.status, o.mime = http.StatusBadGateway, "text/html"
		o.body = fmt.Appendf(nil, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1>"+
			"<p>POST /bot%s/%s could not be forwarded.</p></body></html>\n", s.options.Token, p.method)
	case FaultBrokenAnswer:
		o.body = body[:len(body)/2]
	case FaultStrangeAnswer:
		o.body = []byte(`{"ok":true,"result":["of","a","later","version"]}`)
	}
	return o
}

// pause waits without the lock, or until the bot goes away.
func (s *Server) pause(ctx context.Context, d time.Duration) {
	s.mu.Unlock()
	defer s.mu.Lock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
