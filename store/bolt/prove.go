package bolt

import (
	"bytes"
	"errors"

	"hanout/store"
	"hanout/topup"
)

// prover proves that every index leads to each of its rows, and by their
// numbers that it leads to nothing else.
type prover struct {
	*Tx
	found func(format string, args ...any)
	want  map[string]int // rows that an index must have
}

// has counts a row that an index must have, and reports whether it has it.
func (p prover) has(index string, key []byte) bool {
	p.want[index]++
	return p.bucket(index).Get(key) != nil
}

// counts compares the indexes with what the rows account for.
func (p prover) counts() error {
	for _, index := range []string{bOrderNo, bOrderShop, bOrderTo, bOrderPanel, bOrderProvider, bOrderOpen, bDue,
		bJournalKey, bEntries, bShopMember, bUpdatesAt, bPanelsAt, bClaimsOpen, bComplaintsOpen, bComplaintShop} {
		if n := p.count(index); n != p.want[index] {
			p.found("index %s has %d rows, its rows account for %d", index, n, p.want[index])
		}
	}
	return nil
}

func (p prover) journal() error {
	c := p.bucket(bJournal).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		j, err := getRow[topup.Transaction](p.Tx, bJournal, k)
		if err != nil {
			return err
		}
		if !bytes.Equal(k, u64(j.Seq)) {
			p.found("journal: line %d is stored under another number", j.Seq)
		}
		p.want[bJournalKey]++
		if seq, _, err := p.number(bJournalKey, []byte(j.Key)); err != nil {
			return err
		} else if seq != j.Seq {
			if other, _, err := p.line(seq); err == nil && other.Key == j.Key {
				p.found("journal: key %q stands twice", j.Key)
			}
			p.found("journal: key %q does not lead to line %d", j.Key, j.Seq)
		}
		for i, posting := range j.Postings {
			if listedBefore(j.Postings[:i], posting.Account) {
				continue
			}
			if !p.has(bEntries, textKey(string(posting.Account), j.Seq)) {
				p.found("entries: line %d is not listed under %s", j.Seq, posting.Account)
			}
		}
	}
	return nil
}

func listedBefore(list []topup.Posting, a topup.AccountID) bool {
	for _, p := range list {
		if p.Account == a {
			return true
		}
	}
	return false
}

func (p prover) orders() error {
	c := p.bucket(bOrders).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		o, _, err := p.Order(topup.OrderID(k))
		if err != nil && !errors.Is(err, store.ErrSealed) {
			return err
		}
		if o.ID != topup.OrderID(k) {
			p.found("an order is stored under another's ID")
		}
		p.order(o)
	}
	return nil
}

// order proves that an order is found by all that names it.
func (p prover) order(o topup.Order) {
	leads := func(index string, key []byte) {
		p.want[index]++
		if id, err := p.get(index, key); err != nil || string(id) != string(o.ID) {
			p.found("order %d is not found by %s", o.No, index)
		}
	}
	leads(bOrderNo, u64(o.No))
	leads(bOrderShop, append(u64(uint64(o.Shop)), u64(o.No)...))
	leads(bOrderPanel, []byte(o.Panel))
	if o.To != "" || o.Good == topup.GiftCard {
		leads(bOrderTo, p.toKey(o.Shop, o.To, o.No))
	} else {
		p.want[bOrderTo]++ // its key can't be made without the vault; it is counted
	}
	if o.ProviderID != "" {
		leads(bOrderProvider, []byte(o.ProviderID))
	}
	if o.State.Final() {
		return
	}
	if !p.has(bOrderOpen, orderKey(o.ID)) {
		p.found("order %d is open but not listed as open", o.No)
	}
	if !p.has(bDue, timeKey(o.Due, orderKey(o.ID))) {
		p.found("order %d is open but nothing is due for it", o.No)
	}
}

// people proves that shops are found by their chats, and members by their
// shops.
func (p prover) people() error {
	c := p.bucket(bShopChat).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if id, _, err := p.number(bShopChat, k); err != nil {
			return err
		} else if p.bucket(bShops).Get(u64(id)) == nil {
			p.found("a chat leads to shop %d, which is missing", id)
		}
	}
	c = p.bucket(bShops).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		n, err := key(bShops, k)
		if err != nil {
			return err
		}
		s, err := getRow[store.ShopForm](p.Tx, bShops, k)
		if err != nil {
			return err
		}
		if uint64(s.ID) != n {
			p.found("shop %d is stored under another number", s.ID)
		}
		if id, ok, err := p.number(bShopChat, i64(s.Chat)); err != nil || !ok || topup.ShopID(id) != s.ID {
			p.found("shop %d is not found by its chat", s.ID)
		}
	}
	c = p.bucket(bMembers).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		m, err := getRow[topup.Member](p.Tx, bMembers, k)
		if err != nil {
			return err
		}
		if !bytes.Equal(k, i64(m.Person)) {
			p.found("a member of shop %d is stored under another person", m.Shop)
		}
		p.want[bShopMember]++ // the check itself looks for them
	}
	return nil
}

// times proves I12 (one handled mark an update), and that panels and updates
// will be forgotten in their time.
func (p prover) times() error {
	c := p.bucket(bUpdates).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		at, _, err := p.number(bUpdates, k)
		if err != nil {
			return err
		}
		if !p.has(bUpdatesAt, append(u64(at), k...)) {
			p.found("a handled update is not listed by its time")
		}
	}
	c = p.bucket(bPanels).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		ref, _, err := p.PanelRef(string(k))
		if err != nil {
			return err
		}
		if !p.has(bPanelsAt, timeKey(ref.At, k)) {
			p.found("a panel is not listed by its time")
		}
	}
	return nil
}

// claims proves that a link is listed until it ends.
func (p prover) claims() error {
	c := p.bucket(bClaims).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		l, _, err := p.Claim(k)
		if err != nil {
			return err
		}
		if !bytes.Equal(k, l.Hash) {
			p.found("a link of order %s is stored under another token", l.Order)
		}
		if l.State == topup.ClaimOpen && !p.has(bClaimsOpen, timeKey(l.Expires, l.Hash)) {
			p.found("an open link of order %s is not listed as open", l.Order)
		}
	}
	c = p.bucket(bClaimOrder).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if l, ok, err := p.ClaimOf(topup.OrderID(k)); err != nil {
			return err
		} else if !ok || l.Order != topup.OrderID(k) {
			p.found("order %s has a link that is not its own", k)
		}
	}
	return nil
}

// complaints proves that a complaint is listed until it is closed, and always
// by its shop.
func (p prover) complaints() error {
	c := p.bucket(bComplaints).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		l, _, err := p.bareComplaint(topup.OrderID(k))
		if err != nil {
			return err
		}
		if !bytes.Equal(k, orderKey(l.Order)) {
			p.found("the complaint of sale %d is stored under another", l.No)
		}
		if l.Open() && !p.has(bComplaintsOpen, timeKey(l.Opened, orderKey(l.Order))) {
			p.found("the complaint of sale %d is open but not listed as open", l.No)
		}
		if !p.has(bComplaintShop, complaintShopKey(l.Complaint)) {
			p.found("the complaint of sale %d is not listed by its shop", l.No)
		}
	}
	return nil
}
