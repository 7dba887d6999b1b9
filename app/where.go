package app

import (
	"context"
	"errors"
	"path/filepath"
	"time"

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
	Rows(context.Context, func(store.Rows) error) error
	Size() int64
	Close() error
}

// opening says how a database is opened.
type opening struct {
	vault     *store.Vault
	readOnly  bool
	moving    bool // as in bolt.Options
	onCommit  func()
	who       candidate
	waits     func(why error) // as in postgres.Options
	goOn      bool            // as in postgres.Options
	alone     func(bool)      // as in postgres.Options
	unflushed bool            // as in bolt.Options
	term      time.Duration   // as in postgres.Options
}

// candidate is a process that wants to lead, where several may open a database.
type candidate struct {
	process string // its name
	another func() // is called when another one leads
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
		db, err := postgres.Open(ctx, w.db, postgres.Options{Vault: o.vault, ReadOnly: o.readOnly, Moving: o.moving, OnCommit: o.onCommit, Password: w.password, Copier: bolt.Fill, Process: o.who.process, Wait: o.who.another, Term: o.term, Waits: o.waits, GoOn: o.goOn, Alone: o.alone})
		if err != nil {
			return kept{}, err
		}
		return kept{till.Over(db), db}, nil
	}
	db, err := bolt.Open(w.db, bolt.Options{Vault: o.vault, ReadOnly: o.readOnly, Moving: o.moving, OnCommit: o.onCommit})
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

// restore makes the database from a backup, and marks it as restored. An error
// names the one of the two that it is about.
func (w where) restore(ctx context.Context, backup string) (report store.Report, err error) {
	if !w.remote() {
		return bolt.Restore(backup, w.db)
	}
	from := where{db: backup}
	report, err = from.check(ctx, nil)
	if err == nil && len(report.Problems) > 0 {
		err = store.ErrUnsound
	}
	if err != nil {
		return report, about(from, err)
	}
	src, err := from.open(ctx, opening{readOnly: true})
	if err != nil {
		return report, about(from, err)
	}
	defer src.Close()
	db, err := postgres.Receive(ctx, w.db, postgres.Options{Password: w.password})
	if err != nil {
		return report, err
	}
	defer db.Close()
	err = src.Rows(ctx, func(rows store.Rows) (err error) {
		report, err = postgres.Restore(ctx, db, store.Move{ID: newID(), To: w.String(), At: time.Now().UTC()}, from.told(rows))
		return err
	})
	return report, about(w, err)
}
