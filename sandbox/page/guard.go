package page

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// bodyLimit is the largest request body taken, in bytes; a message has at most 4096 characters.
const bodyLimit = 64 << 10

// guard lets through what the page itself may ask, and sets the headers that keep a browser from more.
func guard(hosts []string, next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		if !knownHost(r.Host, hosts) {
			fail(w, http.StatusForbidden, "this host name is not served here")
			return
		}
		if r.Method == http.MethodPost && !isJSON(r) {
			fail(w, http.StatusUnsupportedMediaType, "the body must be application/json")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		sameOrigin.ServeHTTP(w, r)
	})
}

// knownHost tells whether a Host header names this computer, or one of the extra hosts. A foreign site whose name is
// pointed at 127.0.0.1 still sends its own name here.
func knownHost(header string, extra []string) bool {
	host, _, err := net.SplitHostPort(header)
	if err != nil {
		host = strings.Trim(header, "[]")
	}
	host = strings.ToLower(host)
	if host == "localhost" || slices.Contains(extra, host) {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
