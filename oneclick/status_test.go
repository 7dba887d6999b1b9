package oneclick

import (
	"errors"
	"strings"
	"testing"

	"hanout/topup"
)

func TestPhases(t *testing.T) {
	for _, tt := range []struct {
		good  topup.Good
		data  string
		phase topup.Phase
	}{
		{topup.MobileTopUp, `"status":"PENDING"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"HANDLING"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"PROCESSING"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"never seen"`, topup.PhaseOpen},
		{topup.MobileTopUp, `"status":"FULFILLED"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"fulfilled "`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"SUCCESS"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"SUCCESSFUL"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"COMPLETED"`, topup.PhaseDone},
		{topup.MobileTopUp, `"status":"REFUNDED"`, topup.PhaseRefunded},
		{topup.MobileTopUp, `"status":"UNKNOWN_ERROR"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"UNKNOWN"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":null`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":"none"`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":496.25`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":0.001`, topup.PhaseUncertain},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":0`, topup.PhaseRefunded},
		{topup.MobileTopUp, `"status":"FAILED","balance_amount":"0.00"`, topup.PhaseRefunded},
		{topup.InternetCard, `"status":"FAILED"`, topup.PhaseUncertain},
		{topup.InternetCard, `"status":"QUEUED"`, topup.PhaseQueued},
		{topup.MobileTopUp, `"status":"PARTIALLY_FILLED"`, topup.PhaseOpen},
		{topup.GiftCard, `"status":"PARTIALLY_FILLED"`, topup.PhasePart},
		{topup.GiftCard, `"orderStatus":"FULFILLED"`, topup.PhaseDone},
		{topup.GiftCard, `"status":"","orderStatus":"REFUNDED"`, topup.PhaseRefunded},
	} {
		s, err := readOrder(tt.good, []byte("{"+tt.data+"}"), &answer{})
		if err != nil || s.Phase != tt.phase {
			t.Errorf("%s %s: %s, %v; want %s", tt.good, tt.data, s.Phase, err, tt.phase)
		}
		strange := strings.Contains(tt.data, "never seen") || (tt.good == topup.MobileTopUp && strings.Contains(tt.data, "PARTIALLY"))
		if s.Strange != strange {
			t.Errorf("%s %s: strange %v", tt.good, tt.data, s.Strange)
		}
	}
}

// Evidence quotes the provider only within bounds.
func TestEvidenceIsBounded(t *testing.T) {
	long := strings.Repeat("W", 65)
	for word, want := range map[string]string{long[1:]: long[1:], long: "", "fine word": "fine word", "ممنوع": "", `a\nb`: ""} {
		a := &answer{envelope: envelope{RequestID: text(long)}}
		s, err := readOrder(topup.MobileTopUp, []byte(`{"status":"`+word+`"}`), a)
		if err != nil || s.Evidence.Word != want || s.Evidence.RequestID != "" {
			t.Errorf("%q: %+v, %v", word, s.Evidence, err)
		}
	}
}

// An order without a word, or about which nothing can be read, is no answer.
func TestCheckUnreadable(t *testing.T) {
	o, gift := mobileOrder(), giftOrder()
	o.ProviderID, gift.ProviderID = anID, anID
	const oddCards = `{"_id":"` + anID + `","status":"FULFILLED","cards":"` + canaryCode + `"}`
	for _, data := range []string{
		oddCards,
		`{}`, `null`, `[]`, `{"_id":"` + anID + `"}`, `{"_id":"` + anID + `","status":7e}`, `{"_id":"` + anID + `","status":{}}`,
		`{"_id":"6911aa00e9e88196b4eb7fff","status":"FULFILLED"}`,
	} {
		c, _ := serve(t, success(data))
		asked := o
		if data == oddCards {
			asked = gift
		}
		_, err := c.Check(t.Context(), asked)
		var f *topup.Fault
		if !errors.As(err, &f) || f.Kind != topup.FaultUnavailable {
			t.Errorf("%s: %v", data, err)
			continue
		}
		if !errors.Is(err, errForm) && !errors.Is(err, errOther) {
			t.Errorf("%s: the cause is not in our own words: %v", data, err)
		}
		noSecret(t, err.Error())
	}
	c, _ := serve(t, success(`{"status":"PENDING"}`))
	if s, err := c.Check(t.Context(), o); err != nil || s.ProviderID != anID {
		t.Errorf("an order that doesn't repeat its ID: %+v, %v", s, err)
	}
	if _, err := c.Find(t.Context(), o, "x"); err == nil {
		t.Error("found an order without an ID")
	}
}

// The order by which the provider retried one is named by either field, the
// retry first.
func TestLinkedOrder(t *testing.T) {
	for data, want := range map[string]string{
		``: "", `,"retry_orderid":null`: "", `,"retry_orderid":{}`: "", `,"retry_orderid":"../x"`: "",
		`,"retry_orderid":"a1"`: "a1", `,"follow_orderid":"b2"`: "b2", `,"follow_orderid":"b2","retry_orderid":"a1"`: "a1",
	} {
		s, err := readOrder(topup.MobileTopUp, []byte(`{"status":"REFUNDED"`+data+`}`), &answer{})
		if err != nil || s.Linked != want {
			t.Errorf("%s: %q, %v", data, s.Linked, err)
		}
	}
}
