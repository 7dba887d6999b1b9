package flows

import (
	"fmt"

	"hanout/topup"
)

// Table is a sheet to be written as a file. A cell is a Msg, a string of people's,
// a time.Time, topup.Money, or nil.
type Table struct {
	Name     Msg
	Headings []Msg
	Rows     [][]any
}

// The forms of a file.
const (
	FormCSV  = "c"
	FormXLSX = "x"
)

// StatementTable lays a statement out, a row a sale; file names it, without an
// ending.
func StatementTable(s *topup.Statement) (t Table, file string) {
	t.Name = M("statement.sheet")
	for _, h := range []string{"statement.head.time", "statement.head.no", "statement.head.what", "statement.head.to", "statement.head.state",
		"statement.head.face", "statement.head.amount", "statement.head.balance", "statement.head.memo"} {
		t.Headings = append(t.Headings, M(h))
	}
	for _, r := range s.Rows {
		row := []any{r.At, nil, rowWhat(r), nil, nil, nil, r.Amount, r.Balance, rowWhy(r)}
		if o := r.Order; r.Sale != "" {
			row[1], row[3], row[4] = number(o.No), o.To, StateMsg(o)
			if o.To == "" {
				row[3] = o.PlanName
			}
			if o.Face > 0 {
				row[5] = o.Face
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, fmt.Sprintf("hanout-%d-%s-%s", s.Shop, s.From.Format("20060102"), s.To.AddDate(0, 0, -1).Format("20060102"))
}

// rowWhy is what was noted of a row, else how the money came or went.
func rowWhy(r topup.Row) any {
	switch {
	case r.Memo != "" || r.Method == "":
		return r.Memo
	case r.Slip != "":
		return M("method.slip", "Method", methodMsg(r.Method), "Slip", Latin(r.Slip))
	case r.Method == topup.OnAccount && r.Kind == topup.EntryDebit:
		return M("method.debt")
	}
	return methodMsg(r.Method)
}

// rowWhat names what a row of a statement is about.
func rowWhat(r topup.Row) Msg {
	switch {
	case r.Kind == topup.EntryUndo:
		return M("statement.undo")
	case r.Sale == "" && r.Kind == topup.EntryDebit:
		return M("statement.debit")
	case r.Sale == "":
		return M("statement.credit")
	case r.Order.Operator != "":
		return M("statement.operator", "Operator", Latin(r.Order.Operator))
	}
	return M(goodOf(r.Order).label)
}
