package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"hanout/store"
)

func runKeygen(_ context.Context, args []string, _ func(string) string, stdout, _ io.Writer) error {
	if err := noArguments(args); err != nil {
		return err
	}
	key := make([]byte, 32)
	rand.Read(key)
	_, err := fmt.Fprintln(stdout, base64.StdEncoding.EncodeToString(key))
	return err
}

func runRekey(ctx context.Context, args []string, getenv func(string) string, stdout, _ io.Writer) error {
	if err := noArguments(args); err != nil {
		return err
	}
	vault, err := vaultFrom(getenv)
	if err != nil {
		return err
	}
	if vault == nil {
		return &usageError{errors.New("rekey wants the new key in HANOUT_CODES_KEY and the former ones in HANOUT_CODES_OLD_KEYS")}
	}
	w, err := whereOf(getenv)
	if err != nil {
		return err
	}
	db, err := w.open(ctx, opening{})
	if err != nil {
		return explain(w.String(), err)
	}
	defer db.Close()
	changed, err := db.Rekey(vault)
	if err != nil {
		return explain(w.String(), err)
	}
	fmt.Fprintf(stdout, "%d orders sealed anew; the former keys are no longer needed for %s\n", changed, w)
	return nil
}

// vaultFrom makes the vault that the environment names, or none when it names
// no key: a check without one still proves the money.
func vaultFrom(getenv func(string) string) (*store.Vault, error) {
	r := envReader{getenv: getenv}
	if r.text("HANOUT_CODES_KEY", "") == "" && r.text("HANOUT_CODES_KEY_FILE", "") == "" {
		return nil, nil
	}
	key, old := r.key("HANOUT_CODES_KEY"), r.keys("HANOUT_CODES_OLD_KEYS")
	if err := errors.Join(r.faults...); err != nil {
		return nil, &usageError{err}
	}
	return store.NewVault(key, old...)
}
