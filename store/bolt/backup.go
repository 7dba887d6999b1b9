package bolt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"hanout/store"

	"go.etcd.io/bbolt"
)

// Backup copies the database to path while it is in use, checks the copy, and
// gives the state of the journal in it. It never overwrites (store.ErrExists)
// and leaves nothing behind when it fails. An error is a *store.FileError that
// names the file it is about: path, or this one when it does not check.
//
// It ends with ctx, and leaves nothing then either.
func (db *DB) Backup(ctx context.Context, path string) (store.Head, error) {
	var report store.Report
	err := db.copyTo(ctx, path, func(copied string) (err error) {
		if report, err = check(ctx, copied, Options{Vault: db.vault}); err == nil && len(report.Problems) > 0 {
			err = fmt.Errorf("%w: %s", store.ErrUnsound, report.Problems[0])
		}
		return about(db.path, err)
	})
	if err != nil {
		return store.Head{}, about(path, err)
	}
	return report.Head, nil
}

// copyTo writes a copy under a temporary name and gives it its own once it is
// on disk and proved.
func (db *DB) copyTo(ctx context.Context, path string, prove func(copied string) error) error {
	if _, err := os.Lstat(path); err == nil {
		return store.ErrExists
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
	err = db.View(func(t *Tx) error {
		to := &steady{ctx: ctx, file: f}
		_, err := t.tx.WriteTo(to)
		return cmp.Or(to.err, err) // bbolt keeps only the words of some
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

// steady writes a copy so that a stop ends it, and so that it does not pile up
// what the disk must take before it takes a commit.
type steady struct {
	ctx     context.Context
	file    *os.File
	pending int
	err     error
}

const pendingMost = 8 << 20

func (s *steady) Write(b []byte) (n int, err error) {
	if s.err = s.ctx.Err(); s.err != nil {
		return 0, s.err
	}
	n, s.err = s.file.Write(b)
	if s.pending += n; s.err == nil && s.pending >= pendingMost {
		s.pending = 0
		s.err = s.file.Sync()
	}
	return n, s.err
}

// Restore makes the database at path from a backup, and marks it as restored.
// A backup that does not check is refused, with the report that says why;
// nothing is overwritten, and no process may work at path (store.ErrLocked).
// An error is a *store.FileError that names the file it is about.
func Restore(backup, path string) (store.Report, error) {
	if _, err := os.Lstat(path); err == nil {
		return store.Report{}, about(path, store.ErrExists)
	}
	report, err := Check(backup, nil)
	if err == nil && len(report.Problems) > 0 {
		err = store.ErrUnsound
	}
	if err != nil {
		return report, about(backup, err)
	}
	// A process whose file was moved away still works on it, and would go on
	// beside the one that starts here.
	lock, err := takeLock(path + lockSuffix)
	if err != nil {
		return report, about(path, err)
	}
	defer lock.Close()
	from, err := Open(backup, Options{ReadOnly: true})
	if err != nil {
		return report, about(backup, err)
	}
	defer from.Close()
	return report, about(path, from.copyTo(context.Background(), path, func(copied string) error {
		again, err := Check(copied, nil)
		if err == nil && len(again.Problems) > 0 {
			err = store.ErrUnsound
		}
		if err != nil {
			return about(backup, err)
		}
		return markCopy(copied)
	}))
}

// markCopy marks a finished copy as restored, before it has its name.
func markCopy(copied string) error {
	b, err := bbolt.Open(copied, newFileMode, &bbolt.Options{Timeout: openTimeout, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return err
	}
	err = b.Update(func(tx *bbolt.Tx) error {
		t := &Tx{tx: tx}
		if _, err := t.rename(); err != nil {
			return err
		}
		if err := t.DropSetting(store.SettingMoved); err != nil {
			return err
		}
		return t.markRestored(time.Now())
	})
	return errors.Join(err, b.Close())
}

// about names the file that an error is about, unless it names one.
func about(path string, err error) error {
	var named *store.FileError
	if err == nil || errors.As(err, &named) {
		return err
	}
	return &store.FileError{Path: path, Err: err}
}
