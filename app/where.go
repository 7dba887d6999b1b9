package app

import (
	"context"
	"errors"
	"path/filepath"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/store/postgres"
	"hanout/till"
)

// where says where a till is kept: in a file of bbolt, or in a database of
// PostgreSQL. Nothing else asks which of the two it is.
type where struct {
	db       string // a path, or an address
	password string // of the address
}

// whereOf reads it from the environment.
func whereOf(getenv func(string) string) (where, error) {
	r := envReader{getenv: getenv}
	w := r.where()
	if err := errors.Join(r.faults...); err != nil {
		return where{}, &usageError{err}
	}
	return w, nil
}

// kept is an open database.
type kept struct {
	till.Store
	opened
}

// opened is what the program, and no till, asks of a database.
type opened interface {
	Admit(*store.Vault) error
	Check(*store.Vault) (store.Report, error)
	Rekey(*store.Vault) (orders int, err error)
	Size() int64
	Close() error
}

// opening says how a database is opened.
type opening struct {
	vault     *store.Vault
	readOnly  bool
	onCommit  func()
	wait      func() // as in postgres.Options
	unflushed bool   // as in bolt.Options
}

func (w where) remote() bool { return postgres.Is(w.db) }

// String names the place, and tells no secret.
func (w where) String() string {
	if w.remote() {
		return postgres.Name(w.db)
	}
	return w.db
}

// folder is where the database lies, and its safety copies unless another one
// is named; "" where it is none of this machine's.
func (w where) folder() string {
	if w.remote() {
		return ""
	}
	return filepath.Dir(w.db)
}

func (w where) open(ctx context.Context, o opening) (kept, error) {
	if w.remote() {
		db, err := postgres.Open(ctx, w.db, postgres.Options{Vault: o.vault, ReadOnly: o.readOnly, OnCommit: o.onCommit, Password: w.password, Copier: bolt.Fill, Wait: o.wait})
		if err != nil {
			return kept{}, err
		}
		return kept{till.Over(db), db}, nil
	}
	db, err := bolt.Open(w.db, bolt.Options{Vault: o.vault, ReadOnly: o.readOnly, OnCommit: o.onCommit, Unflushed: o.unflushed})
	if err != nil {
		return kept{}, err
	}
	return kept{till.Over(db), db}, nil
}

func (w where) create(ctx context.Context) error {
	if w.remote() {
		return postgres.Create(ctx, w.db, postgres.Options{Password: w.password})
	}
	return bolt.Create(w.db)
}

func (w where) check(ctx context.Context, v *store.Vault) (store.Report, error) {
	if w.remote() {
		return postgres.Check(ctx, w.db, postgres.Options{Vault: v, Password: w.password})
	}
	return bolt.Check(w.db, v)
}
