package postgres

import (
	"context"

	"hanout/store"
	"hanout/topup"
)

// Safeguards reads how the server keeps what is committed. Of a standby a role
// sees no more than that it is there, unless it is a member of
// pg_read_all_stats.
func (db *DB) Safeguards() (topup.Safeguards, error) {
	ctx, cancel := context.WithTimeout(context.Background(), answerMost)
	defer cancel()
	s, err := safeguards(ctx, db.pool)
	return s, db.place.about(err)
}

func safeguards(ctx context.Context, q querier) (s topup.Safeguards, err error) {
	var fsync, pages, commit string
	var rows, seen int
	err = q.QueryRow(ctx, `SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
		current_setting('synchronous_standby_names') <> '', count(pid), count(sync_state), count(*) FILTER (WHERE sync_state IN ('sync', 'quorum'))
		FROM (VALUES (1)) one LEFT JOIN pg_stat_replication ON true`).Scan(&fsync, &pages, &commit, &s.Standby, &rows, &seen, &s.Confirms)
	if err != nil {
		return topup.Safeguards{}, err
	}
	if seen < rows {
		s.Confirms = -1
	}
	if fsync != "on" {
		s.Off = append(s.Off, "fsync="+fsync)
	}
	if pages != "on" {
		s.Off = append(s.Off, "full_page_writes="+pages)
	}
	// Without a standby all but off flush to the disk; with one, only these
	// two wait until it has flushed.
	if commit == "off" || s.Standby && commit != "on" && commit != "remote_apply" {
		s.Off = append(s.Off, "synchronous_commit="+commit)
	}
	return s, nil
}

// flushes refuses a server that does not put its writes on disk: what it has
// committed is gone with its machine's power, and may be damaged.
func (db *DB) flushes(ctx context.Context) error {
	var fsync string
	if err := db.pool.QueryRow(ctx, `SHOW fsync`).Scan(&fsync); err != nil {
		return err
	}
	if fsync != "on" {
		return store.ErrUnflushed
	}
	return nil
}
