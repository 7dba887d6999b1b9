package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"hanout/topup"
)

// What every store proves before it writes.

// After checks a journal line and gives the balances it leaves; balance reads
// what an account holds before it. A line that is malformed or does not sum
// to zero gives ErrUnbalanced, one that overdraws a shop, or pays back more
// than it owes, ErrInsufficient.
func After(j topup.Transaction, balance func(topup.AccountID) (topup.Money, error)) (map[topup.AccountID]topup.Money, error) {
	if j.Key == "" || len(j.Postings) < 2 {
		return nil, fmt.Errorf("%w: %q has no key or fewer than two postings", ErrUnbalanced, j.Key)
	}
	var total topup.Money
	after := make(map[topup.AccountID]topup.Money, len(j.Postings))
	for _, p := range j.Postings {
		if p.Amount == 0 || p.Amount > topup.MaxMoney || p.Amount < -topup.MaxMoney || p.Account == "" || strings.ContainsRune(string(p.Account), 0) {
			return nil, fmt.Errorf("%w: %q has an impossible posting", ErrUnbalanced, j.Key)
		}
		m, known := after[p.Account]
		if !known {
			var err error
			if m, err = balance(p.Account); err != nil {
				return nil, err
			}
		}
		var ok, fits bool
		after[p.Account], ok = m.Add(p.Amount)
		total, fits = total.Add(p.Amount)
		if !ok || !fits {
			return nil, fmt.Errorf("%w: %q overflows", ErrUnbalanced, j.Key)
		}
	}
	if total != 0 {
		return nil, fmt.Errorf("%w: %q sums to %s", ErrUnbalanced, j.Key, total)
	}
	for account, m := range after {
		if overdrawn(account, m) {
			return nil, ErrInsufficient
		}
	}
	return after, nil
}

// overdrawn reports that an account of a shop holds what it never may: less
// than nothing, or as its debt more.
func overdrawn(a topup.AccountID, m topup.Money) bool {
	if a.OfDebt() {
		return m > 0
	}
	return m < 0 && ofShop(a)
}

// ofShop tells the accounts of shops.
func ofShop(a topup.AccountID) bool { return strings.HasPrefix(string(a), "shop/") }

// Hash chains a line to the one whose hash stands in its Prev: SHA-256 over
// all of the line but its own hash, hex.
func Hash(j topup.Transaction) string {
	j.Hash = ""
	b, err := json.Marshal(j)
	if err != nil {
		panic("store: a journal line does not encode: " + err.Error()) // no field can fail
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// sales is what a store has of the orders of one transaction.
type sales interface {
	Order(topup.OrderID) (topup.Order, bool, error)
	OrderByPanel(panel string) (topup.Order, bool, error)
	OrderByProvider(id string) (topup.Order, bool, error)
	Post(topup.Transaction) (posted bool, err error)
	NextID(sequence string) (uint64, error)
}

// Begin holds the price of a new order and numbers it; its row is the store's
// to write. An ID used before gives ErrExists and the order that has it, too
// little money ErrInsufficient. Nothing is written then.
func Begin(t sales, o topup.Order) (topup.Order, error) {
	if err := MayPlace(o); err != nil {
		return o, err
	}
	if old, ok, err := t.Order(o.ID); err != nil {
		return o, err
	} else if ok {
		return old, ErrExists
	}
	if other, taken, err := t.OrderByPanel(o.Panel); err != nil {
		return o, err
	} else if taken {
		return o, fmt.Errorf("%w: the panel of %s shows %s already", ErrMove, o.ID, other.ID)
	}
	posted, err := t.Post(topup.Hold(o))
	if err != nil {
		return o, err
	}
	if !posted {
		return o, fmt.Errorf("%w: %s has a hold but no order", ErrConflict, o.ID)
	}
	o.No, err = t.NextID("order")
	return o, err
}

// Advance books the line of a change and seals the vouchers that came, in
// place of those that were; the order's row is the store's to write. Nothing is
// written when ErrMove, ErrConflict or ErrSealed comes back.
func Advance(t sales, v *Vault, was topup.Order, vouchers []byte, s topup.Change) (topup.Order, []byte, error) {
	o := s.Order
	if err := MayApply(was, s); err != nil {
		return o, nil, err
	}
	if o.ProviderID != was.ProviderID {
		if other, taken, err := t.OrderByProvider(o.ProviderID); err != nil {
			return o, nil, err
		} else if taken {
			return o, nil, fmt.Errorf("%w: %s and %s claim one provider order", ErrMove, o.ID, other.ID)
		}
	}
	if len(s.Vouchers) > 0 {
		var err error
		if vouchers, err = SealVouchers(v, o.ID, s.Vouchers); err != nil {
			return o, nil, err
		}
	}
	if s.Journal != nil {
		posted, err := t.Post(*s.Journal)
		if err != nil {
			return o, nil, err
		}
		if !posted {
			return o, nil, fmt.Errorf("%w: %s was settled before", ErrConflict, o.ID)
		}
	}
	o.Coded = len(vouchers) > 0
	return o, vouchers, nil
}

// MayJoin proves a person's place in a shop: a person has one, and a shop one
// keeper. All else gives ErrMember.
func MayJoin(t interface {
	Member(person int64) (topup.Member, bool, error)
	Members(topup.ShopID) iter.Seq2[topup.Member, error]
}, m topup.Member) error {
	old, has, err := t.Member(m.Person)
	if err != nil {
		return err
	}
	if has && old.Shop != m.Shop {
		return fmt.Errorf("%w: they work for shop %d", ErrMember, old.Shop)
	}
	if m.Role != topup.Keeper {
		return nil
	}
	for other, err := range t.Members(m.Shop) {
		if err != nil {
			return err
		}
		if other.Role == topup.Keeper && other.Person != m.Person {
			return fmt.Errorf("%w: shop %d has a keeper", ErrMember, m.Shop)
		}
	}
	return nil
}

// SettingKey names the print of the key that the secrets are sealed with.
const SettingKey = "codes_key"

// Admit lets in the vault whose key a database was used with, and the first
// one ever; another gives ErrSealed.
func Admit(t interface {
	Setting(name string, v any) (bool, error)
	PutSetting(name string, v any) error
}, v *Vault) error {
	var print string
	known, err := t.Setting(SettingKey, &print)
	switch {
	case err != nil:
		return err
	case !known:
		return t.PutSetting(SettingKey, v.Print())
	case print != v.Print():
		return ErrSealed
	}
	return nil
}

// MayPlace checks that an order may begin, apart from its money and its ID.
func MayPlace(o topup.Order) error {
	if err := o.Valid(); err != nil {
		return err
	}
	if o.State != topup.Placed || o.Due.IsZero() {
		return fmt.Errorf("%w: a new order must be placed and due", ErrMove)
	}
	return nil
}

// MayApply checks a change of an order against what it was. The transition
// table is enforced here a last time; a final state needs its own journal
// line, and no other change has one. All else gives ErrMove.
func MayApply(was topup.Order, s topup.Change) error {
	o := s.Order
	switch {
	case !was.State.May(o.State):
		return fmt.Errorf("%w: %s from %s to %s", ErrMove, o.ID, was.State, o.State)
	case was.No != o.No || was.Shop != o.Shop || was.Chat != o.Chat || was.Panel != o.Panel || was.Good != o.Good ||
		was.Price != o.Price || was.Face != o.Face || was.Quantity != o.Quantity || was.To != o.To ||
		was.Plan != o.Plan || was.Product != o.Product || was.TypeID != o.TypeID:
		return fmt.Errorf("%w: %s changed what was sold", ErrMove, o.ID)
	case was.ProviderID != "" && was.ProviderID != o.ProviderID:
		return fmt.Errorf("%w: %s changed its provider ID", ErrMove, o.ID)
	case !settles(s, was.State):
		return fmt.Errorf("%w: %s from %s to %s with the wrong journal line", ErrMove, o.ID, was.State, o.State)
	case was.State.Final() && (was.Captured != o.Captured || was.Charged != o.Charged || was.ChargedKnown != o.ChargedKnown):
		return fmt.Errorf("%w: %s changed how it was settled", ErrMove, o.ID)
	case o.State.Final() != o.Due.IsZero():
		return fmt.Errorf("%w: %s in %s with due time %t", ErrMove, o.ID, o.State, !o.Due.IsZero())
	}
	return nil
}

// settles reports whether a change has the one journal line that goes with
// it: the capture or release of its order on the way to a final state, else
// none.
func settles(s topup.Change, was topup.State) bool {
	var want topup.Transaction
	switch o := s.Order; {
	case was == o.State || !o.State.Final():
		return s.Journal == nil
	case o.State == topup.Delivered:
		want = topup.Capture(o)
	default:
		want = topup.Release(o)
	}
	return s.Journal != nil && s.Journal.Key == want.Key && slices.Equal(s.Journal.Postings, want.Postings)
}
