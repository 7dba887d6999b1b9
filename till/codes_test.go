package till

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/locales"
	"hanout/oneclick"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// counter is an engine over a real database, with an outbox that keeps what
// leaves and a provider that is never asked.
type counter struct {
	t      *testing.T
	engine *Engine
	db     Store
	vault  *store.Vault
	file   *bolt.DB
	path   string
	texts  *locales.Texts
	sent   *kept
	next   int64
	read   uint64 // of what the owner was sent
}

type kept struct {
	idle
	out     []Outgoing
	answers []string
	forgot  []int // messages that were to be deleted
}

func (k *kept) Offer(all ...Outgoing)         { k.out = append(k.out, all...) }
func (k *kept) Answer(_, text string, _ bool) { k.answers = append(k.answers, text) }
func (k *kept) Forget(_ int64, id int)        { k.forgot = append(k.forgot, id) }
func (k *kept) to(chat int64) (list []Outgoing) {
	for _, o := range k.out {
		if o.Chat == chat {
			list = append(list, o)
		}
	}
	return list
}

const (
	shopChat  = 1001
	buyer     = 3001
	other     = 3002
	canary    = "770012345678"
	canarySer = "900055501"
)

func newCounter(t *testing.T) *counter {
	t.Helper()
	path := filepath.Join(t.TempDir(), "till.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	vault, err := store.NewVault(bytes.Repeat([]byte{9}, 32))
	if err != nil {
		t.Fatal(err)
	}
	file, err := bolt.Open(path, bolt.Options{Vault: vault, Unflushed: true})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	db := Over(file)
	c := &counter{t: t, db: db, vault: vault, file: file, path: path, texts: texts, sent: &kept{}, next: 1}
	c.engine = NewEngine(Config{Admins: []int64{1}, Language: "fr", Scale: 1, Numbering: oneclick.Numbering{}}, db, texts, slog.New(slog.NewTextHandler(io.Discard, nil)))
	c.engine.Connect(c.sent, idle{})
	c.engine.SetBotName("hanout_bot")
	c.engine.lastPoll.Store(time.Now().UnixNano())
	c.engine.heardOnce.Store(true)
	if err := db.Update(func(tx Tx) error {
		if _, err := tx.NextID("shop"); err != nil {
			return err
		}
		shop := topup.Shop{ID: 1, Chat: shopChat, Name: "Nour", State: topup.ShopApproved}
		if err := tx.PutShop(shop); err != nil {
			return err
		}
		if err := tx.PutMember(shop.Keeper()); err != nil {
			return err
		}
		for _, chat := range []int64{shopChat, buyer, other} {
			if err := tx.PutChat(store.Chat{ID: chat, Language: "fr"}); err != nil {
				return err
			}
		}
		_, err := tx.Post(topup.Credit(1, topup.Dinars(10_000), "r", 1, 1, "cash", time.Now()))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

// close proves that the till is sound and that nothing secret lies in its
// file.
func (c *counter) close(secrets ...string) {
	c.t.Helper()
	report, err := c.file.Check(c.vault)
	if err != nil || len(report.Problems) > 0 {
		c.t.Errorf("not sound: %v %q", err, report.Problems)
	}
	if err := c.file.Close(); err != nil {
		c.t.Error(err)
	}
	file, err := os.ReadFile(c.path)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, s := range append(secrets, canary, canarySer, "036362608", "036\u00a036\u00a026\u00a008") {
		if bytes.Contains(file, []byte(s)) {
			c.t.Errorf("%q stands readable in the database file", s)
		}
	}
}

// take hands updates in as one batch.
func (c *counter) take(updates ...Update) {
	c.t.Helper()
	var batch []event
	for _, u := range updates {
		u.ID = c.next
		c.next++
		batch = append(batch, &arrived{update: u, at: time.Now(), ack: func(err error) {
			if err != nil {
				c.t.Error(err)
			}
		}})
	}
	if err := c.engine.commit(batch); err != nil {
		c.t.Fatal(err)
	}
}

func typed(chat int64, text string) Update {
	return Update{Message: &Incoming{Chat: Chat{chat, "private"}, From: User{ID: chat}, Date: time.Now(), Text: text}}
}

func tapped(chat int64, data string) Update {
	return Update{Callback: &Callback{ID: "q", From: User{ID: chat}, ChatID: chat, ChatType: "private", Data: data}}
}

// deliver sells an internet card and has the provider deliver it.
func (c *counter) deliver(id string, cards ...topup.Voucher) topup.Order {
	c.t.Helper()
	now := time.Now()
	o := topup.Order{ID: topup.OrderID(id), Shop: 1, By: shopChat, Chat: shopChat, Panel: "card" + id, Good: topup.InternetCard,
		State: topup.Placed, LineType: topup.ADSL, To: "036362608", Quantity: 1, Face: topup.Dinars(1000), Price: topup.Dinars(990),
		Expected: topup.Dinars(980), Placed: now, Changed: now, Due: now}
	status := topup.Status{ProviderID: "p" + id, Phase: topup.PhaseDone, Vouchers: cards, Transaction: "AT-1", Evidence: topup.Evidence{Word: "FULFILLED", At: now}}
	if err := c.db.Update(func(tx Tx) error {
		a := &after{now: now}
		placed, err := tx.Place(o)
		if err != nil {
			return err
		}
		sub, err := topup.Submit(placed, now, time.Minute)
		if err != nil {
			return err
		}
		if err := c.engine.change(tx, a, placed, sub); err != nil {
			return err
		}
		if err := c.engine.change(tx, a, sub.Order, topup.Checked(sub.Order, status, now, 1)); err != nil {
			return err
		}
		c.engine.release(a)
		o, _, err = tx.Order(o.ID)
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return o
}

var linkForm = regexp.MustCompile(`start=([A-Za-z0-9_-]{22})`)

// link is the token of the newest link shown to the shop.
func (c *counter) link() string {
	c.t.Helper()
	for i := len(c.sent.out) - 1; i >= 0; i-- {
		for _, row := range c.sent.out[i].Message.Rows {
			for _, b := range row {
				if m := linkForm.FindStringSubmatch(b.URL); m != nil && c.sent.out[i].Chat == shopChat {
					return m[1]
				}
			}
		}
	}
	c.t.Fatal("no link was shown")
	return ""
}

func text(list []Outgoing) string {
	var b strings.Builder
	for _, o := range list {
		b.WriteString(o.Message.Text + "\n")
	}
	return b.String()
}

func TestCodesReachTheShopOnly(t *testing.T) {
	c := newCounter(t)
	c.deliver("a", topup.Voucher{Code: canary, Serial: canarySer})
	var found *Outgoing
	for i, o := range c.sent.out {
		if strings.Contains(o.Message.Text, canary) {
			if o.Chat != shopChat {
				t.Errorf("chat %d was shown a code", o.Chat)
			}
			found = &c.sent.out[i]
		}
	}
	if found == nil {
		t.Fatal("the code reached nobody")
	}
	m := found.Message
	if !m.Protect || found.Class != 0 || !strings.Contains(m.Text, "<tg-spoiler>"+canary+"</tg-spoiler>") || strings.Contains(m.Text, "<code>") {
		t.Errorf("the codes' message is %+v", m)
	}
	copies := map[string]bool{}
	for _, row := range m.Rows {
		for _, b := range row {
			copies[b.Copy] = true
		}
	}
	if !copies[canary] || !copies[canarySer] {
		t.Errorf("no copy button for the code or its serial: %v", m.Rows)
	}
	// What waits for Telegram is sealed, as close proves; a start opens it again.
	again := 0
	if err := c.db.View(func(tx Tx) error {
		for o, err := range tx.Outbox() {
			if err != nil {
				return err
			}
			out, err := c.engine.outgoing(tx, o)
			if err != nil {
				t.Error(err)
			}
			if strings.Contains(out.Message.Text, canary) {
				again++
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if again != 1 {
		t.Errorf("after a start the code is owed %d times", again)
	}
	c.close()
}

func TestCodesAreShownAgainOnRequestOnly(t *testing.T) {
	c := newCounter(t)
	o := c.deliver("a", topup.Voucher{Code: canary, Serial: canarySer})
	c.sent.out = nil
	c.take(tapped(shopChat, "o:a:codes"))
	if strings.Contains(text(c.sent.out), canary) {
		t.Fatal("the code was shown again without a question")
	}
	var yes string
	for _, row := range c.sent.out[0].Message.Rows {
		for _, b := range row {
			if strings.HasPrefix(b.Text, "✅") {
				yes = b.Data
			}
		}
	}
	c.take(tapped(other, yes), tapped(other, "o:a:codes2:x"))
	if strings.Contains(text(c.sent.out), canary) {
		t.Fatal("a stranger's tap showed the code")
	}
	c.take(tapped(shopChat, yes))
	if !strings.Contains(text(c.sent.to(shopChat)), canary) {
		t.Fatal("the code was not shown again")
	}
	if err := c.db.View(func(tx Tx) error {
		list, err := tx.Showings(o.ID, 10)
		if len(list) != 2 || list[0].Why != "again" || list[0].By != shopChat || list[1].Why != "delivery" {
			t.Errorf("showings: %+v", list)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	c.close()
}

func TestClaimIsTakenOnce(t *testing.T) {
	c := newCounter(t)
	c.deliver("a", topup.Voucher{Code: canary, Serial: canarySer})
	c.take(tapped(shopChat, "o:a:claim"))
	token := c.link()
	c.take(typed(shopChat, "/start "+token))
	if strings.Contains(text(c.sent.to(shopChat)[len(c.sent.to(shopChat))-1:]), canary) {
		t.Fatal("the shop used its own link")
	}
	c.sent.out = nil
	// Two people at the same instant, in one batch.
	c.take(typed(buyer, "/start "+token), typed(other, "/start "+token), typed(buyer, "/start "+token))
	if n := strings.Count(text(c.sent.to(buyer)), canary); n != 1 {
		t.Errorf("the first got the code %d times", n)
	}
	if strings.Contains(text(c.sent.to(other)), canary) {
		t.Error("the second got the code, too")
	}
	c.telegram(buyer, "")
	if !strings.Contains(text(c.sent.to(shopChat)), "Reçu par le client") {
		t.Errorf("the shop is not told: %s", text(c.sent.to(shopChat)))
	}
	if !strings.Contains(text(c.sent.to(other)), "déjà servi") {
		t.Errorf("the second reads %q", text(c.sent.to(other)))
	}
	c.sent.answers = nil
	c.take(tapped(shopChat, "o:a:claim"))
	if got := strings.Join(c.sent.answers, " "); !strings.Contains(got, "déjà reçu") {
		t.Errorf("a new link for a taken one: %q", got)
	}
	c.close(token)
}

func TestClaimEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.deliver("a", topup.Voucher{Code: canary})
		c.take(tapped(shopChat, "o:a:claim"))
		first := c.link()
		c.take(tapped(shopChat, "o:a:claim")) // a new link ends the former
		second := c.link()
		c.take(typed(buyer, "/start "+first))
		c.take(tapped(shopChat, "o:a:revoke"))
		c.take(typed(buyer, "/start "+second))
		c.take(tapped(shopChat, "o:a:claim"))
		third := c.link()
		time.Sleep(49 * time.Hour)
		c.take(typed(buyer, "/start "+third))
		if strings.Contains(text(c.sent.to(buyer)), canary) {
			t.Error("a revoked, replaced or expired link gave the code")
		}
		if n := strings.Count(text(c.sent.to(buyer)), "plus valable"); n != 3 {
			t.Errorf("%d polite refusals, want 3: %s", n, text(c.sent.to(buyer)))
		}
		c.run(61 * time.Minute)
		if !strings.Contains(text(c.sent.to(shopChat)), "a expiré") {
			t.Error("the shop is not told that the link expired")
		}
		c.close(first, second, third)
	})
}

func TestGuessingIsEndless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.deliver("a", topup.Voucher{Code: canary})
		c.take(tapped(shopChat, "o:a:claim"))
		token := c.link()
		for i := range 5 {
			c.take(typed(buyer, fmt.Sprintf("/start %022d", i)))
		}
		c.take(typed(buyer, "/start "+token))
		if strings.Contains(text(c.sent.to(buyer)), canary) {
			t.Error("a guesser was let in")
		}
		time.Sleep(2 * time.Hour)
		c.take(typed(buyer, "/start "+token))
		if !strings.Contains(text(c.sent.to(buyer)), canary) {
			t.Error("an hour later the true link is still refused")
		}
		c.close(token)
	})
}

// TestCodesComeBeforeTheLanguage: who scans has the codes at once, in the
// language of the own Telegram, and is asked for another after them.
func TestCodesComeBeforeTheLanguage(t *testing.T) {
	c := newCounter(t)
	c.deliver("a", topup.Voucher{Code: canary})
	c.take(tapped(shopChat, "o:a:claim"))
	token := c.link()
	const stranger = 4001
	u := typed(stranger, "/start "+token)
	u.Message.From.LanguageCode = "ar"
	c.take(u)
	sent := c.sent.to(stranger)
	if len(sent) != 2 || !strings.Contains(sent[0].Message.Text, canary) || !strings.Contains(sent[0].Message.Text, "رمزك") {
		t.Fatalf("the customer reads %q", text(sent))
	}
	if rows := sent[1].Message.Rows; len(rows) != 1 || len(rows[0]) != 2 {
		t.Errorf("the customer is asked for no language: %v", rows)
	}
	c.take(tapped(stranger, "m:lang:fr"))
	if last := text(c.sent.to(stranger)); !strings.Contains(last, "plus haut") {
		t.Errorf("after a language the customer reads %q", last)
	}
	c.close(token)
}

func TestManyCardsComeAsAFile(t *testing.T) {
	c := newCounter(t)
	var cards []topup.Voucher
	for i := range 11 {
		cards = append(cards, topup.Voucher{Code: fmt.Sprintf("%s-%02d", canary, i)})
	}
	c.deliver("a", cards...)
	var file []byte
	for _, o := range c.sent.to(shopChat) {
		if len(o.Message.File) > 0 {
			file = o.Message.File
			if !o.Message.Protect || strings.Contains(o.Message.Text, canary) {
				t.Errorf("the file's message is %+v", o.Message.Text)
			}
		}
	}
	for _, card := range cards {
		if !bytes.Contains(file, []byte(card.Code)) {
			t.Errorf("%s is not in the file", card.Code)
		}
	}
	c.close()
}
