package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hanout/bot"
	"hanout/caller"
	"hanout/till"
)

// health serves /healthz and /metrics.
type health struct {
	server *http.Server
	now    atomic.Pointer[http.Handler]
}

// listen serves on an address of the owner's choice, "" for none. Until the
// program works it tells that this process waits.
func listen(addr string) (*health, error) {
	h := &health{}
	if addr == "" {
		return h, nil
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("HANOUT_LISTEN: %w", err)
	}
	h.waits("the database")
	h.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*h.now.Load()).ServeHTTP(w, r) }),
		ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return context.Background() }}
	go h.server.Serve(l)
	return h, nil
}

// waits shows a process that does not lead, and for what it waits.
func (h *health) waits(what string) {
	since, reg := time.Now(), prometheus.NewRegistry()
	leads(reg, since, func() bool { return false })
	h.shows(twoPages(reg, func() (map[string]any, bool) {
		return map[string]any{"leads": false, "since": since.UTC().Format(time.RFC3339), "waits_for": what}, true
	}))
}

// shows changes what is served.
func (h *health) shows(what http.Handler) { h.now.Store(&what) }

func (h *health) close() {
	if h.server != nil {
		h.server.Close()
	}
}

// twoPages are what is served.
func twoPages(reg *prometheus.Registry, status func() (body map[string]any, well bool)) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		body, well := status()
		w.Header().Set("Content-Type", "application/json")
		if !well {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(body)
	})
	return mux
}

// atWork is what a program that works shows.
func atWork(p *program) http.Handler {
	reg := metrics(p.engine, p.sender, p.caller, p.db.opened)
	since := time.Now()
	leads(reg, since, p.leads)
	return twoPages(reg, func() (map[string]any, bool) {
		silent := p.engine.Silence()
		return map[string]any{
			"leads": p.leads(), "since": since.UTC().Format(time.RFC3339), "updates_silent_seconds": int(silent.Seconds()), "outbox_waiting": p.sender.Waiting(), "provider_halted": p.caller.Halted(),
		}, silent <= silentMost
	})
}

func leads(reg *prometheus.Registry, since time.Time, leading func() bool) {
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hanout_leads_since_seconds", Help: "When hanout_leads changed last, in seconds since 1970."}, func() float64 { return float64(since.UnixMilli()) / 1000 }))
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hanout_leads", Help: "1 while this process leads, 0 while it waits for another one."}, func() float64 {
		if leading() {
			return 1
		}
		return 0
	}))
}

// metrics are what can be read of the parts at any time.
func metrics(engine *till.Engine, sender *bot.Sender, calls *caller.Caller, db opened) *prometheus.Registry {
	counts := engine.Counts()
	reg := prometheus.NewRegistry()
	counter := func(name, help string, value func() uint64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(value()) }))
	}
	gauge := func(name, help string, value func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	counter("hanout_commits_total", "Transactions committed.", counts.Commits.Load)
	counter("hanout_events_total", "Events applied.", counts.Events.Load)
	counter("hanout_parked_total", "Events set aside because no step could take them.", counts.SetAside.Load)
	gauge("hanout_outbox_waiting", "Messages that wait for Telegram.", func() float64 { return float64(sender.Waiting()) })
	gauge("hanout_database_bytes", "Size of the database file.", func() float64 { return float64(db.Size()) })
	gauge("hanout_copy_age_seconds", "Age of the newest safety copy; -1 when there is none.", func() float64 {
		if at := engine.LastCopy(); !at.IsZero() {
			return time.Since(at).Seconds()
		}
		return -1
	})
	gauge("hanout_provider_halted", "1 while the provider does not take our key.", func() float64 {
		if calls.Halted() {
			return 1
		}
		return 0
	})
	if safeguardsOf(db) != nil {
		gauge("hanout_database_unsafe", "1 while the database's server may lose something, or no standby confirms; 0 before it is read, too.", func() float64 {
			if s := counts.Safeguards.Load(); s != nil && (len(s.Off) > 0 || s.Unconfirmed()) {
				return 1
			}
			return 0
		})
		gauge("hanout_database_alone", "1 while the till goes on without a standby though commits are to wait for one.", func() float64 {
			if on, is := db.(interface{ Alone() bool }); is && on.Alone() {
				return 1
			}
			return 0
		})
		gauge("hanout_database_standbys", "Synchronous standbys that confirm; -1 when it can't be seen.", func() float64 {
			if s := counts.Safeguards.Load(); s != nil {
				return float64(s.Confirms)
			}
			return -1
		})
	}
	return reg
}

// silentMost is how long Telegram may give no answer to a poll before the
// process counts as unhealthy; a quiet poll takes 50 seconds.
const silentMost = 3 * time.Minute
