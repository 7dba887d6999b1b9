package oneclick_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hanout/oneclick"
	"hanout/sandbox"
	"hanout/topup"
)

// Over the sandbox's carrier, which other packages test with, a broken
// connection and a slow answer prove as little as over a real one.
func TestInProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var posts atomic.Int64
		mux := http.NewServeMux()
		mux.HandleFunc("POST /v3/mobile/send", func(http.ResponseWriter, *http.Request) {
			posts.Add(1)
			panic(http.ErrAbortHandler)
		})
		mux.HandleFunc("POST /v3/internet/send", func(_ http.ResponseWriter, r *http.Request) {
			posts.Add(1)
			<-r.Context().Done()
		})
		mux.HandleFunc("POST /v3/gift-cards/placeOrder", func(w http.ResponseWriter, _ *http.Request) {
			posts.Add(1)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"success":true,"data":{"orderId":"6911ac00e9e88196b4eb7200"}}`))
		})
		c, err := oneclick.New(oneclick.Options{
			BaseURL: "http://provider.test/v3",
			Key:     "11111111-2222-3333-4444-555555555555",
			HTTP:    &http.Client{Transport: sandbox.InProcess(mux)},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			good topup.Good
			want topup.Verdict
			took time.Duration
		}{
			{topup.MobileTopUp, topup.Unknown, 0},
			{topup.InternetCard, topup.Unknown, 30 * time.Second},
			{topup.GiftCard, topup.Accepted, 0},
		} {
			start := time.Now()
			a := c.Send(t.Context(), topup.Order{ID: "abc", Good: tt.good, Face: topup.Dinars(500), Quantity: 1})
			if took := time.Since(start); a.Verdict != tt.want || took != tt.took {
				t.Errorf("%s: %s after %s, want %s after %s", tt.good, a.Verdict, took, tt.want, tt.took)
			}
		}
		if n := posts.Load(); n != 3 {
			t.Errorf("%d requests for 3 sends", n)
		}
	})
}
