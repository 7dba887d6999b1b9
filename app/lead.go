package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"hanout/store"
)

// leader is a database that several processes may open to write, of which one
// leads and the others wait.
type leader interface {
	// Leads reports whether this process can prove at this moment that it leads.
	Leads() bool
	// Lost is closed when it leads no more.
	Lost() <-chan struct{}
}

var (
	errNotLeading = errors.New("nothing is sent: this process can't prove that it leads")
	errLeadLost   = fmt.Errorf("%w: another process may have it now", store.ErrLead)
)

// gate lets requests out only while this process leads, and only those of one
// life of the program. It is asked before a request begins and before each write
// to its connection, so that one that had to wait for either proves the lead
// anew.
type gate struct {
	db atomic.Pointer[leader]

	mu    sync.Mutex
	shut  bool
	ways  []*http.Transport
	conns map[*gated]bool
}

func (g *gate) closed() error {
	if db := g.db.Load(); db == nil || !(*db).Leads() {
		return errNotLeading
	}
	return nil
}

// before is a way for requests behind the gate.
func (g *gate) before(way http.RoundTripper) http.RoundTripper {
	if t, ours := way.(*http.Transport); ours {
		t = t.Clone()
		dial := t.DialContext
		t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return g.keep(conn)
		}
		g.ways, way = append(g.ways, t), t
	}
	return passing(func(q *http.Request) (*http.Response, error) {
		if err := g.closed(); err != nil {
			if q.Body != nil {
				_ = q.Body.Close()
			}
			return nil, err
		}
		return way.RoundTrip(q)
	})
}

// keep puts a connection behind the gate.
func (g *gate) keep(conn net.Conn) (net.Conn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		_ = conn.Close()
		return nil, errNotLeading
	}
	c := &gated{conn, g}
	if g.conns == nil {
		g.conns = map[*gated]bool{}
	}
	g.conns[c] = true
	return c, nil
}

// close ends all connections behind the gate, for good: what they would still
// bring, nobody could write down.
func (g *gate) close() {
	for _, t := range g.ways {
		t.CloseIdleConnections()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for c := range g.conns {
		_ = c.Conn.Close()
	}
}

// gated is a connection behind the gate.
type gated struct {
	net.Conn
	gate *gate
}

// Write writes while this process leads.
func (c *gated) Write(b []byte) (int, error) {
	if err := c.gate.closed(); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

// Close closes the connection.
func (c *gated) Close() error {
	c.gate.mu.Lock()
	defer c.gate.mu.Unlock()
	delete(c.gate.conns, c)
	return c.Conn.Close()
}

// passing is a function as the way of requests.
type passing func(*http.Request) (*http.Response, error)

// RoundTrip calls it.
func (f passing) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

// follow ends this life of the program when its lead is lost.
func (p *program) follow(ctx context.Context, fail func(error)) {
	db, shared := p.db.opened.(leader)
	if !shared {
		return
	}
	go func() {
		select {
		case <-db.Lost():
			fail(errLeadLost)
		case <-ctx.Done():
		}
	}()
}

// leads reports whether the program may go on writing and sending, as far as it
// knows.
func (p *program) leads() bool {
	db, shared := p.db.opened.(leader)
	return !shared || db.Leads()
}
