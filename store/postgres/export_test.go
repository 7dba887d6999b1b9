package postgres

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// finders are all by which something may be remembered.
var finders = []*finder{
	values, counters, sessions, handled, accounts, linesByKey, head, ordersByNo, ordersByPanel, ordersByProvider, ordersTo, claimsByOrder, shopsByChat,
	shops.find, members.find, chats.find, orders.find, complaints.find, outbox.find, undelivered.find, deadLetters.find, panels.find,
}

// Disremembered compares all that is remembered with what the tables say, and
// tells what differs. Nothing may be written meanwhile.
func (db *DB) Disremembered() (problems []string, err error) {
	keys := map[*finder][]string{}
	facts := db.memory.all()
	for name := range facts {
		i := slices.IndexFunc(finders, func(f *finder) bool { return strings.HasPrefix(name, f.name+" ") })
		if i < 0 {
			return nil, fmt.Errorf("no finder of %q", name)
		}
		keys[finders[i]] = append(keys[finders[i]], strings.TrimPrefix(name, finders[i].name+" "))
	}
	return problems, db.View(func(t *Tx) error {
		for f, keys := range keys {
			found, err := f.rows(t, keys...)
			if err != nil {
				return err
			}
			for i, key := range keys {
				if was, is := facts[f.name+" "+key], found[i]; was.is != is.is || !bytes.Equal(was.doc, is.doc) {
					problems = append(problems, fmt.Sprintf("%s %q: remembered %t %q, there is %t %q", f.name, key, was.is, was.doc, is.is, is.doc))
				}
			}
		}
		return nil
	})
}

func (m *memory) all() map[string]fact {
	all := map[string]fact{}
	for _, part := range []map[string]fact{m.former, m.facts} {
		for name, f := range part {
			all[name] = f
		}
	}
	return all
}

// Remembers tells how much is remembered.
func (db *DB) Remembers() int { return len(db.memory.all()) }

// Forget forgets all, as a memory that is full does: what was minted before
// counts as new still.
func (db *DB) Forget() { db.memory.facts, db.memory.former, db.memory.size = map[string]fact{}, nil, 0 }
