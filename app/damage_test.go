package app

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"hanout/store"
	"hanout/store/bolt"
)

// TestDamageAtTheStart: a flipped bit in the tree of a file ends each command
// with words and a status of its own.
func TestDamageAtTheStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "till.db")
	if err := bolt.Create(file); err != nil {
		t.Fatal(err)
	}
	credit(t, file, "1")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(b, []byte("available"))
	b[at] ^= 1
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	e := settings(file, "http://127.0.0.1:9", "http://127.0.0.1:9")
	for _, args := range [][]string{{"run"}, {"check"}, {"backup", file + ".copy"}, {"rekey"}} {
		var stderr bytes.Buffer
		if got := Main(t.Context(), args, e.get, io.Discard, &stderr); got != 3 || !strings.Contains(stderr.String(), "damaged") {
			t.Errorf("%v ends with status %d and says %q", args, got, stderr.String())
		}
	}
}

// TestDamageWhileSelling breaks the file under a running bot: it stops with
// words, and answers nobody from what it can't read.
func TestDamageWhileSelling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 5000)
		f, err := os.OpenFile(r.cfg.db, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		for at := int64(2 * 4096); at < info.Size(); at += 4096 {
			if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, 12), at); err != nil {
				t.Fatal(err)
			}
		}
		r.say(shopID, "/balance")
		err = <-r.done
		says(t, err, r.cfg.db+" is damaged", "restore")
		if status(err) != 3 || !strings.Contains(r.log.String(), "damaged") {
			t.Errorf("status %d, the log:\n%s", status(err), r.log.String())
		}
	})
}

// TestFullDisk lets the file grow no further: the bot stops, says what to do,
// and after that goes on where it was. The limit is the process's, and go test
// keeps a file of its own, so the test has a process to itself.
func TestFullDisk(t *testing.T) {
	const alone = "HANOUT_TEST_ALONE"
	if os.Getenv(alone) == "" {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$", "-test.v", "-test.timeout=2m")
		c.Env = append(os.Environ(), alone+"=1")
		if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestFullDisk")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 5000)
		had := r.wallet()
		info, err := os.Stat(r.cfg.db)
		if err != nil {
			t.Fatal(err)
		}
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Fatal(err)
		}
		full := limit
		full.Cur = 4 * 4096 // below what is in use: each commit fails
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
			t.Fatal(err)
		}
		roomy := func() {
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
				t.Fatal(err)
			}
		}
		defer roomy()
		r.say(shopID, "/balance")
		err = <-r.done
		roomy()
		says(t, err, r.cfg.db, "make room", "start again", "Nothing that was told")
		if status(err) != 1 || !strings.Contains(r.log.String(), "make room") {
			t.Errorf("status %d, the log:\n%s", status(err), r.log.String())
		}
		if after, err := os.Stat(r.cfg.db); err != nil || after.Size() < info.Size() {
			t.Errorf("the file has %v, %v", after, err)
		}
		r.start()
		r.settle(2 * time.Second)
		r.sees(shopID, "5 000")
		if r.wallet() != had {
			t.Errorf("the wallet was %v, and is %v", had, r.wallet())
		}
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.check()
	})
}

func TestFailingDiskSaysWhatToDo(t *testing.T) {
	failing := func(errno syscall.Errno) error {
		return explain("till.db", &store.CommitError{Err: &os.PathError{Op: "write", Path: "till.db", Err: errno}})
	}
	says(t, failing(syscall.ENOSPC), "till.db is full", "make room", "Nothing that was told")
	says(t, failing(syscall.EIO), "till.db fails", "look at the disk", "Nothing that was told")
	if err := failing(syscall.EIO); status(err) != 1 || !errors.Is(err, syscall.EIO) {
		t.Errorf("status %d of %v", status(err), err)
	}
}

func TestNoCoreDumps(t *testing.T) {
	if err := noCores(); err != nil {
		t.Fatal(err)
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
		t.Errorf("core dumps of %+v are allowed, %v", limit, err)
	}
}
