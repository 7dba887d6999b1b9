package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"hanout/store"
	"hanout/store/postgres"
)

func runInit(ctx context.Context, args []string, getenv func(string) string, stdout, _ io.Writer) error {
	if err := noArguments(args); err != nil {
		return err
	}
	w, err := whereOf(getenv)
	if err != nil {
		return err
	}
	if err := w.create(ctx); err != nil {
		return explain(w.String(), err)
	}
	fmt.Fprintf(stdout, "made a new, empty database: %s\n", w)
	return nil
}

func runBackup(ctx context.Context, args []string, getenv func(string) string, stdout, _ io.Writer) error {
	if len(args) != 1 {
		return &usageError{errors.New("backup wants one argument: the file to write")}
	}
	w, err := whereOf(getenv)
	if err != nil {
		return err
	}
	db, err := w.open(ctx, opening{readOnly: true})
	if err != nil {
		if errors.Is(err, store.ErrLocked) {
			return fmt.Errorf("%s is in use by a running bot: send it /backup in the chat, or stop it first", w)
		}
		return explain(w.String(), err)
	}
	defer db.Close()
	head, err := db.Backup(ctx, args[0])
	if err != nil {
		return explain(args[0], err)
	}
	fmt.Fprintf(stdout, "backed up %s to %s, journal up to entry %d\n", w, args[0], head.Seq)
	return nil
}

func runRestore(ctx context.Context, args []string, getenv func(string) string, stdout, _ io.Writer) error {
	if len(args) != 1 {
		return &usageError{errors.New("restore wants one argument: the backup to restore from")}
	}
	w, err := whereOf(getenv)
	if err != nil {
		return err
	}
	report, err := w.restore(ctx, args[0])
	if len(report.Problems) > 0 {
		report.Write(stdout)
	}
	if named := (*store.FileError)(nil); errors.Is(err, store.ErrMissing) && errors.As(err, &named) && named.Path == args[0] {
		return fmt.Errorf("there is no backup at %s", args[0])
	}
	if err != nil {
		return explain(w.String(), err)
	}
	fmt.Fprintf(stdout, "restored %s from %s\n", w, args[0])
	report.Write(stdout)
	return nil
}

// isDamage tells a file that was one of ours, and is not whole.
func isDamage(err error) bool {
	return errors.Is(err, store.ErrEmpty) || errors.Is(err, store.ErrTruncated) || errors.Is(err, store.ErrDamaged)
}

// explain adds what to do to the errors that a person can do something about.
// path is the file they are about, unless the error names another.
func explain(path string, err error) error {
	if named := (*store.FileError)(nil); errors.As(err, &named) {
		path, err = named.Path, named.Err
	}
	var moved *store.MovedError
	switch {
	case errors.As(err, &moved):
		return fmt.Errorf("%s has moved to %s (on %s): start the bot there, with HANOUT_DB. What is here is kept as it was then, to be checked and copied: `hanout restore` makes a till of a copy, as of any", path, moved.To, moved.At.UTC().Format(time.DateTime+" MST"))
	case errors.Is(err, errStale):
		return fmt.Errorf("what %s holds is %w", path, err)
	case errors.Is(err, store.ErrUnfinished):
		return fmt.Errorf("%s is not whole: a till was being moved or restored into it, and that was cut short. Nothing was ever sold from it. Run the same `hanout move` or `hanout restore` again", path)
	case errors.Is(err, store.ErrMissing) && postgres.Is(path):
		return fmt.Errorf("there is no database at %s (%w): `hanout init` makes its tables in a database that is there", path, err)
	case errors.Is(err, store.ErrMissing):
		return fmt.Errorf("there is no database at %s: `hanout init` makes a new one, `hanout restore FILE` brings a backup back", path)
	case errors.Is(err, store.ErrExists):
		return fmt.Errorf("%s exists already and is not overwritten: move it away first", path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return fmt.Errorf("the disk that holds %s is full (%w): make room there and start again. Nothing that was told to anybody is lost; what was being written may be there or not, and the start finds that out", path, err)
	case errors.Is(err, syscall.EIO), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("the disk that holds %s fails (%w): look at the disk, copy what it holds to another, and start again there. Nothing that was told to anybody is lost; what was being written may be there or not, and the start finds that out", path, err)
	case isDamage(err):
		return fmt.Errorf("%s is damaged (%w): keep it, and bring the last backup back with `hanout restore FILE`", path, err)
	case errors.Is(err, store.ErrForeign):
		return fmt.Errorf("%s is not a Hanout database (%w)", path, err)
	case errors.Is(err, store.ErrLocked):
		return fmt.Errorf("%s is in use by another process: stop it first", path)
	case errors.Is(err, store.ErrSealed):
		return fmt.Errorf("HANOUT_CODES_KEY is not the key that %s was used with: nothing was started. Give the right key, or, to change keys, name the former one in HANOUT_CODES_OLD_KEYS and run `hanout rekey`", path)
	case errors.Is(err, store.ErrRekeying):
		return fmt.Errorf("a change of the codes key of %s was cut short: nothing was started. Run `hanout rekey` again, with the same keys: it goes on where it was", path)
	case errors.Is(err, store.ErrUnsound):
		return fmt.Errorf("%s is not sound and is not used (%w): `hanout check` says more of it", path, err)
	case errors.Is(err, store.ErrOld):
		return fmt.Errorf("%s was written by an older Hanout: put it in place and start the bot, which brings it up to date", path)
	case errors.Is(err, store.ErrUnreachable):
		return fmt.Errorf("%s can't be reached, or was lost (%w): see that the server runs and answers from here, and start again. Nothing that was told to anybody is lost; what was being written may be there or not, and the start finds that out", path, err)
	case errors.Is(err, store.ErrUnable):
		return fmt.Errorf("%s can't do it just now (%w): see what its server says. Nothing that was told to anybody is lost; what was being written may be there or not, and the start finds that out", path, err)
	case errors.Is(err, store.ErrUnflushed):
		return fmt.Errorf("the server of %s runs with fsync=off: when its machine fails, sales that shops were told are lost and the tables may be damaged. Nothing was started: set fsync=on there, restart that server, and start again", path)
	case errors.Is(err, store.ErrRights):
		return fmt.Errorf("%s refuses the user of HANOUT_DB (%w): see that its name, its password in HANOUT_DB_PASSWORD_FILE and its rights are right", path, err)
	case errors.Is(err, store.ErrFuture):
		return fmt.Errorf("%s was written by a newer Hanout: use that version", path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s can't be opened: %w; the bot needs to read and write it and its folder", path, err)
	}
	return err
}
