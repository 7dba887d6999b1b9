package till

import (
	"context"
	"errors"
	"sync"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// job is slow work that a conversation asked for, and whose it is: 0 where the
// chat has no shop.
type job struct {
	flows.Run
	shop topup.ShopID // that who asked works for
	by   int64        // who asked
}

// startJob starts slow work; its result comes back as an event.
func (e *Engine) startJob(j job) {
	switch j.Job {
	case flows.JobSync:
		e.Sync(j.Chat, j.Panel)
	case flows.JobLists:
		e.readLists()
	case flows.JobFloat:
		e.caller.Do(topup.Work{Kind: topup.WorkQuestion, Chat: j.Chat}, func(ctx context.Context, p topup.Provider) {
			float, err := p.Float(ctx)
			r := floatRead{job: j.Run}
			if err == nil {
				r.float = &float
			}
			e.later(r)
		})
	case flows.JobLine:
		e.checkLine(j)
	case flows.JobStock:
		e.readStock(j)
	case flows.JobOffers:
		e.inquire(j)
	case flows.JobDay:
		if j.of() != 0 {
			e.helpers.Go(func() { e.readReport(j) })
		}
	case flows.JobReport:
		e.helpers.Go(func() { e.readReport(j) })
	case flows.JobChart:
		e.helpers.Go(func() { e.drawChart(j) })
	case flows.JobTicket:
		e.helpers.Go(func() { e.drawTicket(j) })
	case flows.JobStatement:
		e.helpers.Go(func() { e.makeStatement(j) })
	case flows.JobOpen:
		e.helpers.Go(func() { e.readOpen(j.Run) })
	case flows.JobDebts:
		e.helpers.Go(func() { e.readDebts(j.Run) })
	case flows.JobLookUp:
		e.helpers.Go(func() { e.lookUp(j) })
	case flows.JobReconcile:
		e.helpers.Go(func() { e.reconcileAsked(j) })
	case flows.JobShops:
		e.helpers.Go(func() { e.countShops(j.Run) })
	case flows.JobGroupChat:
		e.helpers.Go(func() { e.askGroupChat(j) })
	case flows.JobBackup:
		e.helpers.Go(func() { e.backUp(j.Run) })
	}
}

// answerWait is how long somebody waits before a panel for an answer of the
// provider.
const answerWait = 15 * time.Second

// question asks the provider something that somebody waits for. The answer is
// handed in once: what ask brings, or missing when that takes too long,
// whether in the caller's queue or on the way. A question whose place a newer
// one of the chat took has no answer: the newer one's may look the same.
func (e *Engine) question(j job, missing event, ask func(context.Context, topup.Provider) event) {
	deadline := time.Now().Add(answerWait)
	var once sync.Once
	answer := func(ev event) { once.Do(func() { e.later(ev) }) }
	timer := time.AfterFunc(answerWait, func() { answer(missing) })
	work := topup.Work{Kind: topup.WorkQuestion, Shop: j.shop, Chat: j.by, Until: deadline}
	e.caller.Do(work, func(ctx context.Context, p topup.Provider) {
		defer timer.Stop()
		if errors.Is(context.Cause(ctx), topup.ErrReplaced) {
			return
		}
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		answer(ask(ctx, p))
	})
}

// checkLine asks whether a line takes cards, and for the cards when the list
// at hand is old.
func (e *Engine) checkLine(j job) {
	checked := lineChecked{chat: j.Chat, by: j.by, answer: flows.LineAnswer{Panel: j.Panel, LineType: j.Ask.LineType, Line: j.Ask.Line}}
	missing := checked
	missing.answer.Fault = topup.FaultUnavailable
	e.question(j, missing, func(ctx context.Context, p topup.Provider) event {
		r := checked
		var err error
		r.answer.Info, err = p.CheckLine(ctx, j.Ask.LineType, j.Ask.Line)
		r.answer.Fault = faultKind(err)
		if err == nil && j.Ask.Products {
			if list, err := p.Products(ctx, j.Ask.LineType); err != nil {
				e.log.Warn("the internet cards could not be read", "type", j.Ask.LineType, "error", err)
			} else {
				r.products = &list
			}
		}
		return r
	})
}

// readStock asks for the denominations of a gift card.
func (e *Engine) readStock(j job) {
	checked := stockChecked{chat: j.Chat, by: j.by, answer: flows.StockAnswer{Panel: j.Panel, Product: j.Ask.Product}}
	missing := checked
	missing.answer.Fault = topup.FaultUnavailable
	e.question(j, missing, func(ctx context.Context, p topup.Provider) event {
		r := checked
		var err error
		r.answer.Stock, err = p.Stock(ctx, j.Ask.Product)
		r.answer.Fault = faultKind(err)
		return r
	})
}

// faultKind is what a failed read says; "" for one that did not fail.
func faultKind(err error) topup.FaultKind {
	var f *topup.Fault
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Kind
	}
	return topup.FaultUnavailable
}

// lineChecked is the provider's answer about a line.
type lineChecked struct {
	chat, by int64
	answer   flows.LineAnswer
	products *[]topup.InternetProduct // nil when they were not read
}

func (l lineChecked) apply(e *Engine, tx Tx, a *after) error {
	if l.products != nil {
		if err := tx.PutSetting(settingProducts+l.answer.LineType, cachedProducts{At: a.now, List: *l.products}); err != nil {
			return err
		}
	}
	return e.answerTurn(tx, a, l.chat, l.by, func(v flows.View, env flows.Env, s flows.Session, in flows.Input) (flows.Session, []flows.Effect) {
		return flows.LineChecked(v, env, s, in, l.answer)
	})
}

// stockChecked is the provider's answer about the stock of a gift card.
type stockChecked struct {
	chat, by int64
	answer   flows.StockAnswer
}

func (s stockChecked) apply(e *Engine, tx Tx, a *after) error {
	return e.answerTurn(tx, a, s.chat, s.by, func(v flows.View, env flows.Env, ss flows.Session, in flows.Input) (flows.Session, []flows.Effect) {
		return flows.StockChecked(v, env, ss, in, s.answer)
	})
}

// floatRead is the answer to a question for the float.
type floatRead struct {
	job   flows.Run
	float *topup.Money
}

func (f floatRead) apply(e *Engine, tx Tx, a *after) error {
	s := shelf{&reading{tx: tx}}
	var acc *topup.Account
	if known, ok := s.Account(); ok {
		acc = &known
	}
	if s.err != nil {
		return s.err
	}
	shops, err := tx.Totals()
	if err != nil {
		return err
	}
	watch, err := floatWatch(tx)
	if err != nil {
		return err
	}
	if f.float != nil {
		watch = watch.Read(a.now.UTC(), *f.float) // who reads it needs no ring; the timed look tells the others
		if err := tx.PutSetting(settingFloat, watch); err != nil {
			return err
		}
	}
	r := e.reading(tx, a.now)
	who := people{r}.Actor(f.job.Chat, f.job.Chat)
	if r.err != nil {
		return r.err
	}
	sc := flows.FloatScreen(who, f.float, acc, shops, e.caller.Halted(), watch, e.counts.Safeguards.Load())
	return e.show(tx, a, flows.Show{Chat: f.job.Chat, Panel: f.job.Panel, Screen: sc, Class: flows.ClassAnswer})
}
