package bolt_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// facts is what testdata/v1.facts.json tells of testdata/v1.db.gz, and v2's of
// v2's: files that the last version of each schema wrote, stopped in the midst
// of its work. Money is in centimes; the codes key is 32 bytes of 7.
type facts struct {
	Schema   uint64
	Head     store.Head
	Balances map[topup.AccountID]topup.Money
	Counters map[string]uint64
	Shops    []struct {
		ID              topup.ShopID
		Chat            int64
		Name, Phone     string
		State           topup.ShopState
		Asked, Decided  time.Time
		Available, Held topup.Money
	}
	// Members are all people of shops, since schema 2 has them.
	Members []topup.Member
	Orders  []struct {
		ID                       topup.OrderID
		No                       uint64
		State                    topup.State
		Good                     topup.Good
		To, Card                 string
		Shop                     topup.ShopID
		By, Chat                 int64
		Price, Captured, Charged topup.Money
		Submits, Codes           int
		CodesSHA256              string `json:"codes_sha256"`
		ProviderID               string `json:"provider_id"`
		Showings                 int
		Due                      time.Time
	}
	Claims []struct {
		Hash    string
		Order   topup.OrderID
		State   topup.ClaimState
		By      int64
		Expires time.Time
	}
	Outbox, Undelivered []struct {
		Card string
		Chat int64
		Seq  uint64
	}
	Parked []int64
	Chats  []struct {
		ID       int64
		Language string
		Blocked  bool
		Step     string
		LastCard string `json:"last_card"`
	}
	Journal []struct {
		Seq       uint64
		Key, Hash string
	}
}

// former unpacks the file of a schema.
func former(t *testing.T, version string) (path string, f facts) {
	t.Helper()
	packed, err := os.Open("testdata/" + version + ".db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	z, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), version+".db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	told, err := os.ReadFile("testdata/" + version + ".facts.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(told, &f); err != nil {
		t.Fatal(err)
	}
	return path, f
}

// TestFormerFile: a file of the version before opens with its key or without,
// is copied aside, brought up to date once, and tells the same as before.
func TestFormerFile(t *testing.T) {
	v, err := store.NewVault(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	for name, opening := range map[string]*store.Vault{"with its key": v, "without a key": nil} {
		for _, version := range []string{"v1", "v2"} {
			t.Run(version+" "+name, func(t *testing.T) { opensFormer(t, version, opening, v) })
		}
	}
}

// opensFormer opens the file of a version before, and checks it with its key v.
func opensFormer(t *testing.T, version string, opening, v *store.Vault) {
	t.Helper()
	path, want := former(t, version)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		db, err := bolt.Open(path, bolt.Options{Vault: opening})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	aside, err := filepath.Glob(path + ".v*")
	if err != nil || len(aside) != 1 || aside[0] != path+"."+version {
		t.Fatalf("copied aside: %v %v", aside, err)
	}
	if old, err := bolt.Open(aside[0], bolt.Options{ReadOnly: true}); err != nil {
		t.Error(err)
	} else if err := old.Close(); err != nil {
		t.Error(err)
	}
	if kept, err := os.ReadFile(aside[0]); err != nil || len(kept) > len(before) {
		t.Errorf("the copy has %d bytes, the file had %d (%v)", len(kept), len(before), err)
	}
	if r, err := bolt.Check(path, nil); err != nil || len(r.Problems) > 0 || r.Codes != 4 || r.Opened {
		t.Fatalf("checked without a key: %+v %v", r, err)
	}
	r, err := bolt.Check(path, v)
	if err != nil || len(r.Problems) > 0 || r.Codes != 4 || !r.Opened || r.Schema != 3 || r.Head != want.Head {
		t.Fatalf("checked with the key: %+v %v", r, err)
	}
	same(t, path, v, want)
}

// same compares a file with the facts.
func same(t *testing.T, path string, v *store.Vault, want facts) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{Vault: v})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Admit(v); err != nil {
		t.Error(err)
	}
	if err := db.Read(v, func(src store.Source) error {
		lines := 0
		for j, err := range src.Journal() {
			if err != nil {
				return err
			}
			if w := want.Journal[lines]; j.Seq != w.Seq || j.Key != w.Key || j.Hash != w.Hash || store.Hash(j) != w.Hash {
				t.Errorf("line %d is %s, hash %s; want %s, %s", j.Seq, j.Key, store.Hash(j), w.Key, w.Hash)
			}
			lines++
		}
		if lines != len(want.Journal) {
			t.Errorf("%d lines, want %d", lines, len(want.Journal))
		}
		accounts := 0
		for b, err := range src.Balances() {
			if err != nil {
				return err
			}
			if accounts++; b.Money != want.Balances[b.Account] {
				t.Errorf("%s has %s, want %s", b.Account, b.Money, want.Balances[b.Account])
			}
		}
		if accounts != len(want.Balances) {
			t.Errorf("%d accounts, want %d", accounts, len(want.Balances))
		}
		var lost, aside []int64
		for u, err := range src.Undelivered() {
			if err != nil {
				return err
			}
			lost = append(lost, u.Chat)
		}
		for d, err := range src.DeadLetters() {
			if err != nil {
				return err
			}
			aside = append(aside, d.UpdateID)
		}
		if len(lost) != 1 || lost[0] != want.Undelivered[0].Chat || len(aside) != 1 || aside[0] != want.Parked[0] {
			t.Errorf("undelivered to %v, set aside %v", lost, aside)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := db.View(func(tx *bolt.Tx) error {
		sameShops(t, tx, want)
		sameOrders(t, tx, want)
		samePeople(t, tx, want)
		for name, last := range want.Counters {
			if n, err := tx.PeekID(name); err != nil || n != last+1 {
				t.Errorf("the next %s is %d, want %d (%v)", name, n, last+1, err)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func sameShops(t *testing.T, tx *bolt.Tx, want facts) {
	for _, w := range want.Shops {
		s, _, err := tx.Shop(w.ID)
		if err != nil || s.Chat != w.Chat || s.Name != w.Name || s.Phone != w.Phone || s.State != w.State || !s.Asked.Equal(w.Asked) || !s.Decided.Equal(w.Decided) {
			t.Errorf("shop %d is %+v (%v), want %+v", w.ID, s, err, w)
		}
		if m, err := tx.Wallet(w.ID); err != nil || m.Available != w.Available || m.Held != w.Held {
			t.Errorf("shop %d has %+v (%v)", w.ID, m, err)
		}
		since := w.Decided
		if since.IsZero() {
			since = w.Asked
		}
		people := []topup.Member{{Person: w.Chat, Shop: w.ID, Role: topup.Keeper, Since: since}}
		if want.Members != nil {
			people = slices.DeleteFunc(slices.Clone(want.Members), func(m topup.Member) bool { return m.Shop != w.ID })
		}
		for m, err := range tx.Members(w.ID) {
			i := slices.IndexFunc(people, func(p topup.Member) bool { return p.Person == m.Person })
			if err != nil || i < 0 {
				t.Errorf("shop %d has member %+v (%v)", w.ID, m, err)
				continue
			}
			if p := people[i]; m.Shop != p.Shop || m.Role != p.Role || m.Name != p.Name || !m.Since.Equal(p.Since) {
				t.Errorf("shop %d has member %+v, want %+v", w.ID, m, p)
			}
			people = slices.Delete(people, i, i+1)
		}
		if len(people) > 0 {
			t.Errorf("shop %d lacks %+v", w.ID, people)
		}
	}
}

func sameOrders(t *testing.T, tx *bolt.Tx, want facts) {
	for _, w := range want.Orders {
		o, ok, err := tx.OrderByNo(w.No)
		if err != nil || !ok || o.ID != w.ID || o.State != w.State || o.Good != w.Good || o.To != w.To || o.Shop != w.Shop ||
			o.By != w.By || o.Chat != w.Chat || o.Panel != w.Card || o.Price != w.Price || o.Captured != w.Captured ||
			o.Charged != w.Charged || o.Submits != w.Submits || o.ProviderID != w.ProviderID || !o.Due.Equal(w.Due) || o.HasVouchers() != (w.Codes > 0) {
			t.Errorf("order %d is %+v (%v), want %+v", w.No, o, err, w)
		}
		list, err := tx.Vouchers(w.ID)
		if err != nil || len(list) != w.Codes {
			t.Errorf("order %d has %d codes, want %d (%v)", w.No, len(list), w.Codes, err)
		}
		if w.Codes > 0 {
			b, err := json.Marshal(list)
			if sum := sha256.Sum256(b); err != nil || hex.EncodeToString(sum[:]) != w.CodesSHA256 {
				t.Errorf("order %d has other codes (%v)", w.No, err)
			}
		}
		if shown, err := tx.Showings(w.ID, 100); err != nil || len(shown) != w.Showings {
			t.Errorf("order %d was shown %d times, want %d (%v)", w.No, len(shown), w.Showings, err)
		}
		if w.To != "" {
			if to, err := tx.OrdersTo(w.Shop, w.To, 100); err != nil || len(to) == 0 {
				t.Errorf("order %d is not found by its number (%v)", w.No, err)
			}
		}
	}
	open := 0
	for _, w := range want.Claims {
		hash, err := hex.DecodeString(w.Hash)
		if err != nil {
			t.Fatal(err)
		}
		c, ok, err := tx.Claim(hash)
		if err != nil || !ok || c.Order != w.Order || c.State != w.State || c.By != w.By || !c.Expires.Equal(w.Expires) {
			t.Errorf("link of %s is %+v (%v)", w.Order, c, err)
		}
		if w.State == topup.ClaimOpen {
			open++
		}
	}
	for _, err := range tx.OpenClaims() {
		if open--; err != nil {
			t.Error(err)
		}
	}
	if open != 0 {
		t.Errorf("%d open links too few", open)
	}
}

func samePeople(t *testing.T, tx *bolt.Tx, want facts) {
	sessions := 0
	for _, w := range want.Chats {
		c, ok, err := tx.Chat(w.ID)
		if err != nil || !ok || c.Language != w.Language || c.Blocked != w.Blocked || c.LastPanel != w.LastCard {
			t.Errorf("chat %d is %+v (%v), want %+v", w.ID, c, err, w)
		}
		b, err := tx.Session(w.ID)
		if err != nil || (b == nil && w.Step != "") || !bytes.Contains(b, []byte(w.Step)) {
			t.Errorf("the session of %d is %q (%v), want it at %q", w.ID, b, err, w.Step)
		}
		if b != nil {
			sessions++
		}
	}
	if chats, err := tx.Sessions(); err != nil || len(chats) != sessions {
		t.Errorf("sessions with %v, want %d (%v)", chats, sessions, err)
	}
	owed := map[string]store.Owed{}
	for o, err := range tx.Outbox() {
		if err != nil || !json.Valid(o.Body) {
			t.Errorf("owed on %s: %v", o.Panel, err)
		}
		owed[o.Panel] = o
	}
	for _, w := range want.Outbox {
		if o := owed[w.Card]; o.Chat != w.Chat || o.Seq != w.Seq {
			t.Errorf("owed on %s: %+v, want %+v", w.Card, o, w)
		}
	}
	if len(owed) != len(want.Outbox) {
		t.Errorf("%d messages owed, want %d", len(owed), len(want.Outbox))
	}
}
