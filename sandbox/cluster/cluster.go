// Package cluster starts a PostgreSQL server of its own for tests: a fresh
// folder, an ordinary user, a socket that nobody else reaches, and writes that
// are flushed as on a real machine. A second one can follow it as its
// synchronous standby, and each can end in the ways in which machines do.
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
	"strings"
	"syscall"
	"time"
)

// ErrNone tells that no server is installed here.
var ErrNone = errors.New("cluster: PostgreSQL is not installed (initdb and postgres are not found)")

// Cluster is a server.
type Cluster struct {
	dir      string
	as       *syscall.Credential
	bin      string
	settings []string
	server   *exec.Cmd
	ended    chan struct{} // closed when the server has
}

// User is the superuser of a cluster, Port what its socket is named by.
const (
	User = "hanout"
	Port = 5432
)

const startMost = 60 * time.Second

// Start makes a cluster and starts it. It ends with Stop, and with the process.
func Start(settings ...string) (*Cluster, error) {
	return newCluster(settings, func(c *Cluster) error {
		return c.run("initdb", "-D", c.data(), "-U", User, "-A", "trust", "-E", "UTF8", "--no-locale", "--data-checksums", "--no-sync")
	})
}

// newCluster starts a server in a folder of its own, which fill fills.
func newCluster(settings []string, fill func(*Cluster) error) (*Cluster, error) {
	c := &Cluster{settings: settings}
	var err error
	if c.bin, err = binaries(); err != nil {
		return nil, err
	}
	if c.as, err = ordinary(); err != nil {
		return nil, err
	}
	if c.dir, err = os.MkdirTemp("", "pg"); err != nil {
		return nil, err
	}
	if c.as != nil {
		err = os.Chown(c.dir, int(c.as.Uid), int(c.as.Gid))
	}
	if err == nil {
		err = fill(c)
	}
	if err == nil {
		err = c.Again()
	}
	if err != nil {
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

// Again starts the server, which has ended, where it stopped.
func (c *Cluster) Again() error {
	args := []string{"-D", c.data(), "-k", c.dir, "-p", strconv.Itoa(Port), "-c", "listen_addresses=", "-c", "shared_buffers=64MB", "-c", "max_connections=200", "-c", "log_min_messages=warning", "-c", "wal_retrieve_retry_interval=200ms"}
	for _, s := range c.settings {
		args = append(args, "-c", s)
	}
	server, ended := c.command("postgres", args...), make(chan struct{})
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	pidFile := filepath.Join(c.data(), "postmaster.pid")
	_ = os.Remove(pidFile) // one that was killed leaves its own
	began := make(chan error, 1)
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
	c.server, c.ended = server, ended
	for limit := time.Now().Add(startMost); ; time.Sleep(20 * time.Millisecond) {
		if pid, err := os.ReadFile(pidFile); err == nil && bytes.Contains(pid, []byte("\nready")) {
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

// run runs one of the server's programs to its end.
func (c *Cluster) run(name string, args ...string) error {
	if out, err := c.command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("cluster: %s: %w\n%s", name, err, out)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Address leads to a schema of a database, on whichever of the servers can
// write.
func (c *Cluster) Address(database, schema string, others ...*Cluster) string {
	hosts := c.dir
	for _, o := range others {
		hosts += "," + o.dir
	}
	q := url.Values{"host": {hosts}, "port": {strconv.Itoa(Port)}}
	if len(others) > 0 {
		q.Set("target_session_attrs", "read-write")
	}
	if schema != "" {
		q.Set("search_path", schema)
	}
	return "postgres://" + User + "@/" + database + "?" + q.Encode()
}

// Socket is the path of the server's socket.
func (c *Cluster) Socket() string { return filepath.Join(c.dir, fmt.Sprintf(".s.PGSQL.%d", Port)) }

// Do runs statements as the superuser, each by itself, and gives what they say.
func (c *Cluster) Do(statements ...string) (string, error) {
	args := []string{"-X", "-A", "-t", "-q", "-h", c.dir, "-p", strconv.Itoa(Port), "-U", User, "-d", "postgres", "-v", "ON_ERROR_STOP=1"}
	for _, s := range statements {
		args = append(args, "-c", s)
	}
	out, err := c.command("psql", args...).CombinedOutput()
	said := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("cluster: %q: %w\n%s", statements, err, said)
	}
	return said, nil
}

// Set changes a setting that Start was not given. It holds for every commit
// that begins from then on.
func (c *Cluster) Set(name, value string) error {
	before, err := c.Do("SELECT pg_conf_load_time()")
	if err != nil {
		return err
	}
	if _, err := c.Do(fmt.Sprintf("ALTER SYSTEM SET %s = '%s'", name, value), "SELECT pg_reload_conf()"); err != nil {
		return err
	}
	for {
		// A new session has what the server has read and told its processes; of
		// these the one that makes checkpoints says whether commits wait.
		switch now, err := c.Do("SELECT pg_conf_load_time()"); {
		case err != nil:
			return err
		case now != before:
			_, err = c.Do("CHECKPOINT")
			return err
		}
	}
}

// Stop ends the server and takes away what it wrote.
func (c *Cluster) Stop() {
	c.Immediate()
	_ = os.RemoveAll(c.dir)
}
