package bolt

import (
	"context"
	"fmt"
	"runtime/debug"

	"go.etcd.io/bbolt"

	"hanout/store"
)

// bbolt trusts what it reads of its file: damage makes it panic, or reads
// beyond the map. A step of the till panics, too, when it has a fault; the one
// must stop the process, the other only that step. So every call into bbolt
// goes through this file, which makes a *store.DamagedError of what it raises.

// bucket is one of bbolt's, and cursor a walk through it.
type (
	bucket struct {
		b     *bbolt.Bucket
		until context.Context
		wrote *bool
	}
	cursor struct {
		c     *bbolt.Cursor
		until context.Context
	}
)

// abandoned is how a walk ends that is no longer wanted: a cursor has no error
// to give it in.
type abandoned struct{ error }

// damaged makes damage of a panic that bbolt raised, and raises that: a read
// has no error to give it in.
func damaged() {
	if p := recover(); p != nil {
		panic(damage(p))
	}
}

func damage(p any) error {
	if err := store.Damage(p); err != nil {
		return err
	}
	return &store.DamagedError{Why: fmt.Sprint(p)}
}

func (t *Tx) bucket(of string) bucket {
	defer damaged()
	return bucket{t.tx.Bucket(name(of).name), t.until, &t.wrote}
}

// has reports whether the file has a bucket.
func (t *Tx) has(name string) bool { return t.bucket(name).b != nil }

func (b bucket) Put(key, value []byte) error {
	defer damaged()
	*b.wrote = true
	return b.b.Put(key, value)
}

func (b bucket) Delete(key []byte) error {
	defer damaged()
	*b.wrote = true
	return b.b.Delete(key)
}

func (b bucket) Get(key []byte) []byte         { defer damaged(); return b.b.Get(key) }
func (b bucket) Cursor() cursor                { defer damaged(); return cursor{b.b.Cursor(), b.until} }
func (c cursor) First() (key, value []byte)    { defer damaged(); return c.c.First() }
func (c cursor) Last() (key, value []byte)     { defer damaged(); return c.c.Last() }
func (c cursor) Prev() (key, value []byte)     { defer damaged(); return c.c.Prev() }
func (c cursor) Seek(k []byte) (key, v []byte) { defer damaged(); return c.c.Seek(k) }

// Next goes on, unless the walk is abandoned.
func (c cursor) Next() (key, value []byte) {
	if c.until != nil && c.until.Err() != nil {
		panic(abandoned{c.until.Err()})
	}
	defer damaged()
	return c.c.Next()
}

// guarded runs a transaction of bbolt: run is given what to do inside it. Of a
// panic of the step inside, what damage raised becomes an error, and all else
// comes out as it is. One of bbolt itself, as it begins, commits or rolls back,
// is damage; after it bbolt's locks are in no known state, and broken is called.
func guarded(broken func(), run func(inside func(step func() error) error) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stepPanic:
			panic(p.value)
		default:
			broken()
			err = damage(p)
		}
	}()
	return run(func(step func() error) (err error) {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case abandoned:
				err = p.error
			default:
				if err = store.Damage(p); err == nil {
					panic(stepPanic{p})
				}
			}
		}()
		return step()
	})
}

// stepPanic is a panic of a step, on its way through bbolt.
type stepPanic struct{ value any }
