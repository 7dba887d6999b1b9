package bolt

import (
	"bytes"
	"context"
	"iter"
	"strings"
	"time"

	"hanout/store"
	"hanout/topup"
)

// Rows gives all rows as they lie here, over one unchanging state. It ends
// with ctx.
func (db *DB) Rows(ctx context.Context, fn func(store.Rows) error) error {
	return db.View(func(t *Tx) error { return fn((&Tx{tx: t.tx, until: ctx}).all()) })
}

// all walks every bucket that is no index, those that are named first.
func (t *Tx) all() store.Rows {
	return store.Join(
		store.Each(t.counters()),
		store.Each(walk(t, bSettings, func(k []byte) (store.Value, error) {
			b, err := t.get(bSettings, k)
			return store.Value{Name: string(k), JSON: bytes.Clone(b)}, err
		})),
		asTheyLie[store.ShopForm](t, bShops), asTheyLie[topup.Member](t, bMembers), asTheyLie[store.Chat](t, bChats),
		store.Each(walk(t, bSessions, func(k []byte) (store.Talk, error) {
			chat, err := key(bSessions, k)
			if err != nil {
				return store.Talk{}, err
			}
			b, err := t.get(bSessions, k)
			return store.Talk{Chat: int64(chat ^ 1<<63), Body: bytes.Clone(b)}, err
		})),
		asTheyLie[topup.Transaction](t, bJournal), store.Each(t.sales()),
		store.Each(walk(t, bShowings, func(k []byte) (s store.Shown, err error) {
			id, n, ok := fromTextKey(k)
			if !ok {
				return s, store.Corrupt(bShowings, k, "a key does not decode")
			}
			s.Order, s.N = topup.OrderID(id), n
			s.Showing, err = getRow[topup.Showing](t, bShowings, k)
			return s, err
		})),
		store.Each(walk(t, bClaims, func(k []byte) (l store.Link, err error) {
			if l.Claim, err = getRow[topup.Claim](t, bClaims, k); err != nil {
				return l, err
			}
			newest, err := t.get(bClaimOrder, orderKey(l.Order))
			l.Newest = bytes.Equal(newest, k)
			return l, err
		})),
		asTheyLie[store.ComplaintForm](t, bComplaints),
		store.Each(walk(t, bUpdates, func(k []byte) (store.Seen, error) {
			id, err := key(bUpdates, k)
			if err != nil {
				return store.Seen{}, err
			}
			at, _, err := t.number(bUpdates, k)
			return store.Seen{UpdateID: int64(id ^ 1<<63), At: time.Unix(0, int64(at^1<<63))}, err
		})),
		asTheyLie[store.DeadLetter](t, bDeadLetters), asTheyLie[store.OwedForm](t, bOutbox), asTheyLie[store.UndeliveredForm](t, bUndelivered),
		store.Each(walk(t, bPanels, func(k []byte) (store.Shows, error) {
			ref, err := getRow[store.PanelRef](t, bPanels, k)
			return store.Shows{Panel: string(k), PanelRef: ref}, err
		})),
	)
}

// asTheyLie walks a bucket of documents.
func asTheyLie[T any](t *Tx, bucket string) store.Rows {
	return store.Each(walk(t, bucket, func(k []byte) (T, error) { return getRow[T](t, bucket, k) }))
}

func (t *Tx) counters() iter.Seq2[store.Counter, error] {
	return func(yield func(store.Counter, error) bool) {
		const prefix = "next/"
		c := t.bucket(bMeta).Cursor()
		for k, _ := c.Seek([]byte(prefix)); k != nil && bytes.HasPrefix(k, []byte(prefix)); k, _ = c.Next() {
			n, _, err := t.number(bMeta, k)
			if !yield(store.Counter{Name: strings.TrimPrefix(string(k), prefix), Last: n}, err) {
				return
			}
		}
	}
}

// markedAtOnce bounds the marks that are held in memory.
var markedAtOnce = 50_000

// sales walks the orders. What stands for a customer's number can't be made
// without the key, so it is taken from the index, which knows no order by its
// ID: each part of the orders costs one walk through the index.
func (t *Tx) sales() iter.Seq2[store.Sale, error] {
	return func(yield func(store.Sale, error) bool) {
		for last := []byte(nil); ; {
			part := t.keysAfter(bOrders, last, markedAtOnce)
			if len(part) == 0 {
				return
			}
			last = part[len(part)-1]
			marks, err := t.marks(part)
			if err != nil {
				yield(store.Sale{}, err)
				return
			}
			for _, k := range part {
				var s store.Sale
				s.OrderForm, err = getRow[store.OrderForm](t, bOrders, k)
				completeOrder(&s.Order)
				s.Mark = marks[string(k)]
				if !yield(s, err) {
					return
				}
			}
		}
	}
}

// marks gives what stands for the customers' numbers of some orders.
func (t *Tx) marks(ids [][]byte) (map[string]string, error) {
	of := make(map[string]string, len(ids))
	for _, id := range ids {
		of[string(id)] = ""
	}
	c := t.bucket(bOrderTo).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		id, err := unwrap(bOrderTo, k, v)
		if err != nil {
			return nil, err
		}
		if _, wanted := of[string(id)]; !wanted {
			continue
		}
		place, _, ok := fromTextKey(k)
		_, mark, parted := strings.Cut(place, "/")
		if !ok || !parted {
			return nil, store.Corrupt(bOrderTo, k, "a key does not decode")
		}
		of[string(id)] = mark
	}
	return of, nil
}
