//go:build rigs

package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hanout/sandbox/cluster"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/topup"
)

// TestLeadRig lets two processes share a till between the two fakes, and
// stops the one that leads: the other takes over in time, each sale is made
// once, and the first sends nothing more.
func TestLeadRig(t *testing.T) {
	if os.Getenv("LEAD_RIG") != "" { // one of the two
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := run(ctx, nil, os.Getenv, os.Stderr, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	c := onServer(t)
	for i, fault := range []string{"killed", "stopped", "closed", "held"} {
		t.Run(fault, func(t *testing.T) { takeOver(t, c, fmt.Sprintf("lead%d", i), fault) })
	}
}

// takeOverMost is how long a till may be without a leader.
const takeOverMost = 10 * time.Second

func takeOver(t *testing.T, c *cluster.Cluster, schema, fault string) {
	messenger := telegram.New(telegram.Options{Limits: telegram.Limits{Off: true}})
	messenger.People.Add(telegram.Person{ID: shopID, FirstName: "Karim", LanguageCode: "fr", Phone: "213661000501"})
	sales := provider.New(provider.Options{PendingFor: 100 * time.Millisecond, HandlingFor: time.Second})
	proxy := newProxy(t, c.Socket())
	db := c.Address("postgres", schema)
	if _, err := command(t, environment{"HANOUT_DB": db}, "init"); err != nil {
		t.Fatal(err)
	}
	approve(t, db)
	credit(t, db, "1")

	first := newProcess(t, strings.Replace(db, escaped(filepath.Dir(c.Socket())), escaped(proxy.dir), 1), messenger, sales)
	awaits(t, "the first leads", func() bool { return first.says("hanout is running") })
	second := newProcess(t, db, messenger, sales)
	awaits(t, "the second waits", func() bool { return second.says("another process leads") })
	if n := second.requests.Load(); n > 0 {
		t.Errorf("the one that waits sends %d requests", n)
	}
	told := sellsTo(t, messenger, sales, "0790123456", 1)

	began := time.Now()
	switch fault {
	case "killed":
		first.signal(syscall.SIGKILL)
	case "stopped":
		first.signal(syscall.SIGSTOP)
	case "closed":
		proxy.state.Store(closes)
		proxy.cut()
	case "held":
		proxy.state.Store(holds)
	}
	awaits(t, "the second leads", func() bool { return second.requests.Load() > 0 })
	took, sent := time.Since(began), first.requests.Load()
	t.Logf("%s: taken over after %v", fault, took.Round(10*time.Millisecond))
	if took > takeOverMost {
		t.Errorf("it took %v", took)
	}
	sellsTo(t, messenger, sales, "0790123457", 2)
	if fault == "stopped" {
		first.signal(syscall.SIGCONT)
	}
	awaits(t, "the first ends, or waits", func() bool { return first.ended.Load() || first.says("nothing is sold: the till waits") })
	if n := first.requests.Load(); n != sent {
		t.Errorf("the first sends %d requests after the second leads; its log:\n%s", n-sent, first.log.String())
	}
	first.signal(syscall.SIGKILL)
	awaits(t, "the first ends", func() bool { return first.ended.Load() })
	third := newProcess(t, db, messenger, sales) // the first, started again
	awaits(t, "a third waits", func() bool { return third.says("another process leads") })
	second.signal(syscall.SIGTERM)
	began = time.Now()
	awaits(t, "the third leads", func() bool { return third.requests.Load() > 0 })
	t.Logf("%s: handed over after %v", fault, time.Since(began).Round(10*time.Millisecond))
	third.signal(syscall.SIGTERM)
	awaits(t, "all end", func() bool { return second.ended.Load() && third.ended.Load() })

	if told != 1 || len(sales.Book().Orders) != 2 {
		t.Errorf("%d orders at the provider for 2 sales", len(sales.Book().Orders))
	}
	if w := money(t, db); w.Available != topup.Dinars(600) {
		t.Errorf("the wallet is %v", w)
	}
	if out, err := command(t, environment{"HANOUT_DB": db}, "check"); err != nil || !strings.Contains(out, "sound") {
		t.Errorf("check: %q, %v", out, err)
	}
}

func escaped(dir string) string { return strings.ReplaceAll(dir, "/", "%2F") }

// sellsTo makes a sale of the shop and gives the orders that the provider has then.
func sellsTo(t *testing.T, messenger *telegram.Server, sales *provider.Server, number string, orders int) int {
	t.Helper()
	say := func(what string, words ...string) {
		before, asked := len(messenger.Chats.Messages(shopID)), time.Time{}
		awaits(t, what, func() bool {
			if time.Since(asked) > 5*time.Second { // the price list may not have come yet
				asked = time.Now()
				messenger.People.Type(shopID, number+" 200")
			}
			all := messenger.Chats.Messages(shopID)
			for _, m := range all[min(before, len(all)):] {
				for _, w := range words {
					if strings.Contains(plainText(m.Text), w) {
						return true
					}
				}
			}
			return false
		})
	}
	say("the card of "+number, "Confirmer la vente")
	time.Sleep(time.Second) // the card is read
	awaits(t, "the tap", func() bool { return messenger.People.PressButton(shopID, "✅") == nil })
	awaits(t, "the order of "+number, func() bool { return len(sales.Book().Orders) == orders })
	return orders
}

func awaits(t *testing.T, what string, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(40 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("never: %s", what)
		}
	}
}

// process is one of those that share the till, with ways of its own to the
// fakes, on which its requests are counted.
type process struct {
	cmd      *exec.Cmd
	log      *lockedBuffer
	requests atomic.Int64
	ended    atomic.Bool
}

func newProcess(t *testing.T, db string, messenger, sales http.Handler) *process {
	t.Helper()
	p := &process{log: &lockedBuffer{}}
	counted := func(h http.Handler) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			p.requests.Add(1)
			h.ServeHTTP(w, q)
		}))
		t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
		return s.URL
	}
	e := settings(db, counted(messenger), counted(sales))
	e["HANOUT_BACKUP_DIR"] = t.TempDir()
	p.cmd = exec.Command(os.Args[0], "-test.run=^TestLeadRig$")
	p.cmd.Env = []string{"LEAD_RIG=1", "HOME=" + t.TempDir()}
	for k, v := range e {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = p.cmd.Wait(); p.ended.Store(true); close(done) }()
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-done
		if t.Failed() {
			t.Logf("the log of a process:\n%s", p.log.String())
		}
	})
	return p
}

func (p *process) says(words string) bool  { return strings.Contains(p.log.String(), words) }
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// proxy stands before a server's socket, and can break what goes through it.
type proxy struct {
	dir   string
	state atomic.Int32

	mu    sync.Mutex
	conns []net.Conn
}

const (
	passes int32 = iota
	holds        // nothing goes through, and nobody is told
	closes
)

func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	dir, err := os.MkdirTemp("", "px")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{dir: dir}
	l, err := net.Listen("unix", filepath.Join(dir, filepath.Base(to)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); p.cut(); os.RemoveAll(dir) })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", to)
			if err != nil || p.state.Load() == closes {
				in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, in, out)
			p.mu.Unlock()
			go p.carry(in, out)
			go p.carry(out, in)
		}
	}()
	return p
}

func (p *proxy) carry(from, to net.Conn) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		for p.state.Load() == holds {
			time.Sleep(50 * time.Millisecond)
		}
		if _, failed := to.Write(b[:n]); err != nil || failed != nil {
			from.Close()
			to.Close()
			return
		}
	}
}

// cut breaks the connections that are there.
func (p *proxy) cut() {
	p.state.CompareAndSwap(holds, closes)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
}
