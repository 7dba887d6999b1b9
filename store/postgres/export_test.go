package postgres

import (
	"bytes"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// TakenOver is how long after the leader has prolonged the lease for the last time
// another one has it, at the latest; Prolonging how long the leader tries to prolong
// it; and Try how long one try takes that gets nowhere.
const (
	TakenOver  = leaseLook + leaseFor + leaseTry + leaseLook
	Prolonging = leaseFor - leaseEarly - leaseFor/leaseParts
	Try        = leaseTry + leasePause
)

// Disremembered compares all that is remembered with what the tables say, and
// tells what differs. Nothing may be written meanwhile.
func (db *DB) Disremembered() (problems []string, err error) {
	keys := map[*finder][]string{}
	facts := db.memory.all()
	for at := range facts {
		keys[at.find] = append(keys[at.find], at.key)
	}
	return problems, db.View(func(t *Tx) error {
		for f, keys := range keys {
			found, err := f.rows(t, keys...)
			if err != nil {
				return err
			}
			for i, key := range keys {
				if was, is := facts[spot{f, key}], found[i]; was.is != is.is || !bytes.Equal(was.doc, is.doc) {
					problems = append(problems, fmt.Sprintf("%s %q: remembered %t %q, there is %t %q", f.name, key, was.is, was.doc, is.is, is.doc))
				}
			}
		}
		return db.incomplete(t, facts, &problems)
	})
}

// incomplete finds the rows that are not known of what should be known wholly.
func (db *DB) incomplete(t *Tx, facts map[spot]fact, problems *[]string) error {
	for _, first := range firsts {
		if !db.memory.whole[first.find] {
			continue
		}
		there := map[string]fact{}
		if err := t.read(func(rows pgx.Rows) error { return scanFact(rows, there) }, first.sql); err != nil {
			return err
		}
		for key := range there {
			if !facts[spot{first.find, key}].is {
				*problems = append(*problems, fmt.Sprintf("%s %q: there, and not known", first.find.name, key))
			}
		}
	}
	return nil
}

func (m *memory) all() map[spot]fact {
	all := map[spot]fact{}
	for _, part := range []map[spot]fact{m.former, m.facts} {
		for at, f := range part {
			all[at] = f
		}
	}
	return all
}

// Forget forgets all, as a memory that is full does: what was minted before
// counts as new still.
func (db *DB) Forget() {
	db.memory.facts, db.memory.former, db.memory.size, db.memory.whole = map[spot]fact{}, nil, 0, nil
}
