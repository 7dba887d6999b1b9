package caller_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/caller"
	"hanout/topup"
)

func TestCallerLaterCallsOfAFunctionWaitTheirTurn(t *testing.T) {
	p := &deskProvider{latency: 10 * time.Millisecond}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		r.Do(list, func(ctx context.Context, p topup.Provider) {
			for range 12 {
				p.Float(ctx)
			}
		})
		r.run()
		pass(500 * time.Millisecond) // the burst is used up by the function
		r.Ask(deskOrder(topup.MobileTopUp, "s"), topup.CallSend)
		pass(time.Minute)
		got := p.made()
		if len(got) != 13 || got[10] != "send s" {
			t.Errorf("calls %v", got)
		}
		r.end()
	})
}

// Who gives up waiting takes no place and no call from the others.
func TestCallerGivesUpWaiting(t *testing.T) {
	p := &deskProvider{}
	inBubble(t, 60, p, func(t *testing.T, r *rig) { // a call a minute
		var first, second error
		r.Do(question, func(ctx context.Context, p topup.Provider) {
			for range 10 {
				p.Float(ctx)
			}
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, first = p.Float(ctx)
			_, second = p.Float(ctx) // not even queued
		})
		pass(2 * time.Second)
		if !errors.Is(first, context.DeadlineExceeded) || second == nil {
			t.Errorf("gave up with %v, then %v", first, second)
		}
		for range 9 {
			r.Do(sending, func(context.Context, topup.Provider) {}) // a turn that is not used leaves no place taken
		}
		pass(10 * time.Minute)
		for i := range 9 {
			r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint(i)), topup.CallSend)
		}
		pass(11 * time.Minute)
		if got := len(r.heard()); got != 9 {
			t.Errorf("%d answers to 9 sends; calls %v", got, p.made())
		}
	})
}

// everyProvider answers each read with something of its own.
type everyProvider struct{ topup.Provider }

func (everyProvider) Weather(context.Context) (topup.Weather, error) {
	return topup.Weather{Down: map[topup.Operator]bool{topup.Djezzy: true}}, nil
}
func (everyProvider) Account(context.Context) (topup.Account, error) {
	return topup.Account{Username: "u"}, nil
}
func (everyProvider) Plans(context.Context) ([]topup.Plan, error) {
	return []topup.Plan{{Code: "P"}}, nil
}
func (everyProvider) Products(_ context.Context, lineType string) ([]topup.InternetProduct, error) {
	return []topup.InternetProduct{{Type: lineType}}, nil
}
func (everyProvider) CheckLine(_ context.Context, lineType string, line topup.Line) (topup.LineInfo, error) {
	return topup.LineInfo{Type: lineType, Client: string(line)}, nil
}
func (everyProvider) Catalogue(context.Context) ([]topup.Category, error) {
	return []topup.Category{{Title: "c"}}, nil
}
func (everyProvider) Stock(_ context.Context, id string) (topup.GiftStock, error) {
	return topup.GiftStock{ProductID: id}, errors.New("not a fault")
}

func TestCallerPassesEachCallOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := caller.New(everyProvider{}, limits, func() string { return "" }, 1, func([]topup.Answer) {}, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		w.Begin(topup.KeyState{}, false, func() {})
		go w.Run(ctx)
		w.Do(question, func(ctx context.Context, p topup.Provider) {
			if v, err := p.Weather(ctx); err != nil || !v.Down[topup.Djezzy] {
				t.Errorf("Weather: %v, %v", v, err)
			}
			if v, err := p.Account(ctx); err != nil || v.Username != "u" {
				t.Errorf("Account: %v, %v", v, err)
			}
			if v, err := p.Plans(ctx); err != nil || len(v) != 1 {
				t.Errorf("Plans: %v, %v", v, err)
			}
			if v, err := p.Products(ctx, topup.LTE4G); err != nil || v[0].Type != topup.LTE4G {
				t.Errorf("Products: %v, %v", v, err)
			}
			if v, err := p.CheckLine(ctx, topup.ADSL, "036362608"); err != nil || v.Type != topup.ADSL || v.Client != "036362608" {
				t.Errorf("CheckLine: %v, %v", v, err)
			}
			if v, err := p.Catalogue(ctx); err != nil || len(v) != 1 {
				t.Errorf("Catalogue: %v, %v", v, err)
			}
			var f *topup.Fault
			if v, err := p.Stock(ctx, "s"); v.ProductID != "s" || !errors.As(err, &f) || f.Kind != topup.FaultUnavailable {
				t.Errorf("Stock: %v, %v", v, err)
			}
		})
		pass(time.Minute)
	})
}

func TestCallerPanics(t *testing.T) {
	p := &deskProvider{}
	p.send = func(context.Context, topup.Order) topup.SendAnswer { panic("send broke") }
	p.check = func(topup.Order) (topup.Status, error) { panic("check broke") }
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		var err error
		r.Ask(deskOrder(topup.MobileTopUp, "a"), topup.CallSend)
		r.Ask(openOrder(topup.MobileTopUp, "b"), topup.CallCheck)
		r.Do(question, func(ctx context.Context, p topup.Provider) { _, err = p.Plans(ctx) }) // not made by hand: panics
		r.Do(question, func(context.Context, topup.Provider) { panic("function broke") })
		synctest.Wait()
		var f *topup.Fault
		if !errors.As(err, &f) || f.Kind != topup.FaultUnavailable {
			t.Errorf("function: %v", err)
		}
		if s := r.heard()["a"].Sent; s == nil || s.Verdict != topup.Unknown {
			t.Errorf("send: %+v", r.heard()["a"])
		}
		if f := r.heard()["b"].Fault; f == nil || f.Kind != topup.FaultUnavailable {
			t.Errorf("check: %+v", r.heard()["b"])
		}
		for _, what := range []string{"send broke", "check broke", "function broke"} {
			if !strings.Contains(r.log.String(), what) {
				t.Errorf("%s is not in the log", what)
			}
		}
		p.send = nil
		for i := range 8 { // no place was lost
			r.Ask(deskOrder(topup.MobileTopUp, fmt.Sprint(i)), topup.CallSend)
		}
		pass(time.Minute)
		if got := len(r.heard()); got != 10 {
			t.Errorf("%d answers", got)
		}
	})
}
