package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"iter"
	"time"

	"go.etcd.io/bbolt"

	"hanout/store"
)

// Names of the buckets; see [DB].
const (
	bMeta          = "meta"
	bShops         = "shops"
	bShopChat      = "shop_chat"
	bMembers       = "members"
	bShopMember    = "shop_member"
	bChats         = "chats"
	bSessions      = "sessions"
	bJournal       = "journal"
	bJournalKey    = "journal_key"
	bBalances      = "balances"
	bEntries       = "entries"
	bOrders        = "orders"
	bOrderNo       = "order_no"
	bOrderShop     = "order_shop"
	bOrderTo       = "order_to"
	bOrderProvider = "order_provider"
	bOrderPanel    = "order_card"
	bOrderOpen     = "order_open"
	bDue           = "due"
	bUpdates       = "updates"
	bUpdatesAt     = "updates_at"
	bDeadLetters   = "parked"
	bOutbox        = "outbox"
	bUndelivered   = "undelivered"
	bPanels        = "cards"
	bPanelsAt      = "cards_at"
	bSettings      = "settings"
	bClaims        = "claims"
	bClaimOrder    = "claim_order"
	bClaimsOpen    = "claims_open"
	bShowings      = "showings"

	bComplaints     = "complaints"
	bComplaintsOpen = "complaints_open"
	bComplaintShop  = "complaint_shop"
)

var allBuckets = []string{
	bMeta, bShops, bShopChat, bMembers, bShopMember, bChats, bSessions, bJournal, bJournalKey, bBalances, bEntries,
	bOrders, bOrderNo, bOrderShop, bOrderTo, bOrderProvider, bOrderPanel, bOrderOpen, bDue,
	bUpdates, bUpdatesAt, bDeadLetters, bOutbox, bUndelivered, bPanels, bPanelsAt, bSettings,
	bClaims, bClaimOrder, bClaimsOpen, bShowings,
	bComplaints, bComplaintsOpen, bComplaintShop,
}

// Tx is one transaction. Its methods fail only on damaged data
// (*store.CorruptError), on misuse, or with the errors they name; what is not there
// is ok = false.
type Tx struct {
	tx    *bbolt.Tx
	vault *store.Vault    // nil: nothing is sealed, and what is stays closed
	until context.Context // its walks end with it; nil: they do not
	wrote bool
}

var crcTable = crc32.MakeTable(crc32.Castagnoli)

// named is a bucket's name as bbolt takes it, and the checksum of the name
// alone: made once, for every read and write wants them.
type named struct {
	name []byte
	sum  uint32
}

func nameOf(bucket string) named {
	b := []byte(bucket)
	return named{b, crc32.Update(0, crcTable, b)}
}

var allNames = func() map[string]named {
	m := make(map[string]named, len(allBuckets))
	for _, b := range allBuckets {
		m[b] = nameOf(b)
	}
	return m
}()

// name finds a bucket's name; one that is not ours (a migration's) is made.
func name(bucket string) named {
	n, ok := allNames[bucket]
	if !ok {
		n = nameOf(bucket)
	}
	return n
}

func sum(bucket string, key, value []byte) uint32 {
	c := crc32.Update(name(bucket).sum, crcTable, key)
	return crc32.Update(c, crcTable, value)
}

// put stores a value under its checksum.
func (t *Tx) put(bucket string, key, value []byte) error {
	stored := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(value)), sum(bucket, key, value))
	return t.bucket(bucket).Put(key, append(stored, value...))
}

// get reads a value; nil when there is none. The slice is valid only inside
// the transaction.
func (t *Tx) get(bucket string, key []byte) ([]byte, error) {
	return unwrap(bucket, key, t.bucket(bucket).Get(key))
}

func unwrap(bucket string, key, stored []byte) ([]byte, error) {
	if stored == nil {
		return nil, nil
	}
	if len(stored) < 4 || binary.BigEndian.Uint32(stored) != sum(bucket, key, stored[4:]) {
		return nil, store.Corrupt(bucket, key, "a checksum does not match")
	}
	return stored[4:], nil
}

func (t *Tx) delete(bucket string, key []byte) error { return t.bucket(bucket).Delete(key) }

func (t *Tx) putJSON(bucket string, key []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("store: %q: %w", bucket, err)
	}
	return t.put(bucket, key, b)
}

func (t *Tx) getJSON(bucket string, key []byte, v any) (bool, error) {
	b, err := t.get(bucket, key)
	if err != nil || b == nil {
		return false, err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return false, store.Corrupt(bucket, key, "a value does not decode")
	}
	return true, nil
}

// number reads a value of eight bytes.
func (t *Tx) number(bucket string, key []byte) (uint64, bool, error) {
	b, err := t.get(bucket, key)
	if err != nil || b == nil {
		return 0, false, err
	}
	if len(b) != 8 {
		return 0, false, store.Corrupt(bucket, key, "a number has the wrong length")
	}
	return binary.BigEndian.Uint64(b), true, nil
}

// Keys. Numbers are fixed-width and big-endian, so that bytes sort as they
// do; a string that is followed by more ends in a zero byte.

func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func i64(n int64) []byte { return u64(uint64(n) ^ 1<<63) }

func fromI64(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) ^ 1<<63) }

func timeKey(at time.Time, rest []byte) []byte { return append(i64(at.UnixNano()), rest...) }

func fromTimeKey(k []byte) (at time.Time, rest []byte, ok bool) {
	if len(k) < 8 {
		return time.Time{}, nil, false
	}
	return time.Unix(0, fromI64(k)), k[8:], true
}

func textKey(s string, n uint64) []byte { return append(append([]byte(s), 0), u64(n)...) }

func fromTextKey(k []byte) (s string, n uint64, ok bool) {
	if len(k) < 9 || k[len(k)-9] != 0 {
		return "", 0, false
	}
	return string(k[:len(k)-9]), binary.BigEndian.Uint64(k[len(k)-8:]), true
}

// NextID gives the next number of a sequence that starts at 1.
func (t *Tx) NextID(name string) (uint64, error) {
	n, err := t.PeekID(name)
	if err != nil {
		return 0, err
	}
	return n, t.put(bMeta, []byte("next/"+name), u64(n))
}

// PeekID tells what NextID would give.
func (t *Tx) PeekID(name string) (uint64, error) {
	last, _, err := t.number(bMeta, []byte("next/"+name))
	return last + 1, err
}

// SkipIDs leaves out the next numbers of a sequence.
func (t *Tx) SkipIDs(name string, count uint64) error {
	next, err := t.PeekID(name)
	if err != nil {
		return err
	}
	return t.put(bMeta, []byte("next/"+name), u64(next-1+count))
}

// walk reads the rows of a bucket in the order of their keys. Within the loop
// nothing may be written to the bucket: collect first.
func walk[T any](t *Tx, bucket string, read func(key []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		c := t.bucket(bucket).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			if !yield(read(k)) {
				return
			}
		}
	}
}

// getRow reads one row of JSON.
func getRow[T any](t *Tx, bucket string, key []byte) (v T, err error) {
	_, err = t.getJSON(bucket, key, &v)
	return v, err
}

// newestFirst walks the keys with a prefix backwards, from below before (nil:
// from the newest). Its cost is that of what it visits.
func newestFirst(b bucket, prefix, before []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		c := b.Cursor()
		start := before
		if start == nil {
			start = after(prefix)
		}
		k, _ := c.Seek(start)
		if k == nil {
			k, _ = c.Last()
		} else {
			k, _ = c.Prev()
		}
		for ; k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Prev() {
			if !yield(k) {
				return
			}
		}
	}
}

// olderThan copies the keys of a bucket that begin with a time before one, the
// oldest first, at most limit of them.
func (t *Tx) olderThan(bucket string, before time.Time, limit int) (keys [][]byte, err error) {
	c := t.bucket(bucket).Cursor()
	for k, _ := c.First(); k != nil && len(keys) < limit; k, _ = c.Next() {
		at, _, ok := fromTimeKey(k)
		if !ok {
			return nil, store.Corrupt(bucket, k, "a key does not decode")
		}
		if !at.Before(before) {
			break
		}
		keys = append(keys, bytes.Clone(k))
	}
	return keys, nil
}

// keys copies a bucket's keys, so that the bucket may change while they are
// walked.
func (t *Tx) keys(bucket string) (list [][]byte) {
	c := t.bucket(bucket).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		list = append(list, bytes.Clone(k))
	}
	return list
}

// count counts a bucket's rows.
func (t *Tx) count(bucket string) int {
	n := 0
	c := t.bucket(bucket).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		n++
	}
	return n
}

// after is the first key beyond all that begin with prefix.
func after(prefix []byte) []byte {
	return append(bytes.Clone(prefix), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
}
