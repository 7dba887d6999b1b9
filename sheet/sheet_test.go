package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

var (
	algiers = time.FixedZone("Algiers", 3600)
	table   = Table{
		Name: "كشف", Headings: []string{"Date", "Nom", "Montant"},
		Rows: [][]any{
			{time.Date(2026, 11, 27, 23, 30, 0, 0, algiers), `=HYPERLINK("http://x";"y")`, Centimes(-485_05)},
			{time.Date(2026, 11, 28, 0, 0, 0, 0, algiers), "+213 661; \"deux\"\nlignes", Centimes(1_234_567_00)},
			{time.Date(2026, 11, 28, 1, 0, 0, 0, algiers), "@كريم", Centimes(5)},
		},
	}
)

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, table); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked {
		t.Error("nothing says that it is UTF-8")
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range []string{"2026-11-27 23:30", `'=HYPERLINK("http://x";"y")`, "-485,05"} {
		if rows[1][i] != want {
			t.Errorf("cell %d is %q, want %q", i, rows[1][i], want)
		}
	}
	if rows[2][1] != "'+213 661; \"deux\"\nlignes" || rows[2][2] != "1234567,00" || rows[3][1] != "'@كريم" || rows[3][2] != "0,05" {
		t.Errorf("%q", rows[2:])
	}
}

func TestXLSX(t *testing.T) {
	var b bytes.Buffer
	if err := XLSX(&b, table); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, want := range map[string]string{"A1": "Date", "A2": "2026-11-27 23:30", "B2": `=HYPERLINK("http://x";"y")`, "C2": "-485.05", "C3": "1,234,567.00", "B4": "@كريم"} {
		if got, err := f.GetCellValue(table.Name, cell); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", cell, got, want, err)
		}
	}
	if formula, err := f.GetCellFormula(table.Name, "B2"); err != nil || formula != "" {
		t.Errorf("a name became the formula %q (%v)", formula, err)
	}
	view, err := f.GetSheetView(table.Name, 0)
	if err != nil || view.RightToLeft == nil || !*view.RightToLeft {
		t.Errorf("the columns do not run from the right: %+v %v", view, err)
	}
}

func TestOtherCellsAreRefused(t *testing.T) {
	bad := Table{Name: "x", Headings: []string{"a"}, Rows: [][]any{{1.5}}}
	if CSV(&bytes.Buffer{}, bad) == nil || XLSX(&bytes.Buffer{}, bad) == nil {
		t.Error("a float was written")
	}
}
