package bolt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"hanout/store"
)

// tempName reserves a fresh name beside path.
func tempName(path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".new-*")
	if err != nil {
		return "", err
	}
	name := f.Name()
	if err := f.Close(); err != nil {
		return "", err
	}
	return name, os.Remove(name)
}

// link gives a file a second name; some file systems can't.
var link = os.Link

// moveTo gives a finished file its name where there are no links: it takes
// the name first, so that nobody's file is replaced, and then replaces that.
func moveTo(temp, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, newFileMode)
	if errors.Is(err, os.ErrExist) {
		return store.ErrExists
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// publish gives a finished file its name, without replacing another, and
// makes both durable.
func publish(temp, path string) error {
	f, err := os.OpenFile(temp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	err = f.Sync()
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	switch err = link(temp, path); {
	case err == nil:
		err = os.Remove(temp)
	case errors.Is(err, os.ErrExist):
		return store.ErrExists
	default:
		err = moveTo(temp, path)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// inspect refuses what must not be mapped, nor written on: bbolt would make an
// empty file a new till, a page that is not there ends the process, and in a
// tree out of order it looks for rows where they are not.
func inspect(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return store.ErrMissing
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: not a regular file", store.ErrForeign)
	case info.Size() == 0:
		return store.ErrEmpty
	}
	// A file that is being written looks damaged at times.
	if err := lockForReading(f); err != nil {
		return err
	}
	m, ok := readForm(f)
	switch {
	case !ok && info.Size() < smallestFile:
		return store.ErrTruncated
	case !ok:
		return store.ErrForeign
	case uint64(info.Size()) < m.pageSize*m.high:
		return store.ErrTruncated
	}
	err = prove(readUntil{ctx, f}, m)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	return nil
}

// readUntil reads a file as long as ctx is not done.
type readUntil struct {
	ctx  context.Context
	file io.ReaderAt
}

func (r readUntil) ReadAt(b []byte, at int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.file.ReadAt(b, at)
}

// lockForReading waits a little for a writer that is just closing the file.
func lockForReading(f *os.File) error {
	for began := time.Now(); ; time.Sleep(lockPause) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Since(began) > openTimeout {
			return store.ErrLocked
		}
	}
}

func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, newFileMode)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, store.ErrLocked
		}
		return nil, err
	}
	return f, nil
}

func (db *DB) unlock() {
	if db.lock != nil {
		db.lock.Close()
		db.lock = nil
	}
}
