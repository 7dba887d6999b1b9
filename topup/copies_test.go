package topup_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestCopyNames(t *testing.T) {
	now := at("2026-11-27 02:05")
	for auto, name := range map[bool]string{true: "hanout-auto-20261127-020500.db", false: "hanout-20261127-020500.db"} {
		if got := topup.CopyName(now, auto); got != name {
			t.Errorf("a copy is called %s, want %s", got, name)
		}
		if when, byItself, ok := topup.ReadCopyName(name); !ok || byItself != auto || !when.Equal(now) {
			t.Errorf("%s reads as %v, %t, %t", name, when, byItself, ok)
		}
	}
	for _, name := range []string{"", "hanout.db", "hanout-auto-.db", "hanout-auto-20261127-020500.db.gz.age", "hanout-auto-20261127-020500.db-x",
		"hanout-auto-20261332-020500.db", "x-hanout-auto-20261127-020500.db", "../hanout-20261127-020500.db", "hanout-auto-auto-20261127-020500.db"} {
		if _, _, ok := topup.ReadCopyName(name); ok {
			t.Errorf("%q passes for a copy of ours", name)
		}
	}
}

func TestCopyDue(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		why   string
		auto  string
		fail  string
		now   string
		every time.Duration
		due   bool
	}{
		{"there was never one", "", "", "2026-11-27 15:00", day, true},
		{"it is off", "", "", "2026-11-27 15:00", 0, false},
		{"this night's is made", "2026-11-27 02:03", "", "2026-11-27 23:59", day, false},
		{"the next night has come: three o'clock in Algiers", "2026-11-27 02:03", "", "2026-11-28 02:00", day, true},
		{"a minute before", "2026-11-27 02:03", "", "2026-11-28 01:59", day, false},
		{"the night was missed", "2026-11-27 02:03", "", "2026-11-28 09:00", day, true},
		{"made up for in the morning, due the next night all the same", "2026-11-28 09:00", "", "2026-11-29 02:00", day, true},
		{"every six hours", "2026-11-27 02:03", "", "2026-11-27 08:00", 6 * time.Hour, true},
		{"every six hours, not yet", "2026-11-27 02:03", "", "2026-11-27 07:59", 6 * time.Hour, false},
		{"weekly, on Monday", "2026-11-23 02:03", "", "2026-11-29 23:00", 7 * day, false},
		{"weekly, the next Monday", "2026-11-23 02:03", "", "2026-11-30 02:00", 7 * day, true},
		{"it failed just now", "2026-11-26 02:03", "2026-11-27 02:03", "2026-11-27 03:02", day, false},
		{"it failed an hour ago", "2026-11-26 02:03", "2026-11-27 02:03", "2026-11-27 03:03", day, true},
		{"the clock was ahead when it was made", "2027-11-27 02:03", "", "2026-11-27 02:00", day, true},
		{"the clock was ahead when it failed", "2026-11-26 02:03", "2027-11-27 02:03", "2026-11-27 02:00", day, true},
	} {
		var known topup.Copies
		if c.auto != "" {
			known.Auto = at(c.auto)
		}
		if c.fail != "" {
			known.Failed = at(c.fail)
		}
		if got := known.Due(at(c.now), c.every); got != c.due {
			t.Errorf("%s: due is %t", c.why, got)
		}
	}
}

func TestCopiesAreStale(t *testing.T) {
	now := at("2026-11-27 12:00")
	for _, c := range []struct {
		why         string
		since, last string
		every       time.Duration
		stale       bool
	}{
		{"fresh", "2026-01-01 00:00", "2026-11-26 02:00", 24 * time.Hour, false},
		{"two days and more", "2026-01-01 00:00", "2026-11-25 11:59", 24 * time.Hour, true},
		{"never one, but looked after since yesterday", "2026-11-26 00:00", "", 24 * time.Hour, false},
		{"never one, for three days", "2026-11-24 00:00", "", 24 * time.Hour, true},
		{"weekly ones may be older", "2026-01-01 00:00", "2026-11-16 02:00", 7 * 24 * time.Hour, false},
		{"off: the owner makes them", "2026-01-01 00:00", "2026-10-01 02:00", 0, false},
	} {
		known := topup.Copies{Since: at(c.since)}
		if c.last != "" {
			known.Last = topup.SafetyCopy{Name: "x", At: at(c.last)}
		}
		if got := known.Stale(now, c.every); got != c.stale {
			t.Errorf("%s: stale is %t", c.why, got)
		}
	}
}

func TestDrillDue(t *testing.T) {
	begun, made := at("2026-06-01 00:00"), topup.SafetyCopy{Name: "x"}
	for _, c := range []struct {
		why   string
		known topup.Copies
		due   bool
	}{
		{"a month after the first copy", topup.Copies{Last: made, Since: begun}, true},
		{"no copy to do it with", topup.Copies{Since: begun}, false},
		{"begun last week", topup.Copies{Last: made, Since: at("2026-11-20 00:00")}, false},
		{"done last week", topup.Copies{Last: made, Since: begun, Drill: at("2026-11-20 00:00")}, false},
		{"asked last week, not done", topup.Copies{Last: made, Since: begun, Asked: at("2026-11-20 00:00")}, false},
		{"asked and done long ago", topup.Copies{Last: made, Since: begun, Asked: at("2026-09-20 00:00"), Drill: at("2026-09-21 00:00")}, true},
	} {
		if got := c.known.DrillDue(at("2026-11-27 12:00")); got != c.due {
			t.Errorf("%s: due is %t", c.why, got)
		}
	}
}

func TestKeepDrops(t *testing.T) {
	night := func(day string) string { return topup.CopyName(at(day+" 02:00"), true) }
	foreign := []string{"hanout.db", "hanout.db.lock", "hanout.db.v1", "hanout-20200101-020000.db", "hanout-auto-x.db", "notes.txt", night("2026-11-27") + ".gz.age"}
	for _, c := range []struct {
		why   string
		keep  topup.Keep
		names []string
		made  string
		drop  []string
	}{
		{"nothing of others, however old, nor what was made by hand", topup.Keep{Newest: 1}, foreign, "", nil},
		{"the newest stay", topup.Keep{Newest: 2}, []string{night("2026-11-25"), night("2026-11-27"), night("2026-11-26")}, night("2026-11-27"), []string{night("2026-11-25")}},
		{"a rule of nothing keeps the newest", topup.Keep{}, []string{night("2026-11-26"), night("2026-11-27")}, night("2026-11-27"), []string{night("2026-11-26")}},
		{"the last of each week", topup.Keep{Newest: 1, Weeks: 2}, []string{night("2026-11-27"), night("2026-11-23"), night("2026-11-22"), night("2026-11-16"), night("2026-11-15")},
			night("2026-11-27"), []string{night("2026-11-23"), night("2026-11-16"), night("2026-11-15")}},
		{"the last of each month", topup.Keep{Newest: 1, Months: 3}, []string{night("2026-11-27"), night("2026-10-31"), night("2026-10-30"), night("2026-08-02"), night("2026-07-31")},
			night("2026-11-27"), []string{night("2026-10-30"), night("2026-07-31")}},
		{"a week of two years is one", topup.Keep{Newest: 1, Weeks: 2}, []string{night("2027-01-03"), night("2026-12-31"), night("2026-12-27")}, night("2027-01-03"), []string{night("2026-12-31")}},
		{"what was just made stays, though others are from a clock that was ahead", topup.Keep{Newest: 1}, []string{night("2030-01-01"), night("2026-11-27")}, night("2026-11-27"), nil},
	} {
		if got := c.keep.Drop(c.names, c.made); !slices.Equal(got, c.drop) {
			t.Errorf("%s: drops %v, want %v", c.why, got, c.drop)
		}
	}
}

// Whatever the rule and the nights that were missed: the newest stay, there
// are never more than the rule says, and with months an old one remains.
func TestKeepOverYears(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := topup.Keep{Newest: rapid.IntRange(1, 9).Draw(t, "newest"), Weeks: rapid.IntRange(0, 6).Draw(t, "weeks"), Months: rapid.IntRange(0, 8).Draw(t, "months")}
		missed := rapid.SliceOfN(rapid.Bool(), 7, 31).Draw(t, "missed")
		var there, all []string
		for day := range 420 {
			if missed[day%len(missed)] {
				continue
			}
			made := topup.CopyName(at("2025-01-01 02:00").AddDate(0, 0, day), true)
			there, all = append(there, made), append(all, made)
			drop := k.Drop(there, made)
			there = slices.DeleteFunc(there, func(name string) bool { return slices.Contains(drop, name) })
			if len(there) > k.Newest+k.Weeks+k.Months {
				t.Fatalf("%d copies stay by %+v", len(there), k)
			}
			for _, name := range all[max(0, len(all)-k.Newest):] {
				if !slices.Contains(there, name) {
					t.Fatalf("%s is gone, one of the newest %d", name, k.Newest)
				}
			}
		}
		if len(all) > 0 && k.Months >= 6 {
			last, _, _ := topup.ReadCopyName(all[len(all)-1])
			if first, _, _ := topup.ReadCopyName(there[0]); last.Sub(first) < 120*24*time.Hour {
				t.Fatalf("the oldest of %v is %v", there, first)
			}
		}
	})
}
