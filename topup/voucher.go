package topup

import (
	"log/slog"
	"slices"
)

// Voucher is what a customer paid for: a code and, for gift cards, its serial.
// Both are secrets; see [Voucher.LogValue].
type Voucher struct {
	Code   string `json:"code"`
	Serial string `json:"serial,omitempty"`
}

// LogValue shows nothing of the voucher.
func (Voucher) LogValue() slog.Value { return slog.StringValue("•••") }

// String hides the voucher from careless printing, too.
func (Voucher) String() string { return "•••" }

// VouchersMissing reports that a list shows the order as delivered, but not all
// of what was: only reading it alone shows everything for certain.
func (o Order) VouchersMissing(s Status) bool {
	return o.Good.Vouchered() && (s.Phase == PhaseDone || s.Phase == PhasePart) && len(coded(s.Vouchers)) < o.Quantity
}

// HasVouchers reports whether vouchers of the order came, all or some.
func (o Order) HasVouchers() bool { return o.Coded }

// coded leaves out vouchers without a code, and those listed twice: one code
// is one voucher.
func coded(list []Voucher) []Voucher {
	var full []Voucher
	for _, c := range list {
		if c.Code != "" && !slices.Contains(full, c) {
			full = append(full, c)
		}
	}
	return full
}
