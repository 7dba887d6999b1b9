package oneclick

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"hanout/topup"
)

// Bounds of one call.
const (
	sendTimeout = 30 * time.Second
	readTimeout = 15 * time.Second
	listLimit   = 4 << 20 // bytes of an answer that lists things
	plainLimit  = 1 << 20 // bytes of any other answer
)

// call is one request to make.
type call struct {
	path      string // under the base URL, already escaped
	query     url.Values
	body      any // POST as JSON; nil for GET
	limit     int64
	timeout   time.Duration
	anonymous bool // without the key
}

// get is a read of a small answer.
func get(path string, query url.Values) call {
	return call{path: path, query: query, limit: plainLimit, timeout: readTimeout}
}

// list is a read of a long answer.
func list(path string, query url.Values) call {
	return call{path: path, query: query, limit: listLimit, timeout: readTimeout}
}

// post is a send.
func post(path string, body any) call {
	return call{path: path, body: body, limit: plainLimit, timeout: sendTimeout}
}

// answer is what came of a call. Without a cause, the whole body was read and
// is JSON in one of the documented envelopes.
type answer struct {
	envelope
	at         time.Time
	status     int // 0 without an HTTP answer
	retryAfter time.Duration
	digest     string // of the body, when it was read to its end
	cause      error  // why there is nothing to read, in words of our own
	stopped    bool   // the caller's context ended
	neverLeft  bool   // proven: net/http never had a connection for the request
}

// do makes the call once. Every failure is told in the answer.
func (c *Client) do(ctx context.Context, q call) answer {
	var wanted, got atomic.Bool
	bound, cancel := context.WithTimeout(ctx, q.timeout)
	defer cancel()
	// Only net/http's own transport calls these hooks: another carrier gives
	// no proof that nothing left.
	bound = httptrace.WithClientTrace(bound, &httptrace.ClientTrace{
		GetConn: func(string) { wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { got.Store(true) },
	})
	req, err := c.request(bound, q)
	if err != nil {
		return answer{at: time.Now().UTC(), cause: errRequest, neverLeft: true}
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{
			at:        time.Now().UTC(),
			cause:     cause(err),
			stopped:   ctx.Err() != nil,
			neverLeft: wanted.Load() && !got.Load(),
		}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, q.limit+1))
	a := answer{
		at:         time.Now().UTC(),
		status:     resp.StatusCode,
		retryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
	}
	switch {
	case err != nil:
		a.cause, a.stopped = cause(err), ctx.Err() != nil
	case int64(len(body)) > q.limit:
		a.cause = errTooLong
	default:
		sum := sha256.Sum256(body)
		a.digest = hex.EncodeToString(sum[:])
		a.cause = a.read(resp.Header.Get("Content-Type"), body)
	}
	return a
}

func (c *Client) request(ctx context.Context, q call) (*http.Request, error) {
	target := c.base + q.path
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	method, body := http.MethodGet, io.Reader(nil)
	if q.body != nil {
		raw, err := json.Marshal(q.body)
		if err != nil {
			return nil, err
		}
		method, body = http.MethodPost, bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	req.GetBody = nil // a body that can't be had again can't be replayed
	if q.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)
	if !q.anonymous {
		c.sign(req.Header)
	}
	return req, nil
}

// read fills the envelope from a whole body.
func (a *answer) read(contentType string, body []byte) error {
	if !isJSON(contentType) {
		return errNotJSON
	}
	var e envelope
	if into(body, &e) != nil || e.Success == nil {
		return errForm
	}
	if !*e.Success && e.Error.Code == "" {
		return errForm
	}
	a.envelope = e
	return nil
}

// isJSON tells by the header. A missing one is let pass: the body decides.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// retryAfter reads the header as seconds or as a date; 0 when it says neither,
// at most a day.
func retryAfter(header string, now time.Time) time.Duration {
	const most = 24 * time.Hour
	if n, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(n, 0), int(most/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil {
		return min(max(t.Sub(now), 0), most)
	}
	return 0
}

// ok reports a documented success.
func (a *answer) ok() bool {
	return a.cause == nil && a.status/100 == 2 && *a.Success
}

// evidence is the proof that the answer carries, under the word given.
func (a *answer) evidence(word text) topup.Evidence {
	return topup.Evidence{At: a.at, HTTP: a.status, Word: word.short(), RequestID: a.requestID(), Digest: a.digest}
}
