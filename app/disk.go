package app

import (
	"path/filepath"
	"syscall"

	"hanout/till"
	"hanout/topup"
)

// safeguardsOf reads how a database on a server is kept; a file has no such
// server: nil.
func safeguardsOf(db opened) func() (topup.Safeguards, error) {
	if s, on := db.(interface {
		Safeguards() (topup.Safeguards, error)
	}); on {
		return s.Safeguards
	}
	return nil
}

// diskOf reads the room in the folder of the database, where its copies are,
// too: what this process may still fill. The disk of a database on a server is
// that server's to watch: nil.
func diskOf(w where, db opened) func() (till.Disk, error) {
	if w.remote() {
		return nil
	}
	return func() (till.Disk, error) {
		var s syscall.Statfs_t
		if err := syscall.Statfs(filepath.Dir(w.db), &s); err != nil {
			return till.Disk{}, err
		}
		return till.Disk{Free: int64(s.Bavail) * int64(s.Bsize), File: db.Size()}, nil
	}
}
