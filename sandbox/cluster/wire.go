package cluster

import (
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// Wire stands before a server's socket: it keeps what goes through for a while,
// each way, as a network does that is far and as wide as one likes; and it
// counts how often a client waits for the server.
type Wire struct {
	Dir string // of its own socket
	l   net.Listener

	trips atomic.Int64
}

// Between makes one.
func Between(socket string, each time.Duration) (*Wire, error) {
	dir, err := os.MkdirTemp("", "far")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("unix", filepath.Join(dir, filepath.Base(socket)))
	if err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	w := &Wire{Dir: dir, l: l}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", socket)
			if err != nil {
				_ = in.Close()
				continue
			}
			said := &speech{trips: &w.trips}
			go carry(in, out, each, said.heard)
			go carry(out, in, each, func([]byte) {})
		}
	}()
	return w, nil
}

// Trips is how many round trips there were.
func (w *Wire) Trips() int64 { return w.trips.Load() }

// Stop lets nobody in any more.
func (w *Wire) Stop() { _ = w.l.Close(); _ = os.RemoveAll(w.Dir) }

// carry hands on what comes, each part when its time has come.
func carry(from, to net.Conn, each time.Duration, heard func([]byte)) {
	type part struct {
		at time.Time
		b  []byte
	}
	parts := make(chan part, 4096)
	go func() {
		defer to.Close()
		for p := range parts {
			time.Sleep(time.Until(p.at))
			if _, err := to.Write(p.b); err != nil {
				_ = from.Close()
			}
		}
	}()
	defer close(parts)
	for {
		b := make([]byte, 32<<10)
		n, err := from.Read(b)
		if n > 0 {
			heard(b[:n])
			parts <- part{time.Now().Add(each), b[:n]}
		}
		if err != nil {
			return
		}
	}
}

// speech is what a client says, message by message: after the first one, which
// has none, each begins with its kind.
type speech struct {
	trips *atomic.Int64
	begun bool
	head  []byte
	rest  int // of the message that is under way
}

// heard counts the messages after which a client waits: Sync and Query.
func (s *speech) heard(b []byte) {
	for len(b) > 0 {
		if s.rest > 0 {
			n := min(s.rest, len(b))
			s.rest, b = s.rest-n, b[n:]
			continue
		}
		s.head, b = append(s.head, b[0]), b[1:]
		kinds := 1
		if !s.begun {
			kinds = 0
		}
		if len(s.head) < kinds+4 {
			continue
		}
		if s.begun && (s.head[0] == 'S' || s.head[0] == 'Q') {
			s.trips.Add(1)
		}
		s.rest = int(binary.BigEndian.Uint32(s.head[kinds:])) - 4
		s.begun, s.head = true, nil
	}
}
