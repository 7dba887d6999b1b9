package till

import (
	"context"
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
