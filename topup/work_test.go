package topup_test

import (
	"testing"

	"hanout/topup"
)

func TestWorkOfAnOrder(t *testing.T) {
	for call, kind := range map[topup.Call]topup.WorkKind{
		topup.CallSend: topup.WorkSend, topup.CallCheck: topup.WorkCheck, topup.CallLookup: topup.WorkSearch,
	} {
		want := topup.Work{Kind: kind, Shop: 12}
		if got := (topup.Order{ID: "a", Shop: 12, Chat: 3}).Work(call); got != want {
			t.Errorf("%s: %+v, want %+v", call, got, want)
		}
	}
	// Where calls compete, the smaller goes first.
	if !(topup.WorkSend < topup.WorkQuestion && topup.WorkQuestion < topup.WorkCheck && topup.WorkCheck < topup.WorkSearch && topup.WorkSearch < topup.WorkList) {
		t.Error("the ranks have changed")
	}
}
