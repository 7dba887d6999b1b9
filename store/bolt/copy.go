package bolt

import (
	"context"
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"hanout/store"
	"hanout/topup"
)

// takenAtOnce bounds the rows of one commit of a copy.
const takenAtOnce = 2000

// Fill makes the database at path of rows from elsewhere, checks it, and gives
// the report. It never overwrites (store.ErrExists) and leaves nothing behind
// when it fails, or when ctx ends.
func Fill(ctx context.Context, path string, v *store.Vault, rows store.Rows) (report store.Report, err error) {
	if _, err := os.Lstat(path); err == nil {
		return report, about(path, store.ErrExists)
	}
	temp, err := tempName(path)
	if err != nil {
		return report, about(path, err)
	}
	defer os.Remove(temp)
	if err := Create(temp); err != nil {
		return report, about(path, err)
	}
	if err := fill(ctx, temp, rows); err != nil {
		return report, about(path, err)
	}
	if report, err = check(ctx, temp, Options{Vault: v, Moving: true}); err == nil && len(report.Problems) > 0 {
		err = fmt.Errorf("%w: %s", store.ErrUnsound, report.Problems[0])
	}
	if err == nil {
		err = publish(temp, path)
	}
	return report, about(path, err)
}

// fill writes rows into a new file, flushed when all are there.
func fill(ctx context.Context, path string, rows store.Rows) error {
	b, err := bbolt.Open(path, newFileMode, &bbolt.Options{Timeout: openTimeout, NoSync: true, FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		return err
	}
	defer b.Close()
	var part []any
	put := func() error {
		err := b.Update(func(tx *bbolt.Tx) error {
			t := &Tx{tx: tx}
			for _, row := range part {
				if err := t.take(row); err != nil {
					return err
				}
			}
			return ctx.Err()
		})
		part = part[:0]
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if part = append(part, row); len(part) == takenAtOnce {
			if err := put(); err != nil {
				return err
			}
		}
	}
	if err := put(); err != nil {
		return err
	}
	return b.Sync()
}

// take writes one row, and what leads to it.
func (t *Tx) take(row any) error {
	switch r := row.(type) {
	case store.Counter:
		return t.put(bMeta, []byte("next/"+r.Name), u64(r.Last))
	case store.Value:
		return t.put(bSettings, []byte(r.Name), r.JSON)
	case store.ShopForm:
		return t.writeShop(r)
	case topup.Member:
		return t.PutMember(r)
	case store.Chat:
		return t.PutChat(r)
	case store.Talk:
		return t.put(bSessions, i64(r.Chat), r.Body)
	case topup.Transaction:
		after, err := store.After(r, t.Balance)
		if err != nil {
			return err
		}
		return t.addLine(r, after)
	case store.Sale:
		return t.addOrder(r.OrderForm, r.Mark)
	case store.Shown:
		return t.putJSON(bShowings, textKey(string(r.Order), r.N), r.Showing)
	case store.Link:
		return t.takeLink(r)
	case store.ComplaintForm:
		return t.writeComplaint(r)
	case store.Seen:
		return t.MarkHandled(r.UpdateID, r.At)
	case store.DeadLetter:
		return t.putJSON(bDeadLetters, i64(r.UpdateID), r)
	case store.OwedForm:
		return t.putJSON(bOutbox, []byte(r.Panel), r)
	case store.UndeliveredForm:
		return t.putJSON(bUndelivered, u64(r.Seq), r)
	case store.Shows:
		if err := t.put(bPanelsAt, timeKey(r.At, []byte(r.Panel)), nil); err != nil {
			return err
		}
		return t.putJSON(bPanels, []byte(r.Panel), r.PanelRef)
	}
	return fmt.Errorf("store: a row of an unknown kind: %T", row)
}

func (t *Tx) takeLink(l store.Link) error {
	if l.State == topup.ClaimOpen {
		if err := t.put(bClaimsOpen, timeKey(l.Expires, l.Hash), nil); err != nil {
			return err
		}
	}
	if l.Newest {
		if err := t.put(bClaimOrder, orderKey(l.Order), l.Hash); err != nil {
			return err
		}
	}
	return t.putJSON(bClaims, l.Hash, l.Claim)
}
