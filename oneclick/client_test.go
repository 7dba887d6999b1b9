package oneclick

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"hanout/topup"
)

func TestNew(t *testing.T) {
	const url = "https://api.example.com/v3"
	for _, tt := range []struct {
		name, url, key, agent string
		want                  error
	}{
		{"live", url, canaryKey, "", nil},
		{"trailing slash", url + "/", canaryKey, "hanout/1.0 (till 4)", nil},
		{"loopback", "http://127.0.0.1:8080/v3", canaryKey, "", nil},
		{"empty", "", canaryKey, "", ErrBaseURL},
		{"no scheme", "api.example.com/v3", canaryKey, "", ErrBaseURL},
		{"other scheme", "ftp://api.example.com/v3", canaryKey, "", ErrBaseURL},
		{"no host", "https:///v3", canaryKey, "", ErrBaseURL},
		{"port only", "https://:443/v3", canaryKey, "", ErrBaseURL},
		{"user", "https://u:" + canaryCode + "@api.example.com/v3", canaryKey, "", ErrBaseURL},
		{"query", url + "?k=" + canaryCode, canaryKey, "", ErrBaseURL},
		{"empty query", url + "?", canaryKey, "", ErrBaseURL},
		{"fragment", url + "#" + canaryCode, canaryKey, "", ErrBaseURL},
		{"broken escape", url + "/%zz", canaryKey, "", ErrBaseURL},
		{"key and URL swapped", canaryKey, url, "", ErrBaseURL},
		{"no key", url, "", "", ErrKey},
		{"key with newline", url, canaryKey + "\n", "", ErrKey},
		{"key with space", url, "a " + canaryKey, "", ErrKey},
		{"key beyond ASCII", url, canaryKey + "é", "", ErrKey},
		{"key too long", url, strings.Repeat("k", 201), "", ErrKey},
		{"agent with newline", url, canaryKey, "a\r\nX-Evil: 1", ErrUserAgent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(Options{BaseURL: tt.url, Key: tt.key, UserAgent: tt.agent})
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), canaryKey) || strings.Contains(err.Error(), canaryCode)) {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestClientPrintsNoKey(t *testing.T) {
	c := dial(t, Options{BaseURL: "https://api.example.com/v3"})
	var logged bytes.Buffer
	debugLog(&logged).Info("made", "client", c)
	for _, s := range []string{
		fmt.Sprintf("%v", c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%+v", *c), logged.String(),
	} {
		if strings.Contains(s, canaryKey) {
			t.Errorf("shows the key: %s", s)
		}
	}
}

func TestHeaders(t *testing.T) {
	c, d := serve(t, success(`{"balance":1}`))
	if _, err := c.Float(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := d.only(t).Header
	if h.Get("X-Access-Token") != canaryKey || h.Get("Accept") != "application/json" || h.Get("User-Agent") != "hanout" {
		t.Errorf("headers %v", h)
	}
	if _, ok := h["Authorization"]; ok {
		t.Error("the provider takes no Authorization")
	}
}

func TestPingHasNoKey(t *testing.T) {
	c, d := serve(t, success(`{"api":"ok","operators":{}}`))
	if _, err := c.Weather(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := d.only(t).Header.Values("X-Access-Token"); len(got) != 0 {
		t.Error("a ping with the key can cost one of the attempts")
	}
}

// A redirect would carry the key, and repeat a POST, elsewhere.
func TestRedirectsAreNotFollowed(t *testing.T) {
	_, e := serve(t, success(`{"topupId":"`+anID+`"}`))
	for _, status := range []int{301, 302, 303, 307, 308} {
		_, d := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, e.URL+"/v3"+strings.TrimPrefix(r.URL.Path, "/v3"), status)
		})
		jar, _ := cookiejar.New(nil)
		c := dial(t, Options{BaseURL: d.URL + "/v3", HTTP: &http.Client{Transport: Transport(), Jar: jar}})
		if a := c.Send(t.Context(), mobileOrder()); a.Verdict != "unknown" {
			t.Errorf("%d: a send was %s", status, a.Verdict)
		}
		if _, err := c.Float(t.Context()); err == nil {
			t.Errorf("%d: a read was answered", status)
		}
	}
	if n := len(e.asked()); n != 0 {
		t.Errorf("%d requests were redirected", n)
	}
}

func TestOwnTransportSpeaksHTTP1(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		success(fmt.Sprintf(`{"balance":%d}`, r.ProtoMajor))(w, r)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	tr := Transport()
	tr.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig
	c := dial(t, Options{BaseURL: s.URL + "/v3", HTTP: &http.Client{Transport: tr}})
	if major, err := c.Float(t.Context()); err != nil || major != topup.Dinars(1) {
		t.Errorf("spoke HTTP/%s, %v", major, err)
	}
}

// Cookies would tie calls to each other.
func TestNoCookies(t *testing.T) {
	_, d := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/"})
		success(`{"balance":1}`)(w, r)
	})
	jar, _ := cookiejar.New(nil)
	c := dial(t, Options{BaseURL: d.URL + "/v3", HTTP: &http.Client{Jar: jar}})
	for range 2 {
		if _, err := c.Float(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.asked()[1].Header.Get("Cookie"); got != "" {
		t.Errorf("sent the cookie %q", got)
	}
}

func TestGivenHTTPClientIsNotChanged(t *testing.T) {
	jar, _ := cookiejar.New(nil)
	mine := &http.Client{Jar: jar}
	dial(t, Options{BaseURL: "https://api.example.com/v3", HTTP: mine})
	if mine.Jar == nil || mine.CheckRedirect != nil {
		t.Error("the caller's client was changed")
	}
}
