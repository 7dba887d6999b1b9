package till

import (
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// drawChart sums a period's sales and draws them, all beside the writer.
func (e *Engine) drawChart(j job) {
	lock, page := &e.days, ofShop(j.Ask.Shop)
	if j.Ask.Shop == 0 {
		lock, page = &e.reports, ofAll
	}
	lock.Lock()
	defer lock.Unlock()
	r := topup.NewReport(j.Ask.Period, time.Now().In(locales.Algiers))
	err := e.ordersSince(r.From, page, func(o topup.Order) { r.Add(o) })
	var lang string
	var shop topup.Shop
	if err == nil {
		err = e.db.View(func(tx Tx) error {
			c, _, err := tx.Chat(j.Chat)
			lang = language(c.Language, c.Guess, e.cfg.Language)
			if err == nil && j.Ask.Shop != 0 {
				shop, _, err = tx.Shop(j.Ask.Shop)
			}
			return err
		})
	}
	var png []byte
	if err == nil {
		png, err = e.render.Picture(lang, flows.PictureOf(r))
	}
	if e.stopping.Err() != nil {
		return
	}
	if err != nil {
		e.later(fault{err})
		return
	}
	e.later(told(flows.Show{Chat: j.Chat, Panel: j.Panel, Screen: flows.ChartScreen(r, shop, png), Class: flows.ClassAnswer}))
}
