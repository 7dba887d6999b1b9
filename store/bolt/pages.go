package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
)

// bbolt maps its file and trusts every number in it: a page number beyond the
// end, a length that leaves its page or a page that holds itself ends the
// process, and no recover helps. So these few functions read the file's form
// (bbolt, format version 2) without mapping it, before bbolt does.

const (
	pageHeader  = 16 // number, flags, count, overflow
	pageElement = 16
	branchPage  = 0x01
	leafPage    = 0x02
	freePage    = 0x10
	bucketValue = 0x01
	bucketHead  = 16 // root page, sequence
	noFreelist  = ^uint64(0)
	metaMagic   = 0xED0CDAED
	metaSummed  = 56 // bytes under the checksum
	depthMost   = 32 // a tree of two keys a page is not deeper on any disk
	pageMost    = 64 << 10
)

// form is what a meta page says of a file.
type form struct {
	pageSize uint64
	freelist uint64
	high     uint64 // pages in use are below it
	txid     uint64
}

// readForm finds the newest valid meta page.
func readForm(file io.ReaderAt) (form, bool) {
	head := make([]byte, pageMost+pageHeader+metaSummed+8)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return form{}, false
	}
	head = head[:n]
	var newest form
	found := false
	try := func(at int) {
		if at+pageHeader+metaSummed+8 > len(head) {
			return
		}
		m := head[at+pageHeader:]
		sum := fnv.New64a()
		sum.Write(m[:metaSummed])
		if binary.NativeEndian.Uint32(m) != metaMagic || binary.NativeEndian.Uint64(m[metaSummed:]) != sum.Sum64() {
			return
		}
		f := form{
			pageSize: uint64(binary.NativeEndian.Uint32(m[8:])),
			freelist: binary.NativeEndian.Uint64(m[32:]),
			high:     binary.NativeEndian.Uint64(m[40:]),
			txid:     binary.NativeEndian.Uint64(m[48:]),
		}
		if sane := f.pageSize >= 1024 && f.pageSize <= pageMost && f.high >= 4 && f.high < 1<<40; sane && (!found || f.txid > newest.txid) {
			newest, found = f, true
		}
	}
	try(0)
	for at := 1024; at <= pageMost; at *= 2 {
		try(at)
	}
	return newest, found
}

// pages reads the pages of a file below its high-water mark.
type pages struct {
	file     io.ReaderAt
	pageSize uint64
	high     uint64
	seen     map[uint64]bool
}

var errPages = errors.New("the pages do not fit together")

// read gives a page with its overflow, once.
func (p *pages) read(id uint64) ([]byte, error) {
	if id < 2 || id >= p.high {
		return nil, fmt.Errorf("%w: page %d is beyond the end", errPages, id)
	}
	head := make([]byte, pageHeader)
	if _, err := p.file.ReadAt(head, int64(id*p.pageSize)); err != nil {
		return nil, err
	}
	over := uint64(binary.NativeEndian.Uint32(head[12:]))
	if binary.NativeEndian.Uint64(head) != id || id+over >= p.high {
		return nil, fmt.Errorf("%w: page %d is not what it should be", errPages, id)
	}
	for n := id; n <= id+over; n++ {
		if p.seen[n] {
			return nil, fmt.Errorf("%w: page %d is used twice", errPages, n)
		}
		p.seen[n] = true
	}
	page := make([]byte, (over+1)*p.pageSize)
	_, err := p.file.ReadAt(page, int64(id*p.pageSize))
	return page, err
}

// tree proves the form of the tree under a page: every page there once and of
// its kind, every key and value inside its page, the keys in order from low
// up to, but not including, high (nil: no bound).
func (p *pages) tree(id uint64, low, high []byte, depth int) error {
	if depth > depthMost {
		return fmt.Errorf("%w: page %d lies too deep", errPages, id)
	}
	page, err := p.read(id)
	if err != nil {
		return err
	}
	switch flags := binary.NativeEndian.Uint16(page[8:]); flags {
	case leafPage:
		return p.leaf(id, page, low, high, depth)
	case branchPage:
		return p.branch(id, page, low, high, depth)
	default:
		return fmt.Errorf("%w: page %d has no known kind", errPages, id)
	}
}

func (p *pages) branch(id uint64, page, low, high []byte, depth int) error {
	count := int(binary.NativeEndian.Uint16(page[10:]))
	if count == 0 {
		return fmt.Errorf("%w: page %d is an empty branch", errPages, id)
	}
	keys := make([][]byte, count+1)
	children := make([]uint64, count)
	for i := range count {
		at := uint64(pageHeader + i*pageElement)
		if at+pageElement > uint64(len(page)) {
			return fmt.Errorf("%w: page %d holds more than it can", errPages, id)
		}
		e := page[at:]
		from := at + uint64(binary.NativeEndian.Uint32(e))
		to := from + uint64(binary.NativeEndian.Uint32(e[4:]))
		if to > uint64(len(page)) {
			return fmt.Errorf("%w: a key of page %d leaves it", errPages, id)
		}
		keys[i], children[i] = page[from:to], binary.NativeEndian.Uint64(e[8:])
		if !inOrder(keys, i, low, high) {
			return fmt.Errorf("%w: the keys of page %d are not in order", errPages, id)
		}
	}
	keys[count] = high
	for i, child := range children {
		if err := p.tree(child, keys[i], keys[i+1], depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (p *pages) leaf(id uint64, page, low, high []byte, depth int) error {
	count := int(binary.NativeEndian.Uint16(page[10:]))
	keys := make([][]byte, count)
	for i := range count {
		at := uint64(pageHeader + i*pageElement)
		if at+pageElement > uint64(len(page)) {
			return fmt.Errorf("%w: page %d holds more than it can", errPages, id)
		}
		e := page[at:]
		from := at + uint64(binary.NativeEndian.Uint32(e[4:]))
		mid := from + uint64(binary.NativeEndian.Uint32(e[8:]))
		to := mid + uint64(binary.NativeEndian.Uint32(e[12:]))
		if to > uint64(len(page)) {
			return fmt.Errorf("%w: a value of page %d leaves it", errPages, id)
		}
		keys[i] = page[from:mid]
		if !inOrder(keys, i, low, high) {
			return fmt.Errorf("%w: the keys of page %d are not in order", errPages, id)
		}
		if binary.NativeEndian.Uint32(e)&bucketValue == 0 {
			continue
		}
		if err := p.bucket(id, page[mid:to], depth); err != nil {
			return err
		}
	}
	return nil
}

// bucket follows a bucket to its pages. A small one lies inside the value, in
// the form of a leaf page.
func (p *pages) bucket(id uint64, value []byte, depth int) error {
	if len(value) < bucketHead {
		return fmt.Errorf("%w: a bucket in page %d is cut short", errPages, id)
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return p.tree(root, nil, nil, depth+1)
	}
	inside := value[bucketHead:]
	if len(inside) < pageHeader || binary.NativeEndian.Uint16(inside[8:]) != leafPage || depth > depthMost {
		return fmt.Errorf("%w: a bucket in page %d is no bucket", errPages, id)
	}
	return p.leaf(id, inside, nil, nil, depth+1)
}

// inOrder reports whether the newest key follows the one before it and lies
// within the bounds that the pages above set.
func inOrder(keys [][]byte, i int, low, high []byte) bool {
	if i > 0 && bytes.Compare(keys[i-1], keys[i]) >= 0 {
		return false
	}
	return (low == nil || bytes.Compare(low, keys[i]) <= 0) && (high == nil || bytes.Compare(keys[i], high) < 0)
}

// freelist proves that the list of free pages names pages of this file, each
// once: bbolt will write where it points.
func (p *pages) freelist(id uint64) error {
	if id == noFreelist {
		return nil
	}
	page, err := p.read(id)
	if err != nil {
		return err
	}
	if binary.NativeEndian.Uint16(page[8:]) != freePage {
		return fmt.Errorf("%w: page %d is not the list of free pages", errPages, id)
	}
	count, rest := uint64(binary.NativeEndian.Uint16(page[10:])), page[pageHeader:]
	if count == 0xFFFF {
		count, rest = binary.NativeEndian.Uint64(rest), rest[8:]
	}
	if count > uint64(len(rest)/8) {
		return fmt.Errorf("%w: the list of free pages leaves its page", errPages)
	}
	free := make([]uint64, count)
	for i := range free {
		free[i] = binary.NativeEndian.Uint64(rest[8*i:])
		if free[i] < 2 || free[i] >= p.high || p.seen[free[i]] {
			return fmt.Errorf("%w: page %d can't be free", errPages, free[i])
		}
	}
	slices.Sort(free)
	if len(slices.Compact(free)) != int(count) {
		return fmt.Errorf("%w: a page is free twice", errPages)
	}
	return nil
}
