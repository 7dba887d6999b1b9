// Package parcel makes a copy of the till ready to leave the machine, and
// opens it again.
//
// The rules:
//
//   - a parcel is the copy, compressed and sealed to recipients of age
//     (age-encryption.org): this machine can make one and can't open it;
//   - a large one comes in parts that only have to be put one after the other;
//   - it opens whole or not at all: what is missing, changed or out of order is
//     an error, and what was written until then is nothing to use.
package parcel

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"filippo.io/age"
)

// Errors that a person can do something about.
var (
	ErrPrivate   = errors.New("it is a private key, which must not be on this machine: the recipient begins with age1")
	ErrRecipient = errors.New("it is no recipient of age, which begins with age1")
	ErrIdentity  = errors.New("the file holds no identity of age, which begins with AGE-SECRET-KEY-1")
	ErrOtherKey  = errors.New("the parcel was sealed for another key")
	ErrForeign   = errors.New("this is no parcel")
	ErrBroken    = errors.New("the parcel is not whole: a part is missing, changed or out of order")
)

const suffix = ".gz.age"

// Packer makes parcels for the owners of some keys.
type Packer struct {
	recipients []age.Recipient
	most       int64
}

// New makes a Packer for recipients, separated by commas; no part of a parcel
// is larger than most bytes. No error tells what was given.
func New(recipients string, most int64) (*Packer, error) {
	p := &Packer{most: most}
	for _, r := range strings.Split(recipients, ",") {
		r = strings.TrimSpace(r)
		if strings.HasPrefix(strings.ToUpper(r), "AGE-SECRET-KEY-") {
			return nil, ErrPrivate
		}
		key, err := age.ParseX25519Recipient(r)
		if err != nil {
			return nil, ErrRecipient
		}
		p.recipients = append(p.recipients, key)
	}
	return p, nil
}

// Pack makes a parcel of a file in a folder of its own, in place of whatever
// the folder had, and gives the names of its parts in their order. It ends
// with ctx.
func (p *Packer) Pack(ctx context.Context, file, folder string) (names []string, err error) {
	from, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	if err := os.RemoveAll(folder); err != nil {
		return nil, err
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	to := &parts{folder: folder, name: filepath.Base(file) + suffix, most: p.most}
	err = p.fill(&ending{ctx, from}, to)
	if err = errors.Join(err, to.close()); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if len(to.names) == 1 { // the whole needs no number
		err = os.Rename(filepath.Join(folder, to.names[0]), filepath.Join(folder, to.name))
		to.names[0] = to.name
	}
	return to.names, err
}

// fill compresses and seals. Codes are sealed already and do not get smaller,
// so the quickest way is as good as any.
func (p *Packer) fill(from io.Reader, to io.Writer) error {
	sealed, err := age.Encrypt(to, p.recipients...)
	if err != nil {
		return err
	}
	small, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := io.Copy(small, from); err != nil {
		return err
	}
	if err := small.Close(); err != nil {
		return err
	}
	return sealed.Close()
}

// ending is a reader that ends with a context.
type ending struct {
	ctx context.Context
	io.Reader
}

func (e *ending) Read(b []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	return e.Reader.Read(b)
}

// parts writes numbered files, each up to a size.
type parts struct {
	folder, name string
	most         int64
	names        []string
	open         *os.File
	room         int64 // left in the open one
	pending      int   // written and not yet on disk
}

// pendingMost keeps what the disk must take before it takes a commit of the
// till from piling up.
const pendingMost = 8 << 20

func (p *parts) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		if p.room == 0 {
			if err := p.next(); err != nil {
				return n, err
			}
		}
		k, err := p.open.Write(b[:min(int64(len(b)), p.room)])
		n, b, p.room, p.pending = n+k, b[k:], p.room-int64(k), p.pending+k
		if err == nil && p.pending >= pendingMost {
			p.pending, err = 0, p.open.Sync()
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (p *parts) next() error {
	if err := p.close(); err != nil {
		return err
	}
	name := fmt.Sprintf("%s.%03d", p.name, len(p.names)+1)
	f, err := os.OpenFile(filepath.Join(p.folder, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	p.names, p.open, p.room = append(p.names, name), f, p.most
	return nil
}

func (p *parts) close() error {
	if p.open == nil {
		return nil
	}
	err := errors.Join(p.open.Sync(), p.open.Close())
	p.open, p.pending = nil, 0
	return err
}

// NewIdentity makes a pair of keys: the identity as the text of a file, which
// only its owner may have, and the recipient for everybody.
func NewIdentity() (identity, recipient string, err error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return "", "", err
	}
	recipient = key.Recipient().String()
	return fmt.Sprintf("# public key: %s\n%s\n", recipient, key), recipient, nil
}

// Open writes the copy that is in a parcel. path is its file, or one of its
// parts, with the others beside it.
func Open(identity io.Reader, path string, to io.Writer) error {
	keys, err := age.ParseIdentities(identity)
	if err != nil {
		return ErrIdentity // what it says could quote a line of the file
	}
	files, err := whole(path)
	if err != nil {
		return err
	}
	chain := &chain{files: files}
	defer chain.close()
	sealed, err := age.Decrypt(chain, keys...)
	var other *age.NoIdentityMatchError
	switch {
	case errors.As(err, &other):
		return ErrOtherKey
	case err != nil && chain.err != nil:
		return chain.err
	case err != nil:
		return ErrForeign
	}
	small, err := gzip.NewReader(sealed)
	if err == nil {
		to := &target{to: to}
		if _, err = io.Copy(to, small); to.err != nil {
			return to.err
		}
	}
	switch {
	case err != nil && chain.err != nil:
		return chain.err
	case err != nil:
		return ErrBroken
	}
	return nil
}

// target notes what was wrong with where the copy goes, as against what it
// comes from.
type target struct {
	to  io.Writer
	err error
}

func (t *target) Write(b []byte) (n int, err error) {
	n, t.err = t.to.Write(b)
	return n, t.err
}

var numbered = regexp.MustCompile(`^(.+\.age)\.\d{3}$`)

// whole lists the files of a parcel in their order.
func whole(path string) ([]string, error) {
	m := numbered.FindStringSubmatch(path)
	if m == nil {
		return []string{path}, nil
	}
	there, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	var files []string
	for _, f := range there {
		if name := filepath.Join(filepath.Dir(path), f.Name()); numbered.MatchString(name) && filepath.Clean(m[1]) == name[:len(name)-4] {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	for i, name := range files {
		if want := fmt.Sprintf("%s.%03d", filepath.Clean(m[1]), i+1); name != want {
			return nil, fmt.Errorf("%w: there is no %s", ErrBroken, filepath.Base(want))
		}
	}
	return files, nil
}

// chain reads files one after the other.
type chain struct {
	files []string
	open  *os.File
	err   error // of a file, as against what is in it
}

func (c *chain) Read(b []byte) (int, error) {
	for {
		if c.open == nil {
			if len(c.files) == 0 {
				return 0, io.EOF
			}
			if c.open, c.err = os.Open(c.files[0]); c.err != nil {
				return 0, c.err
			}
			c.files = c.files[1:]
		}
		n, err := c.open.Read(b)
		if n > 0 || (err != nil && err != io.EOF) {
			if err != io.EOF {
				c.err = err
			}
			return n, c.err
		}
		c.close()
	}
}

func (c *chain) close() {
	if c.open != nil {
		_ = c.open.Close() // it was only read
		c.open = nil
	}
}
