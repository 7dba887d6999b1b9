package cluster

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Wire stands before a server's socket: it keeps what goes through for a while,
// each way, as a network does that is far and as wide as one likes; and it
// counts how often a client waits for the server.
type Wire struct {
	Dir  string // of its own socket
	stop func()

	mu    sync.Mutex
	lines []*atomic.Int64 // round trips, by connection
}

// Between makes one.
func Between(socket string, each time.Duration) (w *Wire, err error) {
	w = &Wire{}
	w.Dir, w.stop, err = Before(socket, func(in net.Conn) {
		out, err := net.Dial("unix", socket)
		if err != nil {
			_ = in.Close()
			return
		}
		var said Messages
		trips := &atomic.Int64{}
		w.mu.Lock()
		w.lines = append(w.lines, trips)
		w.mu.Unlock()
		go carry(out, in, each, func([]byte) {})
		carry(in, out, each, func(b []byte) {
			for _, m := range said.Read(b) {
				if m.Kind == 'S' || m.Kind == 'Q' { // Sync and Query: after them a client waits
					trips.Add(1)
				}
			}
		})
	})
	return w, err
}

// Trips is how many round trips there were over the connection that has most of
// them.
func (w *Wire) Trips() (most int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, trips := range w.lines {
		most = max(most, trips.Load())
	}
	return most
}

// Stop lets nobody in any more.
func (w *Wire) Stop() { w.stop() }

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
