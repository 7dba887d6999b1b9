package postgres

import (
	"errors"
	"fmt"
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

// spot is a row as one finder finds it.
type spot struct {
	find *finder
	key  string
}

// memory holds facts by where they were found, in two generations: what was
// not asked for while one filled is forgotten.
type memory struct {
	facts, former map[spot]fact
	size          int              // of facts, in bytes
	since         topup.OrderID    // the lowest ID that can have been minted since this began
	whole         map[*finder]bool // of these every row is known: what is not, is not there
	begun         bool             // it has read what comes first
}

// rememberMost is the size of a generation.
const rememberMost = 32 << 20

func newMemory() *memory {
	return &memory{facts: map[spot]fact{}, since: topup.FirstID(time.Now())}
}

func (m *memory) get(at spot) fact {
	f, ok := m.facts[at]
	if !ok {
		if f, ok = m.former[at]; ok {
			m.keep(at, f)
		}
	}
	return f
}

// keep takes a fact in place of what was known; the zero one is forgotten.
func (m *memory) keep(at spot, f fact) {
	const beside = 150 // what an entry takes
	if old, ok := m.facts[at]; ok {
		m.size -= beside + len(at.key) + len(old.doc)
	}
	if !f.known {
		delete(m.facts, at)
		delete(m.former, at)
		return
	}
	if m.facts[at] = f; m.size > rememberMost {
		m.facts, m.former, m.size, m.whole = map[spot]fact{at: f}, m.facts, 0, nil
	}
	m.size += beside + len(at.key) + len(f.doc)
}

// landed takes what a transaction has changed, once its commit is known to be
// in.
func (m *memory) landed(t *Tx) {
	if t.mem != m {
		*m = *newMemory()
		return
	}
	for at, f := range t.changed {
		m.keep(at, f)
	}
	for _, f := range t.lost {
		delete(m.whole, f)
	}
}

// firsts are what a till needs soon after it begins, most of it for as long as
// it goes on: it comes in one round trip. Of those that are whole every row
// comes, if they are not too many.
var firsts = []struct {
	find  *finder
	sql   string
	whole bool
}{
	{counters, `SELECT name, last::text FROM counters`, true},
	{values, `SELECT name, doc FROM settings ORDER BY name`, true},
	{shops.find, `SELECT id::text, doc FROM shops ORDER BY id DESC`, true},
	{shopsByChat, `SELECT chat::text, id::text FROM shops ORDER BY id DESC`, true},
	{members.find, `SELECT person::text, doc FROM members ORDER BY shop DESC`, true},
	{membersOf, `SELECT shop::text, string_agg(person::text, ' ' ORDER BY person) FROM members GROUP BY shop ORDER BY shop DESC`, false},
	{chats.find, `SELECT id::text, c.doc FROM chats c JOIN members ON person = id ORDER BY id`, false},
	{sessions, `SELECT chat::text, body FROM sessions ORDER BY chat DESC`, true},
	{accounts, `SELECT account, balance::text FROM accounts ORDER BY shop DESC NULLS FIRST`, true},
	{orders.find, `SELECT id, doc FROM orders WHERE due IS NOT NULL ORDER BY due`, false},
	{handled, `SELECT update_id::text, '' FROM handled ORDER BY at DESC`, false},
}

// firstMost bounds the rows of each.
const firstMost = 10_000

// begin reads what comes first.
func (m *memory) begin(t *Tx) error {
	for _, first := range firsts {
		n := 0
		t.queue.Queue(first.sql + fmt.Sprintf(" LIMIT %d", firstMost)).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				var key string
				f := fact{known: true, is: true}
				if err := rows.Scan(&key, &f.doc); err != nil {
					return err
				}
				m.keep(spot{first.find, key}, f)
				n++
			}
			m.whole[first.find] = first.whole && n < firstMost
			return rows.Err()
		})
	}
	m.whole = map[*finder]bool{}
	err := t.send()
	m.begun = err == nil
	return err
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
	for part := range strings.FieldsFuncSeq(key, func(r rune) bool { return r == '/' || r == '-' }) {
		if len(part) == len(m.since) && part >= string(m.since) {
			return true
		}
	}
	return false
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
			t.learn(spot{f, key}, found[i])
		}
	}
	return found, nil
}

// known tells what is known of a row.
func (f *finder) known(t *Tx, key string) fact {
	if t.mem == nil {
		return fact{}
	}
	if own, is := t.changed[spot{f, key}]; is {
		return own
	}
	known := t.mem.get(spot{f, key})
	known.known = known.known || t.mem.whole[f]
	return known
}

// recall tells what is known of a row, or guessed.
func (f *finder) recall(t *Tx, key string) fact {
	known := f.known(t, key)
	if known.known || !t.guesses || f.new == nil || !f.new(t.mem, key) {
		return known
	}
	if _, own := t.changed[spot{f, key}]; own {
		return known // what this transaction made of it can't be proved before it
	}
	t.guess(spot{f, key})
	return fact{known: true}
}

// put says what the row of a key is from now on; know tells that it is not
// there any more.
func (f *finder) put(t *Tx, key string, doc []byte) {
	t.change(spot{f, key}, fact{true, true, doc})
}
func (f *finder) gone(t *Tx, key string) { t.change(spot{f, key}, fact{known: true}) }

// lose tells that the row of a key has changed, and not to what.
func (f *finder) lose(t *Tx, key string) {
	t.change(spot{f, key}, fact{})
	t.lost = append(t.lost, f)
}

func scanFact(rows pgx.Rows, into map[string]fact) error {
	var key string
	f := fact{known: true, is: true}
	err := rows.Scan(&key, &f.doc)
	into[key] = f
	return err
}

// changedMost bounds what a transaction remembers of its own.
const changedMost = 50_000

func (t *Tx) change(at spot, f fact) {
	if t.mem == nil {
		return
	}
	if t.changed == nil {
		t.changed = map[spot]fact{}
	}
	if t.changed[at] = f; len(t.changed) > changedMost {
		t.forgo()
	}
}

// learn takes what was read. Of a row that this transaction has changed it is
// not sure to stay.
func (t *Tx) learn(at spot, f fact) {
	switch _, own := t.changed[at]; {
	case t.mem == nil:
	case own:
		t.changed[at] = f
	default:
		t.mem.keep(at, f)
	}
}

// forgo lets a transaction that changes very much remember nothing, and the
// memory be empty after it.
func (t *Tx) forgo() { t.mem, t.changed, t.guesses = nil, nil, false }

// errGuess ends a run that rests on a wrong guess.
var errGuess = errors.New("store: a guess was wrong")

// guess notes that a row was taken as not there.
func (t *Tx) guess(at spot) {
	if t.guessed[at] {
		return
	}
	if t.guessed == nil {
		t.guessed = map[spot]bool{}
	}
	t.guessed[at] = true
}

// checks are the queries that prove what was guessed. They leave before all that
// is queued: before anything that was written on the strength of it.
func (t *Tx) checks() (all []*pgx.QueuedQuery) {
	keys := map[*finder][]string{}
	for at := range t.guessed {
		keys[at.find] = append(keys[at.find], at.key)
	}
	mem := t.mem
	for f, keys := range keys {
		q := &pgx.QueuedQuery{SQL: f.sql, Arguments: []any{keys}}
		q.Query(func(rows pgx.Rows) error {
			read := map[string]fact{}
			for rows.Next() {
				if err := scanFact(rows, read); err != nil {
					return err
				}
			}
			for _, key := range keys {
				fact := read[key]
				fact.known = true
				if mem != nil {
					mem.keep(spot{f, key}, fact)
				}
				t.wrong = t.wrong || fact.is
			}
			return rows.Err()
		})
		all = append(all, q)
	}
	return all
}

// checked is what is queued, with the checks in their place.
func (t *Tx) checked() []*pgx.QueuedQuery {
	if len(t.guessed) == 0 {
		return t.queue.QueuedQueries
	}
	at := t.begins
	if t.sent {
		at = 0
	}
	return slices.Insert(t.queue.QueuedQueries, at, t.checks()...)
}

// prove has the server prove the guesses, and sends nothing else.
func (t *Tx) prove() error {
	if t.err != nil || len(t.guessed) == 0 {
		return t.err
	}
	if t.sent {
		t.queue.QueuedQueries = nil
	} else {
		t.queue.QueuedQueries = t.queue.QueuedQueries[:t.begins]
	}
	return t.send()
}
