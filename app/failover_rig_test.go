//go:build rigs

package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hanout/sandbox/cluster"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

var (
	failoversFlag = flag.Int("failovers", 0, "how many failures TestFailoverRig goes through; at least one of each kind unless named")
	kindFlag      = flag.String("failure", "", "a regular expression: only failures with such a name happen")
	seedFlag      = flag.Uint64("seed", 0, "draws the failures of TestFailoverRig; 0 for a new one")
)

// TestFailoverRig lets two processes share a till on a server with a
// synchronous standby while shops sell, and lets machines, processes and lines
// fail in every way that it knows. Whatever fails: each sale that a shop was
// told of is there as it was told, each wish is one order at the provider at
// most, the sums are right, only who leads sends, and selling goes on in time.
//
//	go test ./app -tags rigs -run TestFailoverRig$ -v -timeout 30m -failovers 60
func TestFailoverRig(t *testing.T) { failsOver(t, "wait", failures) }

// TestFailoverRigGoingOn is the same where a till goes on without a standby. What
// it sells while none confirms is on one machine: that one does not fail meanwhile,
// nor is its standby promoted beside it. All else is proved as above: also what was
// sold alone is on the standby once one confirms again.
//
//	go test ./app -tags rigs -run TestFailoverRigGoingOn -v -timeout 30m -failovers 60
func TestFailoverRigGoingOn(t *testing.T) {
	list := append(slices.Clone(failuresAlone), slices.DeleteFunc(slices.Clone(failures), func(k failure) bool { return k.beside })...)
	if *failoversFlag == 0 && *kindFlag == "" { // in the gate
		list = slices.DeleteFunc(list, func(k failure) bool { return !strings.Contains(k.name, "standby") && k.name != "primary killed" })
	}
	failsOver(t, "go-on", list)
}

func failsOver(t *testing.T, choice string, kinds []failure) {
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano()) % 1_000_000
	}
	f := newFailovers(t, rand.New(rand.NewPCG(seed, 0)), choice)
	list := f.draw(kinds, *failoversFlag)
	t.Logf("%d failures, -seed %d", len(list), seed)
	for i, kind := range list {
		f.goesThrough(i+1, kind)
	}
	f.ends(kinds, list)
}

// failure is one way to fail. It gives the moment from which there is one
// server that can write and confirm, and a line to it.
type failure struct {
	name    string
	happens func(*failovers) time.Time
	beside  bool // the standby is promoted beside a primary that runs on
}

// failuresAlone are those of a till that goes on without a standby.
var failuresAlone = []failure{
	{name: "standby killed, and gone for long", happens: func(f *failovers) time.Time {
		f.standby.Kill()
		f.later(func() { time.Sleep(10 * time.Second); f.must(f.standby.Again()) }) // two terms
		return time.Now()
	}},
	{name: "standby killed, then the leader", happens: func(f *failovers) time.Time {
		f.standby.Kill()
		awaits(f.t, "the leader goes on alone", func() bool { return f.leader().sellsAlone() })
		time.Sleep(f.upTo(3 * time.Second))
		f.leader().signal(syscall.SIGKILL) // who comes next has seen no standby, and waits
		f.must(f.standby.Again())
		return time.Now()
	}},
}

var failures = []failure{
	{name: "primary killed", happens: func(f *failovers) time.Time { f.primary.Kill(); return f.failsOver() }},
	{name: "primary stopped at once", happens: func(f *failovers) time.Time { f.primary.Immediate(); return f.failsOver() }},
	{name: "primary killed and started again", happens: func(f *failovers) time.Time {
		f.primary.Kill()
		f.must(f.primary.Again())
		return time.Now()
	}},
	{name: "primary started again, then killed", happens: func(f *failovers) time.Time { // what it alone has is seen for a while
		f.primary.Kill()
		f.must(f.primary.Again())
		time.Sleep(f.upTo(time.Second))
		f.primary.Kill()
		return f.failsOver()
	}},
	{name: "standby killed and started again", happens: func(f *failovers) time.Time {
		f.standby.Kill()
		time.Sleep(f.upTo(5 * time.Second))
		f.must(f.standby.Again())
		return time.Now()
	}},
	{name: "leader killed", happens: func(f *failovers) time.Time { f.leader().signal(syscall.SIGKILL); return time.Now() }},
	{name: "leader stopped and resumed", happens: func(f *failovers) time.Time {
		p := f.leader()
		p.signal(syscall.SIGSTOP)
		f.later(func() { p.signal(syscall.SIGCONT) })
		return time.Now()
	}},
	{name: "both killed", happens: func(f *failovers) time.Time {
		f.leader().signal(syscall.SIGKILL)
		f.primary.Kill()
		return f.failsOver()
	}},
	{name: "standby promoted beside its primary", beside: true, happens: func(f *failovers) time.Time {
		old := f.promotes()
		time.Sleep(f.upTo(5 * time.Second))
		old.Immediate()
		return f.confirms()
	}},
	{name: "primary's lines silent", happens: func(f *failovers) time.Time {
		for _, s := range f.slots {
			p := s.to(f.primary)
			p.hold()
			f.later(p.release)
		}
		f.primary.Kill()
		f.promotes()
		return f.goesOnAlone()
	}},
	{name: "commit dropped before the server has it", happens: func(f *failovers) time.Time { return f.strikes(dropped) }},
	{name: "commit's answer dropped", happens: func(f *failovers) time.Time { return f.strikes(answerDropped) }},
	{name: "commit's answer dropped, primary killed", happens: func(f *failovers) time.Time {
		f.strikes(answerDropped)
		f.primary.Kill()
		return f.failsOver()
	}},
	{name: "line silent from a commit on", happens: func(f *failovers) time.Time { return f.holds(held) }},
	{name: "line silent from a commit's answer on", happens: func(f *failovers) time.Time { return f.holds(answerHeld) }},
	{name: "commit late", happens: func(f *failovers) time.Time { return f.pauses(paused) }},
	{name: "commit's answer late", happens: func(f *failovers) time.Time { return f.pauses(answerPaused) }},
}

// failovers is the rig: two servers, two processes, the fakes, and the shops.
type failovers struct {
	t                *testing.T
	dice             *rand.Rand
	db               string // of whichever server can write
	primary, standby *cluster.Cluster
	choice           string // what a till does without a standby
	alone            bool   // the primary waits for no standby
	slots            [2]*slot
	messenger        *telegram.Server
	sales            *provider.Server
	keepers          []*keeper
	asker            *keeper // looks how long the till is away
	ear              ear
	turns            turns
	repairs          []func()
	took             map[string][]time.Duration
	rest             func() // ends the selling
}

// slot is the place of one of the two processes, with its ways to the world.
// One that has ended is started again.
type slot struct {
	env     environment
	proxies [2]*proxy
	now     atomic.Pointer[process]
	all     []*process
	ending  atomic.Bool
	ended   sync.WaitGroup
}

func (s *slot) to(c *cluster.Cluster) *proxy {
	if s.proxies[0].to == c.Socket() {
		return s.proxies[0]
	}
	return s.proxies[1]
}

const (
	settleMost   = 100 * time.Second      // until the last sale has ended, and is told: one whose send is unknown is looked up after a minute
	calmMost     = 300 * time.Millisecond // a card takes longer only where the machine is busy with other things
	shopsSelling = 8                      // and one more that looks; a number has one digit for them
	credited     = 500_000                // dinars
)

func newFailovers(t *testing.T, dice *rand.Rand, choice string) *failovers {
	f := &failovers{t: t, dice: dice, choice: choice, primary: onServer(t), ear: ear{sales: map[string]*told{}, sent: map[string]time.Time{}}, took: map[string][]time.Duration{}}
	var err error
	if f.standby, err = f.primary.Standby(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.standby.Stop)
	f.db = f.primary.Address("postgres", "failover", f.standby)
	f.turns.taken = map[*process]int{}
	f.messenger = telegram.New(telegram.Options{Limits: telegram.Limits{Off: true}})
	f.sales = provider.New(provider.Options{PendingFor: 300 * time.Millisecond, HandlingFor: time.Second})
	if _, err := command(t, environment{"HANOUT_DB": f.db}, "init"); err != nil {
		t.Fatal(err)
	}
	for n := range shopsSelling + 1 {
		f.keepers = append(f.keepers, f.opens(topup.ShopID(n+1)))
	}
	f.keepers, f.asker = f.keepers[:shopsSelling], f.keepers[shopsSelling]
	for i := range f.slots {
		f.slots[i] = f.newSlot()
		awaits(t, "a process starts", func() bool { return f.slots[0].now.Load().last(saysLeads) })
	}
	number, asked := "", time.Time{}
	awaits(t, "the price list", func() bool {
		if time.Since(asked) > time.Second {
			_, number = f.asker.types()
			asked = time.Now()
		}
		_, there := f.asker.shown(number)
		return there
	})
	ctx, rest := context.WithCancel(context.Background())
	var selling sync.WaitGroup
	for _, k := range f.keepers {
		selling.Go(func() { k.sells(ctx) })
	}
	f.rest = func() { rest(); selling.Wait() }
	t.Cleanup(f.rest)
	return f
}

// opens opens a shop that has money.
func (f *failovers) opens(id topup.ShopID) *keeper {
	chat := int64(shopID) + int64(id) - 1
	f.messenger.People.Add(telegram.Person{ID: chat, FirstName: "Karim", LanguageCode: "fr"})
	in(f.t, f.db, func(k kept) error {
		return k.Update(func(tx till.Tx) error {
			if _, err := tx.NextID("shop"); err != nil {
				return err
			}
			if err := tx.PutChat(store.Chat{ID: chat, Language: "fr"}); err != nil {
				return err
			}
			shop := topup.Shop{ID: id, Chat: chat, Name: fmt.Sprintf("Taxiphone %d", id), State: topup.ShopApproved}
			if err := errors.Join(tx.PutShop(shop), tx.PutMember(shop.Keeper())); err != nil {
				return err
			}
			_, err := tx.Post(topup.Credit(id, topup.Dinars(credited), fmt.Sprint("given", id), ownerID, ownerID, "test", time.Now()))
			return err
		})
	})
	return &keeper{shop: id, chat: chat, messenger: f.messenger, dice: rand.New(rand.NewPCG(f.dice.Uint64(), 0))}
}

// newSlot starts a process, and starts it again whenever it has ended, as
// whatever supervises one does.
func (f *failovers) newSlot() *slot {
	s := &slot{}
	for i, c := range []*cluster.Cluster{f.primary, f.standby} {
		s.proxies[i] = newProxy(f.t, c.Socket())
	}
	counted := func(h http.Handler) string {
		return serves(f.t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			f.turns.asks(s.now.Load())
			h.ServeHTTP(w, q)
		}))
	}
	s.env = settings(through(f.db, s.proxies[:]...), counted(f.messenger), counted(f.refuses(f.sales)))
	s.env["HANOUT_BACKUP_DIR"], s.env["HOME"], s.env["HANOUT_POLL_SCALE"] = f.t.TempDir(), f.t.TempDir(), "0.02"
	s.env["HANOUT_WITHOUT_STANDBY"] = f.choice
	first := make(chan struct{})
	s.ended.Go(func() {
		for n := 0; !s.ending.Load(); n++ {
			p := &process{log: &lockedBuffer{}}
			if err := p.start(s.env); err != nil {
				f.t.Error(err)
				return
			}
			s.all = append(s.all, p)
			s.now.Store(p)
			if n == 0 {
				close(first)
			}
			<-p.done
			time.Sleep(100 * time.Millisecond)
		}
	})
	<-first
	f.t.Cleanup(func() {
		s.ends(syscall.SIGKILL)
		if f.t.Failed() {
			for _, p := range s.all[max(0, len(s.all)-2):] {
				f.t.Logf("the log of a process:\n%s", p.story())
			}
		}
	})
	return s
}

// ends ends the slot's process for good.
func (s *slot) ends(how syscall.Signal) {
	s.ending.Store(true)
	s.now.Load().signal(how)
	s.ended.Wait()
}

// refuses lets the provider refund every tenth sale.
func (f *failovers) refuses(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if !strings.HasSuffix(q.URL.Path, "/mobile/send") {
			h.ServeHTTP(w, q)
			return
		}
		asked, err := io.ReadAll(q.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		q.Body = io.NopCloser(bytes.NewReader(asked))
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, q)
		var sent struct {
			MSISDN string `json:"MSSIDN"`
			Data   struct {
				ID string `json:"topupId"`
			} `json:"data"`
		}
		_ = json.Unmarshal(asked, &sent)
		_ = json.Unmarshal(answer.Body.Bytes(), &sent)
		if strings.HasSuffix(sent.MSISDN, "3") && sent.Data.ID != "" {
			f.sales.Resolve(sent.Data.ID, "REFUNDED")
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// turns counts how often each process began to send after another one had.
type turns struct {
	mu    sync.Mutex
	last  *process
	taken map[*process]int
}

func (t *turns) asks(p *process) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p != t.last {
		t.last = p
		t.taken[p]++
	}
}

// draw gives at least one failure of each kind, or as many as are wanted.
func (f *failovers) draw(kinds []failure, n int) (list []failure) {
	kindNamed := regexp.MustCompile(*kindFlag)
	for len(list) < max(n, 1) {
		some := slices.DeleteFunc(slices.Clone(kinds), func(k failure) bool { return !kindNamed.MatchString(k.name) })
		if len(some) == 0 {
			f.t.Fatalf("no failure is called %s", kindNamed)
		}
		f.dice.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		list = append(list, some...)
	}
	if n > 0 {
		list = list[:n]
	}
	return list
}

// leader is the process that leads.
func (f *failovers) leader() *process { return f.leading().now.Load() }

func (f *failovers) leading() *slot {
	for _, s := range f.slots {
		if s.now.Load().last(saysLeads) {
			return s
		}
	}
	f.t.Fatal("nobody leads")
	return nil
}

// upTo is a while.
func (f *failovers) upTo(d time.Duration) time.Duration {
	return time.Duration(f.dice.Int64N(int64(d)))
}

// later puts off what mends a failure until the till is back.
func (f *failovers) later(mend func()) { f.repairs = append(f.repairs, mend) }

func (f *failovers) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// promotes lets the standby write, and gives the former primary.
func (f *failovers) promotes() (old *cluster.Cluster) {
	f.must(f.standby.Promote())
	f.primary, f.standby = f.standby, f.primary
	return f.standby
}

// failsOver is what is done by hand when the primary is gone.
func (f *failovers) failsOver() time.Time {
	f.promotes()
	return f.confirms()
}

// confirms lets the new primary confirm: with the former one as its standby,
// or alone.
func (f *failovers) confirms() time.Time {
	if f.dice.IntN(2) == 0 {
		return f.goesOnAlone()
	}
	f.must(f.standby.Follow(f.primary))
	return time.Now()
}

func (f *failovers) goesOnAlone() time.Time {
	f.must(f.primary.Set("synchronous_standby_names", ""))
	f.alone = true
	return time.Now()
}

// strikes lets something befall the next commit of the leader that moves money.
func (f *failovers) strikes(how strike) time.Time {
	struck := make(chan time.Time, 1)
	once := func(l *link, chunk []byte) []byte {
		select {
		case struck <- time.Now():
		default:
			return chunk
		}
		return how(l, chunk)
	}
	for _, p := range f.leading().proxies {
		p.arm(once)
		defer p.arm(nil)
	}
	select {
	case at := <-struck:
		return at
	case <-time.After(20 * time.Second):
		f.t.Fatal("no commit passes")
		return time.Time{}
	}
}

// holds lets the leader's line fall silent, and what was on its way arrive
// after another one leads.
func (f *failovers) holds(how strike) time.Time {
	for _, p := range f.leading().proxies {
		f.later(p.release)
	}
	return f.strikes(how)
}

func (f *failovers) pauses(how func(time.Duration) strike) time.Time {
	late := 500*time.Millisecond + f.upTo(3*time.Second)
	return f.strikes(how(late)).Add(late)
}

// goesThrough lets one failure happen to a till that is well, looks how long
// selling is away, mends what failed, and looks at what is kept.
func (f *failovers) goesThrough(n int, kind failure) {
	most := 3 * takeOverMost // beside load what is measured is the machine
	for range 5 {
		if f.isWell(); f.sellsAfter(time.Now()) <= calmMost {
			most = takeOverMost
			break
		}
	}
	if *failoversFlag == 0 { // in the gate, which runs beside load
		most = max(most, 2*takeOverMost)
	}
	began := time.Now()
	back := kind.happens(f)
	took := f.sellsAfter(back)
	f.took[kind.name] = append(f.took[kind.name], took)
	f.t.Logf("%2d  %-40s %6.2fs  (%5.1fs; alone: %t; %d wishes, %d sales told)", n, kind.name, took.Seconds(), time.Since(began).Seconds(), f.alone, f.wishes(), f.ear.ends())
	if took > most {
		f.t.Errorf("selling was away for %v", took)
	}
	time.Sleep(f.upTo(2 * time.Second))
	for _, mend := range f.repairs {
		mend()
	}
	f.repairs = nil
	if f.alone { // first the setting, for the copy has it, too, and may be the primary next
		f.must(f.primary.Set("synchronous_standby_names", "*"))
		f.must(f.standby.Follow(f.primary))
		_, err := f.primary.Do("SELECT pg_logical_emit_message(true, '', '')") // waits for all that came before it
		f.must(err)
		f.alone = false
	}
	was := f.t.Failed()
	if f.looks(); !was && f.t.Failed() {
		f.t.FailNow()
	}
}

// wishes counts what shops wanted to sell.
func (f *failovers) wishes() (n int) {
	for _, k := range f.keepers {
		n += len(k.all())
	}
	return n
}

// isWell waits until one process leads and the other one waits, and the leader for
// a standby.
func (f *failovers) isWell() {
	f.t.Helper()
	a, b := f.slots[0], f.slots[1]
	awaits(f.t, "one leads, the other one waits", func() bool {
		p, q := a.now.Load(), b.now.Load()
		return p.last(saysLeads) && q.last(saysWaits) || q.last(saysLeads) && p.last(saysWaits)
	})
	awaits(f.t, "no commit is alone", func() bool { return !f.leader().sellsAlone() })
}

// sellsAfter is how long after a moment a shop that types then has its card.
func (f *failovers) sellsAfter(moment time.Time) time.Duration {
	f.t.Helper()
	time.Sleep(time.Until(moment))
	_, number := f.asker.types()
	awaits(f.t, "a card", func() bool { _, there := f.asker.shown(number); return there })
	return time.Since(moment)
}

// inside reads what is kept, beside the processes.
func (f *failovers) inside(fn func(till.Tx) error) {
	f.t.Helper()
	k, err := where{db: f.db}.open(f.t.Context(), opening{readOnly: true, vault: vaultOf(f.t, bytes.Repeat([]byte{7}, 32))})
	f.must(err)
	f.must(errors.Join(k.View(fn), k.Close()))
}

// sold gives all orders by their number.
func (f *failovers) sold() map[string][]topup.Order {
	f.t.Helper()
	all := map[string][]topup.Order{}
	f.inside(func(tx till.Tx) error {
		for _, k := range append(slices.Clone(f.keepers), f.asker) {
			orders, err := tx.OrdersOf(k.shop, 0, 1_000_000)
			if err != nil {
				return err
			}
			for _, o := range orders {
				all[o.To] = append(all[o.To], o)
			}
		}
		return nil
	})
	return all
}

// looks proves that all that shops were told is kept, and that no wish has
// become two orders. What is kept is read last.
func (f *failovers) looks() map[string][]topup.Order {
	f.t.Helper()
	f.ear.hears(f.messenger)
	tapped, bought := map[string]time.Time{}, map[string]int{}
	for _, k := range f.keepers {
		for _, w := range k.all() {
			tapped[w.number] = f.ear.tapped(w)
		}
	}
	for _, o := range f.sales.Book().Orders {
		bought[o.Number]++
	}
	kept := f.sold()
	for number, t := range f.ear.sales {
		orders := kept[number]
		if len(orders) != 1 || orders[0].Placed.After(t.at) {
			f.t.Errorf("a shop was told %v of a sale to %s, of which there were %d", *t, number, len(orders))
		} else if t.delivered && orders[0].State != topup.Delivered || t.refunded && orders[0].State != topup.Refunded {
			f.t.Errorf("a shop was told %v of a sale to %s that is %s", *t, number, orders[0].State)
		}
	}
	for _, k := range append(slices.Clone(f.keepers), f.asker) {
		for _, w := range k.all() {
			n, at := len(kept[w.number]), tapped[w.number]
			if !at.IsZero() && (n != 1 || kept[w.number][0].Placed.After(at)) {
				f.t.Errorf("a shop was told at %s that a sale to %s is sent, of which there were %d", at.Format(time.TimeOnly), w.number, n)
			}
			if n > min(1, len(w.taps)) || bought[w.number] > n {
				f.t.Errorf("a wish for %s that was tapped %d times is %d sales and %d orders at the provider", w.number, len(w.taps), n, bought[w.number])
			}
		}
	}
	return kept
}

// ends lets the shops rest, and proves what is left.
func (f *failovers) ends(kinds, list []failure) {
	f.isWell()
	f.rest()
	kept, open := f.looks(), []string(nil)
	for limit := time.Now().Add(settleMost); ; time.Sleep(time.Second) {
		if open = f.open(kept); len(open) == 0 {
			break
		}
		if time.Now().After(limit) {
			f.t.Fatalf("sales that do not end:\n%s", strings.Join(open, "\n"))
		}
		kept = f.looks()
	}
	for _, s := range f.slots {
		s.ends(syscall.SIGTERM)
		for _, p := range s.all {
			if n := f.turns.taken[p]; n > strings.Count(p.log.String(), saysLeads) {
				f.t.Errorf("a process sent by itself: it began to %d times\n%s", n, p.story())
			}
		}
	}
	if out, err := command(f.t, environment{"HANOUT_DB": f.db}, "check"); err != nil || !strings.Contains(out, "sound") {
		f.t.Errorf("check: %q, %v", out, err)
	}
	f.sums(kept)
	f.table(kinds, list)
}

// open are the sales that have not ended, or whose end is not told.
func (f *failovers) open(kept map[string][]topup.Order) (list []string) {
	for number, orders := range kept {
		if o, t := orders[0], f.ear.sales[number]; t == nil || !t.delivered && !t.refunded || !o.State.Final() {
			list = append(list, fmt.Sprintf("%s: %s %s, sent %d times, changed %v; told: %+v", number, o.State, o.Reason, o.Submits, o.Changed.Format(time.TimeOnly), t))
		}
	}
	return list
}

// sums compares the wallets with the receipts, and the sales with what the
// provider has.
func (f *failovers) sums(kept map[string][]topup.Order) {
	states := map[string]string{}
	for _, o := range f.sales.Book().Orders {
		states[o.Number] = o.Status
	}
	want, got := map[topup.ShopID]topup.Wallet{}, map[topup.ShopID]topup.Wallet{}
	f.inside(func(tx till.Tx) (err error) {
		for _, k := range f.keepers {
			want[k.shop] = topup.Wallet{Available: topup.Dinars(credited)}
			if got[k.shop], err = tx.Wallet(k.shop); err != nil {
				return err
			}
		}
		return nil
	})
	for number, orders := range kept {
		o, t := orders[0], f.ear.sales[number]
		if t.delivered {
			w := want[o.Shop]
			w.Available -= topup.Dinars(200)
			want[o.Shop] = w
		}
		if t.delivered && (t.taken != "200" || t.refunded) {
			f.t.Errorf("the receipt of %s is %v", number, *t)
		}
		if at := states[number]; t.delivered != (at == "FULFILLED") || at == "" && o.Submits > 0 && o.Reason != topup.ReasonUnreachable {
			f.t.Errorf("a sale to %s is %s, at the provider %q", number, o.State, at)
		}
	}
	for shop, w := range want {
		if got[shop] != w {
			f.t.Errorf("the wallet of shop %d is %v; by its receipts it is %v", shop, got[shop], w)
		}
	}
}

// table tells how long selling was away.
func (f *failovers) table(kinds, list []failure) {
	orders, refunded := 0, 0
	for _, t := range f.ear.sales {
		if t.delivered {
			orders++
		}
		if t.refunded {
			refunded++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d failures; %d sales told as delivered, %d as refunded\n%-40s  n    min middle    max\n", len(list), orders, refunded, "seconds until a shop has its card")
	for _, k := range kinds {
		if took := f.took[k.name]; len(took) > 0 {
			slices.Sort(took)
			fmt.Fprintf(&b, "%-40s %2d  %5.1f  %5.1f  %5.1f\n", k.name, len(took), took[0].Seconds(), took[len(took)/2].Seconds(), took[len(took)-1].Seconds())
		}
	}
	f.t.Log(b.String())
}
