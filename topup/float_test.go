package topup_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

// watched reads floats in dinars, one each span.
func watched(span time.Duration, floats ...int64) (w topup.FloatWatch) {
	now := at("2026-11-27 00:00")
	for _, f := range floats {
		w = w.Read(now, topup.Dinars(f))
		now = now.Add(span)
	}
	return w
}

func TestFloatLasts(t *testing.T) {
	for _, c := range []struct {
		why   string
		w     topup.FloatWatch
		lasts time.Duration // 0: not told
	}{
		{"nothing read", topup.FloatWatch{}, 0},
		{"one reading", watched(time.Hour, 100_000), 0},
		{"nothing sold", watched(6*time.Hour, 100_000, 100_000), 0},
		{"too short a time", watched(time.Hour, 100_000, 50_000), 0},
		{"10 000 in six hours, 60 000 left", watched(3*time.Hour, 70_000, 65_000, 60_000), 36 * time.Hour},
		{"filled in between", watched(3*time.Hour, 70_000, 60_000, 160_000, 150_000), 67*time.Hour + 30*time.Minute},
		{"empty", watched(3*time.Hour, 70_000, 0), 0},
		{"only the last day counts", watched(12*time.Hour, 500_000, 100_000, 99_000, 98_000), 98 * 12 * time.Hour},
	} {
		lasts, told := c.w.Lasts()
		if lasts.Round(time.Minute) != c.lasts || told != (c.lasts > 0 || c.why == "empty") {
			t.Errorf("%s: lasts %v, told %t; want %v", c.why, lasts, told, c.lasts)
		}
	}
}

func TestFloatIsLow(t *testing.T) {
	chosen := func(level int64, w topup.FloatWatch) topup.FloatWatch { w.Level = topup.Dinars(level); return w }
	for _, c := range []struct {
		why       string
		w         topup.FloatWatch
		low, well bool
	}{
		{"nothing read", topup.FloatWatch{}, false, false},
		{"below 5 000 DA", watched(time.Hour, 4_999), true, false},
		{"a little above", watched(time.Hour, 5_500), false, false},
		{"clearly above", watched(time.Hour, 6_000), false, true},
		{"half a day", watched(6*time.Hour, 60_000, 40_000), true, false},
		{"a day and an hour", watched(6*time.Hour, 62_000, 50_000), false, false},
		{"two days", watched(6*time.Hour, 62_000, 55_000), false, true},
		{"half a day, but the owner chose a level", chosen(20_000, watched(6*time.Hour, 60_000, 40_000)), false, true},
		{"below the level", chosen(50_000, watched(6*time.Hour, 60_000, 49_999)), true, false},
		{"above a low level of the owner's", chosen(10_000, watched(time.Hour, 11_999)), false, false},
	} {
		if low, well := c.w.Low(); low != c.low || well != c.well {
			t.Errorf("%s: low %t, well %t", c.why, low, well)
		}
	}
}

// However it is read, the list stays short, no float is low and well at once,
// and filling it never makes it last less.
func TestFloatWatchStaysShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, now := topup.FloatWatch{}, at("2026-11-27 00:00")
		for range rapid.IntRange(0, 300).Draw(t, "readings") {
			now = now.Add(time.Duration(rapid.IntRange(-5, 90).Draw(t, "minutes")) * time.Minute)
			w = w.Read(now, topup.Dinars(rapid.Int64Range(-10, 100_000).Draw(t, "float")))
			if len(w.Readings) > 150 {
				t.Fatalf("%d readings are kept", len(w.Readings))
			}
			low, well := w.Low()
			lasts, told := w.Lasts()
			if low && well || lasts < 0 {
				t.Fatalf("low and well, or lasts %v: %+v", lasts, w)
			}
			fuller := w
			fuller.Readings = append([]topup.FloatReading(nil), w.Readings...)
			fuller.Readings[len(fuller.Readings)-1].Float += topup.Dinars(1000)
			if more, still := fuller.Lasts(); told && still && more < lasts {
				t.Fatalf("with more it lasts %v instead of %v", more, lasts)
			}
		}
	})
}
