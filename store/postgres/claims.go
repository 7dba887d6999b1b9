package postgres

import (
	"iter"

	"hanout/store"
	"hanout/topup"
)

var claims = newTable("claims", 1, `hash order_id shop state expires`, func(c topup.Claim) []any {
	return []any{c.Hash, text(c.Order), number(c.Shop), text(c.State), c.Expires.UnixNano()}
})

// claimsByOrder finds the newest claim of an order.
var claimsByOrder = &finder{"claims by order", `SELECT k, doc FROM unnest($1::text[]) k, LATERAL (SELECT c.doc FROM newest_claims n JOIN claims c ON c.hash = n.hash WHERE n.order_id = k LIMIT 1) r`, minted}

// showingRow is a showing, and where it stands.
type showingRow struct {
	topup.Showing
	order topup.OrderID
	n     uint64
}

var shown = newTable("showings", 2, `order_id n at chat person why`, func(s showingRow) []any {
	return []any{text(s.order), number(s.n), s.At, s.Chat, s.By, text(s.Why)}
})

var complaints = newTable("complaints", 1, `order_id no shop state opened closed`, func(c store.ComplaintForm) []any {
	return []any{text(c.Order), number(c.No), number(c.Shop), text(c.State), c.Opened.UnixNano(), when(c.Closed)}
})

// PutClaim stores a claim. The one that was open last is found by its order.
func (t *Tx) PutClaim(c topup.Claim) error {
	if err := claims.write(t, c); err != nil {
		return err
	}
	claimsByOrder.lose(t, text(c.Order))
	if c.State == topup.ClaimOpen {
		t.newest(c.Order, c.Hash)
	}
	return nil
}

// newest lets an order's link be found by it.
func (t *Tx) newest(id topup.OrderID, hash []byte) {
	t.write(`INSERT INTO newest_claims (order_id, hash) VALUES ($1, $2) ON CONFLICT (order_id) DO UPDATE SET hash = excluded.hash`, text(id), hash)
}

// Claim reads a claim by the SHA-256 of its token.
func (t *Tx) Claim(hash []byte) (topup.Claim, bool, error) {
	if len(hash) == 0 {
		return topup.Claim{}, false, nil
	}
	return one[topup.Claim](t, claims.name, `SELECT doc FROM claims WHERE hash = $1`, hash)
}

// ClaimOf reads the newest claim of an order.
func (t *Tx) ClaimOf(id topup.OrderID) (topup.Claim, bool, error) {
	doc, ok, err := claimsByOrder.row(t, text(id))
	if err != nil || !ok {
		return topup.Claim{}, false, err
	}
	c, err := decode[topup.Claim](claims.name, doc)
	return c, err == nil, err
}

// OpenClaims walks the claims nobody took, the first to expire first.
func (t *Tx) OpenClaims() iter.Seq2[topup.Claim, error] {
	rows := walk(t, byBoth[int64, []byte], `SELECT expires, hash, doc FROM claims WHERE state = 'open' AND (expires, hash) > ($1, $2) ORDER BY expires, hash LIMIT $3`,
		lowest, []byte{})
	return each(claims.name, rows, asIs[topup.Claim])
}

// RecordShowing writes down that an order's codes are shown.
func (t *Tx) RecordShowing(id topup.OrderID, s topup.Showing) error {
	n, err := t.NextID("showing")
	if err != nil {
		return err
	}
	return shown.append(t, showingRow{s, id, n})
}

// Showings lists when an order's codes were shown, newest first.
func (t *Tx) Showings(id topup.OrderID, limit int) ([]topup.Showing, error) {
	return list[topup.Showing](t, shown.name, `SELECT doc FROM showings WHERE order_id = $1 ORDER BY n DESC LIMIT $2`, text(id), limit)
}

// PutComplaint stores a sale's complaint, in place of the one that it had.
func (t *Tx) PutComplaint(c topup.Complaint) error {
	if err := c.Valid(); err != nil {
		return err
	}
	return t.writeComplaint(c)
}

// writeComplaint writes the row itself.
func (t *Tx) writeComplaint(c topup.Complaint) error {
	f, err := store.SealComplaint(t.vault, c)
	if err != nil {
		return err
	}
	return complaints.write(t, f)
}

// Complaint reads a sale's complaint. One whose thread the key does not open
// comes with store.ErrSealed and the rest.
func (t *Tx) Complaint(id topup.OrderID) (topup.Complaint, bool, error) {
	f, ok, err := complaints.read(t, text(id))
	if err != nil || !ok || f.Order != id {
		return topup.Complaint{}, false, err
	}
	c, err := f.Reveal(t.vault, id)
	return c, true, err
}

func (t *Tx) openComplaint(f store.ComplaintForm) (topup.Complaint, error) {
	return f.Reveal(t.vault, f.Order)
}

func (t *Tx) someComplaints(sql string, args ...any) (out []topup.Complaint, err error) {
	forms, err := list[store.ComplaintForm](t, complaints.name, sql, args...)
	for _, f := range forms {
		c, err := t.openComplaint(f)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, err
}

// OpenComplaints lists those that wait, the oldest first, from after one ("":
// from the oldest).
func (t *Tx) OpenComplaints(after topup.OrderID, limit int) ([]topup.Complaint, error) {
	last, ok, err := complaints.read(t, text(after))
	if err != nil {
		return nil, err
	}
	from := lowest
	if ok {
		from = last.Opened.UnixNano()
	}
	return t.someComplaints(`SELECT doc FROM complaints WHERE state = 'open' AND (opened, order_id) > ($1, $2) ORDER BY opened, order_id LIMIT $3`, from, text(after), limit)
}

// ComplaintsOf lists a shop's, the open ones first, the newest of each first,
// from below one ("": from the top).
func (t *Tx) ComplaintsOf(s topup.ShopID, below topup.OrderID, limit int) ([]topup.Complaint, error) {
	last, ok, err := complaints.read(t, text(below))
	if err != nil {
		return nil, err
	}
	if !ok || last.Shop != s {
		return t.someComplaints(`SELECT doc FROM complaints WHERE shop = $1 ORDER BY (state = 'open') DESC, opened DESC, order_id DESC LIMIT $2`, number(s), limit)
	}
	return t.someComplaints(`SELECT doc FROM complaints WHERE shop = $1 AND ((state = 'open'), opened, order_id) < ($2::boolean, $3, $4)
		ORDER BY (state = 'open') DESC, opened DESC, order_id DESC LIMIT $5`, number(s), last.Open(), last.Opened.UnixNano(), text(below), limit)
}
