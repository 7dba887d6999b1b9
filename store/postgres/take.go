package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hanout/store"
	"hanout/topup"
)

// takenAtOnce bounds the rows of one round trip.
const takenAtOnce = 500

// Receive opens a database for a till that is to be carried into it, and makes
// its tables where there are none. One in which anything lies, but what a move
// that was cut short has left, gives [store.ErrExists] and is not touched.
func Receive(ctx context.Context, address string, o Options) (*DB, error) {
	o.Moving, o.ReadOnly = true, true
	db, err := Open(ctx, address, o)
	switch {
	case errors.Is(err, store.ErrMissing):
		if err := Create(ctx, address, o); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	default:
		err := db.View(func(t *Tx) error {
			empty, marked, err := t.vacant()
			if err == nil && !empty && !marked {
				err = db.place.about(store.ErrExists)
			}
			return err
		})
		if err := errors.Join(err, db.Close()); err != nil {
			return nil, err
		}
	}
	o.ReadOnly = false
	return Open(ctx, address, o)
}

// vacant tells whether no row is here but the mark of a move, and whether that
// is.
func (t *Tx) vacant() (empty, marked bool, err error) {
	empty, _, err = value[bool](t, `SELECT NOT (EXISTS (SELECT FROM settings WHERE name <> $1) OR EXISTS (SELECT FROM counters) OR EXISTS (SELECT FROM shops)
		OR EXISTS (SELECT FROM chats) OR EXISTS (SELECT FROM sessions) OR EXISTS (SELECT FROM accounts) OR EXISTS (SELECT FROM journal) OR EXISTS (SELECT FROM handled)
		OR EXISTS (SELECT FROM dead_letters) OR EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM undelivered) OR EXISTS (SELECT FROM panels))`, store.SettingMoving)
	if err != nil {
		return false, false, err
	}
	var m store.Move
	marked, err = t.Setting(store.SettingMoving, &m)
	return empty, marked, err
}

// Take carries all rows of a till into a database without any. The mark of
// the move comes first, in a commit of its own; all rows come in one more, and
// only once they check: cut short, it leaves the mark alone, and can be begun
// again. The mark stays. Where rows are, it gives [store.ErrExists].
func Take(ctx context.Context, db *DB, m store.Move, rows store.Rows) (store.Report, error) {
	return db.take(ctx, m, rows, func(*Tx) error { return nil })
}

// Restore is Take of a backup's rows. The till that it makes is marked as
// restored.
func Restore(ctx context.Context, db *DB, m store.Move, rows store.Rows) (store.Report, error) {
	return db.take(ctx, m, rows, func(t *Tx) error {
		return errors.Join(t.DropSetting(store.SettingMoving), t.markRestored(time.Now()))
	})
}

func (db *DB) take(ctx context.Context, m store.Move, rows store.Rows, done func(*Tx) error) (report store.Report, err error) {
	if err := db.Update(func(t *Tx) error {
		switch empty, _, err := t.vacant(); {
		case err != nil:
			return err
		case !empty:
			return db.place.about(store.ErrExists)
		}
		return t.PutSetting(store.SettingMoving, m)
	}); err != nil {
		return report, err
	}
	err = db.Update(func(t *Tx) error {
		t.forgo()
		if err := t.takeAll(ctx, store.Carried(rows)); err != nil {
			return err
		}
		if report, err = store.Check(source{t}, false); err != nil {
			return err
		}
		if len(report.Problems) > 0 {
			return fmt.Errorf("%w: %s", store.ErrUnsound, report.Problems[0])
		}
		return errors.Join(done(t), ctx.Err())
	})
	return report, db.place.about(err)
}

// takeAll writes rows, some in each round trip. What the tables prove at the
// commit is proved as they come, for the server would hold it in memory; and
// lines come together, for a balance that one transaction writes often becomes
// slow to find.
func (t *Tx) takeAll(ctx context.Context, rows store.Rows) error {
	var list []topup.Transaction
	post := func() error {
		if len(list) == 0 {
			return nil
		}
		err := t.writeLines(list...)
		list = list[:0]
		return err
	}
	send := func() error {
		if err := post(); err != nil {
			return err
		}
		t.write(`SET CONSTRAINTS ALL IMMEDIATE`)
		t.write(`SET CONSTRAINTS ALL DEFERRED`)
		return errors.Join(t.send(), ctx.Err())
	}
	n := 0
	for row, err := range rows {
		if err != nil {
			return err
		}
		if line, is := row.(topup.Transaction); is {
			list = append(list, line)
		} else if err := errors.Join(post(), t.take(row)); err != nil {
			return err
		}
		if n++; n%takenAtOnce == 0 {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

// take writes one row that is no line, and what goes with it.
func (t *Tx) take(row any) error {
	switch r := row.(type) {
	case store.Counter:
		t.putCounter(r.Name, r.Last)
		return nil
	case store.Value:
		t.putValue(r.Name, r.JSON)
		return nil
	case store.ShopForm:
		return shops.append(t, r)
	case topup.Member:
		return members.append(t, r)
	case store.Chat:
		return chats.append(t, r)
	case store.Talk:
		t.write(`INSERT INTO sessions (chat, body) VALUES ($1, $2)`, r.Chat, r.Body)
		return nil
	case store.Sale:
		return orders.append(t, orderRow{r.OrderForm, r.Mark})
	case store.Shown:
		return shown.append(t, showingRow{r.Showing, r.Order, r.N})
	case store.Link:
		return t.takeLink(r)
	case store.ComplaintForm:
		return complaints.append(t, r)
	case store.Seen:
		return t.MarkHandled(r.UpdateID, r.At)
	case store.DeadLetter:
		return deadLetters.append(t, r)
	case store.OwedForm:
		return outbox.append(t, r)
	case store.UndeliveredForm:
		return undelivered.append(t, r)
	case store.Shows:
		return panels.append(t, panelRow{r.PanelRef, r.Panel})
	}
	return fmt.Errorf("store: a row of an unknown kind: %T", row)
}

func (t *Tx) takeLink(l store.Link) error {
	err := claims.append(t, l.Claim)
	if l.Newest {
		t.newest(l.Order, l.Hash)
	}
	return err
}
