package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
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
	errLeadLost   = errors.New("the lead over the database is lost: another process may have it now. This one ends, so that it can start again and wait")
)

// gate lets requests out only while this process leads. It is asked before a
// request begins and before each write to its connection, so that one that had
// to wait for either proves the lead anew.
type gate struct{ db atomic.Pointer[leader] }

func (g *gate) closed() error {
	if db := g.db.Load(); db == nil || !(*db).Leads() {
		return errNotLeading
	}
	return nil
}

// before is a way for requests behind the gate.
func (g *gate) before(way http.RoundTripper) http.RoundTripper {
	if t, ours := way.(*http.Transport); ours {
		dial := t.DialContext
		t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &gated{conn, g}, nil
		}
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

// passing is a function as the way of requests.
type passing func(*http.Request) (*http.Response, error)

// RoundTrip calls it.
func (f passing) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

// follow ends the program when its lead is lost.
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
