package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox"
	"hanout/sandbox/provider"
	"hanout/topup"
)

// doom ends a process at one point of its life, as kill -9 does: what it has
// put on disk stays, what it has sent is sent, and nothing follows. The points
// are after each commit, and before and after each request, where after is
// when the other side has done its work and the answer is not yet read.
type doom struct {
	at   int  // the point to die at, counted from 1; 0 for never
	lost bool // the last commit is lost too, as it would be without a sync

	place  string // of the database
	mu     sync.Mutex
	passed []string // the points so far
	image  image    // what the last commit left
	former image    // and the one before
	grave  image    // what lies there at death
	died   bool
	dead   context.Context
	die    context.CancelFunc
}

func newDoom(at int, place string) (d *doom, err error) {
	d = &doom{at: at, place: place}
	d.dead, d.die = context.WithCancel(context.Background())
	if server == nil {
		d.image, err = imageOf(place)
		d.former = d.image
	}
	return d, err
}

// image is a database as it lies on disk, with the note beside it of its last
// commit.
type image struct{ file, note []byte }

func imageOf(file string) (image, error) {
	b, err := pages(file)
	if err != nil {
		return image{}, err
	}
	note, err := os.ReadFile(file + ".lock")
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return image{b, note}, err
}

// put puts it back where it lay.
func (i image) put(file string) error {
	if err := os.WriteFile(file, i.file, 0o600); err != nil {
		return err
	}
	return os.WriteFile(file+".lock", i.note, 0o600)
}

// pages reads the part of a bbolt file that is in use. The file is grown far
// ahead of it, and the high-water mark of its pages, in either meta page,
// tells how far that is.
func pages(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := int64(os.Getpagesize())
	const mark = 16 + 40 // page header; magic, version, page size, flags, root, freelist
	var used uint64
	for _, meta := range []int64{0, size} {
		var b [8]byte
		if _, err := f.ReadAt(b[:], meta+mark); err != nil {
			return nil, err
		}
		used = max(used, binary.NativeEndian.Uint64(b[:]))
	}
	b := make([]byte, int64(used)*size)
	_, err = f.ReadAt(b, 0)
	return b, err
}

// point passes a point; false when the process is dead from now on.
func (d *doom) point(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.died {
		return false
	}
	if d.passed = append(d.passed, name); len(d.passed) != d.at {
		return true
	}
	if d.grave = d.image; d.lost {
		d.grave = d.former
	}
	d.died = true
	if server != nil {
		if err := shutOut(d.place); err != nil {
			panic(err)
		}
	}
	d.die()
	return false
}

// committed keeps the file. The only writer is inside it, so what is read is
// what the commit has left. Tables are on the server, whoever dies.
func (d *doom) committed() {
	if server == nil {
		b, err := imageOf(d.place)
		if err != nil {
			panic(err)
		}
		d.mu.Lock()
		if !d.died {
			d.former, d.image = d.image, b
		}
		d.mu.Unlock()
	}
	d.point("commit")
}

// heir makes the database as the dead process left it ready for the next one.
func (d *doom) heir() error {
	if server != nil {
		return freeLease(d.place)
	}
	return d.grave.put(d.place)
}

var errDead = errors.New("the process is dead")

// way is a way for requests that ends with the process.
func (d *doom) way(to http.RoundTripper) http.RoundTripper {
	return roundTrip(func(q *http.Request) (*http.Response, error) {
		name := q.Method + " " + q.URL.Path[strings.LastIndex(q.URL.Path, "/")+1:]
		if !d.point("before " + name) {
			giveUp(q)
			return nil, errDead
		}
		ctx, cancel := context.WithCancel(q.Context())
		defer cancel()
		defer context.AfterFunc(d.dead, cancel)()
		resp, err := to.RoundTrip(q.WithContext(ctx))
		if !d.point("after " + name) {
			return nil, errDead
		}
		return resp, err
	})
}

// life is one run of the scenario with a death in it.
type life struct {
	*rig
	doom     *doom
	repeats  int // how often a person had to do a thing again
	before   int // requests of the plot's beginning
	reborn   chan struct{}
	problems []string
}

func (l *life) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

// spoil is a fault put into the program on purpose.
type spoil func(*life)

// live plays the scenario: a shop opens, gets money, and makes four sales
// (delivered, refunded, verified for some minutes, answer lost), while the
// process dies at a point and another goes on from what is on disk. It gives
// the points that the first process passed and all that is wrong in the end.
func live(t *testing.T, at int, bugs ...spoil) (l *life) {
	return liveIn(t, plot{play: (*life).scenario, verdict: (*life).verdict}, at, bugs...)
}

// plot is what people do, and what must be true in the end. No death falls on
// what comes before.
type plot struct{ before, play, verdict func(*life) }

func liveIn(t *testing.T, p plot, at int, bugs ...spoil) (l *life) {
	synctest.Test(t, func(t *testing.T) {
		l = &life{rig: newRig(t, "fr"), reborn: make(chan struct{})}
		l.provider = provider.New(provider.Options{UnknownFor: 2 * time.Minute})
		l.via.provider = sandbox.InProcess(l.provider)
		if p.before != nil {
			p.before(l)
		}
		var err error
		if l.doom, err = newDoom(at, l.cfg.db); err != nil {
			t.Fatal(err)
		}
		for _, b := range bugs {
			b(l)
		}
		whole, first := l.via, l.cfg.db
		if server != nil {
			l.cfg.db = asMortal(t, first)
		}
		l.via = transports{telegram: l.doom.way(whole.telegram), provider: l.doom.way(whole.provider),
			onCommit: l.doom.committed, unflushed: true, term: virtualTerm}
		l.start()
		ended := make(chan struct{})
		go func() {
			defer close(l.reborn)
			select {
			case <-l.doom.dead.Done():
			case <-ended:
				return
			}
			_ = l.halt() // its goroutines; nothing of what they still do gets out
			time.Sleep(3 * time.Second)
			l.via, l.cfg.db = whole, first
			if err := l.doom.heir(); err != nil {
				panic(err)
			}
			l.start()
		}()
		p.play(l)
		close(ended)
		<-l.reborn
		l.settle(time.Minute)
		err = l.halt()
		if l.cfg.db != first { // on a server nothing of one that dies at the very end is heard any more
			err, l.cfg.db = nil, first
		}
		if err != nil {
			l.problem("the bot ended with %v", err)
		}
		p.verdict(l)
	})
	return l
}

// until does what a person does who wants something: act, look, and after
// a while act again.
func (l *life) until(act func() error, done func() bool) {
	for try := range 15 {
		if try > 0 {
			l.repeats++
		}
		_ = act() // a button that is not there yet
		for range 12 {
			if l.settle(time.Second); done() {
				return
			}
		}
	}
	l.problem("nothing came of it; the shop's chat:\n%s", l.texts(shopID))
}

// await waits for what comes by itself.
func (l *life) await(done func() bool) {
	for range 120 {
		if done() {
			return
		}
		l.settle(15 * time.Second)
	}
	l.problem("it never came; the shop's chat:\n%s", l.texts(shopID))
}

// types and taps are until with one way to act. seen is text that the chat
// then shows; a | stands between texts of which one is enough.
func (l *life) types(person int64, text, seen string) {
	l.until(func() error { l.telegram.People.Type(person, text); return nil }, func() bool { return l.shows(person, seen) })
}

func (l *life) taps(person int64, label, seen string) {
	if label == "✅ Confirmer" {
		l.settle(time.Second) // what is confirmed is read before
	}
	l.until(func() error { return l.telegram.People.PressButton(person, label) }, func() bool { return l.shows(person, seen) })
}

func (l *life) shows(person int64, seen string) bool {
	chat := l.texts(person)
	return slices.ContainsFunc(strings.Split(seen, "|"), func(s string) bool { return strings.Contains(chat, s) })
}

// wishes are the sales of the scenario.
var wishes = []struct {
	line, operator string
	price          topup.Money // in dinars, once it is over
	state          topup.State
	shown          string
}{
	{"0778037340 500", "", 500, topup.Delivered, "Opération réussie"},
	{"0600000001 500", "Mobilis", 0, topup.Refunded, "Échec de l'opération"},
	{"0600000003 500", "Mobilis", 485, topup.Delivered, "Opération réussie"},
	{"0661234567 300", "", 291, topup.Delivered, "Opération réussie"},
}

// opens brings the shop to where it can sell.
func (l *life) opens() {
	for _, p := range []int64{ownerID, shopID} {
		l.types(p, "/start", "Choisissez votre langue")
		l.taps(p, "Français", "espace administrateur|Bienvenue")
	}
	l.types(shopID, "Taxiphone Nour", "Envoyez le numéro de téléphone")
	l.until(func() error { l.telegram.People.ShareContact(shopID); return nil },
		func() bool { return l.shows(shopID, "est envoyée") && l.shows(ownerID, "Nouvelle demande") })
	l.taps(ownerID, "✅", "✅ accepté")
	l.await(func() bool { return l.shows(shopID, "est accepté") })
	l.types(ownerID, "/credit 1 5000 test", "Créditer un portefeuille|crédité de 5 000 DA")
	l.taps(ownerID, "✅ Confirmer", "crédité de 5 000 DA")
	l.await(func() bool { return l.shows(shopID, "crédité votre portefeuille de 5 000 DA") })
}

func (l *life) scenario() {
	l.opens()
	for i, w := range wishes {
		if i == 3 {
			l.provider.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: provider.FaultResetAfter, Times: 1})
		}
		no := fmt.Sprintf("Opération n° %d\n", i+1)
		l.types(shopID, w.line, "Choisissez l'opérateur|Confirmer la vente")
		if w.operator != "" {
			l.taps(shopID, w.operator, "Confirmer la vente|"+no)
		}
		l.taps(shopID, "✅ Confirmer", no)
		l.await(func() bool { return l.shows(shopID, w.shown+"\n🧾 "+no) })
	}
}

// verdict says what is wrong in the end: with the till, with the books of the
// provider, with what the shop was shown.
func (l *life) verdict() {
	if !l.sound() {
		return
	}
	wallet := topup.Dinars(5000)
	refs := map[string]bool{}
	orders := l.orders()
	if len(orders) != len(wishes) {
		l.problem("%d orders for %d wishes", len(orders), len(wishes))
	}
	slices.Reverse(orders)
	for i, o := range orders[:min(len(orders), len(wishes))] {
		refs[string(o.ID)] = true
		wallet -= topup.Dinars(int64(wishes[i].price))
		if o.State != wishes[i].state {
			l.problem("order %d is %s, want %s", o.No, o.State, wishes[i].state)
		}
		if !l.shows(shopID, fmt.Sprintf("%s\n🧾 Opération n° %d\n", wishes[i].shown, o.No)) {
			l.problem("the shop does not see how order %d ended", o.No)
		}
		if o.State == topup.Delivered && !l.shows(shopID, "Solde : ") {
			l.problem("the shop does not see the receipt of order %d", o.No)
		}
	}
	for _, o := range l.provider.Book().Orders {
		if !refs[o.SentRef] {
			l.problem("the provider has order %s under %q, which no order of ours has, or a second one", o.ID, o.SentRef)
		}
		delete(refs, o.SentRef)
	}
	if len(refs) > 0 {
		l.problem("the provider does not have %v", refs)
	}
	if w := l.wallet(); w.Available != wallet || w.Held != 0 {
		l.problem("the wallet is %v, want %v available and nothing held", w, wallet)
	}
	l.manners()
}

// sound proves the till, as every verdict does first.
func (l *life) sound() bool {
	report, err := l.cfg.where().check(context.Background(), vaultOf(l.t, l.cfg.codesKey))
	if err != nil || len(report.Problems) > 0 {
		l.problem("the till is not sound: %v %q", err, report.Problems)
		return false
	}
	return true
}

// manners asks whether the bot kept Telegram's rules, death or not.
func (l *life) manners() {
	for _, v := range l.telegram.Journal.Violations() {
		// A tap that the dead process had taken is answered by nobody, and a
		// request may be cut off in its middle.
		if !strings.Contains(v, "was never answered") && !strings.Contains(v, "can't read the request") {
			l.problem("Telegram's rules: %s", v)
		}
	}
}

// TestRigCrash kills the bot at points spread over the whole scenario. The
// tag rigs takes every one of them.
func TestRigCrash(t *testing.T) {
	calm := live(t, 0)
	if len(calm.problems) > 0 || calm.repeats > 0 {
		t.Fatalf("without a death, after %d repeats: %q", calm.repeats, calm.problems)
	}
	points := len(calm.doom.passed)
	if points < 100 {
		t.Fatalf("only %d points: the process was hardly looked at", points)
	}
	sweep(t, points, crashStride)
}

// crashStride is the distance of the points in a plain test run.
const crashStride = 23

// sweep kills at each stride-th point of the scenario.
func sweep(t *testing.T, points, stride int) {
	for at := 1; at <= points; at += stride {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			l := live(t, at)
			if !l.doom.died {
				t.Skipf("this run had only %d points", len(l.doom.passed))
			}
			if l.repeats > 0 {
				l.problem("people had to do %d things again", l.repeats)
			}
			if len(l.problems) > 0 {
				t.Errorf("killed at point %d (%s):\n%s", at, l.doom.passed[at-1], strings.Join(l.problems, "\n"))
			}
		})
	}
}

// The rig must see what it is for: each of these faults, put into the program
// on purpose, is noticed at some point of a sweep.
func TestRigSeesSeededBugs(t *testing.T) {
	needsFile(t)
	for name, bug := range map[string]spoil{
		"a commit is not synced":               func(l *life) { l.doom.lost = true },
		"updates are confirmed too early":      confirmEarly,
		"a lost answer is taken for a refusal": refuseWhatIsLost,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := 20; at < 400; at += 7 {
				if l := live(t, at, bug); len(l.problems) > 0 || l.repeats > 0 {
					t.Logf("at point %d: %d repeats, %q", at, l.repeats, l.problems)
					return
				}
			}
			t.Error("nobody noticed")
		})
	}
}

// confirmEarly makes Telegram forget updates as soon as they were handed out.
func confirmEarly(l *life) {
	to := l.via.telegram
	l.via.telegram = roundTrip(func(q *http.Request) (*http.Response, error) {
		resp, err := to.RoundTrip(q)
		if err != nil || !strings.HasSuffix(q.URL.Path, "/getUpdates") {
			return resp, err
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		var batch struct {
			Result []struct {
				ID int64 `json:"update_id"`
			} `json:"result"`
		}
		if json.Unmarshal(body, &batch) != nil || len(batch.Result) == 0 {
			return resp, nil
		}
		offset := batch.Result[len(batch.Result)-1].ID + 1
		ask, err := http.NewRequestWithContext(q.Context(), http.MethodPost, q.URL.String(),
			strings.NewReader(fmt.Sprintf(`{"offset":%d,"limit":1}`, offset)))
		if err != nil {
			return nil, err
		}
		ask.Header.Set("Content-Type", "application/json")
		forgotten, err := to.RoundTrip(ask)
		if err == nil {
			_ = forgotten.Body.Close()
		}
		return resp, nil
	})
}

// refuseWhatIsLost gives a refusal for a send whose answer did not come.
func refuseWhatIsLost(l *life) {
	to := l.via.provider
	l.via.provider = roundTrip(func(q *http.Request) (*http.Response, error) {
		resp, err := to.RoundTrip(q)
		if err == nil || q.Method != http.MethodPost {
			return resp, err
		}
		return &http.Response{
			StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}},
			Body:    io.NopCloser(strings.NewReader(`{"success":false,"error":{"code":"ERR_VALIDATION","message":"x"}}`)),
			Request: q,
		}, nil
	})
}
