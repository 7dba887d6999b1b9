package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
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
	root     uint64 // of the tree of all buckets
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
			root:     binary.NativeEndian.Uint64(m[16:]),
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

// pages reads the pages of a file below its high-water mark, each once. What
// it keeps is a bit for each page, and one page for each level of the tree.
type pages struct {
	file     io.ReaderAt
	pageSize uint64
	high     uint64
	seen     []uint64 // a bit for each page
	levels   [depthMost + 2][]byte
	// row is told every row of every bucket; nil: only the form is proved.
	row func(bucket string, key, value []byte) error
}

// prove proves a whole file, as its newest meta page has it: its tree, its
// list of free pages, and the checksum of every row. Its memory is bounded; it
// reads the file once.
func prove(file io.ReaderAt, f form) error {
	p := newPages(file, f.pageSize, f.high)
	p.row = func(bucket string, key, value []byte) error {
		_, err := unwrap(bucket, key, value)
		return err
	}
	if err := p.tree(f.root, "", nil, nil, 0); err != nil {
		return err
	}
	if f.freelist == noFreelist {
		return nil
	}
	if err := p.freelist(f.freelist); err != nil {
		return err
	}
	return p.all()
}

func newPages(file io.ReaderAt, pageSize, high uint64) *pages {
	return &pages{file: file, pageSize: pageSize, high: high, seen: make([]uint64, high/64+1)}
}

var errPages = errors.New("the pages do not fit together")

// mark notes that a page is used, and reports whether it was before.
func (p *pages) mark(id uint64) (before bool) {
	word, bit := &p.seen[id/64], uint64(1)<<(id%64)
	before = *word&bit != 0
	*word |= bit
	return before
}

// read gives a page with its overflow, once. It is good until the next one of
// its level is read.
func (p *pages) read(id uint64, level int) ([]byte, error) {
	if id < 2 || id >= p.high {
		return nil, fmt.Errorf("%w: page %d is beyond the end", errPages, id)
	}
	page := p.room(level, p.pageSize)
	if _, err := p.file.ReadAt(page, int64(id*p.pageSize)); err != nil {
		return nil, err
	}
	over := uint64(binary.NativeEndian.Uint32(page[12:]))
	if binary.NativeEndian.Uint64(page) != id || id+over >= p.high {
		return nil, fmt.Errorf("%w: page %d is not what it should be", errPages, id)
	}
	for n := id; n <= id+over; n++ {
		if p.mark(n) {
			return nil, fmt.Errorf("%w: page %d is used twice", errPages, n)
		}
	}
	if over == 0 {
		return page, nil
	}
	page = p.room(level, (over+1)*p.pageSize)
	_, err := p.file.ReadAt(page, int64(id*p.pageSize))
	return page, err
}

// room is where a page of a level is read to. What a large one took is not
// kept.
func (p *pages) room(level int, size uint64) []byte {
	if size > p.pageSize {
		return make([]byte, size)
	}
	if p.levels[level] == nil {
		p.levels[level] = make([]byte, size)
	}
	return p.levels[level]
}

// tree proves the form of the tree of a bucket ("": the one of all buckets)
// under a page: every page there once and of its kind, every key and value
// behind the one before it, so that a page that tells of fewer than it has is
// found, too, and the keys in order from low up to, but not including, high
// (nil: no bound).
func (p *pages) tree(id uint64, bucket string, low, high []byte, level int) error {
	if level > depthMost {
		return fmt.Errorf("%w: page %d lies too deep", errPages, id)
	}
	page, err := p.read(id, level)
	if err != nil {
		return err
	}
	switch flags := binary.NativeEndian.Uint16(page[8:]); flags {
	case leafPage:
		return p.leaf(id, bucket, page, low, high, level)
	case branchPage:
		return p.branch(id, bucket, page, low, high, level)
	default:
		return fmt.Errorf("%w: page %d has no known kind", errPages, id)
	}
}

func (p *pages) branch(id uint64, bucket string, page, low, high []byte, level int) error {
	count := int(binary.NativeEndian.Uint16(page[10:]))
	if count == 0 {
		return fmt.Errorf("%w: page %d is an empty branch", errPages, id)
	}
	keys := make([][]byte, count+1)
	children := make([]uint64, count)
	next := uint64(pageHeader + count*pageElement)
	for i := range count {
		at := uint64(pageHeader + i*pageElement)
		if at+pageElement > uint64(len(page)) {
			return fmt.Errorf("%w: page %d holds more than it can", errPages, id)
		}
		e := page[at:]
		from := at + uint64(binary.NativeEndian.Uint32(e))
		to := from + uint64(binary.NativeEndian.Uint32(e[4:]))
		if from != next || to > uint64(len(page)) {
			return fmt.Errorf("%w: a key of page %d is not in its place", errPages, id)
		}
		next = to
		keys[i], children[i] = page[from:to], binary.NativeEndian.Uint64(e[8:])
		if i == 0 && !leads(low, keys[0]) {
			return fmt.Errorf("%w: page %d is not where its branch says", errPages, id)
		}
		if (i > 0 && bytes.Compare(keys[i-1], keys[i]) >= 0) || !within(keys[i], low, high) {
			return fmt.Errorf("%w: the keys of page %d are not in order", errPages, id)
		}
	}
	keys[count] = high
	for i, child := range children {
		if err := p.tree(child, bucket, keys[i], keys[i+1], level+1); err != nil {
			return err
		}
	}
	return nil
}

func (p *pages) leaf(id uint64, bucket string, page, low, high []byte, level int) error {
	count := int(binary.NativeEndian.Uint16(page[10:]))
	var last []byte
	next := uint64(pageHeader + count*pageElement)
	if count == 0 && len(bytes.Trim(page[pageHeader:], "\x00")) > 0 {
		return fmt.Errorf("%w: page %d holds more than it tells", errPages, id)
	}
	for i := range count {
		at := uint64(pageHeader + i*pageElement)
		if at+pageElement > uint64(len(page)) {
			return fmt.Errorf("%w: page %d holds more than it can", errPages, id)
		}
		e := page[at:]
		from := at + uint64(binary.NativeEndian.Uint32(e[4:]))
		mid := from + uint64(binary.NativeEndian.Uint32(e[8:]))
		to := mid + uint64(binary.NativeEndian.Uint32(e[12:]))
		if from != next || to > uint64(len(page)) {
			return fmt.Errorf("%w: a value of page %d is not in its place", errPages, id)
		}
		next = to
		key := page[from:mid]
		if i == 0 && !leads(low, key) {
			return fmt.Errorf("%w: page %d is not where its branch says", errPages, id)
		}
		if (i > 0 && bytes.Compare(last, key) >= 0) || !within(key, low, high) {
			return fmt.Errorf("%w: the keys of page %d are not in order", errPages, id)
		}
		last = key
		if err := p.value(id, bucket, key, page[mid:to], binary.NativeEndian.Uint32(e)&bucketValue != 0, level); err != nil {
			return err
		}
	}
	return nil
}

// value proves what stands under a key: in the tree of all buckets a bucket,
// in a bucket a row.
func (p *pages) value(id uint64, bucket string, key, value []byte, isBucket bool, level int) error {
	switch {
	case p.row != nil && isBucket != (bucket == ""):
		return fmt.Errorf("%w: a row of page %d is not of its kind", errPages, id)
	case isBucket:
		return p.bucket(id, string(key), value, level)
	case p.row != nil:
		return p.row(bucket, key, value)
	}
	return nil
}

// bucket follows a bucket to its pages. A small one lies inside the value, in
// the form of a leaf page.
func (p *pages) bucket(id uint64, name string, value []byte, level int) error {
	if len(value) < bucketHead {
		return fmt.Errorf("%w: a bucket in page %d is cut short", errPages, id)
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return p.tree(root, name, nil, nil, level+1)
	}
	inside := value[bucketHead:]
	if len(inside) < pageHeader || binary.NativeEndian.Uint16(inside[8:]) != leafPage || level > depthMost {
		return fmt.Errorf("%w: a bucket in page %d is no bucket", errPages, id)
	}
	return p.leaf(id, name, inside, nil, nil, level+1)
}

// leads reports whether a page that begins with a key is led to by it. A
// smaller one in the branch would do for reading; but bbolt finds the place of
// a page that it wrote anew by its first key, and would enter it a second time.
func leads(low, key []byte) bool { return low == nil || bytes.Equal(low, key) }

// within reports whether a key lies within the bounds that the pages above
// set.
func within(key, low, high []byte) bool {
	return (low == nil || bytes.Compare(low, key) <= 0) && (high == nil || bytes.Compare(key, high) < 0)
}

// freelist proves that the list of free pages names pages of this file, each
// once and none that is used: bbolt will write where it points.
func (p *pages) freelist(id uint64) error {
	page, err := p.read(id, 0)
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
	for i := range count {
		free := binary.NativeEndian.Uint64(rest[8*i:])
		if free < 2 || free >= p.high || p.mark(free) {
			return fmt.Errorf("%w: page %d can't be free", errPages, free)
		}
	}
	return nil
}

// all proves that every page is used or free.
func (p *pages) all() error {
	for id := uint64(2); id < p.high; id++ {
		if p.seen[id/64]&(1<<(id%64)) == 0 {
			return fmt.Errorf("%w: page %d is neither used nor free", errPages, id)
		}
	}
	return nil
}
