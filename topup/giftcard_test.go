package topup_test

import (
	"testing"
	"time"

	"hanout/topup"
)

func TestGiftCardIsNeverSentTwice(t *testing.T) {
	for _, v := range []topup.Verdict{topup.Unknown, topup.Throttled, topup.Duplicate} {
		o := topup.Sent(submitted(t, topup.GiftCard), topup.SendAnswer{Verdict: v}, start, scale).Order
		_, o = follow(t, o, start)
		if o.State != topup.Review || o.Submits != 1 {
			t.Errorf("%s: %s after %d requests", v, o.State, o.Submits)
		}
	}
	o := submitted(t, topup.GiftCard)
	o.Lookups = 100
	if _, err := topup.Submit(o, start, time.Minute); err == nil || o.Resend(start) {
		t.Error("a gift card was submitted twice")
	}
}

func TestDiffCatalogue(t *testing.T) {
	psn := topup.GiftProduct{ID: "a", Title: "PSN", Region: "germany", Enabled: true}
	off := psn
	off.Enabled = false
	steam := topup.GiftProduct{ID: "b", Title: "Steam", Enabled: true}
	xbox := topup.GiftProduct{ID: "c", Title: "Xbox", Enabled: true}
	cached := []topup.Category{{Title: "Games", Products: []topup.GiftProduct{psn, steam, xbox}}}
	for name, c := range map[string]struct {
		fresh []topup.Category
		want  topup.ListDiff
	}{
		"the same":            {cached, topup.ListDiff{Total: 3}},
		"switched off":        {[]topup.Category{{Title: "Games", Products: []topup.GiftProduct{off, steam, xbox}}}, topup.ListDiff{Total: 3, Changed: 1}},
		"on another shelf":    {[]topup.Category{{Title: "Games", Products: []topup.GiftProduct{psn, steam}}, {Title: "Xbox", Products: []topup.GiftProduct{xbox}}}, topup.ListDiff{Total: 3, Changed: 1}},
		"one came, two went":  {[]topup.Category{{Title: "Games", Products: []topup.GiftProduct{psn, {ID: "d", Title: "Roblox", Enabled: true}}}}, topup.ListDiff{Total: 2, Added: 1, Gone: 2}},
		"a mark is no news":   {[]topup.Category{{Title: "Games", Products: cached[0].Products, Elsewhere: true}}, topup.ListDiff{Total: 3}},
		"on two shelves once": {[]topup.Category{cached[0], {Title: "All", Products: []topup.GiftProduct{psn}}}, topup.ListDiff{Total: 3}},
	} {
		if d := topup.DiffCatalogue(cached, c.fresh); d != c.want {
			t.Errorf("%s: %+v, want %+v", name, d, c.want)
		}
	}
}
