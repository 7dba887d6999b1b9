package app

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// errUnsound makes the exit status 1 after a report has told why.
var errUnsound = errors.New("the database is not sound")

func runCheck(ctx context.Context, args []string, getenv func(string) string, stdout, _ io.Writer) error {
	w, err := whereOf(getenv)
	if err != nil {
		return err
	}
	if len(args) > 0 {
		w.db, args = args[0], args[1:]
	}
	if err := noArguments(args); err != nil {
		return err
	}
	vault, err := vaultFrom(getenv)
	if err != nil {
		return err
	}
	report, err := w.check(ctx, vault)
	if err != nil {
		return explain(w.String(), err)
	}
	fmt.Fprintf(stdout, "%s\n", w)
	report.Write(stdout)
	if len(report.Problems) > 0 {
		return errUnsound
	}
	return nil
}
