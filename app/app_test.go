package app

import (
	"bytes"
	"encoding/base64"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// environment is what a process is given.
type environment map[string]string

func (e environment) get(name string) string { return e[name] }

// command runs the program as main does and gives what it printed.
func command(t *testing.T, e environment, args ...string) (stdout string, err error) {
	t.Helper()
	var out, log bytes.Buffer
	err = run(t.Context(), args, e.get, &out, &log)
	if log.Len() > 0 {
		t.Logf("%v wrote to stderr: %s", args, log.String())
	}
	return out.String(), err
}

// says fails unless an error says all of these words.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"-help"}, {"--help"}} {
		if out, err := command(t, nil, args...); err != nil || !strings.Contains(out, "usage:") {
			t.Errorf("%v: %q, %v", args, out, err)
		}
	}
	out, err := command(t, nil, "version")
	if err != nil || !strings.HasPrefix(out, "hanout ") || len(strings.Fields(out)) < 2 {
		t.Errorf("version: %q, %v", out, err)
	}
	keys := map[string]bool{}
	for range 3 {
		out, err := command(t, nil, "keygen")
		b, bad := base64.StdEncoding.DecodeString(strings.TrimSpace(out))
		if err != nil || bad != nil || len(b) != 32 || keys[out] {
			t.Errorf("keygen: %q, %v", out, err)
		}
		keys[out] = true
	}
	var bad *usageError
	for _, args := range [][]string{
		{"runn"}, {""}, {"run", "x"}, {"init", "x"}, {"check", "a", "b"}, {"backup"}, {"backup", "a", "b"}, {"restore"}, {"keygen", "x"},
		{"copykey"}, {"open-copy"}, {"open-copy", "a", "b"}, {"open-copy", "-identity", "k", "a"}, {"open-copy", "-no", "k", "a", "b"},
		{"version", "x"}, {"demo", "-no"}, {"demo", "x"}, {"demo", "-speed", "0"},
	} {
		if _, err := command(t, environment{"HANOUT_DB": filepath.Join(t.TempDir(), "x.db")}, args...); !errors.As(err, &bad) {
			t.Errorf("%v is no error of usage: %v", args, err)
		}
	}
	_, err = command(t, nil, "frobnicate")
	says(t, err, `no such command "frobnicate"`, "usage:", "hanout init")
}
