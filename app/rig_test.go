package app

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// The people of the tests.
const (
	shopID     = 501
	ownerID    = 601
	customerID = 701
	strangerID = 801
)

// rig is a whole bot between the two fakes, in memory: the real client, the
// real store on a real file, and virtual time when it stands in a synctest
// bubble.
type rig struct {
	t        testing.TB
	telegram *telegram.Server
	provider *provider.Server
	cfg      config
	via      transports
	log      *lockedBuffer
	gone     atomic.Bool // the provider's host takes no connections
	foreign  int         // orders of gift cards that are not the bot's
	cut      bool        // a stop fell among requests under way: their answers are lost
	stop     context.CancelFunc
	done     chan error
}

// lockedBuffer collects the log of several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newRig makes the fakes, their people and an empty database. The bot does
// not run yet.
func newRig(t testing.TB, lang string) *rig {
	t.Helper()
	return newRigAt(t, lang, newPlace(t))
}

// newRigAt makes one whose till is kept at a place.
func newRigAt(t testing.TB, lang, path string) *rig {
	t.Helper()
	r := &rig{t: t, log: &lockedBuffer{}}
	r.telegram = telegram.New(telegram.Options{BotUsername: "hanout_test_bot"})
	names := map[string][3]string{"ar": {"كريم", "نادية", "ياسين"}, "fr": {"Karim", "Nadia", "Yacine"}}[lang]
	for i, id := range []int64{shopID, ownerID, customerID} {
		r.telegram.People.Add(telegram.Person{ID: id, FirstName: names[i], LanguageCode: lang, Phone: fmt.Sprintf("+21366100%04d", id)})
	}
	r.telegram.People.Add(telegram.Person{ID: strangerID, FirstName: "<b>Eve</b> \u202e", LanguageCode: "en", Phone: "+33612345678"})
	r.provider = provider.New(provider.Options{})
	if err := (where{db: path}).create(context.Background()); err != nil {
		t.Fatal(err)
	}
	r.cfg = config{
		token: r.telegram.Token(), telegramURL: "http://telegram.test", apiKey: provider.SandboxKey,
		providerURL: "http://provider.test/v3", admins: []int64{ownerID}, db: path,
		codesKey: bytes.Repeat([]byte{7}, 32), language: "ar", pollScale: 1,
	}
	if r.cfg.where().remote() {
		r.cfg.copies = t.TempDir()
	}
	r.via = transports{telegram: r.telegram.Transport(), provider: r.reach(sandbox.InProcess(r.provider)), unflushed: true, term: virtualTerm}
	return r
}

// reach is the way to the provider, which may be gone.
func (r *rig) reach(way http.RoundTripper) http.RoundTripper {
	return roundTrip(func(q *http.Request) (*http.Response, error) {
		if r.gone.Load() {
			if t := httptrace.ContextClientTrace(q.Context()); t != nil && t.GetConn != nil {
				t.GetConn(q.URL.Host) // as net/http does before it dials
			}
			giveUp(q)
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		}
		return way.RoundTrip(q)
	})
}

// roundTrip is a function as the way of a request.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(q *http.Request) (*http.Response, error) { return f(q) }

// giveUp ends a request that is not carried, as a RoundTripper must.
func giveUp(q *http.Request) {
	if q.Body != nil {
		_ = q.Body.Close()
	}
}

// start runs the bot until halt or the end of the test.
func (r *rig) start() {
	ctx, stop := context.WithCancel(context.Background())
	done, ended := make(chan error, 1), make(chan struct{})
	r.stop, r.done = stop, done
	go func() {
		defer close(ended)
		done <- serve(ctx, r.cfg, r.via, r.log)
	}()
	r.t.Cleanup(func() { stop(); <-ended }) // also when the test gives up
}

// halt stops the bot as SIGTERM does and gives its error.
func (r *rig) halt() error {
	r.stop()
	return <-r.done
}

// ends stops the till, checks what it leaves, and tells a failure's story.
func (r *rig) ends() {
	r.t.Helper()
	if err := r.halt(); err != nil {
		r.t.Error(err)
	}
	r.check()
	if r.t.Failed() {
		r.t.Logf("the owner's chat:\n%s\nthe log:\n%s", r.texts(ownerID), r.log.String())
	}
}

// settle lets d of time pass and everything that it brings happen.
func (r *rig) settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// check proves at the end of a test that the till is sound, that Telegram has
// seen no broken rule, and that the log holds no secret.
func (r *rig) check() {
	r.t.Helper()
	report, err := r.cfg.where().check(context.Background(), vaultOf(r.t, r.cfg.codesKey))
	if err != nil || len(report.Problems) > 0 {
		r.t.Errorf("the till is not sound: %v %q", err, report.Problems)
	}
	gifts := r.gifts()
	if posts := r.provider.Book().Requests["POST /gift-cards/placeOrder"]; posts > gifts+r.foreign {
		r.t.Errorf("%d requests for %d orders of gift cards", posts, gifts)
	}
	for _, v := range r.telegram.Journal.Violations() {
		if strings.Contains(v, "can't read the request") && strings.Contains(v, "read/write on closed pipe") {
			continue // the bot's end cut it off
		}
		r.t.Errorf("Telegram's rules: %s", v)
	}
	// Only an edit whose answer was lost is made twice.
	lost := r.cut || slices.ContainsFunc(r.telegram.Journal.All(), func(c telegram.Call) bool { return c.Fault != "" })
	for _, h := range r.telegram.Journal.Harmless() {
		if strings.HasPrefix(h, "editMessageReplyMarkup") {
			continue // of a message too old to be deleted: nobody has kept whether it had buttons
		}
		if strings.Contains(h, "not modified") && !lost {
			r.t.Errorf("a message is edited to the text that it has: %s", h)
		}
	}
	r.groupsAreSafe()
	for _, leak := range r.leaks(r.log.String()) {
		r.t.Errorf("the log tells %s", leak)
	}
	kept := keptAt(r.t, r.cfg.db)
	for _, c := range append(r.canaries(), r.codes()...) {
		if tells(kept, c) {
			r.t.Errorf("the database tells %.4s…", c)
		}
	}
}

// groupsTap are the buttons that a group may have: those of a sale.
var groupsTap = regexp.MustCompile(`^(s:|o:\w+:(cancel|again|offer|amount|show)(:|$)|m:(mobile|internet|cards)$)`)

// shopsOwn is what a shop alone reads of its money.
var shopsOwn = regexp.MustCompile(`Solde.: |ommission.: |Portefeuille après|Débité.: |رصيدك:|عمولتك:|المحفظة بعدها`)

// customersLink is what opens a customer's link, or gives a place.
var customersLink = regexp.MustCompile(`start=[\w-]{22}\b`)

var callbackData = regexp.MustCompile(`"callback_data":"([^"]*)"`)

// groupsAreSafe proves that no group was ever sent a code, a serial, a link that
// gives something, a picture or a file, nor what the shop has, pays or earns, nor
// a button that leads out of a sale.
func (r *rig) groupsAreSafe() {
	r.t.Helper()
	codes := r.codes()
	for _, c := range r.telegram.Journal.All() {
		if !strings.HasPrefix(c.Params["chat_id"], "-") {
			continue
		}
		said := c.Params["text"] + c.Params["caption"] + c.Params["reply_markup"]
		if len(c.Uploads) > 0 || c.Params["photo"] != "" || c.Params["document"] != "" || strings.Contains(said, "copy_text") || customersLink.MatchString(said) {
			r.t.Errorf("a group was sent by %s: %s %v", c.Method, said, c.Uploads)
		}
		if own := shopsOwn.FindString(said); own != "" {
			r.t.Errorf("a group reads %q: %s", own, said)
		}
		for _, tap := range callbackData.FindAllStringSubmatch(c.Params["reply_markup"], -1) {
			if !groupsTap.MatchString(tap[1]) {
				r.t.Errorf("a group was given the button %s", tap[1])
			}
		}
		for _, secret := range codes {
			if strings.Contains(strings.Join(strings.Fields(said), ""), secret) {
				r.t.Errorf("a group was sent the code %.4s…", secret)
			}
		}
	}
}

// gifts counts the shop's orders of gift cards.
func (r *rig) gifts() (n int) {
	for _, o := range r.orders() {
		if o.Good == topup.GiftCard {
			n++
		}
	}
	return n
}

// codes are the codes and serials that the provider has delivered, those
// aside that are too short to be told from anything else.
func (r *rig) codes() (list []string) {
	for _, o := range r.provider.Book().Orders {
		for _, c := range o.Cards {
			for _, secret := range []string{c.Value, c.Serial} {
				if len(secret) >= 6 {
					list = append(list, secret)
				}
			}
		}
	}
	return list
}

// vaultOf opens what a bot with this key has sealed.
func vaultOf(t testing.TB, key []byte) *store.Vault {
	t.Helper()
	v, err := store.NewVault(key)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Whole tills live for a second each; to collect their garbage less often
// saves a fifth of the time.
func init() { debug.SetGCPercent(400) }

// bubble runs fn in a synctest bubble over a running bot, stops the bot, and
// checks.
func bubble(t *testing.T, lang string, fn func(*rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, lang)
		r.start()
		r.settle(2 * time.Second)
		fn(r)
		if err := r.halt(); err != nil {
			t.Errorf("the bot ended with %v", err)
		}
		r.check()
		if t.Failed() {
			t.Logf("the bot's log:\n%s", r.log.String())
		}
	})
}

// wallet reads the shop's money as a stranger to the process would.
func (r *rig) wallet() topup.Wallet {
	r.t.Helper()
	var w topup.Wallet
	r.inside(func(tx till.Tx) (err error) { w, err = tx.Wallet(1); return err })
	return w
}

// orders gives the shop's orders, newest first.
func (r *rig) orders() []topup.Order {
	r.t.Helper()
	var o []topup.Order
	r.inside(func(tx till.Tx) (err error) { o, err = tx.OrdersOf(1, 0, 100); return err })
	return o
}

// inside reads the database as it stands on disk now.
func (r *rig) inside(fn func(till.Tx) error) {
	r.t.Helper()
	at := r.cfg.where()
	if !at.remote() { // the bot has locked it
		b, err := os.ReadFile(at.db)
		if err != nil {
			r.t.Fatal(err)
		}
		at.db = filepath.Join(r.t.TempDir(), "look.db")
		if err := os.WriteFile(at.db, b, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	db, err := at.open(context.Background(), opening{readOnly: true, vault: vaultOf(r.t, r.cfg.codesKey)})
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(fn); err != nil {
		r.t.Fatal(err)
	}
}

// expect fails unless the shop has this money, in dinars, and the provider
// this many orders, each of another reference.
func (r *rig) expect(available, held topup.Money, orders int) {
	r.t.Helper()
	if w := r.wallet(); w.Available != topup.Dinars(int64(available)) || w.Held != topup.Dinars(int64(held)) {
		r.t.Errorf("the wallet is %v, want %d available and %d held", w, available, held)
	}
	book := r.provider.Book().Orders
	refs := map[string]bool{}
	for _, o := range book {
		refs[o.SentRef] = true
	}
	if len(book) != orders || len(refs) != orders {
		r.t.Errorf("the provider has %d orders under %d references, want %d", len(book), len(refs), orders)
	}
}

// posts counts the sends that reached the provider.
func (r *rig) posts() int { return r.provider.Book().Requests["POST /mobile/send"] }

// allAnswered waits until every tap must have been answered; [rig.check] then
// reports those that were not.
func (r *rig) allAnswered() { r.settle(telegram.DefaultCallbackWindow + time.Second) }
