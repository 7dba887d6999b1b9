package provider

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind is a way to fail. None of them is the provider's documented
// behaviour, but all of them happen to clients of real services.
type FaultKind string

// The faults.
const (
	FaultLatency     FaultKind = "slow"         // the answer takes Delay (default 5 s)
	FaultResetBefore FaultKind = "reset-before" // the connection breaks before anything is done
	FaultResetAfter  FaultKind = "answer-lost"  // all is done, then the connection breaks
	FaultTooMany     FaultKind = "too-many"     // 429, nothing done, with RetryAfter when set
	Fault500Before   FaultKind = "error-before" // 500, nothing done
	Fault500After    FaultKind = "error-after"  // all is done, then 500
	FaultUnavailable FaultKind = "unavailable"  // 503 SERVICE_UNAVAILABLE, nothing done, with RetryAfter when set
	FaultAuthBusy    FaultKind = "auth-busy"    // 503 AUTH_UNAVAILABLE, nothing done, with RetryAfter when set
	FaultHTML        FaultKind = "html"         // a proxy's page, with 502, nothing done
	FaultHTMLAfter   FaultKind = "html-after"   // all is done, then a proxy's page
	FaultBroken      FaultKind = "broken-json"  // all is done, 200, half the JSON
	FaultEmpty       FaultKind = "empty"        // all is done, 200, no body
	FaultHuge        FaultKind = "huge"         // nothing done, 200 and ten megabytes
	FaultNoID        FaultKind = "no-id"        // all is done, success without an ID
	FaultRefused     FaultKind = "refused"      // the error Code with Status (default 400 ERR_VALIDATION), nothing done
	FaultFlapping    FaultKind = "flapping"     // orders made now are UNKNOWN_ERROR or QUEUED for a minute, then done
	FaultHidden      FaultKind = "hidden"       // the first three reads of an order made now do not find it
	FaultUncoded     FaultKind = "uncoded"      // the first three reads of an order made now lack the code that it has
	FaultHalf        FaultKind = "half"         // for a minute, reads of an order of gift cards made now show half of its codes
	// Look-ups alone feel these; other sends go as ever.
	FaultMenuRefused FaultKind = "menu-refused" // one for amount 0 is refused: 400 ERR_VALIDATION, nothing done
	FaultMenuCharged FaultKind = "menu-charged" // one made now costs ten dinars, and is FULFILLED
	FaultMenuEmpty   FaultKind = "menu-empty"   // it ends without offers
	FaultMenuListed  FaultKind = "menu-listed"  // its offers are on the list only, not where it is read alone
	FaultMenuEarly   FaultKind = "menu-early"   // they are told while it is PENDING and HANDLING, too
	FaultMenuUnclear FaultKind = "menu-unclear" // it is UNKNOWN_ERROR, with its offers, until it resolves
	FaultMenuEndless FaultKind = "menu-endless" // it is HANDLING for a day
	FaultMenuOdd     FaultKind = "menu-odd"     // offers that nobody can buy stand among the others
	FaultMenuOwn     FaultKind = "menu-own"     // they are of plans that no price list has, for this number alone
	FaultTakenBack   FaultKind = "taken-back"   // a gift-card order made now is FULFILLED with half of its cards for 20 s, then REFUNDED
)

// Fault is something to go wrong at a route, Times times (0: until cleared).
type Fault struct {
	Route      string // "POST /mobile/send", "GET /mobile/check-id" (whatever follows), or "*"
	Kind       FaultKind
	Times      int           // requests it strikes, whether they feel it or not
	Delay      time.Duration // of FaultLatency, real time
	RetryAfter time.Duration // told in whole seconds, rounded up
	Code       string        // of FaultRefused
	Status     int           // of FaultRefused
}

type fault struct {
	Fault
	left int
}

// SetFault adds a fault.
func (s *Server) SetFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &fault{f, f.Times})
}

// ClearFaults makes all well again.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

type faults []Fault

// strike picks the faults that hit a request. The caller holds mu.
func (s *Server) strike(route string) faults {
	var hit faults
	kept := s.faults[:0]
	for _, f := range s.faults {
		match := f.Route == "*" || f.Route == route || strings.HasPrefix(route, f.Route+"/")
		if match {
			hit = append(hit, f.Fault)
			if f.Times > 0 {
				f.left--
			}
		}
		if f.Times == 0 || f.left > 0 {
			kept = append(kept, f)
		}
	}
	s.faults = kept
	return hit
}

// before does what a fault does instead of the work; false when it answered.
func (list faults) before(w http.ResponseWriter, r *http.Request) bool {
	for _, f := range list {
		switch f.Kind {
		case FaultLatency:
			d := f.Delay
			if d == 0 {
				d = 5 * time.Second
			}
			t := time.NewTimer(d)
			select {
			case <-t.C:
			case <-r.Context().Done():
				t.Stop()
				panic(http.ErrAbortHandler)
			}
		case FaultResetBefore:
			panic(http.ErrAbortHandler)
		case FaultTooMany:
			f.refuse(w, http.StatusTooManyRequests, "RATE_LIMIT_EXCEEDED")
			return false
		case Fault500Before:
			f.refuse(w, http.StatusInternalServerError, "INTERNAL_ERROR")
			return false
		case FaultUnavailable:
			f.refuse(w, http.StatusServiceUnavailable, "SERVICE_UNAVAILABLE")
			return false
		case FaultAuthBusy:
			f.refuse(w, http.StatusServiceUnavailable, "AUTH_UNAVAILABLE")
			return false
		case FaultRefused:
			status, code := f.Status, f.Code
			if status == 0 {
				status = http.StatusBadRequest
			}
			if code == "" {
				code = "ERR_VALIDATION"
			}
			f.refuse(w, status, code)
			return false
		case FaultHTML:
			page(w)
			return false
		case FaultHuge:
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"success":true,"data":"`)
			io.WriteString(w, strings.Repeat("x", 10<<20))
			io.WriteString(w, `"}`)
			return false
		}
	}
	return true
}

func (f Fault) refuse(w http.ResponseWriter, status int, code string) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
	writeJSON(w, status, map[string]any{"success": false, "error": map[string]any{"code": code, "message": "fault on demand"}, "requestId": "req_fault"})
}

func page(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	io.WriteString(w, "<html><body><h1>502 Bad Gateway</h1></body></html>")
}

// after answers, unless a fault spoils the answer to work that was done.
func (list faults) after(w http.ResponseWriter, r *http.Request, status int, answer map[string]any) {
	for _, f := range list {
		switch f.Kind {
		case FaultResetAfter:
			panic(http.ErrAbortHandler)
		case Fault500After:
			f.refuse(w, http.StatusInternalServerError, "INTERNAL_ERROR")
			return
		case FaultHTMLAfter:
			page(w)
			return
		case FaultBroken:
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"success":true,"data":{"topupId":"69`)
			return
		case FaultEmpty:
			w.WriteHeader(http.StatusOK)
			return
		case FaultNoID:
			if status == http.StatusOK {
				answer["data"] = map[string]any{}
			}
		}
	}
	writeJSON(w, status, answer)
}

// mark spoils an order that is being made.
func (list faults) mark(o *order) {
	for _, f := range list {
		switch f.Kind {
		case FaultFlapping:
			o.via, o.viaFor = "UNKNOWN_ERROR", time.Minute
			if o.kind == internet {
				o.via = "QUEUED"
			}
		case FaultHidden:
			o.hidden = 3
		case FaultUncoded:
			o.uncoded = 3
		case FaultHalf:
			o.halfFor = time.Minute
		case FaultTakenBack:
			o.via, o.viaFor, o.end = "FULFILLED", 20*time.Second, "REFUNDED"
			o.takenBack = true
		}
		if o.lookup {
			f.markLookup(o)
		}
	}
}

// markLookup spoils a look-up that is being made. What it costs is decided when
// it is accepted.
func (f Fault) markLookup(o *order) {
	switch f.Kind {
	case FaultMenuEmpty:
		o.offers = nil
	case FaultMenuListed:
		o.offersListed = true
	case FaultMenuEarly:
		o.offersEarly = true
	case FaultMenuUnclear:
		o.via, o.viaFor = "UNKNOWN_ERROR", 6*time.Hour
	case FaultMenuEndless:
		o.via, o.viaFor = "HANDLING", 24*time.Hour
	case FaultMenuOdd:
		o.offers = append(oddOffers(), o.offers...)
	case FaultMenuOwn:
		o.offers = ownOffers(o)
	}
}

// has tells whether a fault of a kind hits the request.
func (list faults) has(k FaultKind) bool {
	return slices.ContainsFunc(list, func(f Fault) bool { return f.Kind == k })
}
