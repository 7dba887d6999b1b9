package storetest_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"hanout/store"
	"hanout/store/storetest"
	"hanout/till"
	"hanout/topup"
)

// TestAnotherStore puts a second store to the suite, one of plain maps, to
// prove that the suite asks for nothing that only a file of bbolt can do.
func TestAnotherStore(t *testing.T) {
	storetest.Run(t, func(testing.TB) storetest.Site { return site(&disk{now: &state{}}) })
}

// disk holds what is committed.
type disk struct {
	sync.Mutex
	now *state // never changed, only replaced
}

func (d *disk) read() *state {
	d.Lock()
	defer d.Unlock()
	return d.now
}

func site(d *disk) storetest.Site {
	return storetest.Site{
		Open: func(v *store.Vault, committed func()) (storetest.Store, error) {
			return &memory{disk: d, vault: v, committed: committed}, nil
		},
		Crashed: func() storetest.Site { return site(&disk{now: d.read()}) },
		Bytes:   func() []byte { return d.read().bytes() },
	}
}

// state is all that there is. Every write transaction has its own.
type state struct {
	Next     map[string]uint64
	Settings map[string]json.RawMessage
	Journal  []topup.Transaction
	Balances map[topup.AccountID]topup.Money
	Orders   map[topup.OrderID]row[topup.Order]
	Vouchers map[topup.OrderID]secret
	Claims   map[string]topup.Claim
	Newest   map[topup.OrderID]string // the claim that was open last
	Showings map[topup.OrderID][]topup.Showing
	Shops    map[topup.ShopID]row[topup.Shop]
	People   map[int64]topup.Member
	Chats    map[int64]store.Chat
	Sessions map[int64]secret
	Owed     map[string]row[store.Owed]
	Lost     []row[store.Undelivered]
	Panels   map[string]store.PanelRef
	Handled  map[int64]time.Time
	Letters  map[int64]row[store.DeadLetter]

	Complaints map[topup.OrderID]row[topup.Complaint]
}

// row is a value without its secret, and that.
type row[T any] struct {
	Value  T
	Secret secret
}

// secret is what must not lie readable.
type secret struct {
	Bytes  []byte
	Sealed bool
}

func (s *state) bytes() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return b
}

func copied[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

func (s *state) clone() *state {
	return &state{copied(s.Next), copied(s.Settings), slices.Clip(s.Journal), copied(s.Balances), copied(s.Orders), copied(s.Vouchers),
		copied(s.Claims), copied(s.Newest), copied(s.Showings), copied(s.Shops), copied(s.People), copied(s.Chats), copied(s.Sessions),
		copied(s.Owed), slices.Clip(s.Lost), copied(s.Panels), copied(s.Handled), copied(s.Letters), copied(s.Complaints)}
}

// memory is an open store.
type memory struct {
	disk      *disk
	vault     *store.Vault
	committed func()
	writer    sync.Mutex
}

func (m *memory) Update(fn func(till.Tx) error) error {
	return m.write(func(t *tx) error { return fn(t) })
}

func (m *memory) write(fn func(*tx) error) error {
	m.writer.Lock()
	defer m.writer.Unlock()
	t := &tx{m.disk.read().clone(), m.vault}
	if err := fn(t); err != nil {
		return err
	}
	m.disk.Lock()
	m.disk.now = t.state
	m.disk.Unlock()
	if m.committed != nil {
		m.committed()
	}
	return nil
}

func (m *memory) View(fn func(till.Tx) error) error { return fn(&tx{m.disk.read(), m.vault}) }

func (m *memory) Read(v *store.Vault, fn func(store.Source) error) error {
	return fn(&tx{m.disk.read(), v})
}

func (m *memory) Check(v *store.Vault) (store.Report, error) {
	return store.Check(&tx{m.disk.read(), v}, v != nil)
}

func (m *memory) Backup(_ context.Context, path string) (store.Head, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return store.Head{}, store.ErrExists
	}
	if err != nil {
		return store.Head{}, err
	}
	now := m.disk.read()
	_, err = f.Write(now.bytes())
	return now.head(), errors.Join(err, f.Close())
}

func (m *memory) Close() error { return nil }

func (m *memory) Admit(v *store.Vault) error {
	return m.write(func(t *tx) error {
		var print string
		if known, err := t.Setting("key", &print); err != nil || (known && print != v.Print()) {
			return errors.Join(err, store.ErrSealed)
		}
		return t.PutSetting("key", v.Print())
	})
}

func (m *memory) Rekey(v *store.Vault) (orders int, err error) {
	err = m.write(func(t *tx) error {
		t.vault = v
		var failed error
		again := func(s secret, context string) secret {
			b, err := t.open(s, context)
			failed = errors.Join(failed, err)
			return t.seal(b, context)
		}
		for id, r := range t.state.Orders {
			t.state.Orders[id] = row[topup.Order]{r.Value, again(r.Secret, "to "+string(id))}
			orders++
		}
		for id, s := range t.state.Vouchers {
			t.state.Vouchers[id] = again(s, "vouchers "+string(id))
		}
		for id, r := range t.state.Shops {
			t.state.Shops[id] = row[topup.Shop]{r.Value, again(r.Secret, fmt.Sprint("shop ", id))}
		}
		for chat, s := range t.state.Sessions {
			t.state.Sessions[chat] = again(s, fmt.Sprint("session ", chat))
		}
		for panel, r := range t.Owed {
			t.Owed[panel] = row[store.Owed]{r.Value, again(r.Secret, "owed "+panel)}
		}
		for i, r := range t.Lost {
			t.Lost = slices.Clone(t.Lost)
			t.Lost[i].Secret = again(r.Secret, "owed "+r.Value.Panel)
		}
		for id, r := range t.Letters {
			t.Letters[id] = row[store.DeadLetter]{r.Value, again(r.Secret, fmt.Sprint("letter ", id))}
		}
		for id, r := range t.state.Complaints {
			t.state.Complaints[id] = row[topup.Complaint]{r.Value, again(r.Secret, "complaint "+string(id))}
		}
		return errors.Join(failed, t.PutSetting("key", v.Print()))
	})
	if err != nil {
		return 0, err
	}
	return orders, nil
}

// tx is one transaction: a state of its own to write to, or a committed one.
type tx struct {
	*state
	vault *store.Vault
}

func (t *tx) seal(b []byte, context string) secret {
	if t.vault == nil || len(b) == 0 {
		return secret{b, false}
	}
	return secret{t.vault.Seal(b, context), true}
}

// open gives nothing of what is sealed when there is no key.
func (t *tx) open(s secret, context string) ([]byte, error) {
	if !s.Sealed {
		return s.Bytes, nil
	}
	if t.vault == nil {
		return nil, nil
	}
	return t.vault.Open(s.Bytes, context)
}

// each walks the values of a map in the order of their keys.
func each[K cmp.Ordered, V, T any](m map[K]V, read func(K, V) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(read(k, m[k])) {
				return
			}
		}
	}
}

func plain[K, V any](_ K, v V) (V, error) { return v, nil }

func (t *tx) NextID(name string) (uint64, error) { t.Next[name]++; return t.Next[name], nil }
func (t *tx) SkipIDs(name string, n uint64) error {
	t.Next[name] += n
	return nil
}
func (t *tx) PeekID(name string) (uint64, error) { return t.Next[name] + 1, nil }

func (t *tx) Setting(name string, v any) (bool, error) {
	b, ok := t.state.Settings[name]
	if !ok {
		return false, nil
	}
	return true, json.Unmarshal(b, v)
}

func (t *tx) PutSetting(name string, v any) (err error) {
	t.state.Settings[name], err = json.Marshal(v)
	return err
}

func (t *tx) Plans() (list []topup.Plan, err error) {
	_, err = t.Setting("plans", &list)
	return list, err
}

func (t *tx) PutPlans(list []topup.Plan) error { return t.PutSetting("plans", list) }
