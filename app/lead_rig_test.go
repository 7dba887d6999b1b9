//go:build rigs

package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
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

	first := newProcess(t, through(db, proxy), messenger, sales)
	awaits(t, "the first leads", func() bool { return first.says(saysLeads) })
	second := newProcess(t, db, messenger, sales)
	awaits(t, "the second waits", func() bool { return second.says(saysWaits) })
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
		proxy.refuse()
	case "held":
		proxy.hold()
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
	awaits(t, "the first has ended, or waits", func() bool { return first.ended() || first.last(saysLost) || first.last(saysWaits) })
	if n := first.requests.Load(); n != sent {
		t.Errorf("the first sends %d requests after the second leads; its log:\n%s", n-sent, first.log.String())
	}
	if fault != "killed" && first.ended() {
		t.Error("the first has ended; it was to wait")
	}
	first.signal(syscall.SIGKILL)
	third := newProcess(t, db, messenger, sales) // the first, started again
	awaits(t, "a third waits", func() bool { return third.says(saysWaits) })
	second.signal(syscall.SIGTERM)
	began = time.Now()
	awaits(t, "the third leads", func() bool { return third.requests.Load() > 0 })
	t.Logf("%s: handed over after %v", fault, time.Since(began).Round(10*time.Millisecond))
	third.signal(syscall.SIGTERM)
	awaits(t, "all end", func() bool { return second.ended() && third.ended() })

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

// process is one of those that share the till.
type process struct {
	cmd      *exec.Cmd
	log      *lockedBuffer
	requests atomic.Int64
	done     chan struct{} // closed when it has ended
}

// The lines of the log by which a process says what it does.
const (
	saysLeads = "hanout is running"
	saysWaits = "another process leads"
	saysLost  = "nothing is sold"
)

// newProcess starts one with ways of its own to the fakes, on which its
// requests are counted.
func newProcess(t *testing.T, db string, messenger, sales http.Handler) *process {
	t.Helper()
	p := &process{log: &lockedBuffer{}}
	counted := func(h http.Handler) string {
		return serves(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			p.requests.Add(1)
			h.ServeHTTP(w, q)
		}))
	}
	e := settings(db, counted(messenger), counted(sales))
	e["HANOUT_BACKUP_DIR"], e["HOME"] = t.TempDir(), t.TempDir()
	if err := p.start(e); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
		if t.Failed() {
			t.Logf("the log of a process:\n%s", p.story())
		}
	})
	return p
}

// serves opens a port for as long as the test takes.
func serves(t *testing.T, h http.Handler) (url string) {
	s := httptest.NewServer(h)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// start starts the program. It ends with the test's process, however that ends.
func (p *process) start(e environment) error {
	p.cmd = exec.Command(os.Args[0], "-test.run=^TestLeadRig$")
	p.cmd.Env = []string{"LEAD_RIG=1"}
	for k, v := range e {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.done = make(chan struct{})
	began := make(chan error, 1)
	go func() {
		defer close(p.done)
		runtime.LockOSThread() // it ends with the thread that started it
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		began <- err
		if err == nil {
			_ = p.cmd.Wait()
		}
	}()
	return <-began
}

func (p *process) says(words string) bool  { return strings.Contains(p.log.String(), words) }
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// last reports whether the newest of these lines is this one, in a process that
// runs.
func (p *process) last(line string) bool {
	log := p.log.String()
	at := strings.LastIndex(log, line)
	for _, other := range []string{saysLeads, saysWaits, saysLost} {
		if strings.LastIndex(log, other) > at {
			return false
		}
	}
	return !p.ended() && at >= 0
}

// sellsAlone reports whether it leads, and waits for no standby.
func (p *process) sellsAlone() bool {
	log := p.log.String()
	return strings.LastIndex(log, "the till goes on without one") > max(strings.LastIndex(log, "a standby confirms again"), strings.LastIndex(log, saysLeads))
}

// story is the end of the log, its lines cut.
func (p *process) story() string {
	lines := strings.Split(p.log.String(), "\n")
	lines = lines[max(0, len(lines)-60):]
	for i, l := range lines {
		lines[i] = l[:min(len(l), 300)]
	}
	return strings.Join(lines, "\n")
}
