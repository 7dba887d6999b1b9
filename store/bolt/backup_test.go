package bolt_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

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
		head, err := db.Backup(filepath.Join(dir, fmt.Sprint("b", i)))
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
	head, err := db.Backup(filepath.Join(t.TempDir(), "copy.db"))
	if err != nil || head.Seq != 1 {
		t.Errorf("backup of a renamed file: %+v %v", head, err)
	}
	if err := os.Rename(path+".moved", path); err != nil {
		t.Fatal(err)
	}
}
