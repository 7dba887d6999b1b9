package bolt_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// TestBackupWhileWriting: every copy is a state that the original went
// through.
func TestBackupWhileWriting(t *testing.T) {
	db, _ := open(t, bolt.Options{})
	s := stock(t, db, topup.MaxMoney/2)
	var heads []store.Head
	wrote, stop, stopped := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			case wrote <- struct{}{}: // while somebody waits
			default:
			}
			if err := db.Update(func(tx *bolt.Tx) error {
				_, err := tx.Place(order(s, fmt.Sprintf("o%06d", i), 10_00))
				return err
			}); err != nil {
				stopped <- err
				return
			}
		}
	}()
	dir := t.TempDir()
	for i := range 8 {
		select {
		case <-wrote:
		case err := <-stopped:
			t.Fatal(err)
		}
		head, err := db.Backup(t.Context(), filepath.Join(dir, fmt.Sprint("b", i)))
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, head)
		if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 {
			t.Errorf("not sound while it is written: %v %q", err, r.Problems)
		}
		if err := db.View(func(tx *bolt.Tx) error {
			list, err := tx.Entries(s.ID.Available(), head.Seq+1, 1)
			if err != nil || len(list) != 1 || list[0].Seq != head.Seq || list[0].Hash != head.Hash {
				t.Errorf("backup %d stands at line %d, which the original never had: %v", i, head.Seq, err)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if heads[0] == heads[len(heads)-1] {
		t.Error("nothing was written between the first and the last backup")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("temporary files stay: %v", left)
	}
}

// TestBackupIsOfThisFile: another file that took the database's name is not
// what a backup copies.
func TestBackupIsOfThisFile(t *testing.T) {
	db, path := open(t, bolt.Options{})
	stock(t, db, 5_00)
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	head, err := db.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db"))
	if err != nil || head.Seq != 1 {
		t.Errorf("backup of a renamed file: %+v %v", head, err)
	}
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
}

// endsAt is a context that ends when it is asked for the n-th time.
type endsAt struct {
	context.Context
	n *int
}

func (c endsAt) Err() error {
	if *c.n--; *c.n < 0 {
		return context.Canceled
	}
	return nil
}

// TestBackupEndsWithItsContext stops a backup at each point at which it looks:
// nothing stays, and the till goes on.
func TestBackupEndsWithItsContext(t *testing.T) {
	db, _ := open(t, bolt.Options{})
	s := stock(t, db, 1000_00)
	update(t, db, func(tx *bolt.Tx) error {
		for i := range 20 {
			if _, err := tx.Place(order(s, fmt.Sprintf("o%02d", i), 10_00)); err != nil {
				return err
			}
		}
		return nil
	})
	dir := t.TempDir()
	stopped := 0
	for n := 0; ; n++ {
		left := n
		_, err := db.Backup(endsAt{t.Context(), &left}, filepath.Join(dir, "copy.db"))
		files, _ := os.ReadDir(dir)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || len(files) > 0 {
			t.Fatalf("stopped at point %d: %v, and leaves %v", n, err, files)
		}
		stopped++
		if n > 40 {
			n += n / 4 // the walks are long
		}
	}
	if stopped < 20 {
		t.Errorf("only %d points to stop at", stopped)
	}
	update(t, db, func(tx *bolt.Tx) error { return tx.MarkHandled(1, t0) })
}

// TestNoCommitWaitsForAReader lets a file outgrow all that bbolt would map of
// it by itself, while a reader holds the map.
func TestNoCommitWaitsForAReader(t *testing.T) {
	db, _ := open(t, bolt.Options{})
	reading, release, read := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		read <- db.View(func(*bolt.Tx) error { close(reading); <-release; return nil })
	}()
	<-reading
	written := make(chan error, 1)
	go func() {
		for i := range 3 {
			if err := db.Update(func(tx *bolt.Tx) error {
				return tx.PutSetting(fmt.Sprint("large", i), bytes.Repeat([]byte{7}, 200<<10))
			}); err != nil {
				written <- err
				return
			}
		}
		written <- nil
	}()
	select {
	case err := <-written:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("a commit waits for a reader")
	}
	close(release)
	if err := <-read; err != nil {
		t.Error(err)
	}
}

// TestLittleAddressSpace: where the system grants no map far ahead, a smaller
// one does.
func TestLittleAddressSpace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "till.db")
	if err := bolt.Create(path); err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip(err)
	}
	var mapped uint64 // pages
	if _, err := fmt.Sscan(string(status), &mapped); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		t.Fatal(err)
	}
	little := limit
	little.Cur = mapped*4096 + 8<<30
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &little); err != nil {
		t.Skip(err)
	}
	db, err := bolt.Open(path, bolt.Options{})
	if rerr := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); rerr != nil {
		t.Fatal(rerr)
	}
	if err != nil {
		t.Fatal(err)
	}
	update(t, db, func(tx *bolt.Tx) error { return tx.MarkHandled(1, t0) })
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
