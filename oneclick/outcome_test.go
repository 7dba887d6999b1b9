package oneclick

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hanout/topup"
)

// TestOutcomes takes each row of the table by its name, over a real
// connection, for a send and for a read.
func TestOutcomes(t *testing.T) {
	const html = "<html><body>" + canaryKey + " 502</body></html>"
	const framework = `{"message":"Route not found","error":"Not Found","statusCode":404}`
	cases := []struct {
		row, name string
		h         http.HandlerFunc
		verdict   topup.Verdict
		reason    topup.Reason
		fault     topup.FaultKind
	}{
		{"accepted", "mobile", success(`{"topupId":"` + anID + `","topupRef":"API-+213660000000-r"}`), "accepted", "", ""},
		{"accepted", "201", reply(201, `{"success":true,"data":{"topupId":"`+anID+`"}}`), "accepted", "", ""},
		{"accepted", "no content type", replyAs("", 200, `{"success":true,"data":{"orderId":"`+anID+`"}}`), "accepted", "", ""},
		{"success without an order", "empty data", success(`{}`), "unknown", "", ""},
		{"success without an order", "no data", reply(200, `{"success":true}`), "unknown", "", ""},
		{"success without an order", "null id", success(`{"topupId":null}`), "unknown", "", ""},
		{"success without an order", "empty id", success(`{"topupId":""}`), "unknown", "", ""},
		{"success without an order", "id that is a path", success(`{"topupId":"../mobile"}`), "unknown", "", ""},
		{"success without an order", "dots for an id", success(`{"topupId":".."}`), "unknown", "", ""},
		{"success without an order", "id too long", success(`{"topupId":"` + strings.Repeat("a", 101) + `"}`), "unknown", "", ""},
		{"success without an order", "data is a list", success(`[]`), "unknown", "", ""},

		{"input refused", "validation", refuse(400, "ERR_VALIDATION"), "refused", "invalid", "invalid"},
		{"input refused", "phone", refuse(400, "ERR_PHONE"), "refused", "invalid", "invalid"},
		{"input refused", "phone, other word", refuse(400, "INVALID_PHONE"), "refused", "invalid", "invalid"},
		{"input refused", "unprocessable", refuse(422, "ERR_VALIDATION"), "refused", "invalid", "invalid"},
		{"input refused", "dash and lower case", refuse(400, "err-validation"), "refused", "invalid", "invalid"},
		{"out of stock", "stock", refuse(400, "ERR_STOCK"), "refused", "stock", "invalid"},
		{"out of stock", "with a space", refuse(409, "ERR STOCK"), "refused", "stock", "invalid"},
		{"float too low", "403", refuse(403, "INSUFFICIENT_BALANCE"), "refused", "float", "invalid"},
		{"float too low", "other word", refuse(403, "NO_BALANCE"), "refused", "float", "invalid"},
		{"float too low", "402", refuse(402, "NO_BALANCE"), "refused", "float", "invalid"},
		{"reference taken", "underscore", refuse(403, "DUPLICATED_REF"), "duplicate", "", "unavailable"},
		{"reference taken", "dash", refuse(403, "DUPLICATED-REF"), "duplicate", "", "unavailable"},
		{"address locked out", "403", refuse(403, "IP_BLOCKED"), "keyfault", "closed", "blocked"},
		{"key not taken", "missing", refuse(401, "MISSING_ACCESS_TOKEN"), "keyfault", "closed", "key"},
		{"key not taken", "invalid", refuse(401, "INVALID_ACCESS_TOKEN"), "keyfault", "closed", "key"},
		{"key not taken", "auth", refuse(401, "ERR_AUTH"), "keyfault", "closed", "key"},
		{"key not taken", "read only", refuse(403, "ERR_AUTH"), "keyfault", "closed", "key"},
		{"key not taken", "address", refuse(403, "IP_NOT_ALLOWED"), "keyfault", "closed", "key"},
		{"key not taken", "disabled", refuse(403, "API_DISABLED"), "keyfault", "closed", "key"},
		{"told to wait", "rate", refuse(429, "RATE_LIMIT_EXCEEDED"), "throttled", "", "throttled"},
		{"told to wait", "auth down", refuse(503, "AUTH_UNAVAILABLE"), "throttled", "", "throttled"},
		{"told to wait", "partner down", refuse(503, "PARTNER_UNAVAILABLE"), "throttled", "", "throttled"},
		{"429 of any form", "html", replyAs("text/html", 429, html), "throttled", "", "throttled"},
		{"429 of any form", "empty", reply(429, ""), "throttled", "", "throttled"},
		{"429 of any form", "other code", refuse(429, "SLOW"), "throttled", "", "throttled"},
		{"no such order", "404", refuse(404, "NOT_FOUND"), "unknown", "", "notfound"},
		{"401 of an unknown code", "other code", refuse(401, "WHO_ARE_YOU"), "unknown", "", "key"},
		{"401 of any form", "html", replyAs("text/html", 401, html), "unknown", "", "unavailable"},
		{"401 of any form", "empty", reply(401, ""), "unknown", "", "unavailable"},
		{"401 of any form", "of the framework", reply(401, `{"message":"Unauthorized","statusCode":401}`), "unknown", "", "unavailable"},
		{"401 of any form", "that calls itself a success", reply(401, `{"success":true}`), "unknown", "", "unavailable"},

		{"anything else", "404 of the framework", reply(404, framework), "unknown", "", "unavailable"},
		{"anything else", "400 of the framework", reply(400, `{"message":"ERR_VALIDATION","error":"Bad Request","statusCode":400}`), "unknown", "", "unavailable"},
		{"anything else", "404 html", replyAs("text/html", 404, html), "unknown", "", "unavailable"},
		{"anything else", "400 html", replyAs("text/html", 400, html), "unknown", "", "unavailable"},
		{"anything else", "404 of another code", refuse(404, "ROUTE"), "unknown", "", "unavailable"},
		{"anything else", "NOT_FOUND without 404", refuse(400, "NOT_FOUND"), "unknown", "", "unavailable"},
		{"anything else", "403 without a code", reply(403, `{"success":false,"error":{"message":"INSUFFICIENT_BALANCE"}}`), "unknown", "", "unavailable"},
		{"anything else", "403 of another code", refuse(403, "MERCHANT"), "unknown", "", "unavailable"},
		{"anything else", "400 of another code", refuse(400, "ERR_OTHER"), "unknown", "", "unavailable"},
		{"anything else", "refusal that calls itself a success", reply(400, `{"success":true,"error":{"code":"ERR_STOCK"}}`), "unknown", "", "unavailable"},
		{"anything else", "refusal without success", reply(400, `{"error":{"code":"ERR_STOCK"}}`), "unknown", "", "unavailable"},
		{"anything else", "refusal with success as text", reply(400, `{"success":"false","error":{"code":"ERR_STOCK"}}`), "unknown", "", "unavailable"},
		{"anything else", "refusal as text/html", replyAs("text/html", 400, `{"success":false,"error":{"code":"ERR_STOCK"}}`), "unknown", "", "unavailable"},
		{"anything else", "refusal with a tail", reply(400, `{"success":false,"error":{"code":"ERR_STOCK"}}x`), "unknown", "", "unavailable"},
		{"anything else", "refusal of status 200", refuse(200, "ERR_STOCK"), "unknown", "", "unavailable"},
		{"anything else", "refusal of status 500", refuse(500, "INSUFFICIENT_BALANCE"), "unknown", "", "unavailable"},
		{"anything else", "key code of status 500", refuse(500, "ERR_AUTH"), "unknown", "", "unavailable"},
		{"anything else", "wait code of status 200", refuse(200, "AUTH_UNAVAILABLE"), "unknown", "", "unavailable"},
		{"anything else", "code that is a list", reply(400, `{"success":false,"error":{"code":["ERR_STOCK"]}}`), "unknown", "", "unavailable"},
		{"anything else", "500", refuse(500, "INTERNAL_ERROR"), "unknown", "", "unavailable"},
		{"anything else", "503", refuse(503, "SERVICE_UNAVAILABLE"), "unknown", "", "unavailable"},
		{"anything else", "502 html", replyAs("text/html", 502, html), "unknown", "", "unavailable"},
		{"anything else", "504 empty", reply(504, ""), "unknown", "", "unavailable"},
		{"anything else", "200 html", replyAs("text/html", 200, html), "unknown", "", "unavailable"},
		{"anything else", "200 empty", reply(200, ""), "unknown", "", "unavailable"},
		{"anything else", "204", reply(204, ""), "unknown", "", "unavailable"},
		{"anything else", "200 cut", reply(200, `{"success":true,"data":{"topupId":"`+anID), "unknown", "", "unavailable"},
		{"anything else", "200 with a tail", reply(200, `{"success":true,"data":{"topupId":"`+anID+`"}}{}`), "unknown", "", "unavailable"},
		{"anything else", "200 as plain text", replyAs("text/plain", 200, `{"success":true,"data":{"topupId":"`+anID+`"}}`), "unknown", "", "unavailable"},
		{"anything else", "302", reply(302, `{"success":true,"data":{"topupId":"`+anID+`"}}`), "unknown", "", "unavailable"},
		{"anything else", "reset after the request", abort, "unknown", "", "unavailable"},
		{"anything else", "body shorter than announced", short, "unknown", "", "unavailable"},
		{"anything else", "gzip that is none", garbledGzip, "unknown", "", "unavailable"},
		{"anything else", "a gzip bomb", bomb(), "unknown", "", "unavailable"},
		{"anything else", "five megabytes", reply(200, `{"success":true,"data":{"topupId":"`+anID+`","x":"`+strings.Repeat("x", 5<<20)+`"}}`), "unknown", "", "unavailable"},
	}
	met := map[string]bool{"stopped by us": true, "never left": true} // tested below
	for _, tt := range cases {
		met[tt.row] = true
		t.Run(tt.row+"/"+tt.name, func(t *testing.T) {
			var logged bytes.Buffer
			_, d := serve(t, tt.h)
			c := dial(t, Options{BaseURL: d.URL + "/v3", Log: debugLog(&logged)})
			a := c.do(t.Context(), post("/mobile/send", mobileSend{}))
			if got := a.outcome().name; got != tt.row {
				t.Fatalf("row %q, want %q", got, tt.row)
			}
			for _, o := range []topup.Order{mobileOrder(), internetOrder(), giftOrder()} {
				s := c.Send(t.Context(), o)
				if suspect := strings.HasPrefix(tt.row, "401"); s.Suspect != suspect {
					t.Errorf("%s: suspect %v", o.Good, s.Suspect)
				}
				if s.Verdict != tt.verdict || s.Reason != tt.reason {
					t.Errorf("%s: %s %q, want %s %q", o.Good, s.Verdict, s.Reason, tt.verdict, tt.reason)
				}
				if (s.ProviderID != "") != (tt.verdict == topup.Accepted) {
					t.Errorf("provider ID %q of a send that is %s", s.ProviderID, s.Verdict)
				}
				if s.Evidence.At.IsZero() || (s.Verdict == topup.Refused && (s.Evidence.HTTP == 0 || s.Evidence.Word == "" || s.Evidence.Digest == "")) {
					t.Errorf("evidence %+v proves nothing", s.Evidence)
				}
				noSecret(t, fmt.Sprintf("%+v", s))
			}
			if tt.fault != "" {
				for name, err := range reads(t.Context(), c) {
					var f *topup.Fault
					if !errors.As(err, &f) || f.Kind != tt.fault {
						t.Errorf("%s: %v, want a fault of kind %s", name, err, tt.fault)
						continue
					}
					if suspect := strings.HasPrefix(tt.row, "401"); f.Suspect != suspect {
						t.Errorf("%s: suspect %v", name, f.Suspect)
					}
					noSecret(t, f.Error())
				}
			}
			noSecret(t, logged.String())
		})
	}
	for _, o := range outcomes {
		if !met[o.name] {
			t.Errorf("row %q has no test", o.name)
		}
	}
}

// reads calls every method that reads, with the canaries where a number goes.
func reads(ctx context.Context, c *Client) map[string]error {
	o := mobileOrder()
	o.ProviderID = anID
	errs := map[string]error{}
	_, errs["Weather"] = c.Weather(ctx)
	_, errs["Account"] = c.Account(ctx)
	_, errs["Float"] = c.Float(ctx)
	_, errs["Plans"] = c.Plans(ctx)
	_, errs["Products"] = c.Products(ctx, topup.ADSL)
	_, errs["CheckLine"] = c.CheckLine(ctx, topup.LTE4G, canaryNumber)
	_, errs["Catalogue"] = c.Catalogue(ctx)
	_, errs["Stock"] = c.Stock(ctx, anID)
	_, errs["Check"] = c.Check(ctx, o)
	_, errs["Find"] = c.Find(ctx, o, "API-+213660000000-x")
	_, _, errs["Recent"] = c.Recent(ctx, topup.GiftCard, time.Now(), time.Time{}, 1)
	return errs
}

func noSecret(t *testing.T, s string) {
	t.Helper()
	for _, canary := range []string{canaryKey, canaryCode, canaryNumber, canaryKey[:13]} {
		if strings.Contains(strings.ToLower(s), canary) {
			t.Errorf("shows %q: %s", canary, s)
		}
	}
}

func debugLog(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func abort(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func short(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "4000")
	_, _ = io.WriteString(w, `{"success":false,"error":{"code":"ERR_STOCK"}}`)
}

func garbledGzip(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = io.WriteString(w, "\x1f\x8b\x08not gzip "+canaryKey)
}

// bomb is a success of five megabytes that come as five kilobytes.
func bomb() http.HandlerFunc {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, `{"success":true,"data":{"topupId":"`+anID+`"}}`+strings.Repeat(" ", 5<<20))
	_ = z.Close()
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}
}

func TestDuplicateNamesTheExistingOrder(t *testing.T) {
	for _, tt := range []struct{ details, want string }{
		{`{"existingTopupId":"` + anID + `"}`, anID},
		{`{"existingTopupId":"a/b"}`, ""},
		{`{}`, ""},
		{`null`, ""},
		{`"text"`, ""},
	} {
		c, _ := serve(t, reply(403, `{"success":false,"error":{"code":"DUPLICATED-REF","details":`+tt.details+`}}`))
		a := c.Send(t.Context(), mobileOrder())
		if a.Verdict != topup.Duplicate || a.ProviderID != tt.want || a.Evidence.Word != "DUPLICATED-REF" {
			t.Errorf("%s: %+v", tt.details, a)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"5":                             5 * time.Second,
		"0":                             0,
		"-3":                            0,
		"99999999999":                   24 * time.Hour,
		"9999999999999999999999":        0,
		"soon":                          0,
		"Sat, 21 Nov 2026 09:30:20 GMT": 20 * time.Second,
		"Sat, 21 Nov 2026 09:00:00 GMT": 0,
		"Sat, 21 Nov 2099 09:00:00 GMT": 24 * time.Hour,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	c, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		refuse(503, "AUTH_UNAVAILABLE")(w, r)
	})
	if a := c.Send(t.Context(), mobileOrder()); a.RetryAfter != 7*time.Second {
		t.Errorf("send: %s", a.RetryAfter)
	}
	_, err := c.Float(t.Context())
	var f *topup.Fault
	if !errors.As(err, &f) || f.RetryAfter != 7*time.Second || f.HTTP != 503 || f.Code != "AUTH_UNAVAILABLE" {
		t.Errorf("read: %+v", f)
	}
}

func TestCodeOfAFaultIsLettersOrNothing(t *testing.T) {
	for code, want := range map[string]string{
		"internal-error":        "INTERNAL_ERROR",
		canaryKey:               "",
		canaryCode:              "",
		"A" + canaryCode:        "",
		strings.Repeat("A", 41): "",
		"<b>":                   "",
	} {
		c, _ := serve(t, refuse(500, code))
		_, err := c.Float(t.Context())
		var f *topup.Fault
		if !errors.As(err, &f) || f.Code != want {
			t.Errorf("%q: %+v, want code %q", code, f, want)
		}
	}
}

// The proof that nothing left: net/http looked for a connection and never had
// one.
func TestNeverLeft(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + gone.Addr().String() + "/v3"
	_ = gone.Close()
	secure := httptest.NewUnstartedServer(success(`{"topupId":"` + anID + `"}`))
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	defer secure.Close()
	failing := func(err error) *http.Client {
		return &http.Client{Transport: &http.Transport{
			DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err },
		}}
	}
	for _, tt := range []struct {
		name string
		o    Options
		want error
	}{
		{"port closed", Options{BaseURL: closed}, errRefused},
		{"unknown host", Options{BaseURL: closed, HTTP: failing(&net.DNSError{Err: canaryNumber, Name: canaryNumber})}, errLookup},
		{"dial failed", Options{BaseURL: closed, HTTP: failing(&net.OpError{Op: "dial", Err: errors.New(canaryCode)})}, errDial},
		{"certificate of a stranger", Options{BaseURL: secure.URL + "/v3"}, errTLS},
		{"TLS to a plain port", Options{BaseURL: "https" + strings.TrimPrefix(plainServer(t), "http") + "/v3"}, errTLS},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := dial(t, tt.o)
			a := c.do(t.Context(), post("/mobile/send", mobileSend{}))
			if got := a.outcome().name; got != "never left" {
				t.Fatalf("row %q (%v)", got, a.cause)
			}
			s := c.Send(t.Context(), mobileOrder())
			if s.Verdict != topup.NotSent || s.Reason != topup.ReasonUnreachable || s.Evidence.Word != tt.want.Error() {
				t.Errorf("%+v, want the word %q", s, tt.want)
			}
			noSecret(t, fmt.Sprintf("%+v", s))
			for name, err := range reads(t.Context(), c) {
				var f *topup.Fault
				if !errors.As(err, &f) || f.Kind != topup.FaultUnavailable || f.HTTP != 0 || !errors.Is(f, tt.want) {
					t.Errorf("%s: %v", name, err)
				}
				noSecret(t, err.Error())
			}
		})
	}
}

func plainServer(t *testing.T) string {
	s := httptest.NewUnstartedServer(success(`{}`))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// A carrier that isn't net/http's own gives no proof, whatever its error.
func TestStrangeCarrierProvesNothing(t *testing.T) {
	for _, err := range []error{
		&net.OpError{Op: "dial", Err: errors.New("refused")}, io.EOF, errors.New(canaryKey + canaryCode),
	} {
		c := dial(t, Options{BaseURL: "http://127.0.0.1:1/v3", HTTP: &http.Client{Transport: failingTransport{err}}})
		s := c.Send(t.Context(), mobileOrder())
		if s.Verdict != topup.Unknown {
			t.Errorf("%v: %+v", err, s)
		}
		for _, err := range reads(t.Context(), c) {
			noSecret(t, err.Error())
		}
	}
}

type failingTransport struct{ err error }

func (f failingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return nil, f.err
}

// A stop of the program is never a verdict, however far the request got.
func TestStoppedByUs(t *testing.T) {
	for _, tt := range []struct {
		name string
		stop func(t *testing.T, cancel func()) Options
	}{
		{"before the call", func(t *testing.T, cancel func()) Options {
			cancel()
			return Options{BaseURL: "http://127.0.0.1:1/v3"}
		}},
		{"while dialling", func(t *testing.T, cancel func()) Options {
			return Options{BaseURL: "http://127.0.0.1:1/v3", HTTP: &http.Client{Transport: &http.Transport{
				DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
					cancel()
					<-ctx.Done()
					return nil, ctx.Err()
				},
			}}}
		}},
		{"while waiting", func(t *testing.T, cancel func()) Options {
			_, d := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				cancel()
				<-r.Context().Done()
			})
			return Options{BaseURL: d.URL + "/v3"}
		}},
		{"while reading a refusal", func(t *testing.T, cancel func()) Options {
			return Options{BaseURL: "http://provider.test/v3", HTTP: &http.Client{Transport: cutRefusal(cancel)}}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := dial(t, tt.stop(t, cancel))
			a := c.do(ctx, post("/mobile/send", mobileSend{}))
			if got := a.outcome().name; got != "stopped by us" {
				t.Errorf("row %q", got)
			}
			if s := a.sent(); s.Verdict != topup.Unknown || s.Reason != "" {
				t.Errorf("%+v", s)
			}
			if f := a.fault(); f.Kind != topup.FaultUnavailable || !errors.Is(f, context.Canceled) {
				t.Errorf("%v", f)
			}
		})
	}
}

// cutRefusal carries the start of a refusal; then it calls itself.
type cutRefusal func()

func (f cutRefusal) RoundTrip(r *http.Request) (*http.Response, error) {
	_ = r.Body.Close()
	return &http.Response{StatusCode: 400, Header: http.Header{"Content-Type": {"application/json"}}, Body: f, Request: r}, nil
}

func (f cutRefusal) Read([]byte) (int, error) {
	f()
	return 0, context.Canceled
}

func (f cutRefusal) Close() error { return nil }

// A provider that says nothing ends a send after 30 s and a read after 15 s.
func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, Options{BaseURL: "http://provider.test/v3", HTTP: &http.Client{Transport: silence{}}})
		start := time.Now()
		if s := c.Send(t.Context(), mobileOrder()); s.Verdict != topup.Unknown {
			t.Errorf("%+v", s)
		}
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("a send took %s", took)
		}
		for name, read := range map[string]func() error{
			"Float":  func() error { _, err := c.Float(t.Context()); return err },
			"Recent": func() error { _, _, err := c.Recent(t.Context(), topup.MobileTopUp, start, time.Time{}, 1); return err },
		} {
			start := time.Now()
			if err := read(); !errors.Is(err, errTimeout) {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(start); took != 15*time.Second {
				t.Errorf("%s took %s", name, took)
			}
		}
	})
}

// A dial that hangs until our own limit is proven not to have sent.
func TestDialTimeoutNeverLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		c := dial(t, Options{BaseURL: "http://provider.test/v3", HTTP: &http.Client{Transport: tr}})
		if s := c.Send(t.Context(), mobileOrder()); s.Verdict != topup.NotSent {
			t.Errorf("%+v", s)
		}
	})
}

type silence struct{}

func (silence) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// net/http repeats some requests by itself when a kept connection turns out
// dead. A POST must not be one of them: here the server takes the request off
// a kept connection and hangs up.
func TestNoPOSTIsReplayed(t *testing.T) {
	var conns, gets, posts atomic.Int64
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns.Add(1)
			go hangUpOnPOST(conn, &gets, &posts)
		}
	}()
	c := dial(t, Options{BaseURL: "http://" + l.Addr().String() + "/v3"})
	for i := range int64(20) {
		if _, err := c.Float(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := c.Send(t.Context(), mobileOrder()); s.Verdict != topup.Unknown {
			t.Fatalf("%+v", s)
		}
		if got := posts.Load(); got != i+1 {
			t.Fatalf("%d sends made %d requests", i+1, got)
		}
	}
	if gets.Load() != 20 || conns.Load() != 20 {
		t.Errorf("%d reads over %d connections: the sends did not go over kept ones", gets.Load(), conns.Load())
	}
}

func hangUpOnPOST(conn net.Conn, gets, posts *atomic.Int64) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, req.Body)
		if req.Method == http.MethodPost {
			posts.Add(1)
			return
		}
		gets.Add(1)
		const body = `{"success":true,"data":{"balance":1}}`
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
}

// What net/http goes by when it decides whether to repeat a request.
func TestPOSTIsNotReplayable(t *testing.T) {
	c := dial(t, Options{BaseURL: "http://127.0.0.1:1/v3"})
	req, err := c.request(t.Context(), post("/mobile/send", mobileSend{}))
	if err != nil {
		t.Fatal(err)
	}
	if req.GetBody != nil || req.ContentLength <= 0 {
		t.Errorf("GetBody set: %t, length %d", req.GetBody != nil, req.ContentLength)
	}
	for _, h := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if _, ok := req.Header[h]; ok {
			t.Errorf("%s makes net/http repeat a POST", h)
		}
	}
}
