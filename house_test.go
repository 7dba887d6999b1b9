package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What a reader can hold in his head.
const (
	mostLines   = 60  // of a function, from func to its closing brace
	mostMethods = 15  // of a type, exported
	mostFile    = 400 // lines of a file of the till
	mostImports = 5   // packages of ours that one of them imports
)

// open are the rooms that are still too large. It is to stay empty, and a line
// that is no longer true fails the test.
var open []string

// TestHouse keeps functions, types, files and packages small enough to read.
func TestHouse(t *testing.T) {
	h := readHouse(t)
	found := map[string]string{}
	maps.Copy(found, h.long)
	for name := range h.methods {
		if n := len(h.methodsOf(name)); n > mostMethods && !isTransaction(name) {
			found[name] = fmt.Sprintf("has %d exported methods, at most %d", n, mostMethods)
		}
	}
	for dir, ours := range h.imports {
		if n := len(ours); n > mostImports && dir != "." && dir != "app" {
			found[dir] = fmt.Sprintf("imports %d packages of ours, at most %d: %v", n, mostImports, slices.Sorted(maps.Keys(ours)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !slices.Contains(open, name) {
			t.Errorf("%s %s", name, found[name])
		}
	}
	for _, name := range open {
		if found[name] == "" {
			t.Errorf("%s is in order now; take it off the list", name)
		}
	}
	if len(h.methods) < 20 || len(h.imports) < 10 {
		t.Errorf("only %d types with methods in %d packages were read", len(h.methods), len(h.imports))
	}
}

// isTransaction tells whether a type is the store's transaction, which has a
// method for everything that a step may do, or what its checker reads of it.
func isTransaction(name string) bool {
	return name == "store.Source" ||
		strings.HasSuffix(name, ".Tx") && (strings.HasPrefix(name, "till.") || strings.HasPrefix(name, "store"))
}

// house is what the sources say. A package is named by its folder, a type or
// function with it: "till.Engine.commit", "sandbox/page.New".
type house struct {
	long    map[string]string          // functions and files that are too long
	methods map[string]map[string]bool // exported, by type
	embeds  map[string][]string        // interfaces of ours in an interface
	imports map[string]map[string]bool // of ours, by package
}

func readHouse(t *testing.T) house {
	t.Helper()
	h := house{
		long: map[string]string{}, methods: map[string]map[string]bool{},
		embeds: map[string][]string{}, imports: map[string]map[string]bool{},
	}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && file != "."):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		return h.read(filepath.ToSlash(file))
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h house) read(file string) error {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	line := func(p token.Pos) int { return set.Position(p).Line }
	dir := path.Dir(file)
	if n := line(f.FileEnd); dir == "till" && n > mostFile {
		h.long[file] = fmt.Sprintf("has %d lines, at most %d", n, mostFile)
	}
	if h.imports[dir] == nil {
		h.imports[dir] = map[string]bool{}
	}
	folder := map[string]string{} // of a package, by the name that the file has for it
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return err
		}
		of, ours := strings.CutPrefix(p, "hanout/")
		if !ours {
			continue
		}
		h.imports[dir][of] = true
		name := path.Base(of)
		if i.Name != nil {
			name = i.Name.Name
		}
		folder[name] = of
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := dir + "."
			if d.Recv != nil {
				on := dir + "." + receiver(d.Recv.List[0].Type)
				h.method(on, d.Name)
				name = on + "."
			}
			if n := line(d.End()) - line(d.Pos()) + 1; n > mostLines {
				h.long[name+d.Name.Name] = fmt.Sprintf("is %d lines long, at most %d", n, mostLines)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					h.wants(dir, s, folder)
				}
			}
		}
	}
	return nil
}

// wants notes what an interface asks for.
func (h house) wants(dir string, s *ast.TypeSpec, folder map[string]string) {
	i, ok := s.Type.(*ast.InterfaceType)
	if !ok {
		return
	}
	name := dir + "." + s.Name.Name
	for _, m := range i.Methods.List {
		for _, n := range m.Names {
			h.method(name, n)
		}
		switch e := m.Type.(type) {
		case *ast.Ident:
			h.embeds[name] = append(h.embeds[name], dir+"."+e.Name)
		case *ast.SelectorExpr:
			if p, ok := e.X.(*ast.Ident); ok {
				h.embeds[name] = append(h.embeds[name], folder[p.Name]+"."+e.Sel.Name)
			}
		}
		if h.methods[name] == nil {
			h.methods[name] = map[string]bool{} // it may have embedded ones only
		}
	}
}

func (h house) method(of string, name *ast.Ident) {
	if !name.IsExported() {
		return
	}
	if h.methods[of] == nil {
		h.methods[of] = map[string]bool{}
	}
	h.methods[of][name.Name] = true
}

// methodsOf gives a type's exported methods, with those of the interfaces of
// ours that it is made of.
func (h house) methodsOf(name string) map[string]bool {
	all := maps.Clone(h.methods[name])
	if all == nil {
		all = map[string]bool{}
	}
	for _, e := range h.embeds[name] {
		maps.Copy(all, h.methodsOf(e))
	}
	return all
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// TestRigsAreRun: the gate runs the heavier tests by their names.
func TestRigsAreRun(t *testing.T) {
	rigs := 0
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		if err != nil || !strings.HasPrefix(string(text), "//go:build rigs\n") {
			return err
		}
		for _, test := range testName.FindAllStringSubmatch(string(text), -1) {
			if rigs++; !strings.Contains(test[1], "Rig") && test[1] != "TestMain" {
				t.Errorf("%s: %s has no Rig in its name: go test -run Rig leaves it out", file, test[1])
			}
		}
		return nil
	})
	if err != nil || rigs < 20 {
		t.Errorf("%d rigs were found: %v", rigs, err)
	}
}

var testName = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
