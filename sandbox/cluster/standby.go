package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Standby makes a server that follows this one. From now on a commit here is
// answered when it is flushed there, too; the same holds on the other when it
// is promoted.
func (c *Cluster) Standby(settings ...string) (*Cluster, error) {
	if err := c.Set("synchronous_standby_names", "*"); err != nil {
		return nil, err
	}
	s, err := newCluster(settings, func(s *Cluster) error { return s.copies(c) })
	if err != nil {
		return nil, err
	}
	if err := c.followed(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// Follow makes this server, which ends if it runs, a standby of another. What
// it has that the other has not is gone.
func (c *Cluster) Follow(primary *Cluster) error {
	c.Immediate()
	if err := os.RemoveAll(c.data()); err != nil {
		return err
	}
	if err := c.copies(primary); err != nil {
		return err
	}
	if err := c.Again(); err != nil {
		return err
	}
	return primary.followed()
}

// copies fills the folder with what the primary has, and with how to follow it.
func (c *Cluster) copies(primary *Cluster) error {
	return c.run("pg_basebackup", "-D", c.data(), "-R", "-h", primary.dir, "-p", strconv.Itoa(Port), "-U", User, "-c", "fast", "-X", "stream", "--no-sync")
}

// followed waits until a standby receives what is written here.
func (c *Cluster) followed() error {
	for limit := time.Now().Add(startMost); ; time.Sleep(20 * time.Millisecond) {
		n, err := c.Do("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND flush_lsn IS NOT NULL AND application_name = 'walreceiver'")
		if err != nil || n != "0" {
			return err
		}
		if time.Now().After(limit) {
			return errors.New("cluster: no standby follows")
		}
	}
}

// Promote lets a standby write.
func (c *Cluster) Promote() error {
	said, err := c.Do("SELECT pg_promote()")
	if err == nil && said != "t" {
		err = errors.New("cluster: the standby is not promoted")
	}
	return err
}

// Immediate ends the server as pg_ctl -m immediate does: it puts nothing in
// order.
func (c *Cluster) Immediate() { c.end(func() { _ = c.server.Process.Signal(syscall.SIGQUIT) }) }

// Kill ends the server and all that it started at once, as the end of its
// machine does.
func (c *Cluster) Kill() {
	c.end(func() {
		_ = c.server.Process.Signal(syscall.SIGSTOP) // so that it starts nothing meanwhile
		started := children(c.server.Process.Pid)
		for _, pid := range append(started, c.server.Process.Pid) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		for _, pid := range started {
			for runs(pid) {
				time.Sleep(time.Millisecond)
			}
		}
	})
}

// end ends the server if it runs.
func (c *Cluster) end(how func()) {
	if c.server == nil {
		return
	}
	how()
	<-c.ended
	c.server = nil
}

// children finds what a process has started. Each is a group of its own, so
// the group of their parent does not reach them.
func children(parent int) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range all {
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && stat(pid)[1] == strconv.Itoa(parent) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// runs reports whether a process has not ended; one that nobody has waited for
// has.
func runs(pid int) bool { state := stat(pid)[0]; return state != "" && state != "Z" && state != "X" }

// stat reads the state of a process and its parent.
func stat(pid int) (is [2]string) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // PID (NAME) STATE PARENT …; a name may hold anything
	if err == nil {
		copy(is[:], strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])))
	}
	return is
}
