package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Errors of opening and making a database. Each has a remedy of its own.
var (
	ErrMissing   = errors.New("store: no such database")
	ErrExists    = errors.New("store: exists already")
	ErrEmpty     = errors.New("store: the file is empty")
	ErrTruncated = errors.New("store: the file is cut short")
	ErrDamaged   = errors.New("store: the file is damaged")
	ErrForeign   = errors.New("store: not a Hanout database")
	ErrLocked    = errors.New("store: in use by another process")
	ErrFuture    = errors.New("store: written by a newer version")
	ErrOld       = errors.New("store: written by an older version; a start of the bot brings it up to date")
	ErrReadOnly  = errors.New("store: opened for reading only")
)

// CommitError is an error of a commit itself: whether the transaction is on
// disk is unknown, and the process must say nothing and stop.
type CommitError struct{ Err error }

// Error names the cause.
func (e *CommitError) Error() string {
	return "store: the outcome of a commit is unknown: " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *CommitError) Unwrap() error { return e.Err }

// CorruptError is a row that does not read: the file is damaged.
type CorruptError struct {
	Bucket string
	Key    string // the start of the key's SHA-256, hex: a key may be a phone number
	Why    string
}

func corrupt(bucket string, key []byte, why string) *CorruptError {
	h := sha256.Sum256(key)
	return &CorruptError{Bucket: bucket, Key: hex.EncodeToString(h[:4]), Why: why}
}

// Error names the bucket, the key by its hash and what is wrong, never a
// value.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("store: damaged data in %q, key %s: %s", e.Bucket, e.Key, e.Why)
}

// Options say how a database is opened. Service needs a Vault; the rest is for
// tests and for reading.
type Options struct {
	// Vault seals numbers, talks and codes. Only tools that need none of them
	// do without.
	Vault    *Vault
	ReadOnly bool
	MaxSize  int    // bytes the file may grow to; 0 = no limit
	OnCommit func() // called after every successful commit
}

// DB is an open database. The buckets:
//
//	meta           marker, schema version, counters
//	shops          shop ID → Shop           shop_chat    chat → shop ID
//	chats          chat → Chat              sessions     chat → talk
//	journal        seq → Transaction        journal_key  key → seq
//	balances       account → Money          entries      account, seq → ∅
//	orders         order ID → Order         order_no     No → order ID
//	order_shop     shop, No → order ID      order_to     shop, keyed hash of the number, No → order ID
//	order_provider provider ID → order ID   order_card   card → order ID
//	order_open     order ID → ∅             due          time, order ID → ∅
//	updates        update ID → time         updates_at   time, update ID → ∅
//	parked         update ID → Parked
//	outbox         card → Owed              undelivered  seq → Undelivered
//	cards          card → CardRef           cards_at     time, card → ∅
//	settings       name → JSON
//	claims         SHA-256 of a token → Claim
//	claim_order    order ID → hash          claims_open  expiry, hash → ∅
//	showings       order ID, n → Showing
type DB struct {
	bolt     *bbolt.DB
	file     *os.File // bbolt's own, to look at pages without mapping them
	lock     *os.File
	path     string
	onCommit func()
	vault    *Vault
	readOnly bool
	schema   uint64 // when it was opened
}

const (
	marker       = "hanout till"
	openTimeout  = time.Second
	lockPause    = 50 * time.Millisecond
	mapAhead     = 1 << 30 // address space only; keeps growth from waiting for readers
	lockSuffix   = ".lock"
	newFileMode  = 0o600
	smallestFile = 4 * 4096 // two meta pages, the free pages, one leaf
)

// Create makes a new, empty database: under a temporary name first, for a
// half-made bbolt file does not open. It never overwrites ([ErrExists]).
func Create(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return ErrExists
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	temp, err := tempName(path)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	b, err := bbolt.Open(temp, newFileMode, &bbolt.Options{Timeout: openTimeout, FreelistType: bbolt.FreelistMapType})
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

// tempName reserves a fresh name beside path.
func tempName(path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if err != nil {
		return "", err
	}
	name := f.Name()
	if err := f.Close(); err != nil {
		return "", err
	}
	return name, os.Remove(name)
}

// publish gives a finished file its name, without replacing another, and
// makes both durable.
func publish(temp, path string) error {
	f, err := os.OpenFile(temp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Link(temp, path); err != nil {
		if errors.Is(err, os.ErrExist) {
			return ErrExists
		}
		return err
	}
	if err := os.Remove(temp); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Open opens a database that [Create] made. A missing, empty, short, damaged,
// foreign or locked file is refused with an error of its own; a file of an
// older schema is copied aside and then brought up to date.
func Open(path string, o Options) (*DB, error) {
	db := &DB{path: path, onCommit: o.OnCommit, readOnly: o.ReadOnly, vault: o.Vault}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && !o.ReadOnly {
		if db.lock, err = takeLock(path + lockSuffix); err != nil {
			return nil, err
		}
	}
	if err := inspect(path); err != nil {
		db.unlock()
		return nil, err
	}
	b, err := bbolt.Open(path, newFileMode, &bbolt.Options{
		Timeout: openTimeout, ReadOnly: o.ReadOnly, MaxSize: o.MaxSize,
		FreelistType: bbolt.FreelistMapType, InitialMmapSize: mapAhead,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode) // a vanished file must not become an empty till
			db.file = f
			return f, err
		},
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		err = ErrLocked
	case errors.Is(err, os.ErrNotExist):
		err = ErrMissing
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		err = fmt.Errorf("%w: %w", ErrForeign, err)
	}
	if err != nil {
		db.unlock()
		return nil, err
	}
	db.bolt = b
	if err := db.checkSchema(); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// checkSchema checks that the file is ours and of a schema we know, and migrates.
// A page that can't be read is an error here, where a person waits for one.
func (db *DB) checkSchema() (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	err = db.bolt.View(func(tx *bbolt.Tx) error {
		meta := tx.Bucket([]byte(bMeta))
		if meta == nil {
			return ErrForeign
		}
		t := &Tx{tx: tx}
		m, err := t.get(bMeta, []byte("marker"))
		if err != nil || string(m) != marker {
			return ErrForeign
		}
		s, err := t.get(bMeta, []byte("schema"))
		if err != nil || len(s) != 8 {
			return ErrForeign
		}
		db.schema = binary.BigEndian.Uint64(s)
		if db.schema > uint64(len(migrations)) {
			return ErrFuture
		}
		if db.schema == uint64(len(migrations)) {
			for _, name := range allBuckets {
				if tx.Bucket([]byte(name)) == nil {
					return fmt.Errorf("%w: bucket %q is missing", ErrForeign, name)
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

// inspect refuses what must not be mapped: bbolt would make an empty file a
// new till, and a page that is not there ends the process.
func inspect(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return ErrMissing
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: not a regular file", ErrForeign)
	case info.Size() == 0:
		return ErrEmpty
	}
	// A file that is being written looks damaged at times.
	if err := lockForReading(f); err != nil {
		return err
	}
	m, ok := readForm(f)
	switch {
	case !ok && info.Size() < smallestFile:
		return ErrTruncated
	case !ok:
		return ErrForeign
	case uint64(info.Size()) < m.pageSize*m.high:
		return ErrTruncated
	}
	p := pages{file: f, pageSize: m.pageSize, high: m.high, seen: map[uint64]bool{}}
	if err := p.freelist(m.freelist); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// lockForReading waits a little for a writer that is just closing the file.
func lockForReading(f *os.File) error {
	for began := time.Now(); ; time.Sleep(lockPause) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Since(began) > openTimeout {
			return ErrLocked
		}
	}
}

func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, newFileMode)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, err
	}
	return f, nil
}

func (db *DB) unlock() {
	if db.lock != nil {
		db.lock.Close()
		db.lock = nil
	}
}

// Close releases the file and the locks; it waits for open reads.
func (db *DB) Close() error {
	err := db.bolt.Close()
	db.unlock()
	return err
}

// Size is the file's size in bytes.
func (db *DB) Size() int64 {
	info, err := os.Stat(db.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Update runs fn in a write transaction and commits. An error or panic of fn
// rolls back and comes out as it is; an error of the commit itself comes as
// *CommitError.
func (db *DB) Update(fn func(*Tx) error) error {
	if db.readOnly {
		return ErrReadOnly
	}
	var inside error
	ran := false
	err := db.bolt.Update(func(tx *bbolt.Tx) error {
		inside = fn(&Tx{tx, db.vault})
		ran = true
		return inside
	})
	switch {
	case err == nil:
		if db.onCommit != nil {
			db.onCommit()
		}
		return nil
	case !ran || inside != nil:
		return err
	}
	return &CommitError{Err: err}
}

// View runs fn in a read transaction. Keep it short: an open read holds old
// pages, and must never wait for anything slow.
func (db *DB) View(fn func(*Tx) error) error {
	return db.bolt.View(func(tx *bbolt.Tx) error { return fn(&Tx{tx, db.vault}) })
}
