package till

import (
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// Statements are files, made beside the writer, in looks of some hundred rows.
// One has at most so many rows that the message fits into the outbox, and the
// file into a cheap phone; for more, people choose a shorter period.
const statementMost = 20_000

// makeStatement makes the file of a job.
func (e *Engine) makeStatement(j job) {
	lock := &e.days
	if j.Ask.Shop != j.shop {
		lock = &e.reports
	}
	lock.Lock()
	defer lock.Unlock()
	span, ok := j.Ask.Period.Span(time.Now().In(locales.Algiers))
	if !ok {
		return // a forged tap
	}
	s, err := e.readStatement(j, span)
	switch {
	case err != nil:
		e.later(fault{err})
	case len(s.Rows) > statementMost:
		e.later(told(flows.StatementTooLong(j.Chat, j.Panel, statementMost)))
	case e.stopping.Err() == nil:
		e.later(statementMade{j, s})
	}
}

// readStatement reads a shop's lines of the journal back to the beginning of the
// span, and the orders of those within it. Where this takes long, it says how far
// it is.
func (e *Engine) readStatement(j job, span topup.Span) (s *topup.Statement, err error) {
	shop, said := j.Ask.Shop, time.Now()
	var before uint64
	for more := true; more && e.stopping.Err() == nil; {
		err := e.look(func(tx Tx) error {
			if s == nil { // in the same look as the newest line
				w, err := tx.Wallet(shop)
				if err != nil {
					return err
				}
				s = topup.NewStatement(shop, span, w.Available)
			}
			lines, err := tx.Entries(shop.Available(), before, reportPage)
			older := 0
			for _, l := range lines {
				if s.Take(l) {
					older++
				}
				before = l.Seq
			}
			// A clock that was set back leaves single lines out of their time.
			more = len(lines) == reportPage && older < reportPage && len(s.Rows) <= statementMost
			return err
		})
		if err != nil {
			return nil, err
		}
		if time.Since(said) > progressAfter {
			said = time.Now()
			e.later(told(flows.ReportProgress(j.Chat, j.Panel, len(s.Rows))))
		}
	}
	if s == nil { // the stop came first
		s = topup.NewStatement(shop, span, 0)
	}
	s.Finish(func(id topup.OrderID) (o topup.Order, ok bool) {
		if e := e.db.View(func(tx Tx) (err error) { o, ok, err = tx.Order(id); return err }); e != nil {
			err = e
		}
		return o, ok
	})
	return s, err
}

// statementMade is a statement to be written in the reader's language.
type statementMade struct {
	job job
	s   *topup.Statement
}

// apply finds out the language; the file is then written beside the writer.
func (m statementMade) apply(e *Engine, tx Tx, a *after) error {
	c, _, err := tx.Chat(m.job.Chat)
	if err != nil {
		return err
	}
	sh, _, err := tx.Shop(m.s.Shop)
	if err != nil {
		return err
	}
	lang := language(c.Language, c.Guess, e.cfg.Language)
	e.helpers.Go(func() {
		table, name := flows.StatementTable(m.s)
		file, kind, err := e.render.Sheet(lang, m.job.Ask.Form, table)
		if err != nil {
			e.log.Error("a statement can't be written", "shop", m.s.Shop, "error", err)
			e.later(told{Chat: m.job.Chat, Panel: m.job.Panel, Screen: flows.Screen{Lines: []flows.Msg{flows.M("statement.failed")}}, Class: flows.ClassAnswer})
			return
		}
		e.later(told{Chat: m.job.Chat, Panel: m.job.Panel, Screen: flows.StatementScreen(sh, m.s, file, name+kind), Class: flows.ClassAnswer, Fresh: true})
	})
	return nil
}
