package till

import (
	"time"

	"hanout/flows"
)

// readOpen reads the sales that are not over, for those who run the business.
// What is open is what the provider has not answered yet: one look reads it.
func (e *Engine) readOpen(j flows.Run) {
	list := flows.OpenSales{Panel: j.Panel, Kind: j.Ask.Kind, Page: j.Ask.Page, Now: time.Now()}
	err := e.look(func(tx Tx) (err error) {
		if list.List, err = collect(tx.OpenOrders()); err == nil {
			list.Pulses, err = pulses(tx)
		}
		return err
	})
	if err != nil {
		e.later(fault{err})
		return
	}
	e.later(told(flows.Show{Chat: j.Chat, Panel: j.Panel, Screen: list.Screen(), Class: flows.ClassAnswer}))
}
