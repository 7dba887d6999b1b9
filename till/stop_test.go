package till

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/store"
)

// slowCopy is a store whose backup takes for ever.
type slowCopy struct {
	Store
	ended time.Time
}

func (s *slowCopy) Backup(ctx context.Context, _ string) (store.Head, error) {
	<-ctx.Done()
	time.Sleep(100 * time.Millisecond) // its file goes away
	s.ended = time.Now()
	return store.Head{}, ctx.Err()
}

// TestStopEndsABackup: a stop waits for no copy, but for its end.
func TestStopEndsABackup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		slow := &slowCopy{Store: c.db}
		c.engine.db = slow
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.engine.Run(ctx) }()
		<-c.engine.ready
		c.engine.startJob(job{Run: flows.Run{Job: flows.JobBackup, Chat: shopChat, Panel: "backup"}})
		time.Sleep(time.Minute)
		began := time.Now()
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if slow.ended.IsZero() || time.Since(began) > time.Second {
			t.Errorf("the backup ended at %v, the stop took %v", slow.ended, time.Since(began))
		}
		c.close()
	})
}

// hangs is a store whose next commit ends, unknown, when it is told to.
type hangs struct {
	Store
	ends chan struct{}
}

func (s *hangs) Update(fn func(Tx) error) error {
	if s.ends == nil {
		return s.Store.Update(fn)
	}
	<-s.ends
	return &store.CommitError{Err: errors.New("input/output error")}
}

// TestStopLeavesNobodyWaiting: updates that the engine had not taken when it
// ended are told so. In a process that goes on, each who waited would stay.
func TestStopLeavesNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		s := &hangs{Store: c.db}
		c.engine.db = s
		done, handled := make(chan error, 1), make(chan error, 2)
		go func() { done <- c.engine.Run(t.Context()) }()
		<-c.engine.ready
		synctest.Wait()
		s.ends = make(chan struct{})
		for id := range int64(2) { // one in the commit, one behind it
			u := typed(shopChat, "/help")
			u.ID = 100 + id
			go func() { handled <- c.engine.Handle(t.Context(), []Update{u}, false) }()
			synctest.Wait()
		}
		close(s.ends)
		if err := <-done; !fatal(err) {
			t.Errorf("the engine ends with %v", err)
		}
		gone := 0
		for range 2 {
			switch err := <-handled; {
			case errors.Is(err, ErrGone):
				gone++
			case !fatal(err):
				t.Errorf("an update that is not kept ends with %v", err)
			}
		}
		if gone != 1 {
			t.Errorf("%d of two updates were left behind", gone)
		}
		c.close()
	})
}

// away is a store whose reads fail for a while.
type away struct {
	Store
	is  atomic.Bool
	err error
}

func (s *away) View(fn func(Tx) error) error {
	if s.is.Load() {
		return s.err
	}
	return s.Store.View(fn)
}

// TestReadThatFailsStopsNobody where the server of a database is away for a
// moment; one of a damaged row does.
func TestReadThatFailsStopsNobody(t *testing.T) {
	for _, why := range []error{store.ErrUnreachable, store.ErrUnable, store.ErrDamaged} {
		synctest.Test(t, func(t *testing.T) {
			c := newCounter(t)
			s := &away{Store: c.db, err: why}
			c.engine.db = s
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- c.engine.Run(ctx) }()
			<-c.engine.ready
			synctest.Wait()
			s.is.Store(true)
			u := typed(shopChat, "/help")
			u.ID = 100
			handled := make(chan error, 1)
			go func() { handled <- c.engine.Handle(t.Context(), []Update{u}, false) }()
			time.Sleep(idleMost + 3*time.Second) // what is due is read meanwhile
			s.is.Store(false)
			time.Sleep(10 * time.Second)
			stop()
			if err := <-done; errors.Is(err, store.ErrDamaged) != (why == store.ErrDamaged) || why != store.ErrDamaged && err != nil {
				t.Errorf("%v: the engine ends with %v", why, err)
			}
			<-handled
			c.close()
		})
	}
}
