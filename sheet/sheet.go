// Package sheet writes a table as a file that people open in a spreadsheet:
// CSV or XLSX. It knows nothing of what stands in the table. What comes from
// people is never taken for a formula.
package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Table is rows of cells under headings. A cell is a string, a time.Time, or
// Centimes.
type Table struct {
	Name     string // of the sheet, at most 31 characters
	FromLeft bool   // else the columns run from the right
	Headings []string
	Rows     [][]any
}

// Centimes is an amount of money, shown in dinars.
type Centimes int64

// dated is how a moment is written where it can't be a number.
const dated = "2006-01-02 15:04"

// CSV writes the table with semicolons and decimal commas, as spreadsheets in
// French and Arabic expect it, in UTF-8 with a mark that tells so.
func CSV(w io.Writer, t Table) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	if err := out.Write(t.Headings); err != nil {
		return err
	}
	line := make([]string, 0, len(t.Headings))
	for _, row := range t.Rows {
		line = line[:0]
		for _, cell := range row {
			text, err := written(cell)
			if err != nil {
				return err
			}
			line = append(line, text)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func written(cell any) (string, error) {
	switch v := cell.(type) {
	case string:
		return plain(v), nil
	case time.Time:
		return v.Format(dated), nil
	case Centimes:
		sign, n := "", v
		if n < 0 {
			sign, n = "-", -n
		}
		return fmt.Sprintf("%s%d,%02d", sign, n/100, n%100), nil
	}
	return "", fmt.Errorf("sheet: a cell can't hold a %T", cell)
}

// plain keeps a text from being taken for a formula: a spreadsheet takes one
// that begins so.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// XLSX writes the table as a workbook of one sheet, row by row.
func XLSX(w io.Writer, t Table) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if err := f.SetSheetName("Sheet1", t.Name); err != nil {
		return err
	}
	fromRight := !t.FromLeft
	if err := f.SetSheetView(t.Name, 0, &excelize.ViewOptions{RightToLeft: &fromRight}); err != nil {
		return err
	}
	look, err := newStyles(f)
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, len(t.Headings), 19); err != nil {
		return err
	}
	row := make([]any, len(t.Headings))
	for i, h := range t.Headings {
		row[i] = excelize.Cell{StyleID: look.bold, Value: h}
	}
	if err := out.SetRow("A1", row); err != nil {
		return err
	}
	for n, cells := range t.Rows {
		row, err := look.row(cells)
		if err != nil {
			return err
		}
		if err := out.SetRow(fmt.Sprintf("A%d", n+2), row); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// asShown is a moment with the clock that its place shows, for a workbook knows
// no zones.
func asShown(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// styles are how the cells of a workbook look.
type styles struct{ money, moment, bold int }

func newStyles(f *excelize.File) (s styles, err error) {
	amounts, moments := `#,##0.00`, `yyyy-mm-dd hh:mm`
	for style, id := range map[*excelize.Style]*int{
		{CustomNumFmt: &amounts}:           &s.money,
		{CustomNumFmt: &moments}:           &s.moment,
		{Font: &excelize.Font{Bold: true}}: &s.bold,
	} {
		if *id, err = f.NewStyle(style); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s styles) row(cells []any) ([]any, error) {
	row := make([]any, len(cells))
	for i, cell := range cells {
		switch v := cell.(type) {
		case string:
			row[i] = v // a text cell holds no formula
		case time.Time:
			row[i] = excelize.Cell{StyleID: s.moment, Value: asShown(v)}
		case Centimes:
			row[i] = excelize.Cell{StyleID: s.money, Value: float64(v) / 100}
		default:
			return nil, fmt.Errorf("sheet: a cell can't hold a %T", cell)
		}
	}
	return row, nil
}
