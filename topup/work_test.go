package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

func TestWorkOfAnOrder(t *testing.T) {
	for call, kind := range map[topup.Call]topup.WorkKind{
		topup.CallSend: topup.WorkSend, topup.CallCheck: topup.WorkCheck, topup.CallLookup: topup.WorkSearch,
	} {
		want := topup.Work{Kind: kind, Shop: 12}
		if call == topup.CallSend {
			want.Until = start.Add(5 * time.Minute)
		}
		o := topup.Order{ID: "a", Shop: 12, Chat: 3, Placed: start}
		if got := o.Work(call); got != want {
			t.Errorf("%s: %+v, want %+v", call, got, want)
		}
		// A repeat may wait until it may not be made any more.
		o.Submits, o.Submitted = 2, start.Add(time.Minute)
		if got := o.Work(call); call == topup.CallSend && !got.Until.Equal(start.Add(31*time.Minute)) {
			t.Errorf("a repeat waits until %v", got.Until)
		}
	}
	// Where calls compete, the smaller goes first.
	if !(topup.WorkSend < topup.WorkQuestion && topup.WorkQuestion < topup.WorkCheck && topup.WorkCheck < topup.WorkSearch && topup.WorkSearch < topup.WorkList && topup.WorkList < topup.WorkInquiry) {
		t.Error("the ranks have changed")
	}
}
