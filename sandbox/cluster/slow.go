package cluster

import (
	"net"
	"os"
	"path/filepath"
	"time"
)

// Slow stands before a server's socket, and keeps what goes through it for a
// while, each way: a network that is far, and as wide as one likes. It gives
// the folder of its own socket. It ends with stop.
func Slow(socket string, each time.Duration) (dir string, stop func(), err error) {
	if dir, err = os.MkdirTemp("", "far"); err != nil {
		return "", nil, err
	}
	l, err := net.Listen("unix", filepath.Join(dir, filepath.Base(socket)))
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
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
			go carry(in, out, each)
			go carry(out, in, each)
		}
	}()
	return dir, func() { _ = l.Close(); _ = os.RemoveAll(dir) }, nil
}

// carry hands on what comes, each part when its time has come.
func carry(from, to net.Conn, each time.Duration) {
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
			parts <- part{time.Now().Add(each), b[:n]}
		}
		if err != nil {
			return
		}
	}
}
