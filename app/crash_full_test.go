//go:build rigs

package app

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// TestRigCrashEverywhere kills the bot at every point of the scenario, one
// run for each.
func TestRigCrashEverywhere(t *testing.T) {
	calm := live(t, 0)
	if len(calm.problems) > 0 {
		t.Fatal(calm.problems)
	}
	sweep(t, len(calm.doom.passed), 1)
}

const (
	killsWanted = 80
	busyWanted  = 50 // of them while work was open
	counters    = 12 // shops that sell at the same time
	killFor     = 90 * time.Second
)

// counter is a shop of the kill rig and what it has sold.
type counter struct {
	person int64
	sold   []string // the numbers, each wished for once
}

// TestRigKill runs the real program over HTTP on loopback and kills it with
// SIGKILL, again and again, while shops sell. After each kill the till must
// be sound; in the end each wish must be one order, delivered and shown.
func TestRigKill(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "hanout")
	if out, err := exec.Command("go", "build", "-o", program, "hanout").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	messenger := telegram.New(telegram.Options{BotUsername: "hanout_test_bot", Limits: telegram.Limits{Off: true}})
	sales := provider.New(provider.Options{PendingFor: 200 * time.Millisecond, HandlingFor: 200 * time.Millisecond})
	atTelegram, atProvider := httptest.NewServer(messenger), httptest.NewServer(sales)
	defer atProvider.Close()
	defer atTelegram.Close()
	place, kills, busy := newPlace(t), killsWanted, busyWanted
	lives := 300       // milliseconds
	if server != nil { // a start takes longer
		kills, busy, lives = killsWanted/4, busyWanted/4, 1500
	}
	shops := openCounters(t, where{db: place}, messenger)

	env := append(os.Environ(),
		"TELEGRAM_BOT_TOKEN="+messenger.Token(), "TELEGRAM_API_URL="+atTelegram.URL,
		"ONECLICKDZ_API_KEY="+provider.SandboxKey, "ONECLICKDZ_BASE_URL="+atProvider.URL+"/v3",
		"HANOUT_ADMINS=601", "HANOUT_DB="+place, "HANOUT_BACKUP_DIR="+dir, "HANOUT_POLL_SCALE=0.02", "HANOUT_LANGUAGE=fr",
		"HANOUT_CODES_KEY="+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	run := func() *exec.Cmd {
		p := exec.Command(program)
		p.Env = env
		p.Stderr = &lockedBuffer{}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		return p
	}

	var closing atomic.Bool // no new sales
	var selling sync.WaitGroup
	for _, c := range shops {
		selling.Go(func() {
			for n := 0; !closing.Load(); n++ {
				number := fmt.Sprintf("0790%02d%04d", c.person%100, n)
				c.sold = append(c.sold, number)
				sell(t, messenger, c.person, number)
			}
		})
	}
	killed, working := 0, 0
	dice := rand.New(rand.NewPCG(3, 4))
	for start := time.Now(); killed < kills || working < busy; killed++ {
		if time.Since(start) > killFor {
			t.Fatalf("only %d kills, %d of them busy", killed, working)
		}
		p := run()
		if server != nil {
			awaits(t, "the process leads", func() bool { return strings.Contains(p.Stderr.(*lockedBuffer).String(), "hanout is running") })
		}
		time.Sleep(50*time.Millisecond + time.Duration(dice.IntN(lives))*time.Millisecond)
		if err := p.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatalf("the process ended by itself: %v\n%s", err, p.Stderr)
		}
		if err := p.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("the process ended by itself: %v\n%s", err, p.Stderr)
		}
		if server != nil {
			if err := freeLease(place); err != nil {
				t.Fatal(err)
			}
		}
		if isWorking(t, where{db: place}) {
			working++
		}
	}
	closing.Store(true)
	p := run()
	selling.Wait()
	time.Sleep(2 * time.Second)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Fatalf("the last process: %v\n%s", err, p.Stderr)
	}
	wished := judge(t, where{db: place}, messenger, sales, shops)
	t.Logf("%d kills, %d of them busy; %d sales, each once", killed, working, wished)
}

// openCounters makes the database with its shops and their money.
func openCounters(t *testing.T, at where, messenger *telegram.Server) []*counter {
	t.Helper()
	if err := at.create(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := at.open(t.Context(), opening{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all []*counter
	if err := db.Update(func(tx till.Tx) error {
		for i := range counters {
			person := int64(7000 + i)
			messenger.People.Add(telegram.Person{ID: person, FirstName: "Shop", LanguageCode: "fr", Phone: "213661000000"})
			id, err := tx.NextID("shop")
			if err != nil {
				return err
			}
			shop := topup.Shop{ID: topup.ShopID(id), Chat: person, Name: fmt.Sprintf("Counter %d", i), State: topup.ShopApproved}
			if err := tx.PutShop(shop); err != nil {
				return err
			}
			if err := tx.PutMember(shop.Keeper()); err != nil {
				return err
			}
			if err := tx.PutChat(store.Chat{ID: person, Language: "fr"}); err != nil {
				return err
			}
			if _, err := tx.Post(topup.Credit(shop.ID, topup.Dinars(100_000), fmt.Sprint(i), 601, 601, "start", time.Now())); err != nil {
				return err
			}
			all = append(all, &counter{person: person})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// sell wants 100 DA for a number, until the chat shows that it has arrived.
func sell(t *testing.T, messenger *telegram.Server, person int64, number string) {
	spaced := number[:4] + " " + number[4:6] + " " + number[6:8] + " " + number[8:]
	shown := func(what string) bool {
		for _, m := range messenger.Chats.Messages(person) {
			if text := plainText(m.Text); strings.Contains(text, spaced) && strings.Contains(text, what) {
				return true
			}
		}
		return false
	}
	until := func(act func(), what ...string) {
		for range 40 {
			act()
			for range 100 {
				time.Sleep(30 * time.Millisecond)
				for _, w := range what {
					if shown(w) {
						return
					}
				}
			}
		}
		t.Errorf("%s never came to %q", number, what)
	}
	until(func() { messenger.People.Type(person, number+" 100") }, "Confirmer la vente", "Opération n°")
	until(func() { _ = messenger.People.PressButton(person, "✅ Confirmer") }, "Opération n°")
	until(func() {}, "Débité : ")
}

// isWorking proves the till after a kill and tells whether anything was open.
func isWorking(t *testing.T, at where) bool {
	t.Helper()
	db, err := at.open(t.Context(), opening{readOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	report, err := db.Check(nil)
	if err != nil || len(report.Problems) > 0 {
		t.Fatalf("after a kill the till is not sound: %v %q", err, report.Problems)
	}
	open := false
	if err := db.View(func(tx till.Tx) error {
		for _, err := range tx.OpenOrders() {
			open = true
			return err
		}
		for _, err := range tx.Outbox() {
			open = true
			return err
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return open
}

// judge compares the wishes, the till and the provider's books, one to one,
// and gives how many sales there were.
func judge(t *testing.T, at where, messenger *telegram.Server, sales *provider.Server, shops []*counter) (wished int) {
	t.Helper()
	booked := map[string]int{}
	refs := map[string]string{}
	for _, o := range sales.Book().Orders {
		booked[o.Number]++
		refs[o.Number] = o.SentRef
	}
	db, err := at.open(t.Context(), opening{readOnly: true, vault: vaultOf(t, make([]byte, 32))})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx till.Tx) error {
		for i, c := range shops {
			id := topup.ShopID(i + 1)
			price := topup.Money(0)
			for _, number := range c.sold {
				wished++
				mine, err := tx.OrdersTo(id, number, 10)
				if err != nil {
					return err
				}
				if len(mine) != 1 || booked[number] != 1 || refs[number] != string(mine[0].ID) || mine[0].State != topup.Delivered {
					t.Errorf("%d orders of ours and %d at the provider for one wish: %+v", len(mine), booked[number], mine)
					continue
				}
				price += mine[0].Price
			}
			w, err := tx.Wallet(id)
			if err != nil {
				return err
			}
			if w.Available != topup.Dinars(100_000)-price || w.Held != 0 {
				t.Errorf("shop %d has %v after sales of %v", id, w, price)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(booked) != wished {
		t.Errorf("the provider has sales to %d numbers, %d were wished for", len(booked), wished)
	}
	return wished
}

// TestRigCrashWithCodesEverywhere kills the bot at every point of the
// scenario of codes.
func TestRigCrashWithCodesEverywhere(t *testing.T) {
	sweepIn(t, goods, calmIn(t, goods), 1)
}

// TestRigCrashWithLinksEverywhere kills the bot at every point of the
// scenario of a customer's link.
func TestRigCrashWithLinksEverywhere(t *testing.T) {
	sweepIn(t, links, calmIn(t, links), 1)
}

// TestRigCrashWhileRestoredEverywhere does the same for what follows a
// restore.
func TestRigCrashWhileRestoredEverywhere(t *testing.T) {
	needsFile(t)
	sweepIn(t, puttingBack, calmIn(t, puttingBack), 1)
}

// TestRigCrashInPartEverywhere does the same for a settlement in part.
func TestRigCrashInPartEverywhere(t *testing.T) {
	sweepIn(t, parts, calmIn(t, parts), 1)
}

// TestRigComplaintSurvivesEverywhere does the same for a complaint.
func TestRigComplaintSurvivesEverywhere(t *testing.T) {
	sweepIn(t, grieving, calmIn(t, grieving), 1)
}

// TestRigCrashWhileMovingEverywhere does the same for a group that moves.
func TestRigCrashWhileMovingEverywhere(t *testing.T) {
	sweepIn(t, moving, calmIn(t, moving), 1)
}
