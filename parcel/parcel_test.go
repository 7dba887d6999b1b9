package parcel

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// key is a pair of keys.
func key(t *testing.T) (identity, recipient string) {
	t.Helper()
	identity, recipient, err := NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return identity, recipient
}

// packed makes a parcel of some bytes in parts of most bytes.
func packed(t *testing.T, recipient string, content []byte, most int64) (folder string, names []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hanout-auto-20261127-020000.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := New(recipient, most)
	if err != nil {
		t.Fatal(err)
	}
	folder = filepath.Join(t.TempDir(), "parcel")
	names, err = p.Pack(context.Background(), file, folder)
	if err != nil {
		t.Fatal(err)
	}
	return folder, names
}

// noise is content that does not get smaller, behind a secret.
func noise(n int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	_, _ = r.Read(b)
	return append([]byte("code 770012345678"), b...)
}

func TestParcelsOpen(t *testing.T) {
	identity, recipient := key(t)
	second, another := key(t)
	for name, c := range map[string]struct {
		content []byte
		most    int64
		parts   int
	}{
		"one file":           {noise(1000), 1 << 20, 1},
		"empty":              {nil, 1 << 20, 1},
		"three parts":        {noise(250_000), 100_000, 3},
		"compressed":         {bytes.Repeat([]byte("page"), 500_000), 1 << 20, 1},
		"chunks and parts":   {noise(4 * 64 << 10), 64 << 10, 5},
		"parts of few bytes": {noise(100), 7, 64},
	} {
		t.Run(name, func(t *testing.T) {
			folder, names := packed(t, recipient+" , "+another, c.content, c.most)
			if len(names) != c.parts {
				t.Errorf("%d parts: %v", len(names), names)
			}
			for _, n := range names {
				b, err := os.ReadFile(filepath.Join(folder, n))
				if err != nil || int64(len(b)) > c.most || bytes.Contains(b, []byte("770012345678")) {
					t.Errorf("%s: %d bytes, %v; or it tells the secret", n, len(b), err)
				}
			}
			for _, id := range []string{identity, second} {
				var out bytes.Buffer
				err := Open(strings.NewReader(id), filepath.Join(folder, names[len(names)-1]), &out) // any part will do
				if err != nil || !bytes.Equal(out.Bytes(), c.content) {
					t.Errorf("opened: %v, %d bytes of %d", err, out.Len(), len(c.content))
				}
			}
		})
	}
}

// A parcel that is not whole never passes for one that is.
func TestBrokenParcels(t *testing.T) {
	identity, recipient := key(t)
	other, _ := key(t)
	for name, c := range map[string]struct {
		spoil func(dir string, names []string) error
		want  error
	}{
		"nothing":          {func(string, []string) error { return nil }, nil},
		"no first part":    {func(dir string, names []string) error { return os.Remove(filepath.Join(dir, names[0])) }, ErrBroken},
		"no second part":   {func(dir string, names []string) error { return os.Remove(filepath.Join(dir, names[1])) }, ErrBroken},
		"no last part":     {func(dir string, names []string) error { return os.Remove(filepath.Join(dir, names[2])) }, ErrBroken},
		"cut":              {func(dir string, names []string) error { return os.Truncate(filepath.Join(dir, names[2]), 900) }, ErrBroken},
		"cut at its chunk": {func(dir string, names []string) error { return os.Truncate(filepath.Join(dir, names[2]), 0) }, ErrBroken},
		"two change places": {func(dir string, names []string) error {
			a, b := filepath.Join(dir, names[1]), filepath.Join(dir, names[2])
			return errors.Join(os.Rename(a, a+".x"), os.Rename(b, a), os.Rename(a+".x", b))
		}, ErrBroken},
		"a byte changes": {func(dir string, names []string) error {
			b, err := os.ReadFile(filepath.Join(dir, names[1]))
			b[50_000] ^= 1
			return errors.Join(err, os.WriteFile(filepath.Join(dir, names[1]), b, 0o600))
		}, ErrBroken},
		"something else": {func(dir string, names []string) error {
			return os.WriteFile(filepath.Join(dir, names[0]), []byte("a page of a proxy"), 0o600)
		}, ErrForeign},
	} {
		t.Run(name, func(t *testing.T) {
			folder, names := packed(t, recipient, noise(250_000), 100_000)
			if err := c.spoil(folder, names); err != nil {
				t.Fatal(err)
			}
			left := names[2]
			if name == "no last part" {
				left = names[0]
			}
			var out bytes.Buffer
			if err := Open(strings.NewReader(identity), filepath.Join(folder, left), &out); !errors.Is(err, c.want) {
				t.Errorf("opened with %v, want %v", err, c.want)
			}
		})
	}
	folder, names := packed(t, recipient, noise(1000), 1<<20)
	var out bytes.Buffer
	if err := Open(strings.NewReader(other), filepath.Join(folder, names[0]), &out); !errors.Is(err, ErrOtherKey) || out.Len() > 0 {
		t.Errorf("another key: %v, %d bytes", err, out.Len())
	}
	if err := Open(strings.NewReader("secret words"), filepath.Join(folder, names[0]), &out); !errors.Is(err, ErrIdentity) || strings.Contains(err.Error(), "secret words") {
		t.Errorf("no identity: %v", err)
	}
	if err := Open(strings.NewReader(identity), filepath.Join(folder, "gone"), &out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := Open(strings.NewReader(identity), filepath.Join(folder, names[0]), full{}); !errors.Is(err, errFull) {
		t.Errorf("a full disk passes for a broken parcel: %v", err)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRecipients(t *testing.T) {
	identity, recipient := key(t)
	private := strings.Fields(identity)[len(strings.Fields(identity))-1]
	for given, want := range map[string]error{
		recipient: nil, " " + recipient + ",": ErrRecipient, "": ErrRecipient, "age1x": ErrRecipient,
		recipient + "," + private: ErrPrivate, strings.ToLower(private): ErrPrivate,
	} {
		_, err := New(given, 1)
		if !errors.Is(err, want) {
			t.Errorf("%.8s… gives %v, want %v", given, err, want)
		}
		if err != nil && len(given) > 10 && strings.Contains(err.Error(), given) {
			t.Errorf("the error tells what was given: %v", err)
		}
	}
}

// What a stop or a full disk cuts short leaves nothing behind, and a folder
// that a crash left is taken over.
func TestPackingIsCutShort(t *testing.T) {
	_, recipient := key(t)
	folder, _ := packed(t, recipient, noise(1000), 100)
	p, err := New(recipient, 100)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(file, noise(100), 0o600); err != nil {
		t.Fatal(err)
	}
	names, err := p.Pack(context.Background(), file, folder)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != len(names) {
		t.Errorf("%d files in the folder, the parcel has %d (%v)", len(left), len(names), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Pack(ctx, file, folder); !errors.Is(err, context.Canceled) {
		t.Errorf("cut short: %v", err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something is left: %v", err)
	}
}

// BenchmarkPack packs what is like a copy: a half that is sealed, and a half
// that gets smaller.
func BenchmarkPack(b *testing.B) {
	_, recipient, err := NewIdentity()
	if err != nil {
		b.Fatal(err)
	}
	const half = 32 << 20
	file := filepath.Join(b.TempDir(), "copy.db")
	content := append(noise(half), bytes.Repeat([]byte(`{"shop":1,"good":"topup"}`), half/25)...)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		b.Fatal(err)
	}
	p, err := New(recipient, 45<<20)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := p.Pack(context.Background(), file, filepath.Join(b.TempDir(), "parcel")); err != nil {
			b.Fatal(err)
		}
	}
}
