package store_test

import (
	"bytes"
	"errors"
	"testing"

	"hanout/store"
)

func key(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func vault(t testing.TB, current []byte, older ...[]byte) *store.Vault {
	t.Helper()
	v, err := store.NewVault(current, older...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVault(t *testing.T) {
	v := vault(t, key(1))
	sealed := v.Seal([]byte("secret"), "here")
	if bytes.Contains(sealed, []byte("secret")) || bytes.Equal(sealed, v.Seal([]byte("secret"), "here")) {
		t.Error("sealed text is readable, or always the same")
	}
	if b, err := v.Open(sealed, "here"); err != nil || string(b) != "secret" {
		t.Errorf("opened %q, %v", b, err)
	}
	if b, err := vault(t, key(2), key(1)).Open(sealed, "here"); err != nil || string(b) != "secret" {
		t.Errorf("by an older key: %q, %v", b, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"another place": func() ([]byte, error) { return v.Open(sealed, "there") },
		"another key":   func() ([]byte, error) { return vault(t, key(2)).Open(sealed, "here") },
		"nothing":       func() ([]byte, error) { return v.Open(nil, "here") },
		"cut short":     func() ([]byte, error) { return v.Open(sealed[:12], "here") },
	} {
		if b, err := try(); !errors.Is(err, store.ErrSealed) || b != nil {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := v.Open(bad, "here"); !errors.Is(err, store.ErrSealed) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	if _, err := store.NewVault(key(1)[:31]); err == nil {
		t.Error("a short key was taken")
	}
}
