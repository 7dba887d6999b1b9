//go:build rigs

package till

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"hanout/flows"
	"hanout/store/bolt"
	"hanout/topup"
)

var scaleFile = flag.String("file", "", "a till of TestRigReport that is made once and kept")

const (
	reportRounds = 6    // of each kind, by turns
	reportSteps  = 1200 // in a round
	reportPeople = 32   // who wait at once
)

// TestRigReport measures what the people at the counter feel of a report that
// is read beside them: steps of the engine alone and beside a report over all
// orders, by turns in one process, and the ratio of the two: go test -tags rigs
// -run RigReport -v -timeout 2h ./till -orders=1000000. Only that it works
// fails it: times are the machine's.
func TestRigReport(t *testing.T) {
	path := *scaleFile
	if path == "" {
		path = filepath.Join(t.TempDir(), "till.db")
	}
	v := scaleKey(t, 1)
	if _, err := os.Stat(path); err != nil {
		measured(t, "build", func() { buildScale(t, path, v) })
	}
	db := openScale(t, path, v)
	defer db.Close()
	each, all := map[bool][]time.Duration{}, map[bool][]time.Duration{}
	for round := range reportRounds {
		reportRound(t, db, 2*round*reportSteps, func(beside bool, took time.Duration, waits []time.Duration) {
			each[beside], all[beside] = append(each[beside], took), append(all[beside], waits...)
		})
	}
	for beside, kind := range map[bool]string{false: "alone", true: "beside a report"} {
		slices.Sort(each[beside])
		tell(t, "a step, "+kind, all[beside])
		t.Logf("%-28s %v a step", kind, each[beside])
	}
	middle := func(beside bool) float64 { return float64(all[beside][len(all[beside])/2]) }
	t.Logf("ratio of the middle steps %.2f, of the sums %.2f", middle(true)/middle(false), total(all[true])/total(all[false]))
}

func total(list []time.Duration) (sum float64) {
	for _, d := range list {
		sum += float64(d)
	}
	return sum
}

// reportRound runs steps alone and then beside a report, which ends with the
// engine.
func reportRound(t *testing.T, db *bolt.DB, from int, took func(bool, time.Duration, []time.Duration)) {
	t.Helper()
	e := benchEngine(t, Over(db))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	<-e.ready
	each, waits := engineSteps(t, e, from)
	took(false, each, waits)
	var reading sync.WaitGroup
	reading.Go(func() {
		for ctx.Err() == nil {
			e.readReport(job{Run: flows.Run{Job: flows.JobReport, Chat: 1, Panel: "day/rig", Ask: flows.Question{Period: topup.Month}}})
		}
	})
	time.Sleep(50 * time.Millisecond)
	each, waits = engineSteps(t, e, from+reportSteps)
	took(true, each, waits)
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	reading.Wait()
}

// engineSteps places orders with many people waiting, and tells how long one
// took of the whole, and each of them.
func engineSteps(t *testing.T, e *Engine, from int) (each time.Duration, waits []time.Duration) {
	t.Helper()
	var people sync.WaitGroup
	var mu sync.Mutex
	next := make(chan int)
	began := time.Now()
	for range reportPeople {
		people.Go(func() {
			for n := range next {
				var wait sync.WaitGroup
				wait.Add(1)
				asked := time.Now()
				if err := e.submit(t.Context(), reserve{scaleOrder(n), &wait}); err != nil {
					panic(err)
				}
				wait.Wait()
				mu.Lock()
				waits = append(waits, time.Since(asked))
				mu.Unlock()
			}
		})
	}
	for n := range reportSteps {
		next <- from + n
	}
	close(next)
	people.Wait()
	return time.Since(began) / reportSteps, waits
}
