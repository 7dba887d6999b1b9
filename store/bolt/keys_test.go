package bolt

import (
	"bytes"
	"cmp"
	"strings"
	"testing"
	"time"
)

// Every key reads back as it was written, and sorts as what it says does.

func FuzzNumberKey(f *testing.F) {
	f.Add(int64(0), int64(-1))
	f.Add(int64(-1001234567890), int64(7))
	f.Fuzz(func(t *testing.T, a, b int64) {
		if got := fromI64(i64(a)); got != a {
			t.Fatalf("%d reads back as %d", a, got)
		}
		if bytes.Compare(i64(a), i64(b)) != cmp.Compare(a, b) {
			t.Fatalf("%d and %d sort another way", a, b)
		}
		if a, b := uint64(a), uint64(b); bytes.Compare(u64(a), u64(b)) != cmp.Compare(a, b) {
			t.Fatalf("%d and %d sort another way", a, b)
		}
	})
}

func FuzzTimeKey(f *testing.F) {
	f.Add(int64(1_795_000_000), int64(5), "0kp3v9", int64(1_795_000_000), int64(4), "")
	f.Add(int64(-1), int64(0), "x", int64(0), int64(0), "\x00")
	f.Fuzz(func(t *testing.T, as, an int64, arest string, bs, bn int64, brest string) {
		const years = 200 * 366 * 24 * 3600 // what nanoseconds in 64 bits can tell
		a, b := time.Unix(as%years, an%1e9), time.Unix(bs%years, bn%1e9)
		ka, kb := timeKey(a, []byte(arest)), timeKey(b, []byte(brest))
		if at, rest, ok := fromTimeKey(ka); !ok || !at.Equal(a) || string(rest) != arest {
			t.Fatalf("%v, %q reads back as %v, %q, %t", a, arest, at, rest, ok)
		}
		want := a.Compare(b)
		if want == 0 {
			want = strings.Compare(arest, brest)
		}
		if bytes.Compare(ka, kb) != want {
			t.Fatalf("%v, %q and %v, %q sort another way", a, arest, b, brest)
		}
	})
}

func FuzzTextKey(f *testing.F) {
	f.Add("shop/1/available", uint64(7), "shop/12/available", uint64(0))
	f.Add("1/0661234567", uint64(1), "1/066123456", uint64(7<<56))
	f.Fuzz(func(t *testing.T, a string, an uint64, b string, bn uint64) {
		if strings.ContainsRune(a, 0) || strings.ContainsRune(b, 0) {
			t.Skip("no such text is stored")
		}
		ka, kb := textKey(a, an), textKey(b, bn)
		if s, n, ok := fromTextKey(ka); !ok || s != a || n != an {
			t.Fatalf("%q, %d reads back as %q, %d, %t", a, an, s, n, ok)
		}
		want := strings.Compare(a, b)
		if want == 0 {
			want = cmp.Compare(an, bn)
		}
		if bytes.Compare(ka, kb) != want {
			t.Fatalf("%q, %d and %q, %d sort another way", a, an, b, bn)
		}
		if prefix := append([]byte(b), 0); bytes.HasPrefix(ka, prefix) != (a == b) {
			t.Fatalf("a walk through %q would meet %q", b, a)
		}
		if bytes.Compare(ka, after(append([]byte(a), 0))) >= 0 {
			t.Fatalf("%q, %d lies beyond the end of its own walk", a, an)
		}
	})
}

func FuzzDecodeKeys(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte("12345678"))
	f.Fuzz(func(t *testing.T, k []byte) {
		if at, rest, ok := fromTimeKey(k); ok && !bytes.Equal(timeKey(at, rest), k) {
			t.Fatalf("%x reads as %v, %x, which is another key", k, at, rest)
		}
		if s, n, ok := fromTextKey(k); ok && !bytes.Equal(textKey(s, n), k) {
			t.Fatalf("%x reads as %q, %d, which is another key", k, s, n)
		}
	})
}
