package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/store"
	"hanout/till"
	"hanout/topup"
)

// lines are all rows that are kept, and the balances, one a line, its secrets
// open: the same wherever one script is played. What is drawn by lot has a name in
// its place, and what may come in either order within a moment stands in one.
func (r *rig) lines() (all []string) {
	r.t.Helper()
	db, err := r.cfg.where().open(context.Background(), opening{readOnly: true})
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	var sales []openSale
	err = db.View(func(tx till.Tx) error {
		for b, err := range tx.Balances() {
			if err != nil {
				return err
			}
			all = append(all, fmt.Sprintf("%T %v", b, b))
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	err = db.Rows(context.Background(), func(rows store.Rows) error {
		for row, err := range store.Carried(rows) {
			if err != nil {
				return err
			}
			if row, err = laidOpen(vaultOf(r.t, r.cfg.codesKey), row); err != nil {
				return err
			}
			if row == nil {
				continue
			}
			if sale, is := row.(openSale); is {
				sales = append(sales, sale)
			}
			b, err := json.Marshal(row)
			all = append(all, fmt.Sprintf("%T %s", row, b))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	names := map[string]string{}
	for _, s := range sales {
		names[string(s.Order.ID)] = fmt.Sprintf("sale %d", s.Order.No)
	}
	for _, s := range sales {
		if id := drawn.FindString(s.Order.Panel); names[id] == "" {
			names[id] = fmt.Sprintf("panel of sale %d", s.Order.No)
		}
	}
	for i, line := range all {
		line = drawn.ReplaceAllStringFunc(line, func(id string) string { return cmp.Or(names[id], "an ID") })
		line = tasked.ReplaceAllString(line, `$1"…"`)
		all[i] = drifting.ReplaceAllString(line, `"…"`)
	}
	slices.Sort(all)
	return all
}

var (
	drawn = regexp.MustCompile(`\b[0-9a-z]{20}\b`)
	// drifting are times after a pause of which a part is drawn by lot, and what
	// the provider's fake names by the order in which requests come to it.
	drifting = regexp.MustCompile(`"(20[0-9T:-]+\.[0-9]+Z|6911aa[0-9a-f]{18}|req_[0-9a-z_]+)"`)
)

// tasked is when a task is due next: a pause after its work beside the writer has
// ended, which takes as long as it takes.
var tasked = regexp.MustCompile(`("Name":"task/[a-z]+","JSON":)"[^"]*"`)

// marks stand for links that are drawn by lot.
var marks = regexp.MustCompile(`\b[0-9a-f]{32}\b`)

// openOwed is a message that Telegram has not taken, or will not.
type openOwed struct {
	store.Undelivered
	Text string
}

func layOpen(u store.Undelivered) openOwed {
	o := openOwed{u, string(u.Body)}
	o.Body, o.Sum = nil, "" // the digest is of IDs, too
	return o
}

// openSale is a sale with its codes.
type openSale struct {
	Order topup.Order
	Codes []topup.Voucher
	Mark  string
}

// laidOpen is a row with its secrets open; nil for one that hangs on the order of
// what came within one moment.
func laidOpen(v *store.Vault, row any) (_ any, err error) {
	switch r := row.(type) {
	case topup.Transaction:
		r.Seq, r.Prev, r.Hash = 0, "", "" // made of the rest; the check of each till proves them
		return r, nil
	case store.Sale:
		o, err := r.OrderForm.Reveal(v, r.ID)
		if err != nil {
			return nil, err
		}
		if o.Evidence != nil {
			o.Evidence.Digest = ""
		}
		if o.Batch != nil {
			o.After = nil // the sales of a list end in any order
		}
		codes, err := store.OpenVouchers(v, r.ID, r.Vouchers)
		return openSale{o, codes, r.Mark}, err
	case store.ShopForm:
		return r.Reveal(v, r.ID)
	case store.Talk:
		r.Body, err = store.OpenSession(v, r.Chat, r.Body)
		return struct{ Talk, With any }{string(r.Body), r.Chat}, err
	case store.Link:
		r.Hash = nil
		return r, nil
	case store.ComplaintForm:
		return r.Reveal(v, r.Order)
	case store.DeadLetter:
		return store.OpenLetter(v, r)
	case store.OwedForm:
		o, err := r.Reveal(v)
		return layOpen(store.Undelivered{Owed: o}), err
	case store.UndeliveredForm:
		u, err := r.Reveal(v)
		return layOpen(u), err
	case store.Shows:
		if strings.HasPrefix(r.Panel, "ring/") || strings.HasPrefix(r.Panel, "done/") { // of the sale that ended last
			return nil, nil
		}
		r.MessageID, r.At, r.Sum = min(r.MessageID, 1), time.Time{}, "" // messages of one moment leave in any order
		return r, nil
	case store.Chat:
		r.Ring = r.Ring[:min(len(r.Ring), 1)]
		return r, nil
	case store.Value:
		if r.Name == "pulses" { // ends of sales in their order
			return nil, nil
		}
		r.Name, r.JSON = marks.ReplaceAllString(r.Name, "a mark"), marks.ReplaceAll(r.JSON, []byte("a mark"))
		return r, nil
	}
	return row, nil
}

// sameRows compares what two tills keep.
func sameRows(t *testing.T, file, tables []string) {
	t.Helper()
	left := func(all, without []string) (left []string) {
		for _, line := range all {
			if !slices.Contains(without, line) {
				left = append(left, line)
			}
		}
		return left
	}
	a, b := left(file, tables), left(tables, file)
	if len(a)+len(b) > 0 || len(file) != len(tables) {
		t.Errorf("%d rows in a file, %d in tables; only in the file:\n%s\nonly in the tables:\n%s", len(file), len(tables), strings.Join(a, "\n"), strings.Join(b, "\n"))
	}
}
