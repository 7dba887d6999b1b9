package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"hanout/store"
	"hanout/topup"
)

// A copy of the tables that is started knows nothing of what was sold since it
// was made. So the database knows its place: the cluster, by the identifier
// that a standby shares with its primary and nothing else has, and the
// database in it. Found elsewhere, after a dump was read back or a database
// was made with this one as its template, it is marked as restored; so it is
// after pg_upgrade, which costs an owner one tap. A cluster that was itself
// put back to an earlier time can't be told from within.

// settle proves that the database is where it was written last, and makes the
// place its own.
func (db *DB) settle(ctx context.Context) error {
	here, err := db.here(ctx)
	if err != nil {
		return err
	}
	var was string
	if err := db.conn.QueryRow(ctx, `SELECT place FROM till`).Scan(&was); err != nil || was == here {
		return err
	}
	return db.Update(func(t *Tx) error {
		t.write(`UPDATE till SET place = $1`, here)
		if was == "" {
			return nil // it is new
		}
		return t.markRestored(time.Now())
	})
}

// here names the place. Where the server does not tell which it is, the
// database's number must do.
func (db *DB) here(ctx context.Context) (place string, err error) {
	for _, sql := range []string{
		`SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database WHERE datname = current_database()`,
		`SELECT '/' || oid FROM pg_database WHERE datname = current_database()`,
	} {
		err = db.conn.QueryRow(ctx, sql).Scan(&place)
		if said := (*pgconn.PgError)(nil); !errors.As(err, &said) {
			break
		}
	}
	return place, err
}

// emptyCopy is how old a copy may be in which nothing was ever done.
const emptyCopy = 30 * 24 * time.Hour

// markRestored writes down that the database goes on from a copy, and up to
// when the copy knows what was done.
func (t *Tx) markRestored(now time.Time) error {
	copied := now.Add(-emptyCopy)
	last, ok, err := one[topup.Transaction](t, lines.name, `SELECT doc FROM journal ORDER BY seq DESC LIMIT 1`)
	if err != nil {
		return err
	}
	if ok {
		copied = last.At
	}
	at, ok, err := value[int64](t, `SELECT at FROM handled ORDER BY at DESC LIMIT 1`)
	if err != nil {
		return err
	}
	if handled := time.Unix(0, at); ok && handled.After(copied) {
		copied = handled
	}
	return t.PutSetting(store.SettingRestored, topup.Restored{Copied: copied.UTC(), Found: now.UTC()})
}
