package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hanout/store"
)

// A till on a server outlives the loss of its server, and of its lead. The
// rules:
//
//   - what passes by itself ends a life, not the process: the parts are taken down
//     whole and built anew, from what is in the database, as by any start. Nothing
//     of a life reaches the next one; its gate stays shut;
//   - what a person must mend (rights, a key, a setting of the server, a till that
//     has moved) ends the process, with what to do;
//   - so does anything before the first life has led, or waited for another
//     process that leads: then a person is looking.

// lives are the lives of the program in one process.
type lives struct {
	cfg    config
	via    transports
	log    *slog.Logger
	health *health

	process string
	patient bool
	waits   string // for what, as it was told
}

// anewAfter is the pause before the parts are built anew.
const anewAfter = 500 * time.Millisecond

// run lives until ctx is done, or a person must see to something.
func (l *lives) run(ctx context.Context) error {
	for {
		err := l.live(ctx)
		if err == nil {
			return nil // it was asked to end
		}
		what := passesAs(err)
		if !l.patient || what == "" {
			return explain(l.cfg.where().String(), err)
		}
		if l.waits != what {
			l.waits = what
			l.log.Warn("nothing is sold: the till waits for its database, and goes on by itself", "waits_for", what, "error", err)
			l.health.waits(what)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(anewAfter):
		}
	}
}

// passesAs names what is waited for where an error passes by itself; "" where it
// does not.
func passesAs(err error) string {
	switch {
	case errors.Is(err, store.ErrLead), errors.Is(err, store.ErrLocked):
		return "the lead"
	case errors.Is(err, store.ErrUnreachable):
		return "the server of the database"
	case errors.Is(err, store.ErrUnable):
		return "what the server of the database can't do just now"
	}
	return ""
}

// live builds the parts and lets them work; the error is why they can't go on.
func (l *lives) live(ctx context.Context) error {
	p, err := build(ctx, l.cfg, l.via, l.log, candidate{l.process, l.another})
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer p.close()
	l.patient, l.waits = p.cfg.where().remote(), ""
	l.health.shows(atWork(p))
	return p.run(ctx)
}

// another is called when another process leads.
func (l *lives) another() {
	l.patient, l.waits = true, "another process, which leads"
	l.log.Info("another process leads: this one waits, and takes over when the other is gone", "database", l.cfg.where().String())
	l.health.waits(l.waits)
}
