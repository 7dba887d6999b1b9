package store

import (
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"
)

// Head names a state of the journal: its last line.
type Head struct {
	Seq  uint64
	Hash string
}

// Backup copies the database to path while it is in use, checks the copy, and
// gives the state of the journal in it. It never overwrites ([ErrExists]) and
// leaves nothing behind when it fails.
func (db *DB) Backup(path string) (Head, error) {
	var report Report
	err := db.copyTo(path, func(copied string) (err error) {
		if report, err = Check(copied, db.vault); err == nil && len(report.Problems) > 0 {
			err = fmt.Errorf("store: the copy does not check: %s", report.Problems[0])
		}
		return err
	})
	if err != nil {
		return Head{}, err
	}
	return report.Head, nil
}

// copyTo writes a copy under a temporary name and gives it its own once it is
// on disk and proved.
func (db *DB) copyTo(path string, prove func(copied string) error) error {
	if _, err := os.Lstat(path); err == nil {
		return ErrExists
	}
	temp, err := tempName(path)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, newFileMode)
	if err != nil {
		return err
	}
	err = db.bolt.View(func(tx *bbolt.Tx) error {
		_, err := tx.WriteTo(f)
		return err
	})
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := prove(temp); err != nil {
		return err
	}
	return publish(temp, path)
}

// Restore makes the database at path from a backup. A backup that does not
// check is refused, with the report that says why; nothing is overwritten.
func Restore(backup, path string) (Report, error) {
	if _, err := os.Lstat(path); err == nil {
		return Report{}, ErrExists
	}
	report, err := Check(backup, nil)
	if err != nil {
		return report, fmt.Errorf("the backup %s: %w", backup, err)
	}
	if len(report.Problems) > 0 {
		return report, errors.New("the backup does not check and is not restored")
	}
	from, err := Open(backup, Options{ReadOnly: true})
	if err != nil {
		return report, err
	}
	defer from.Close()
	_, err = from.Backup(path)
	return report, err
}
