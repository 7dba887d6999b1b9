package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"hanout/parcel"
	"hanout/store"
	"hanout/store/bolt"
)

// runCopyKey makes the pair of keys for copies that leave the machine.
func runCopyKey(_ context.Context, args []string, _ func(string) string, stdout, _ io.Writer) error {
	if len(args) != 1 {
		return &usageError{errors.New("copykey wants one argument: the file to write the private key to, on a machine of yours that is not the bot's")}
	}
	identity, recipient, err := parcel.NewIdentity()
	if err != nil {
		return err
	}
	err = fresh(args[0], func(f *os.File) error { _, err := io.WriteString(f, identity); return err })
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n\nThe private key is in %s: keep two copies of it, none on the bot's machine.\nWithout it no copy that was sent opens. Give the bot the line above:\nHANOUT_BACKUP_RECIPIENT=%s\n", recipient, args[0], recipient)
	return nil
}

// runOpenCopy opens a copy that was sent to an owner, and proves it.
func runOpenCopy(_ context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("open-copy", flag.ContinueOnError)
	flags.SetOutput(stderr)
	keyFile := flags.String("identity", "", "file with the private key, as hanout copykey or age-keygen wrote it")
	var names []string
	for len(args) > 0 { // the flag may stand anywhere
		if err := flags.Parse(args); err != nil {
			return &usageError{err}
		}
		if args = flags.Args(); len(args) > 0 {
			names, args = append(names, args[0]), args[1:]
		}
	}
	if len(names) != 2 || *keyFile == "" {
		return &usageError{errors.New("open-copy wants the file (or any of its parts, all in one folder), -identity KEYFILE, and the file to write")}
	}
	vault, err := vaultFrom(getenv)
	if err != nil {
		return err
	}
	key, err := os.Open(*keyFile)
	if err != nil {
		return err
	}
	defer key.Close()
	from, to := names[0], names[1]
	err = fresh(to, func(f *os.File) error { return explainParcel(from, *keyFile, parcel.Open(key, from, f)) })
	if err != nil {
		return err
	}
	report, err := bolt.Check(to, vault)
	if err != nil {
		return explain(to, err)
	}
	fmt.Fprintf(stdout, "opened %s as %s\n", from, to)
	report.Write(stdout)
	if len(report.Problems) > 0 {
		return errUnsound
	}
	return nil
}

// fresh writes a new file, which only its owner may read; nothing is left of
// one that fails.
func fresh(path string, write func(*os.File) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return explain(path, store.ErrExists)
	}
	if err != nil {
		return explain(path, err)
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(explain(path, err), os.Remove(path))
	}
	return nil
}

// explainParcel says what to do when a copy does not open.
func explainParcel(path, keyFile string, err error) error {
	switch {
	case errors.Is(err, parcel.ErrOtherKey):
		return fmt.Errorf("%s does not open with %s: it was sealed for another key. Take the private key that belongs to the HANOUT_BACKUP_RECIPIENT of that day", path, keyFile)
	case errors.Is(err, parcel.ErrIdentity):
		return fmt.Errorf("%s can't be used: %w", keyFile, err)
	case errors.Is(err, parcel.ErrBroken), errors.Is(err, parcel.ErrForeign):
		return fmt.Errorf("%s does not open: %w. Download all its parts of the same copy anew, into one folder, under their own names", path, err)
	}
	return err
}
