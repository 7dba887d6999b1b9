package storetest_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"hanout/store"
	"hanout/topup"
)

// People and their chats.

func (t *tx) PutShop(s topup.Shop) error {
	b, err := json.Marshal(hidden{s.Phone, s.Favourites})
	if err != nil {
		return err
	}
	secret := t.seal(b, fmt.Sprint("shop ", s.ID))
	s.Phone, s.Favourites = "", nil
	t.state.Shops[s.ID] = row[topup.Shop]{s, secret}
	return nil
}

// hidden is what of a shop must not lie readable.
type hidden struct {
	Phone      string
	Favourites topup.Favourites
}

func (t *tx) shop(id topup.ShopID, r row[topup.Shop]) (topup.Shop, error) {
	var h hidden
	b, err := t.open(r.Secret, fmt.Sprint("shop ", id))
	if err == nil && len(b) > 0 {
		err = json.Unmarshal(b, &h)
	}
	r.Value.Phone, r.Value.Favourites = h.Phone, h.Favourites
	return r.Value, err
}

func (t *tx) Shop(id topup.ShopID) (topup.Shop, bool, error) {
	r, ok := t.state.Shops[id]
	if !ok {
		return topup.Shop{}, false, nil
	}
	s, err := t.shop(id, r)
	return s, true, err
}

func (t *tx) ShopByChat(chat int64) (topup.Shop, bool, error) {
	for id, r := range t.state.Shops {
		if r.Value.Chat == chat {
			return t.Shop(id)
		}
	}
	return topup.Shop{}, false, nil
}

func (t *tx) Shops() iter.Seq2[topup.Shop, error] { return each(t.state.Shops, t.shop) }

func (t *tx) PutMember(m topup.Member) error {
	for person, other := range t.People {
		if person == m.Person && other.Shop != m.Shop {
			return store.ErrMember
		}
		if person != m.Person && other.Shop == m.Shop && other.Role == topup.Keeper && m.Role == topup.Keeper {
			return store.ErrMember
		}
	}
	t.People[m.Person] = m
	return nil
}

func (t *tx) Member(person int64) (topup.Member, bool, error) {
	m, ok := t.People[person]
	return m, ok, nil
}

func (t *tx) RemoveMember(person int64) error { delete(t.People, person); return nil }

func (t *tx) Mark(secret string) string {
	if t.vault == nil {
		return secret
	}
	return t.vault.Mark("name" + secret)
}

func (t *tx) PutChat(c store.Chat) error { t.state.Chats[c.ID] = c; return nil }

func (t *tx) Chat(id int64) (store.Chat, bool, error) {
	c, ok := t.state.Chats[id]
	return c, ok, nil
}

func (t *tx) Chats(above int64, limit int) (list []store.Chat, err error) {
	for _, id := range slices.Sorted(maps.Keys(t.state.Chats)) {
		if (above == 0 || id > above) && len(list) < limit {
			list = append(list, t.state.Chats[id])
		}
	}
	return list, nil
}

func (t *tx) ForgetChat(id int64) error {
	delete(t.state.Chats, id)
	delete(t.state.Sessions, id)
	return nil
}

func (t *tx) DropSetting(name string) error {
	delete(t.state.Settings, name)
	return nil
}

func (t *tx) Session(chat int64) ([]byte, error) {
	return t.open(t.state.Sessions[chat], fmt.Sprint("session ", chat))
}

func (t *tx) PutSession(chat int64, b []byte) error {
	if b == nil {
		delete(t.state.Sessions, chat)
	} else {
		t.state.Sessions[chat] = t.seal(b, fmt.Sprint("session ", chat))
	}
	return nil
}

func (t *tx) Sessions() ([]int64, error) { return slices.Collect(maps.Keys(t.state.Sessions)), nil }

// What is owed, and what came.

func (t *tx) Owe(o store.Owed) (store.Owed, error) {
	if old, waits := t.Owed[o.Panel]; waits {
		o.Since = old.Value.Since
	}
	o.Seq, _ = t.NextID("owed")
	o.Sum = t.sumMark(o.Sum)
	bare := o
	bare.Body = nil
	t.Owed[o.Panel] = row[store.Owed]{bare, t.seal(o.Body, "owed "+o.Panel)}
	return o, nil
}

func (t *tx) owed(panel string, r row[store.Owed]) (o store.Owed, err error) {
	o = r.Value
	o.Body, err = t.open(r.Secret, "owed "+panel)
	return o, err
}

func (t *tx) OwedOf(panel string) (store.Owed, bool, error) {
	r, waits := t.Owed[panel]
	if !waits {
		return store.Owed{}, false, nil
	}
	o, err := t.owed(panel, r)
	return o, true, err
}

func (t *tx) Outbox() iter.Seq2[store.Owed, error] { return each(t.Owed, t.owed) }

func (t *tx) sumMark(sum string) string {
	if t.vault == nil || sum == "" {
		return sum
	}
	return t.vault.Mark("sum" + sum)
}

func (t *tx) Says(panel, sum string) (bool, error) {
	now := t.Panels[panel].Sum
	if r, waits := t.Owed[panel]; waits {
		now = r.Value.Sum
	}
	return sum != "" && now == t.sumMark(sum), nil
}

func (t *tx) Delivered(panel string, seq uint64, chat int64, messageID int, at time.Time) (former int, err error) {
	says := ""
	if r, waits := t.Owed[panel]; waits && r.Value.Seq == seq {
		says = r.Value.Sum
		delete(t.Owed, panel)
	}
	ref, had := t.Panels[panel]
	switch {
	case messageID == 0 && !had:
		return 0, nil
	case messageID == 0:
		ref.Sum = ""
	case ref.Chat == chat && ref.MessageID == messageID:
		ref.Sum, former = says, messageID
	default:
		if ref.Chat == chat {
			former = ref.MessageID
		}
		ref = store.PanelRef{Chat: chat, MessageID: messageID, At: at, Sum: says}
	}
	t.Panels[panel] = ref
	return former, nil
}

func (t *tx) Undeliverable(panel string, seq uint64, why string, at time.Time) error {
	if r, waits := t.Owed[panel]; waits && r.Value.Seq == seq {
		delete(t.Owed, panel)
		t.Lost = append(t.Lost, row[store.Undelivered]{store.Undelivered{Owed: r.Value, Why: why, At: at}, r.Secret})
	}
	return nil
}

func (t *tx) Drop(panel string, seq uint64) error {
	if t.Owed[panel].Value.Seq == seq {
		delete(t.Owed, panel)
	}
	return nil
}

func (t *tx) PruneUndelivered(before time.Time, limit int) (n int, err error) {
	for n < len(t.Lost) && n < limit && t.Lost[n].Value.At.Before(before) {
		n++
	}
	t.Lost = slices.Clone(t.Lost[n:])
	return n, nil
}

func (t *tx) PanelRef(panel string) (store.PanelRef, bool, error) {
	ref, ok := t.Panels[panel]
	return ref, ok, nil
}

func (t *tx) PrunePanels(before time.Time, limit int) (n int, err error) {
	for panel, ref := range t.Panels {
		if _, waits := t.Owed[panel]; !waits && ref.At.Before(before) && n < limit {
			delete(t.Panels, panel)
			n++
		}
	}
	return n, nil
}

func (t *tx) Handled(id int64) (bool, error) { _, seen := t.state.Handled[id]; return seen, nil }

func (t *tx) MarkHandled(id int64, at time.Time) error {
	if _, seen := t.state.Handled[id]; !seen {
		t.state.Handled[id] = at
	}
	return nil
}

func (t *tx) PruneHandled(before time.Time, limit int) (n int, err error) {
	list := slices.SortedFunc(maps.Keys(t.state.Handled), func(a, b int64) int { return t.state.Handled[a].Compare(t.state.Handled[b]) })
	for _, id := range list {
		if t.state.Handled[id].Before(before) && n < limit {
			delete(t.state.Handled, id)
			n++
		}
	}
	return n, nil
}

func (t *tx) SetAside(id int64, raw []byte, why string, at time.Time) error {
	t.Letters[id] = row[store.DeadLetter]{store.DeadLetter{UpdateID: id, Why: why, At: at}, t.seal(raw, fmt.Sprint("letter ", id))}
	return nil
}

// What a check reads besides.

func (t *tx) Prove(func(string, ...any)) (bool, error) { return true, nil }
func (t *tx) Schema() (uint64, error)                  { return 1, nil }

func (t *tx) Journal() iter.Seq2[topup.Transaction, error] {
	return func(yield func(topup.Transaction, error) bool) {
		for _, j := range t.state.Journal {
			if !yield(j, nil) {
				return
			}
		}
	}
}

func (t *tx) Balances() iter.Seq2[store.Balance, error] {
	return each(t.state.Balances, func(a topup.AccountID, m topup.Money) (store.Balance, error) {
		return store.Balance{Account: a, Money: m}, nil
	})
}

func (t *tx) Orders() iter.Seq2[topup.Order, error] { return each(t.state.Orders, t.get) }

func (t *tx) Claims() iter.Seq2[topup.Claim, error] {
	return each(t.state.Claims, plain[string, topup.Claim])
}

func (t *tx) AllMembers() iter.Seq2[topup.Member, error] {
	return each(t.People, plain[int64, topup.Member])
}

func (t *tx) Members(s topup.ShopID) iter.Seq2[topup.Member, error] {
	of := maps.Clone(t.People)
	maps.DeleteFunc(of, func(_ int64, m topup.Member) bool { return m.Shop != s })
	return each(of, plain[int64, topup.Member])
}

func (t *tx) Undelivered() iter.Seq2[store.Undelivered, error] {
	return func(yield func(store.Undelivered, error) bool) {
		for _, r := range t.Lost {
			body, err := t.open(r.Secret, "owed "+r.Value.Panel)
			r.Value.Body = body
			if !yield(r.Value, err) {
				return
			}
		}
	}
}

func (t *tx) DeadLetters() iter.Seq2[store.DeadLetter, error] {
	return each(t.Letters, func(id int64, r row[store.DeadLetter]) (store.DeadLetter, error) {
		raw, err := t.open(r.Secret, fmt.Sprint("letter ", id))
		r.Value.Raw = raw
		return r.Value, err
	})
}
