package app

import (
	"path/filepath"
	"syscall"

	"hanout/store/bolt"
	"hanout/till"
)

// diskOf reads the room in the folder of the database, where its copies are,
// too: what this process may still fill.
func diskOf(path string, db *bolt.DB) func() (till.Disk, error) {
	return func() (till.Disk, error) {
		var s syscall.Statfs_t
		if err := syscall.Statfs(filepath.Dir(path), &s); err != nil {
			return till.Disk{}, err
		}
		return till.Disk{Free: int64(s.Bavail) * int64(s.Bsize), File: db.Size()}, nil
	}
}
