package render

import (
	"bytes"
	"fmt"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/sheet"
	"hanout/topup"
)

// Sheet writes a table as a file in a form, in a language, and tells the ending
// of its name. A long table takes its time.
func (r *Renderer) Sheet(lang, form string, t flows.Table) (file []byte, kind string, err error) {
	out := sheet.Table{Name: r.bare(lang, t.Name), FromLeft: lang != locales.Arabic}
	for _, h := range t.Headings {
		out.Headings = append(out.Headings, r.bare(lang, h))
	}
	for _, row := range t.Rows {
		cells := make([]any, len(row))
		for i, c := range row {
			switch c := c.(type) {
			case nil:
				cells[i] = ""
			case flows.Msg:
				cells[i] = r.bare(lang, c)
			case string:
				cells[i] = printable(c, 500)
			case time.Time:
				cells[i] = c.In(locales.Algiers)
			case topup.Money:
				cells[i] = sheet.Centimes(c)
			default:
				return nil, "", fmt.Errorf("render: a table can't hold a %T", c)
			}
		}
		out.Rows = append(out.Rows, cells)
	}
	var b bytes.Buffer
	if form == flows.FormCSV {
		err = sheet.CSV(&b, out)
		return b.Bytes(), ".csv", err
	}
	err = sheet.XLSX(&b, out)
	return b.Bytes(), ".xlsx", err
}

// bare is a text for a cell, which keeps its own direction.
func (r *Renderer) bare(lang string, m flows.Msg) string { return unmarked.Replace(r.Plain(lang, m)) }
