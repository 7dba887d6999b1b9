package bolt

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"hanout/store"
	"hanout/topup"
)

// A copy of the file that is started knows nothing of what was sold since it
// was made. `hanout restore` marks the database that it makes; but a file can
// be copied by hand, too. What is known of its place lies beside it, in the
// file of the lock:
//
//   - the name that the database and its place have in common, so that no
//     other database is taken for it;
//   - the number of the file (its inode), so that a copy that took the file
//     beside it along is known as one; not that of the disk, which changes
//     when a volume is mounted again;
//   - its last commit. It is written after each, and not forced to disk, so it
//     may lie behind the database, after a power cut, but never before it: a
//     database that is older than its place was put back.
//
// Whoever opens a database for writing somewhere else makes it one that was
// restored, and the place its own. A restart, a new version, a volume that is
// mounted again change none of the three. Renaming the file alone, and losing
// the file beside it, look like a copy; that costs the owner one tap. What
// takes the whole disk back, such as a snapshot of the machine, can't be seen
// from within: it wants `hanout restore`.

// place is what is known of where a database belongs.
type place struct {
	name   string // 32 hex digits
	file   uint64 // inode
	commit uint64 // the last one
}

const placeForm = "%32s %020d %020d\n"

// readPlace reads what lies beside; the zero place when nothing does.
func readPlace(f *os.File) (place, error) {
	var p place
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 4096))
	if err != nil {
		return p, err
	}
	if _, err := fmt.Sscanf(string(b), placeForm, &p.name, &p.file, &p.commit); err != nil {
		return place{}, nil
	}
	return p, nil
}

func (p place) write(f *os.File) error {
	_, err := fmt.Fprintf(io.NewOffsetWriter(f, 0), placeForm, p.name, p.file, p.commit)
	return err
}

var keyPlace = []byte("place")

// settle proves that the database lies where it was last written, and makes
// the place its own. One that does not is marked as restored.
func (db *DB) settle() error {
	if db.lock == nil {
		return nil
	}
	at, err := readPlace(db.lock)
	if err != nil {
		return err
	}
	here, known := place{}, false
	if here.file, err = inode(db.path); err != nil {
		return err
	}
	err = db.bolt.View(func(tx *bbolt.Tx) error {
		name, err := (&Tx{tx: tx}).get(bMeta, keyPlace)
		here.name, known, here.commit = string(name), name != nil, uint64(tx.ID())
		return err
	})
	if err != nil {
		return err
	}
	if known && here.name == at.name && here.file == at.file && here.commit >= at.commit {
		db.place = here
		return nil
	}
	err = db.bolt.Update(func(tx *bbolt.Tx) error {
		t := &Tx{tx: tx}
		here.commit = uint64(tx.ID())
		if known {
			if err := t.markRestored(time.Now()); err != nil {
				return err
			}
		}
		here.name, err = t.rename()
		return err
	})
	if err != nil {
		return err
	}
	db.place = here
	if err := here.write(db.lock); err != nil {
		return err
	}
	return errors.Join(db.lock.Sync(), syncDir(filepath.Dir(db.path)))
}

// rename gives the database a new name, which no other copy has.
func (t *Tx) rename() (string, error) {
	var random [16]byte
	rand.Read(random[:])
	name := hex.EncodeToString(random[:])
	return name, t.put(bMeta, keyPlace, []byte(name))
}

// committed notes the last commit beside the database. An error is of no
// weight: what is noted then lies behind.
func (db *DB) committed(commit int) {
	if db.lock != nil {
		db.place.commit = uint64(commit)
		_ = db.place.write(db.lock)
	}
}

func inode(path string) (uint64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ino, nil
	}
	return 0, nil
}

// emptyCopy is how old a copy may be in which nothing was ever done.
const emptyCopy = 30 * 24 * time.Hour

// markRestored writes down that the database goes on from a copy, and up to
// when the copy knows what was done.
func (t *Tx) markRestored(now time.Time) error {
	copied := now.Add(-emptyCopy)
	if k, _ := t.bucket(bJournal).Cursor().Last(); k != nil {
		line, err := getRow[topup.Transaction](t, bJournal, k)
		if err != nil {
			return err
		}
		copied = line.At
	}
	if k, _ := t.bucket(bUpdatesAt).Cursor().Last(); k != nil {
		if at, _, ok := fromTimeKey(k); ok && at.After(copied) {
			copied = at
		}
	}
	return t.PutSetting(store.SettingRestored, topup.Restored{Copied: copied.UTC(), Found: now.UTC()})
}
