package topup_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"hanout/topup"
)

func TestLogsHideNumbersAndCards(t *testing.T) {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("sold",
		"to", topup.MSISDN("0778037340"), "line", topup.Line("213472731602"),
		"card", topup.Voucher{Code: "SECRET-CODE", Serial: "SECRET-SERIAL"})
	for _, secret := range []string{"0778037340", "8037", "472731602", "SECRET"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the log shows %q: %s", secret, out.String())
		}
	}
	if got := topup.MaskNumber("0778037340"); got != "077•••••40" {
		t.Errorf("masked: %s", got)
	}
	if got := topup.MaskNumber("0778"); got != "••••" {
		t.Errorf("a short one masked: %s", got)
	}
}

func TestSlip(t *testing.T) {
	for text, want := range map[string][2]bool{
		"066123456": {true, false}, "06 61 23 45 6": {true, false}, "+21366123456": {true, false}, "٠٦٦١٢٣٤٥٦": {true, false},
		"06612345678": {false, true}, "+213 661 23 45 678": {false, true}, "002136612345678": {false, true},
		"0661234567": {}, "661234567": {}, "036362608": {}, "0361234567": {}, "06612345": {}, "066123456789": {}, "": {}, "06612345x": {},
	} {
		if short, long := topup.Slip(text); short != want[0] || long != want[1] {
			t.Errorf("%q: %t, %t", text, short, long)
		}
	}
}
