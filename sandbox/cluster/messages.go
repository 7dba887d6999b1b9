package cluster

import (
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// Before lets clients in at a socket of its own, as if they came to the
// server's, and has each served. stop lets nobody in any more.
func Before(socket string, serve func(client net.Conn)) (dir string, stop func(), err error) {
	if dir, err = os.MkdirTemp("", "way"); err != nil {
		return "", nil, err
	}
	l, err := net.Listen("unix", filepath.Join(dir, filepath.Base(socket)))
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go serve(client)
		}
	}()
	return dir, func() { _ = l.Close(); _ = os.RemoveAll(dir) }, nil
}

// Messages tells apart the messages in what a client says.
type Messages struct {
	begun bool // the first message has no kind
	rest  []byte
	named map[string]string // prepared statements
}

// Message is a whole one.
type Message struct {
	Kind byte // 0 for the first
	Raw  []byte
	SQL  string // what it has done, in lower case: by Query, or by Bind to a statement of a name
}

// Read takes the next bytes and gives the messages that are whole with them.
func (m *Messages) Read(chunk []byte) (whole []Message) {
	m.rest = append(m.rest, chunk...)
	for {
		kinds := 1
		if !m.begun {
			kinds = 0
		}
		if len(m.rest) < kinds+4 {
			return whole
		}
		n := kinds + int(binary.BigEndian.Uint32(m.rest[kinds:]))
		if len(m.rest) < n {
			return whole
		}
		one := Message{Raw: m.rest[:n:n]}
		if m.begun {
			one.Kind = one.Raw[0]
			one.SQL = m.does(one.Kind, string(one.Raw[5:]))
		}
		whole, m.begun, m.rest = append(whole, one), true, m.rest[n:]
	}
}

func (m *Messages) does(kind byte, body string) string {
	parts := strings.SplitN(body, "\x00", 3)
	switch {
	case kind == 'P' && len(parts) == 3:
		if m.named == nil {
			m.named = map[string]string{}
		}
		m.named[parts[0]] = strings.ToLower(strings.TrimSpace(parts[1]))
	case kind == 'B' && len(parts) == 3:
		return m.named[parts[1]]
	case kind == 'Q':
		return strings.ToLower(strings.TrimSpace(parts[0]))
	}
	return ""
}
