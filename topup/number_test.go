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
