package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// row is one element of a page made by hand.
type row struct {
	key, value string
	child      uint64 // of a branch
	bucket     bool   // of a leaf: the value is a bucket
}

// layout makes the bytes of a page, without its filling.
func layout(id uint64, kind uint16, rows ...row) []byte {
	p := make([]byte, pageHeader+len(rows)*pageElement)
	binary.NativeEndian.PutUint64(p, id)
	binary.NativeEndian.PutUint16(p[8:], kind)
	binary.NativeEndian.PutUint16(p[10:], uint16(len(rows)))
	for i, r := range rows {
		at := pageHeader + i*pageElement
		pos := uint32(len(p) - at)
		if kind == branchPage {
			binary.NativeEndian.PutUint32(p[at:], pos)
			binary.NativeEndian.PutUint32(p[at+4:], uint32(len(r.key)))
			binary.NativeEndian.PutUint64(p[at+8:], r.child)
		} else {
			if r.bucket {
				binary.NativeEndian.PutUint32(p[at:], bucketValue)
			}
			binary.NativeEndian.PutUint32(p[at+4:], pos)
			binary.NativeEndian.PutUint32(p[at+8:], uint32(len(r.key)))
			binary.NativeEndian.PutUint32(p[at+12:], uint32(len(r.value)))
		}
		p = append(p, r.key...)
		p = append(p, r.value...)
	}
	return p
}

// rootOf is a bucket's value: the page of its root, and a sequence.
func rootOf(page uint64) string {
	return string(binary.NativeEndian.AppendUint64(nil, page)) + "12345678"
}

func with16(p []byte, at int, n uint16) []byte { binary.NativeEndian.PutUint16(p[at:], n); return p }
func with32(p []byte, at int, n uint32) []byte { binary.NativeEndian.PutUint32(p[at:], n); return p }

func TestPages(t *testing.T) {
	ab := func(id uint64) []byte {
		return layout(id, leafPage, row{key: "a", value: "1"}, row{key: "b", value: "2"})
	}
	cd := func(id uint64) []byte { return layout(id, leafPage, row{key: "c"}, row{key: "d"}) }
	both := layout(2, branchPage, row{key: "a", child: 3}, row{key: "c", child: 4})
	inline := func(kind uint16, rows ...row) string { return rootOf(0) + string(layout(0, kind, rows...)) }
	deep := func(levels int) (pages [][]byte) {
		for i := range levels {
			pages = append(pages, layout(uint64(2+i), branchPage, row{key: "a", child: uint64(3 + i)}))
		}
		return append(pages, ab(uint64(2+levels)))
	}
	for _, tt := range []struct {
		name  string
		pages [][]byte // from page 2 on, which is the root
		sound bool
	}{
		{"a leaf", [][]byte{ab(2)}, true},
		{"an empty leaf", [][]byte{layout(2, leafPage)}, true},
		{"a branch", [][]byte{both, ab(3), cd(4)}, true},
		{"a deep tree", deep(depthMost), true},
		{"a bucket", [][]byte{layout(2, leafPage, row{key: "x", value: rootOf(3), bucket: true}), ab(3)}, true},
		{"a bucket inside its row", [][]byte{layout(2, leafPage, row{key: "x", value: inline(leafPage, row{key: "a"}), bucket: true})}, true},
		{"a page of more than one", [][]byte{with32(ab(2), 12, 1), nil}, true},
		{"a page used twice", [][]byte{layout(2, branchPage, row{key: "a", child: 3}, row{key: "c", child: 3}), layout(3, leafPage)}, false},
		{"a page under itself", [][]byte{layout(2, branchPage, row{key: "a", child: 2})}, false},
		{"a page under its own child", [][]byte{layout(2, branchPage, row{key: "a", child: 3}), layout(3, branchPage, row{key: "a", child: 2})}, false},
		{"a page within another's", [][]byte{layout(2, branchPage, row{key: "a", child: 3}, row{key: "c", child: 4}), with32(ab(3), 12, 1), cd(4)}, false},
		{"a tree without end", deep(depthMost + 1), false},
		{"a page beyond the end", [][]byte{both, ab(3)}, false},
		{"a meta page in the tree", [][]byte{layout(2, branchPage, row{key: "a", child: 1})}, false},
		{"a page with another's number", [][]byte{both, ab(3), cd(5)}, false},
		{"a page that goes on beyond the end", [][]byte{with32(ab(2), 12, 1)}, false},
		{"a page of no kind", [][]byte{layout(2, 0x20)}, false},
		{"free pages in the tree", [][]byte{layout(2, freePage)}, false},
		{"an empty branch", [][]byte{layout(2, branchPage)}, false},
		{"a leaf of too many rows", [][]byte{with16(ab(2), 10, 60000)}, false},
		{"a branch of too many rows", [][]byte{with16(bytes.Clone(both), 10, 60000), ab(3), cd(4)}, false},
		{"a leaf that tells of fewer", [][]byte{with16(ab(2), 10, 1)}, false},
		{"a leaf that tells of none", [][]byte{with16(ab(2), 10, 0)}, false},
		{"a branch that tells of fewer", [][]byte{with16(bytes.Clone(both), 10, 1), ab(3)}, false},
		{"a key beyond its leaf", [][]byte{with32(ab(2), pageHeader+8, 1<<31)}, false},
		{"a value beyond its leaf", [][]byte{with32(ab(2), pageHeader+12, 1<<31)}, false},
		{"a row beyond its leaf", [][]byte{with32(ab(2), pageHeader+4, 1<<31)}, false},
		{"a key beyond its branch", [][]byte{with32(bytes.Clone(both), pageHeader+4, 1<<31), ab(3), cd(4)}, false},
		{"keys out of order", [][]byte{layout(2, leafPage, row{key: "b"}, row{key: "a"})}, false},
		{"one key twice", [][]byte{layout(2, leafPage, row{key: "a"}, row{key: "a"})}, false},
		{"children out of order", [][]byte{layout(2, branchPage, row{key: "c", child: 4}, row{key: "a", child: 3}), ab(3), cd(4)}, false},
		{"a key that belongs to the left", [][]byte{both, ab(3), layout(4, leafPage, row{key: "b"})}, false},
		{"a key that belongs to the right", [][]byte{both, layout(3, leafPage, row{key: "a"}, row{key: "c"}), cd(4)}, false},
		{"a page that its branch puts too low", [][]byte{layout(2, branchPage, row{key: "a", child: 3}, row{key: "bz", child: 4}), ab(3), cd(4)}, false},
		{"a first page that its branch puts too low", [][]byte{layout(2, branchPage, row{key: "A", child: 3}, row{key: "c", child: 4}), ab(3), cd(4)}, false},
		{"a branch that its branch puts too low", [][]byte{layout(2, branchPage, row{key: "A", child: 3}), layout(3, branchPage, row{key: "a", child: 4}), ab(4)}, false},
		{"a bucket cut short", [][]byte{layout(2, leafPage, row{key: "x", value: "short", bucket: true})}, false},
		{"a bucket of no page", [][]byte{layout(2, leafPage, row{key: "x", value: rootOf(9), bucket: true})}, false},
		{"an inside bucket without a page", [][]byte{layout(2, leafPage, row{key: "x", value: rootOf(0), bucket: true})}, false},
		{"an inside bucket of another kind", [][]byte{layout(2, leafPage, row{key: "x", value: inline(branchPage), bucket: true})}, false},
		{"an inside bucket out of order", [][]byte{layout(2, leafPage, row{key: "x", value: inline(leafPage, row{key: "b"}, row{key: "a"}), bucket: true})}, false},
	} {
		file := make([]byte, (2+len(tt.pages))*pageSizeOfTests)
		for i, page := range tt.pages {
			copy(file[(2+i)*pageSizeOfTests:], page)
		}
		p := newPages(bytes.NewReader(file), pageSizeOfTests, uint64(2+len(tt.pages)))
		if err := p.tree(2, "", nil, nil, 0); (err == nil) != tt.sound || (err != nil && !errors.Is(err, errPages)) {
			t.Errorf("%s: %v, want sound %t", tt.name, err, tt.sound)
		}
	}
}

const pageSizeOfTests = 4096

func TestFreePages(t *testing.T) {
	list := func(count uint16, ids ...uint64) []byte {
		p := with16(layout(2, freePage), 10, count)
		for _, id := range ids {
			p = binary.NativeEndian.AppendUint64(p, id)
		}
		return p
	}
	for _, tt := range []struct {
		name  string
		page  []byte
		sound bool
	}{
		{"none", list(0), true},
		{"some", list(2, 5, 3), true},
		{"counted in the first place", list(0xFFFF, 1, 4), true},
		{"a meta page", list(1, 1), false},
		{"itself", list(1, 2), false},
		{"beyond the end", list(1, 6), false},
		{"one twice", list(2, 3, 3), false},
		{"too many", list(600), false},
		{"far too many", list(0xFFFF, 1<<62), false},
		{"another kind of page", layout(2, leafPage), false},
	} {
		file := make([]byte, 6*pageSizeOfTests)
		copy(file[2*pageSizeOfTests:], tt.page)
		p := newPages(bytes.NewReader(file), pageSizeOfTests, 6)
		if err := p.freelist(2); (err == nil) != tt.sound {
			t.Errorf("%s: %v, want sound %t", tt.name, err, tt.sound)
		}
	}
}
