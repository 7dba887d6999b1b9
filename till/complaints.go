package till

import (
	"fmt"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// complaints is the reading of what shops complain of.
type complaints struct{ *reading }

func (c complaints) Complaint(order topup.OrderID) (topup.Complaint, bool) {
	l, ok, err := c.tx.Complaint(order)
	c.note(err)
	return l, ok
}

func (c complaints) OpenComplaints(after topup.OrderID, limit int) []topup.Complaint {
	list, err := c.tx.OpenComplaints(after, limit)
	c.note(err)
	return list
}

func (c complaints) ComplaintsOf(shop topup.ShopID, below topup.OrderID, limit int) []topup.Complaint {
	list, err := c.tx.ComplaintsOf(shop, below, limit)
	c.note(err)
	return list
}

// remindComplaints reminds those who decide, each morning, of the complaints
// that wait. A start at night does not make up for a morning that was missed.
func remindComplaints(e *Engine, tx Tx, a *after) (more bool, err error) {
	now := a.now.In(locales.Algiers)
	if now.Hour() < morningHour || now.Hour() >= reportHour {
		return false, nil
	}
	list, err := tx.OpenComplaints("", flows.ComplaintsMost+1)
	if err != nil || len(list) == 0 {
		return false, err
	}
	r := e.reading(tx, a.now)
	sc := flows.ComplaintsScreen(list, func(id topup.ShopID) string { s, _ := people{r}.Shop(id); return s.Name })
	deciders := people{r}.Deciders()
	if r.err != nil {
		return false, r.err
	}
	for _, person := range deciders {
		// The day in the panel's name makes a second time an edit.
		panel := fmt.Sprintf("complaints/%s/%d", now.Format(time.DateOnly), person)
		if err := e.show(tx, a, flows.Show{Chat: person, Panel: panel, Class: flows.ClassNotices, Screen: sc}); err != nil {
			return false, err
		}
	}
	return false, nil
}
