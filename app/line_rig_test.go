//go:build rigs

package app

import (
	"bytes"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hanout/sandbox/cluster"
)

// proxy stands before a server's socket, and can break what goes through it.
type proxy struct {
	dir, to string

	mu     sync.Mutex
	held   chan struct{} // nothing goes through until it is closed, and nobody is told
	shut   bool
	links  map[*link]bool
	strike strike // befalls the next commit that moves money
}

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	p := &proxy{to: to, links: map[*link]bool{}}
	dir, stop, err := cluster.Before(to, p.serve)
	if err != nil {
		t.Fatal(err)
	}
	p.dir = dir
	t.Cleanup(func() { stop(); p.release(); p.cut() })
	return p
}

// through is an address by way of proxies.
func through(address string, proxies ...*proxy) string {
	for _, p := range proxies {
		address = strings.Replace(address, escaped(filepath.Dir(p.to)), escaped(p.dir), 1)
	}
	return address
}

func escaped(dir string) string { return strings.ReplaceAll(dir, "/", "%2F") }

func (p *proxy) serve(client net.Conn) {
	p.passes()
	server, err := net.Dial("unix", p.to)
	l := &link{proxy: p, client: client, server: server}
	p.mu.Lock()
	shut := p.shut
	if err == nil && !shut {
		p.links[l] = true
	}
	p.mu.Unlock()
	if err != nil || shut {
		client.Close()
		if err == nil {
			server.Close()
		}
		return
	}
	go l.ask()
	l.answer()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// hold lets nothing through from now on; release ends it.
func (p *proxy) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil {
		p.held = make(chan struct{})
	}
}

func (p *proxy) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		close(p.held)
		p.held = nil
	}
}

// passes waits while everything is held.
func (p *proxy) passes() {
	for {
		p.mu.Lock()
		held := p.held
		p.mu.Unlock()
		if held == nil {
			return
		}
		<-held
	}
}

// refuse breaks all connections, and takes no new ones.
func (p *proxy) refuse() {
	p.mu.Lock()
	p.shut = true
	p.mu.Unlock()
	p.cut()
}

// cut breaks the connections that are there.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.close()
	}
}

// arm lets a strike befall the next commit.
func (p *proxy) arm(s strike) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.strike = s
}

func (p *proxy) armed() strike {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.strike
	p.strike = nil
	return s
}

// link is one connection through a proxy.
type link struct {
	proxy          *proxy
	client, server net.Conn
	frames         frames
	mute           atomic.Bool  // the server's answers are lost; the connection breaks at the commit's
	pause          atomic.Int64 // the next answer comes so much later
}

func (l *link) close() { l.client.Close(); l.server.Close() }

func (l *link) ask() {
	b := make([]byte, 32<<10)
	for {
		n, err := l.client.Read(b)
		chunk := b[:n]
		if l.frames.commits(chunk) {
			if strike := l.proxy.armed(); strike != nil {
				chunk = strike(l, chunk)
			}
		}
		l.proxy.passes()
		if _, failed := l.server.Write(chunk); err != nil || failed != nil {
			l.close()
			return
		}
	}
}

func (l *link) answer() {
	b := make([]byte, 32<<10)
	for {
		n, err := l.server.Read(b)
		l.proxy.passes()
		time.Sleep(time.Duration(l.pause.Swap(0)))
		if l.mute.Load() {
			if err == nil && !bytes.Contains(b[:n], []byte("COMMIT\x00")) {
				continue
			}
			err = net.ErrClosed
			n = 0
		}
		if _, failed := l.client.Write(b[:n]); err != nil || failed != nil {
			l.close()
			return
		}
	}
}

// strike is what befalls a commit, which ends a chunk of bytes; it gives what
// of the chunk still goes on to the server.
type strike func(l *link, chunk []byte) []byte

// The strikes: before the server has the commit, or before its answer comes.
func dropped(l *link, _ []byte) []byte { l.close(); return nil }

func answerDropped(l *link, chunk []byte) []byte {
	l.mute.Store(true)
	time.AfterFunc(time.Second, l.close) // a commit that waits for a standby may have no answer
	return chunk
}

func held(l *link, chunk []byte) []byte { l.proxy.hold(); return chunk }

func answerHeld(l *link, chunk []byte) []byte {
	l.proxy.hold()
	_, _ = l.server.Write(chunk)
	return nil
}

func paused(d time.Duration) strike {
	return func(_ *link, chunk []byte) []byte { time.Sleep(d); return chunk }
}

func answerPaused(d time.Duration) strike {
	return func(l *link, chunk []byte) []byte { l.pause.Store(int64(d)); return chunk }
}

// frames reads what a client of PostgreSQL sends, to see the commits of batches
// that move money.
type frames struct {
	said  cluster.Messages
	moves bool // the batch does
}

// commits reports whether such a commit is in the next bytes.
func (f *frames) commits(chunk []byte) (is bool) {
	for _, m := range f.said.Read(chunk) {
		switch {
		case m.SQL == "commit":
			is, f.moves = is || f.moves, false
		case m.SQL == "begin":
			f.moves = false
		case strings.Contains(m.SQL, "insert into journal"):
			f.moves = true
		}
	}
	return is
}
