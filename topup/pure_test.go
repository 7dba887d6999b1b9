package topup_test

import (
	"go/ast"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPure keeps the business to data and plain functions: nothing of it
// starts, waits or logs, and only the minting of a name reads a clock or draws
// lots.
func TestPure(t *testing.T) {
	clocks := []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		mints := name == "id.go"
		f := parse(t, name)
		for _, im := range f.Imports {
			switch strings.Trim(im.Path.Value, `"`) {
			case "sync", "sync/atomic", "os", "io", "math/rand", "math/rand/v2", "golang.org/x/time/rate":
				t.Errorf("%s imports %s", name, im.Path.Value)
			case "crypto/rand":
				if !mints {
					t.Errorf("%s draws lots", name)
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", name)
			case *ast.ChanType, *ast.SelectStmt:
				t.Errorf("%s has a channel", name)
			case *ast.SelectorExpr:
				pkg, ok := n.X.(*ast.Ident)
				switch {
				case !ok:
				case pkg.Name == "time" && slices.Contains(clocks, n.Sel.Name) && !mints:
					t.Errorf("%s uses time.%s", name, n.Sel.Name)
				case pkg.Name == "slog" && n.Sel.Name != "Value" && n.Sel.Name != "StringValue":
					t.Errorf("%s logs: slog.%s", name, n.Sel.Name)
				}
			}
			return true
		})
	}
}
