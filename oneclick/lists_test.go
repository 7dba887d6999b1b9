package oneclick

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// A list of which nothing can be read is no list.
func TestNothingReadableIsAFault(t *testing.T) {
	for _, data := range []string{
		`{}`, `null`, `[]`, `{"dynamicPlans":[],"fixedPlans":[]}`, `{"dynamicPlans":[{}],"fixedPlans":[7]}`,
		`{"categories":[]}`, `{"categories":[{"title":"x","products":[{}]}]}`,
	} {
		c, _ := serve(t, success(data))
		if got, err := c.Plans(t.Context()); err == nil {
			t.Errorf("plans of %s: %v", data, got)
		}
		if got, err := c.Catalogue(t.Context()); err == nil {
			t.Errorf("catalogue of %s: %v", data, got)
		}
	}
}

// A long list is read to four megabytes, a short answer to one.
func TestBodyLimits(t *testing.T) {
	pad := strings.Repeat(" ", 3<<20)
	c, _ := serve(t, success(`{"fixedPlans":[{"code":"A","operator":"Mobilis","amount":5}]}`+pad))
	if _, err := c.Plans(t.Context()); err != nil {
		t.Errorf("a list of three megabytes: %v", err)
	}
	c, _ = serve(t, success(`{"balance":5}`+pad))
	if _, err := c.Float(t.Context()); !errors.Is(err, errTooLong) {
		t.Errorf("a balance of three megabytes: %v", err)
	}
}

// What is too long is not even read to its end.
func TestEndlessBody(t *testing.T) {
	const most = 256 << 20
	written := make(chan int, 1)
	c, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		block := bytes.Repeat([]byte(" "), 1<<20)
		n := 0
		for n < most {
			if _, err := w.Write(block); err != nil {
				break
			}
			n += len(block)
		}
		written <- n
	})
	if _, err := c.Float(t.Context()); !errors.Is(err, errTooLong) {
		t.Errorf("%v", err)
	}
	if n := <-written; n >= most {
		t.Errorf("read %d bytes", n)
	}
}

// Questions that would become another path are not asked.
func TestImpossibleQuestions(t *testing.T) {
	c, d := serve(t, success(`{}`))
	o := mobileOrder()
	gift := giftOrder()
	gift.ProviderID = "x"
	for name, ask := range map[string]func() error{
		"stock of nothing":    func() error { _, err := c.Stock(t.Context(), ""); return err },
		"stock of the parent": func() error { _, err := c.Stock(t.Context(), ".."); return err },
		"stock of a path":     func() error { _, err := c.Stock(t.Context(), "a/b?c"); return err },
		"check without an ID": func() error { _, err := c.Check(t.Context(), o); return err },
		"check of no good":    func() error { _, err := c.Check(t.Context(), topup.Order{ProviderID: "x"}); return err },
		"find nothing":        func() error { _, err := c.Find(t.Context(), o, ""); return err },
		"find the parent":     func() error { _, err := c.Find(t.Context(), o, ".."); return err },
		"find a gift card":    func() error { _, err := c.Find(t.Context(), gift, "x"); return err },
		"recent of no good":   func() error { _, _, err := c.Recent(t.Context(), "shoes", gift.Placed, time.Time{}, 1); return err },
		"the page before one": func() error {
			_, _, err := c.Recent(t.Context(), topup.GiftCard, gift.Placed, time.Time{}, 0)
			return err
		},
		"find beyond any size": func() error { _, err := c.Find(t.Context(), o, strings.Repeat("a", 201)); return err },
	} {
		var f *topup.Fault
		if err := ask(); !errors.As(err, &f) || f.Kind != topup.FaultInvalid || f.HTTP != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(d.asked()); n != 0 {
		t.Errorf("%d of them were asked", n)
	}
}
