// Package cluster starts a PostgreSQL server of its own for tests: a fresh
// folder, an ordinary user, a socket that nobody else reaches, and writes that
// are flushed as on a real machine.
package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// ErrNone tells that no server is installed here.
var ErrNone = errors.New("cluster: PostgreSQL is not installed (initdb and postgres are not found)")

// Cluster is a running server.
type Cluster struct {
	dir  string
	as   *syscall.Credential
	bin  string
	stop func()
}

// User is the superuser of a cluster, Port what its socket is named by.
const (
	User = "hanout"
	Port = 5432
)

const startMost = 60 * time.Second

// Start makes a cluster and starts it. It ends with Stop, and with the process.
func Start(settings ...string) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin, stop: func() {}}
	if err := c.start(settings); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// binaries finds the folder of the server's programs.
func binaries() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Sort(dirs)
	slices.Reverse(dirs)
	if at, err := exec.LookPath("initdb"); err == nil {
		if at, err = filepath.EvalSymlinks(at); err == nil {
			dirs = append([]string{filepath.Dir(at)}, dirs...)
		}
	}
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
			return dir, nil
		}
	}
	return "", ErrNone
}

// ordinary is the user to run as: PostgreSQL refuses root.
func ordinary() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("cluster: there is no ordinary user to run as")
}

func (c *Cluster) start(settings []string) (err error) {
	if c.as, err = ordinary(); err != nil {
		return err
	}
	if c.as != nil {
		if err := os.Chown(c.dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(c.dir, "data")
	if out, err := c.command("initdb", "-D", data, "-U", User, "-A", "trust", "-E", "UTF8", "--no-locale", "--data-checksums", "--no-sync").CombinedOutput(); err != nil {
		return fmt.Errorf("cluster: initdb: %w\n%s", err, out)
	}
	args := []string{"-D", data, "-k", c.dir, "-p", strconv.Itoa(Port), "-c", "listen_addresses=", "-c", "shared_buffers=64MB", "-c", "max_connections=200", "-c", "log_min_messages=warning"}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	server := c.command("postgres", args...)
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	began, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // the server ends with the thread that started it
		defer runtime.UnlockOSThread()
		err := server.Start()
		began <- err
		if err == nil {
			_ = server.Wait()
		}
	}()
	if err := <-began; err != nil {
		return err
	}
	c.stop = func() { _ = server.Process.Signal(syscall.SIGQUIT); <-ended }
	for limit := time.Now().Add(startMost); ; time.Sleep(20 * time.Millisecond) {
		if pid, err := os.ReadFile(filepath.Join(data, "postmaster.pid")); err == nil && bytes.Contains(pid, []byte("\nready")) {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("cluster: the server did not start:\n%s", log.String())
		default:
		}
		if time.Now().After(limit) {
			return errors.New("cluster: the server takes too long to start")
		}
	}
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + c.bin + ":/usr/bin:/bin", "LC_ALL=C", "HOME=" + c.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// Address leads to a schema of a database.
func (c *Cluster) Address(database, schema string) string {
	q := url.Values{"host": {c.dir}, "port": {strconv.Itoa(Port)}}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres://" + User + "@/" + database + "?" + q.Encode()
}

// Socket is the path of the server's socket.
func (c *Cluster) Socket() string { return filepath.Join(c.dir, fmt.Sprintf(".s.PGSQL.%d", Port)) }

// Stop ends the server and takes away what it wrote.
func (c *Cluster) Stop() {
	c.stop()
	_ = os.RemoveAll(c.dir)
}
