package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Errors of opening and making a store. Each has a remedy of its own.
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
	ErrUnsound   = errors.New("store: it does not check")

	// ErrUnfinished is one into which a till was being moved or restored.
	ErrUnfinished = errors.New("store: what was being brought into it is not whole")

	ErrUnreachable = errors.New("store: the server of the database can't be reached")
	// ErrUnable is a server that can't do just now what it could do else: it has
	// no room, takes no more connections, is starting, waits for somebody.
	ErrUnable = errors.New("store: the server of the database can't do it just now")
	// ErrLead is the lead over a store that several processes may open: this one
	// has lost it, or what it knew of the store is no longer so.
	ErrLead = errors.New("store: the lead over the database is lost")
	// ErrUnflushed is a server that is told not to put on disk what it commits.
	ErrUnflushed = errors.New("store: the server of the database runs with fsync=off")
	ErrRights    = errors.New("store: the server of the database does not let us in, or not do this")
)

// Errors of the rows. Nothing is written when one of them comes back.
var (
	// ErrInsufficient is a shop account that would fall below zero.
	ErrInsufficient = errors.New("store: not enough money")
	// ErrConflict is a journal key used before with other postings.
	ErrConflict = errors.New("store: the journal has another line with this key")
	// ErrUnbalanced is a transaction that does not sum to zero or is
	// malformed.
	ErrUnbalanced = errors.New("store: the postings do not balance")
	// ErrMove is a change of an order that the transition table, or what is
	// frozen in it, does not allow.
	ErrMove = errors.New("store: an order can't change so")
	// ErrMember is a place in a shop that a person can't take: they have one
	// elsewhere, or the shop has another keeper.
	ErrMember = errors.New("store: the person can't take this place in the shop")
	// ErrRekeying is a store whose secrets are in part sealed under a new key.
	ErrRekeying = errors.New("store: a change of the codes key was cut short")
	// ErrSealed is a secret that none of the keys at hand opens.
	ErrSealed = errors.New("store: the codes key does not open this")
)

// FileError is an error of one of several files that were named.
type FileError struct {
	Path string
	Err  error
}

// Error names the file and the cause.
func (e *FileError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// CommitError is an error of a commit itself: whether the transaction is on
// disk is unknown, and the process must say nothing and stop.
type CommitError struct{ Err error }

// Error names the cause.
func (e *CommitError) Error() string {
	return "store: the outcome of a commit is unknown: " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *CommitError) Unwrap() error { return e.Err }

// CorruptError is a row that does not read: the store is damaged.
type CorruptError struct {
	Bucket string
	Key    string // the start of the key's SHA-256, hex: a key may be a phone number
	Why    string
}

// Corrupt makes the error of a row, by where it lies and its key.
func Corrupt(bucket string, key []byte, why string) *CorruptError {
	h := sha256.Sum256(key)
	return &CorruptError{Bucket: bucket, Key: hex.EncodeToString(h[:4]), Why: why}
}

// Is makes it a damaged store.
func (e *CorruptError) Is(err error) bool { return err == ErrDamaged }

// DamagedError is a store of which not even the form holds.
type DamagedError struct{ Why string }

// Error says what was met.
func (e *DamagedError) Error() string { return "store: the file is damaged: " + e.Why }

// Is makes it a damaged store.
func (e *DamagedError) Is(err error) bool { return err == ErrDamaged }

// Damage tells a panic that damage raised from one that a program's own fault
// did: it gives the error of the former, nil of the latter. Memory that can't
// be read, where the program has debug.SetPanicOnFault, is a file's: Go's own
// always can.
func Damage(p any) error {
	err, _ := p.(error)
	if errors.Is(err, ErrDamaged) {
		return err
	}
	if fault, ok := p.(interface{ Addr() uintptr }); ok {
		return &DamagedError{Why: fmt.Sprintf("a part of it can't be read, at %#x", fault.Addr())}
	}
	return nil
}

// Error names the bucket, the key by its hash and what is wrong, never a
// value.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("store: damaged data in %q, key %s: %s", e.Bucket, e.Key, e.Why)
}
