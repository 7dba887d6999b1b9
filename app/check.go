package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"hanout/store/bolt"
)

// errUnsound makes the exit status 1 after a report has told why.
var errUnsound = errors.New("the database is not sound")

func runCheck(_ context.Context, args []string, getenv func(string) string, stdout, _ io.Writer) error {
	path := databasePath(getenv)
	if len(args) > 0 {
		path, args = args[0], args[1:]
	}
	if err := noArguments(args); err != nil {
		return err
	}
	vault, err := vaultFrom(getenv)
	if err != nil {
		return err
	}
	report, err := bolt.Check(path, vault)
	if err != nil {
		return explain(path, err)
	}
	fmt.Fprintf(stdout, "%s\n", path)
	report.Write(stdout)
	if len(report.Problems) > 0 {
		return errUnsound
	}
	return nil
}
