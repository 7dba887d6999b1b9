package topup

import "testing"

// Every row of the table of goods is whole and agrees with itself.
func TestRowsOfGoods(t *testing.T) {
	for g, r := range goods {
		if g == "" || r.margin == nil || r.valid == nil || r.fits == nil || r.same == nil {
			t.Errorf("%q lacks a rule", g)
		}
		if r.several && !r.vouchered {
			t.Errorf("%s comes in several, but nothing counts what came", g)
		}
		if r.vouchered != (r.codesWithin > 0) {
			t.Errorf("%s: by voucher %v, codes within %v", g, r.vouchered, r.codesWithin)
		}
	}
}
