package oneclick

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hanout/topup"
)

// Options configure a [Client].
type Options struct {
	// BaseURL is the API's root with its version, such as
	// https://api.oneclickdz.com/v3.
	BaseURL string
	// Key goes out as X-Access-Token. It selects the account and whether it
	// is the sandbox.
	Key string
	// HTTP carries the requests; nil for an own one. Its redirect policy and
	// cookie jar are not used.
	HTTP *http.Client
	// UserAgent names the program to the provider; "hanout" when empty.
	UserAgent string
	// Log gets what no error can tell: list lines left out (debug) and the
	// cause of a send without a verdict (warning). Nil for none.
	Log *slog.Logger
}

// Client calls the provider. It is safe for concurrent use.
type Client struct {
	base  string
	agent string
	http  *http.Client
	log   *slog.Logger
	sign  func(http.Header) // a closure, so that no printing of a Client shows the key
}

var _ topup.Provider = (*Client)(nil)

// The errors of [New]. They name the fault and never quote a value.
var (
	ErrBaseURL   = errors.New("oneclick: base URL must be http or https with a host, and no user, query or fragment")
	ErrKey       = errors.New("oneclick: key must be 1 to 200 printable ASCII characters without spaces")
	ErrUserAgent = errors.New("oneclick: user agent must be printable ASCII")
)

// New makes a client. It calls nobody; see [Client.Account] for a check of
// the key.
func New(o Options) (*Client, error) {
	base := strings.TrimRight(o.BaseURL, "/")
	u, err := url.Parse(base)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil ||
		strings.ContainsAny(base, "?#") {
		return nil, ErrBaseURL
	}
	if len(o.Key) > 200 || !isToken(o.Key) {
		return nil, ErrKey
	}
	c := &Client{base: base, agent: o.UserAgent, log: o.Log, sign: func(h http.Header) { h.Set("X-Access-Token", o.Key) }}
	if c.agent == "" {
		c.agent = "hanout"
	}
	if !isPlain(c.agent) {
		return nil, ErrUserAgent
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.http = &http.Client{Transport: Transport()}
	if o.HTTP != nil {
		h := *o.HTTP
		c.http = &h
	}
	c.http.Jar = nil
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

// Transport is the client's own way out. HTTP/1.1 alone keeps the rules by
// which net/http repeats a request few: a POST whose body it can't rewind is
// never sent again.
func Transport() *http.Transport {
	only1 := new(http.Protocols)
	only1.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        4 * time.Second, // below the 5 s after which Node closes a quiet connection
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              only1,
	}
}

// isPlain reports whether s is one or more printable ASCII characters.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// isToken reports whether s is plain and without a space.
func isToken(s string) bool { return isPlain(s) && !strings.Contains(s, " ") }

// skipped tells the log how many lines of a list were left out.
func (c *Client) skipped(ctx context.Context, what string, n int) {
	if n > 0 {
		c.log.DebugContext(ctx, "oneclick: unreadable lines left out", "list", what, "count", n)
	}
}
