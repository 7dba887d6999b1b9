package bolt

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"hanout/store"
)

// Options say how a database is opened. Service needs a Vault; the rest is for
// tests and for reading.
type Options struct {
	// Vault seals codes, numbers, sessions, messages and complaints. Only tools that need
	// none of them do without.
	Vault    *store.Vault
	ReadOnly bool
	MaxSize  int    // bytes the file may grow to; 0 = no limit
	OnCommit func() // called after every successful commit
	// Moving opens one that a till is being moved into, or was moved out of:
	// for the move itself (store.Standing).
	Moving bool
	// Unflushed leaves to the system when a commit reaches the disk: for tests,
	// whose machine does not lose its power.
	Unflushed bool
}

// DB is an open database. The buckets:
//
//	meta           marker, schema version, counters
//	shops          shop ID → Shop           shop_chat    chat → shop ID
//	members        person → Member          shop_member  shop, person → ∅
//	chats          chat → Chat              sessions     chat → session
//	journal        seq → Transaction        journal_key  key → seq
//	balances       account → Money          entries      account, seq → ∅
//	orders         order ID → Order         order_no     No → order ID
//	order_shop     shop, No → order ID      order_to     shop, keyed hash of the number, No → order ID
//	order_provider provider ID → order ID   order_card   panel → order ID
//	order_open     order ID → ∅             due          time, order ID → ∅
//	updates        update ID → time         updates_at   time, update ID → ∅
//	parked         update ID → DeadLetter
//	outbox         panel → Owed             undelivered  seq → Undelivered
//	cards          panel → PanelRef         cards_at     time, panel → ∅
//	settings       name → JSON
//	claims         SHA-256 of a token → Claim
//	claim_order    order ID → hash          claims_open  expiry, hash → ∅
//	showings       order ID, n → Showing
//	complaints     order ID → Complaint     complaints_open  time, order ID → ∅
//	complaint_shop shop, open, time, order ID → ∅
type DB struct {
	bolt     *bbolt.DB
	file     *os.File // bbolt's own, to look at pages without mapping them
	lock     *os.File
	path     string
	onCommit func()
	vault    *store.Vault
	readOnly bool
	schema   uint64 // when it was opened
	broken   atomic.Bool
	place    place
	ours     bool // opened for writing, and found to be sound and ours
}

const (
	marker       = "hanout till"
	openTimeout  = time.Second
	lockPause    = 50 * time.Millisecond
	lockSuffix   = ".lock"
	newFileMode  = 0o600
	smallestFile = 4 * 4096 // two meta pages, the free pages, one leaf
)

// growBy is by how many bytes a file grows: few, for every look at it and
// every copy reads what is empty as well. Each growth costs a flush.
const growBy = 1 << 20

// mapAhead are the sizes to which a file is mapped, the first that the system
// grants. It is address space only.
var mapAhead = []int64{64 << 30, 1 << 30, 0}

// Create makes a new, empty database: under a temporary name first, for a
// half-made bbolt file does not open. It never overwrites ([store.ErrExists]).
func Create(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return store.ErrExists
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	temp, err := tempName(path)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	b, err := bbolt.Open(temp, newFileMode, &bbolt.Options{Timeout: openTimeout, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		return err
	}
	err = b.Update(func(tx *bbolt.Tx) error {
		for _, name := range allBuckets {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		t := &Tx{tx: tx}
		if err := t.put(bMeta, []byte("marker"), []byte(marker)); err != nil {
			return err
		}
		return t.put(bMeta, []byte("schema"), u64(uint64(len(migrations))))
	})
	if cerr := b.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return publish(temp, path)
}

// Open opens a database that [Create] made. A missing, empty, short, damaged,
// foreign or locked file is refused with an error of its own; a file of an
// older schema is copied aside and then brought up to date; one that was put
// here from elsewhere is marked as restored (place.go).
//
// One of which a till was moved away is refused for writing, and one into which
// it was not carried whole for anything (store.Standing).
func Open(path string, o Options) (*DB, error) { return openUntil(context.Background(), path, o) }

// openUntil is Open, but reads the file only as long as ctx is not done.
func openUntil(ctx context.Context, path string, o Options) (*DB, error) {
	db := &DB{path: path, onCommit: o.OnCommit, readOnly: o.ReadOnly, vault: o.Vault}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && !o.ReadOnly {
		if db.lock, err = takeLock(path + lockSuffix); err != nil {
			return nil, err
		}
	}
	if err := inspect(ctx, path); err != nil {
		db.unlock()
		return nil, err
	}
	err := db.open(o)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		err = store.ErrLocked
	case errors.Is(err, os.ErrNotExist):
		err = store.ErrMissing
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		err = fmt.Errorf("%w: %w", store.ErrForeign, err)
	}
	if err != nil {
		db.unlock()
		return nil, err
	}
	if err := db.checkSchema(); err != nil {
		db.Close()
		return nil, err
	}
	if !o.Moving {
		if err := db.View(func(t *Tx) error { return store.Standing(t.Setting, o.ReadOnly) }); err != nil {
			db.Close()
			return nil, err
		}
	}
	if err := db.settle(); err != nil {
		db.Close()
		return nil, err
	}
	db.ours = !o.ReadOnly
	return db, nil
}

// open maps the file: far ahead of its end where the machine has the address
// space, so that no commit waits for a reader to map it anew.
func (db *DB) open(o Options) (err error) {
	for _, ahead := range mapAhead {
		if ahead > math.MaxInt {
			continue
		}
		err = guarded(func() {}, func(func(func() error) error) (err error) {
			db.bolt, err = bbolt.Open(db.path, newFileMode, &bbolt.Options{
				Timeout: openTimeout, ReadOnly: o.ReadOnly, MaxSize: o.MaxSize, NoSync: o.Unflushed,
				FreelistType: bbolt.FreelistMapType, NoFreelistSync: true, InitialMmapSize: int(ahead),
				OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
					f, err := os.OpenFile(name, flag&^os.O_CREATE, mode) // a vanished file must not become an empty till
					db.file = f
					return f, err
				},
			})
			return err
		})
		if err == nil {
			db.bolt.AllocSize = growBy
		}
		if !errors.Is(err, syscall.ENOMEM) {
			return err
		}
	}
	return err
}

// checkSchema checks that the file is ours and of a schema we know, and migrates.
func (db *DB) checkSchema() error {
	err := db.View(func(t *Tx) error {
		if !t.has(bMeta) {
			return store.ErrForeign
		}
		m, err := t.get(bMeta, []byte("marker"))
		if err != nil || string(m) != marker {
			return store.ErrForeign
		}
		s, err := t.get(bMeta, []byte("schema"))
		if err != nil || len(s) != 8 {
			return store.ErrForeign
		}
		db.schema = binary.BigEndian.Uint64(s)
		if db.schema > uint64(len(migrations)) {
			return store.ErrFuture
		}
		if db.schema == uint64(len(migrations)) {
			for _, name := range allBuckets {
				if !t.has(name) {
					return fmt.Errorf("%w: bucket %q is missing", store.ErrForeign, name)
				}
			}
		}
		return nil
	})
	if err != nil || db.schema == uint64(len(migrations)) || db.readOnly {
		return err
	}
	return db.migrate(db.schema)
}

// Close releases the file and the locks; it waits for open reads. A database
// that broke is only let go of: its locks may never come free.
func (db *DB) Close() error {
	defer db.unlock()
	if db.broken.Load() {
		return db.file.Close()
	}
	if db.ours {
		_ = db.listFree() // without it the next start looks for the free pages
	}
	return db.bolt.Close()
}

// listFree writes the list of free pages. No other commit does: after a long
// backup, or a change of the key, it is so long that each would take many
// times what a sale does. A file without it, as a crash leaves it, is read once
// more when it is opened.
func (db *DB) listFree() error {
	return guarded(db.broke, func(func(func() error) error) error {
		return db.bolt.Update(func(*bbolt.Tx) error {
			db.bolt.NoFreelistSync = false
			return nil
		})
	})
}

// Size is the file's size in bytes.
func (db *DB) Size() int64 {
	info, err := os.Stat(db.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// errUnwritten takes a transaction back that has written nothing.
var errUnwritten = errors.New("bolt: nothing was written")

// Update runs fn in a write transaction and commits. An error or panic of fn
// rolls back and comes out as it is; an error of the commit itself comes as
// *store.CommitError. Where fn writes nothing, nothing is committed, and no disk
// is waited for.
func (db *DB) Update(fn func(*Tx) error) error {
	if db.readOnly {
		return store.ErrReadOnly
	}
	if db.broken.Load() {
		return errBroken
	}
	var inside error
	ran, commit := false, 0
	err := guarded(db.broke, func(in func(func() error) error) error {
		return db.bolt.Update(func(tx *bbolt.Tx) error {
			t := &Tx{tx: tx, vault: db.vault}
			inside = in(func() error { return fn(t) })
			ran, commit = true, tx.ID()
			if inside == nil && !t.wrote {
				return errUnwritten
			}
			return inside
		})
	})
	switch {
	case err == errUnwritten:
		return nil
	case err == nil:
		db.committed(commit)
		if db.onCommit != nil {
			db.onCommit()
		}
		return nil
	case !ran || inside != nil || errors.Is(err, store.ErrDamaged):
		return err
	}
	return &store.CommitError{Err: err}
}

// View runs fn in a read transaction. Keep it short: an open read holds old
// pages, and must never wait for anything slow.
func (db *DB) View(fn func(*Tx) error) error {
	if db.broken.Load() {
		return errBroken
	}
	return guarded(db.broke, func(in func(func() error) error) error {
		return db.bolt.View(func(tx *bbolt.Tx) error {
			return in(func() error { return fn(&Tx{tx: tx, vault: db.vault}) })
		})
	})
}

func (db *DB) broke() { db.broken.Store(true) }

// errBroken is all that comes of a database that broke: a lock of bbolt's may
// be held for ever.
var errBroken = &store.DamagedError{Why: "it broke before"}
