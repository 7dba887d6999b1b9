package sandbox

import (
	"os"
	"syscall"
)

// Memory is a folder in memory for what tests write and throw away, so that
// nobody waits for a disk; "" where none has the room, or lets programs run, and
// where TMPDIR says which folder to take.
func Memory() string {
	const folder, room, noPrograms = "/dev/shm", 4 << 30, 8 // the flag ST_NOEXEC of statvfs(3)
	var at syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(folder, &at) != nil || at.Bavail*uint64(at.Bsize) < room || at.Flags&noPrograms != 0 {
		return ""
	}
	return folder
}
