package till

import (
	"hanout/flows"
	"hanout/topup"
)

// drawTicket reads a sale for its customer's ticket and draws it, beside the writer.
func (e *Engine) drawTicket(j job) {
	e.days.Lock()
	defer e.days.Unlock()
	d, lang := drawnTicket{job: j}, ""
	var codes []topup.Voucher
	err := e.db.View(func(tx Tx) (err error) {
		if d.Order, d.found, err = tx.Order(j.Ask.Order); err != nil || !d.found {
			return err
		}
		if d.Shop, _, err = tx.Shop(d.Order.Shop); err != nil {
			return err
		}
		if j.Ask.Codes {
			if codes, err = vouchersOf(tx, d.Order.ID); err != nil {
				return err
			}
		}
		c, _, err := tx.Chat(j.Chat)
		lang = language(c.Language, c.Guess, e.cfg.Language)
		return err
	})
	if err == nil && d.found {
		if flows.TicketFits(codes) {
			d.Vouchers = codes
		}
		d.unfit = len(d.Vouchers) < len(codes)
		d.png, err = e.render.Paper(lang, d.Paper())
	}
	switch {
	case e.stopping.Err() != nil:
	case err != nil:
		e.later(fault{err})
	default:
		e.later(d)
	}
}

// drawnTicket is a ticket, with its picture.
type drawnTicket struct {
	flows.Ticket
	job   job
	found bool
	unfit bool // it has codes that don't go on paper
	png   []byte
}

// apply owes the ticket to who asked. Codes on it are shown by it.
func (d drawnTicket) apply(e *Engine, tx Tx, a *after) error {
	if !d.found {
		return nil
	}
	if len(d.Vouchers) > 0 {
		shown := topup.Showing{At: a.now, Chat: d.job.Chat, By: d.job.Chat, Why: topup.WhyTicket}
		if err := tx.RecordShowing(d.Order.ID, shown); err != nil {
			return err
		}
	}
	err := e.show(tx, a, flows.Show{Chat: d.job.Chat, Panel: d.job.Panel, Screen: d.Screen(d.png), Class: flows.ClassAnswer})
	if err != nil || !d.unfit {
		return err
	}
	return e.show(tx, a, flows.TicketUnfit(d.Order, d.job.Chat, d.job.Panel+"/unfit"))
}
