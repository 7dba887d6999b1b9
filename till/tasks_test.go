package till

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/locales"
	"hanout/topup"
)

// run lets the loop run for a while of the bubble's time; the counter can be
// run again, as a process that starts anew.
func (c *counter) run(d time.Duration) {
	c.t.Helper()
	defer c.start()()
	time.Sleep(d)
	synctest.Wait()
}

// start runs the loop as a new process does, until what it gives is called.
func (c *counter) start() (stop func()) { return c.startWith(c.sent) }

func (c *counter) startWith(m Messenger) (stop func()) {
	c.t.Helper()
	old := c.engine
	c.engine = NewEngine(old.cfg, c.db, c.texts, old.log)
	c.engine.Connect(m, idle{})
	c.engine.SetBotName("hanout_bot")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.engine.Run(ctx) }()
	synctest.Wait()
	return func() {
		c.t.Helper()
		cancel()
		if err := <-done; err != nil {
			c.t.Fatal(err)
		}
	}
}

// nextTime is when a task is due, as it lies on disk.
func (c *counter) nextTime(name string) (at time.Time) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) error { _, err := tx.Setting(taskSetting(name), &at); return err }); err != nil {
		c.t.Fatal(err)
	}
	return at
}

// TestEveningReminder runs over days with a restart every hour: one
// reminder an evening, and none in the morning for an evening that was missed.
func TestEveningReminder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		reminders := func() int { // by their numbers, for a start offers anew what is owed
			owed := map[uint64]bool{}
			for _, o := range c.sent.to(shopChat) {
				if strings.Contains(o.Message.Text, "2 liens clients") {
					owed[o.Seq] = true
				}
			}
			return len(owed)
		}
		for _, id := range []string{"a", "b"} {
			c.deliver(id, topup.Voucher{Code: canary})
			c.take(tapped(shopChat, "o:"+id+":claim"))
		}
		c.sent.out = nil
		time.Sleep(30 * time.Minute)
		var at []int
		for range 30 { // the bubble starts at midnight UTC
			before := reminders()
			c.run(time.Hour)
			if reminders() > before {
				at = append(at, time.Now().In(locales.Algiers).Hour())
			}
		}
		if reminders() != 1 || len(at) != 1 || at[0] != eveningHour {
			t.Errorf("reminded %d times, at %v o'clock", reminders(), at)
		}
		time.Sleep(19 * time.Hour) // the second evening is missed
		c.run(time.Hour)
		if reminders() != 1 {
			t.Errorf("reminded at %v for an evening that was missed", time.Now().In(locales.Algiers))
		}
		c.close()
	})
}

// TestTasksKeepTheirTime proves that the next time of a task lies on disk and
// is kept by a restart.
func TestTasksKeepTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.run(61 * time.Minute)
		for _, task := range tasks {
			at := c.nextTime(task.name)
			if slices.Contains([]string{"reminder", "debts", "strangers", "reconcile", "drill", "evening", "complaints"}, task.name) {
				continue // its first evening, day, night or morning has not come
			}
			now := time.Now()
			if task.next(now, func(d time.Duration) time.Duration { return d }).Sub(now) <= unkept {
				if !at.IsZero() {
					t.Errorf("the time of %s is on disk, which is due every minute", task.name)
				}
				continue
			}
			if !at.After(time.Now()) {
				t.Errorf("%s is next due at %v, now it is %v", task.name, at, time.Now())
			}
		}
		before := c.nextTime("handled")
		c.run(time.Minute)
		if after := c.nextTime("handled"); !after.Equal(before) {
			t.Errorf("a restart moved a task from %v to %v", before, after)
		}
		c.close()
	})
}

// TestPruningKeepsUp proves that what is due to be forgotten is forgotten in
// one go, and in slices, so that the till goes on meanwhile.
func TestPruningKeepsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		const rows = 20 * pruneMost
		for from := 0; from < rows; from += 1000 {
			if err := c.db.Update(func(tx Tx) error {
				for i := range 1000 {
					if err := tx.MarkHandled(int64(1_000_000+from+i), time.Now()); err != nil {
						return err
					}
					panel := fmt.Sprintf("old/%d", from+i)
					if _, err := tx.Delivered(panel, 1, shopChat, from+i+1, time.Now()); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(61 * 24 * time.Hour)
		c.run(61 * time.Minute)
		left := 0
		if err := c.db.View(func(tx Tx) error {
			for i := range rows {
				if seen, err := tx.Handled(int64(1_000_000 + i)); err != nil || seen {
					left++
				}
				if _, known, err := tx.PanelRef(fmt.Sprintf("old/%d", i)); err != nil || known {
					left++
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if left > 0 {
			t.Errorf("%d of %d rows are left", left, 2*rows)
		}
		if n := c.engine.Counts().Commits.Load(); n < 2*rows/pruneMost {
			t.Errorf("%d rows went in %d commits: a slice is too large", 2*rows, n)
		}
		c.close()
	})
}

// TestBrokenTaskWaits proves that a task that fails harms nobody and is tried
// again later, not at once.
func TestBrokenTaskWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		tried := 0
		broken := task{name: "broken", next: hourly, slice: func(*Engine, Tx, *after) (bool, error) {
			tried++
			panic("broken")
		}}
		was := tasks
		tasks = append([]task{broken}, was...)
		defer func() { tasks = was }()
		c.run(60*time.Minute + time.Second)
		first := tried
		if first == 0 || first > 2 { // in a batch, and alone
			t.Errorf("tried %d times at first", first)
		}
		if at := c.nextTime("links"); !at.After(time.Now()) {
			t.Errorf("the other tasks did not run: %v", at)
		}
		c.close()
	})
}

// TestClockSetBack: what got its time by a clock that was ahead is due at the
// next start, orders and tasks.
func TestClockSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		c.giftOrder("open", "psn", "20", 1)
		c.giftOrder("fresh", "xbox", "20", 1)
		c.dispatch("open", "fresh")
		if err := c.db.Update(func(tx Tx) error {
			o, _, err := tx.Order("open")
			if err != nil {
				return err
			}
			o.Due = time.Now().Add(48 * time.Hour)
			if _, err := tx.Apply(topup.Change{Order: o}); err != nil {
				return err
			}
			return tx.PutSetting(taskSetting("handled"), time.Now().Add(48*time.Hour))
		}); err != nil {
			t.Fatal(err)
		}
		fresh := c.order("fresh").Due
		c.run(time.Second)
		if o := c.order("open"); time.Until(o.Due) > 0 {
			t.Errorf("the open order is due in %v", time.Until(o.Due))
		}
		if o := c.order("fresh"); !o.Due.Equal(fresh) {
			t.Errorf("an order with a good time is due in %v", time.Until(o.Due))
		}
		c.run(time.Hour)
		if at := c.nextTime("handled"); time.Until(at) > time.Hour {
			t.Errorf("the task is due in %v", time.Until(at))
		}
		c.close()
	})
}

// TestNewestShopsAreReadAlone: the list of shops costs what it shows.
func TestNewestShopsAreReadAlone(t *testing.T) {
	c := newCounter(t)
	if err := c.db.Update(func(tx Tx) error {
		for id := topup.ShopID(2); id <= 40; id++ {
			if _, err := tx.NextID("shop"); err != nil {
				return err
			}
			s := topup.Shop{ID: id, Chat: 5000 + int64(id), Name: "Nour", State: topup.ShopAsked}
			if err := tx.PutShop(s); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.db.View(func(tx Tx) error {
		r := &reading{tx: tx}
		if list, total := (people{r}).Newest(30); len(list) != 30 || total != 40 || list[0].ID != 40 || list[29].ID != 11 {
			t.Errorf("%d of %d shops, from %d to %d", len(list), total, list[0].ID, list[len(list)-1].ID)
		}
		if list, total := (people{r}).Newest(50); len(list) != 40 || total != 40 {
			t.Errorf("%d of %d shops", len(list), total)
		}
		return r.err
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.file.Close(); err != nil {
		t.Error(err)
	}
}
