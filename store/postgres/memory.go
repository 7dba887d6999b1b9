package postgres

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/topup"
)

// What the only writer knows it need not ask for. The rules:
//
//   - nobody else writes while this process leads, and each batch proves that it
//     does; so what its connection read, or wrote and committed, is what is
//     there. Who changes rows by hand stops the bot first;
//   - what a transaction changes lies aside until its commit is known to have
//     landed, and goes with a rollback. With the connection all is forgotten;
//   - a fact is the bytes of a row, or that there is none: what is read is
//     decoded anew each time, and nobody holds on to a fact;
//   - what is not known and most likely not there (rows named by an ID that was
//     minted a moment ago, updates that come) is taken as not there. Such a guess
//     is proved by the server, all of them in one round trip before the commit
//     and before anything that was written on the strength of it. A wrong one
//     rolls back, and the batch runs anew, knowing better. So no step may do
//     anything but write to its transaction and return.

// fact is what is known of a row; the zero one says that nothing is.
type fact struct {
	known, is bool
	doc       []byte
}

// memory holds facts by the finder and the key, in two generations: what was
// not asked for while one filled is forgotten.
type memory struct {
	facts, former map[string]fact
	size          int           // of facts, in bytes
	since         topup.OrderID // the lowest ID that can have been minted since this began
}

// rememberMost is the size of a generation.
const rememberMost = 32 << 20

func newMemory() *memory {
	return &memory{facts: map[string]fact{}, since: topup.FirstID(time.Now())}
}

func (m *memory) get(name string) fact {
	f, ok := m.facts[name]
	if !ok {
		if f, ok = m.former[name]; ok {
			m.keep(name, f)
		}
	}
	return f
}

// keep takes a fact in place of what was known; the zero one is forgotten.
func (m *memory) keep(name string, f fact) {
	const beside = 100 // what an entry takes
	if old, ok := m.facts[name]; ok {
		m.size -= beside + len(name) + len(old.doc)
	}
	if !f.known {
		delete(m.facts, name)
		delete(m.former, name)
		return
	}
	if m.facts[name] = f; m.size > rememberMost {
		m.facts, m.former, m.size = map[string]fact{name: f}, m.facts, 0
	}
	m.size += beside + len(name) + len(f.doc)
}

// landed takes what a transaction has changed, once its commit is known to be
// in.
func (m *memory) landed(t *Tx) {
	if t.mem != m {
		*m = *newMemory()
		return
	}
	for name, f := range t.changed {
		m.keep(name, f)
	}
}

// finder reads rows by one key, as texts: those of many keys in one query,
// which gives each key with its row.
type finder struct {
	name, sql string
	// new tells keys of which there is most likely no row, if nothing is known.
	new func(m *memory, key string) bool
}

// byKey makes a finder of the rows of a table. Each is looked up in its index,
// whatever the server's statistics say of a table that has just grown.
func byKey(name, key, kind, value string) *finder {
	return &finder{name: name + " by " + key, new: minted,
		sql: fmt.Sprintf(`SELECT k::text, v FROM unnest($1::text[]::%s[]) k, LATERAL (SELECT %s v FROM %s WHERE %s = k LIMIT 1) r`, kind, value, name, key)}
}

// minted tells a key that holds an ID that was minted since the memory began.
func minted(m *memory, key string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(key, func(r rune) bool { return r == '/' || r == '-' }), func(part string) bool {
		return len(part) == len(m.since) && part >= string(m.since)
	})
}

// coming takes every key as new.
func coming(*memory, string) bool { return true }

// row finds the row of one key.
func (f *finder) row(t *Tx, key string) (doc []byte, ok bool, err error) {
	found, err := f.rows(t, key)
	if err != nil || !found[0].is {
		return nil, false, err
	}
	return found[0].doc, true, nil
}

// number reads the number that a row of a key is; 0 when there is none.
func (f *finder) number(t *Tx, key string) (int64, error) {
	found, err := f.rows(t, key)
	if err != nil {
		return 0, err
	}
	return found[0].number(f.name)
}

func (f fact) number(of string) (int64, error) {
	if !f.is {
		return 0, nil
	}
	n, err := strconv.ParseInt(string(f.doc), 10, 64)
	if err != nil {
		err = store.Corrupt(of, nil, "a number does not read")
	}
	return n, err
}

// rows finds the rows of some keys: what is not known in one round trip.
func (f *finder) rows(t *Tx, keys ...string) ([]fact, error) {
	found := make([]fact, len(keys))
	var unknown []string
	for i, key := range keys {
		if found[i] = f.recall(t, key); !found[i].known {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return found, nil
	}
	read := map[string]fact{}
	if err := t.read(func(rows pgx.Rows) error { return scanFact(rows, read) }, f.sql, unknown); err != nil {
		return nil, err
	}
	for i, key := range keys {
		if !found[i].known {
			found[i] = read[key]
			found[i].known = true
			t.learn(f.name+" "+key, found[i])
		}
	}
	return found, nil
}

// known tells what is known of a row.
func (f *finder) known(t *Tx, key string) fact {
	if t.mem == nil {
		return fact{}
	}
	if own, is := t.changed[f.name+" "+key]; is {
		return own
	}
	return t.mem.get(f.name + " " + key)
}

// recall tells what is known of a row, or guessed.
func (f *finder) recall(t *Tx, key string) fact {
	known := f.known(t, key)
	if known.known || !t.guesses || f.new == nil || !f.new(t.mem, key) {
		return known
	}
	if _, own := t.changed[f.name+" "+key]; own {
		return known // what this transaction made of it can't be proved before it
	}
	t.guess(f, key)
	return fact{known: true}
}

// put says what the row of a key is from now on; know tells that it is not
// there any more.
func (f *finder) put(t *Tx, key string, doc []byte) {
	t.change(f.name+" "+key, fact{true, true, doc})
}
func (f *finder) gone(t *Tx, key string) { t.change(f.name+" "+key, fact{known: true}) }

// lose tells that the row of a key has changed, and not to what.
func (f *finder) lose(t *Tx, key string) { t.change(f.name+" "+key, fact{}) }

func scanFact(rows pgx.Rows, into map[string]fact) error {
	var key string
	f := fact{known: true, is: true}
	err := rows.Scan(&key, &f.doc)
	into[key] = f
	return err
}

// changedMost bounds what a transaction remembers of its own.
const changedMost = 50_000

func (t *Tx) change(name string, f fact) {
	if t.mem == nil {
		return
	}
	if t.changed == nil {
		t.changed = map[string]fact{}
	}
	if t.changed[name] = f; len(t.changed) > changedMost {
		t.forgo()
	}
}

// learn takes what was read. Of a row that this transaction has changed it is
// not sure to stay.
func (t *Tx) learn(name string, f fact) {
	switch _, own := t.changed[name]; {
	case t.mem == nil:
	case own:
		t.changed[name] = f
	default:
		t.mem.keep(name, f)
	}
}

// forgo lets a transaction that changes very much remember nothing, and the
// memory be empty after it.
func (t *Tx) forgo() { t.mem, t.changed, t.guesses = nil, nil, false }

// errGuess ends a run that rests on a wrong guess.
var errGuess = errors.New("store: a guess was wrong")

// check is a query that proves guesses of one finder. It leaves before all that
// is queued: before anything that was written on the strength of them.
type check struct {
	query *pgx.QueuedQuery
	keys  map[string]bool
}

func (t *Tx) guess(f *finder, key string) {
	c := t.checks[f]
	if c == nil {
		c = t.newCheck(f)
	}
	if !c.keys[key] {
		c.keys[key] = true
		c.query.Arguments = []any{slices.Collect(maps.Keys(c.keys))}
	}
}

func (t *Tx) newCheck(f *finder) *check {
	c, mem := &check{query: &pgx.QueuedQuery{SQL: f.sql}, keys: map[string]bool{}}, t.mem
	c.query.Query(func(rows pgx.Rows) error {
		read := map[string]fact{}
		for rows.Next() {
			if err := scanFact(rows, read); err != nil {
				return err
			}
		}
		for key := range c.keys {
			fact := read[key]
			fact.known = true
			mem.keep(f.name+" "+key, fact)
			t.wrong = t.wrong || fact.is
		}
		return rows.Err()
	})
	if t.checks == nil {
		t.checks = map[*finder]*check{}
	}
	t.checks[f] = c
	return c
}

// checked is what is queued, with the checks in their place.
func (t *Tx) checked() []*pgx.QueuedQuery {
	at := t.begins
	if t.sent {
		at = 0
	}
	var checks []*pgx.QueuedQuery
	for _, c := range t.checks {
		checks = append(checks, c.query)
	}
	return slices.Insert(t.queue.QueuedQueries, at, checks...)
}

// prove has the server prove the guesses, and sends nothing else.
func (t *Tx) prove() error {
	if t.err != nil || len(t.checks) == 0 {
		return t.err
	}
	if t.sent {
		t.queue.QueuedQueries = nil
	} else {
		t.queue.QueuedQueries = t.queue.QueuedQueries[:t.begins]
	}
	return t.send()
}
