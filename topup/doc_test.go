package topup_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// plain are the exported types that say all in their own comment.
var plain = map[string]string{
	"Money":     "a number",
	"Rate":      "a number",
	"Numbering": "an interface of two questions",

	"InternetProduct": "a row of a list", "LineInfo": "a row of a list", "Category": "a row of a list",
	"GiftProduct": "a row of a list", "GiftType": "a row of a list", "GiftStock": "a list",
	"Offer": "a row of a list", "Refusal": "counts", "ListDiff": "counts", "PlanDiff": "counts",
	"WrongBalance": "a row of a list", "DifferenceKind": "values of a field",

	"Happened": "values of a field", "Ground": "values of a field",

	"NewsPanel": "a row of a list", "Said": "a row of a list",

	"TermsKind": "values of a field",

	"Alert": "values of a field", "WorkKind": "values of a field", "ClaimState": "values of a field", "Why": "values of a field", "Reason": "values of a field",
	"EntryKind": "values of a field", "RequestState": "values of a field", "Phase": "values of a field", "FaultKind": "values of a field",
	"SendAnswer": "a verdict and what goes with it",
}

// TestGlossary finds every exported type in the glossary, once, or among those
// that need no gloss.
func TestGlossary(t *testing.T) {
	types := exportedTypes(t)
	doc := parse(t, "doc.go").Doc.Text()
	for name := range types {
		n := strings.Count(doc, "["+name+"]")
		switch _, easy := plain[name]; {
		case n > 1:
			t.Errorf("%s has %d places in the glossary", name, n)
		case easy == (n == 1):
			t.Errorf("%s: in the glossary %v, needs no gloss %v", name, n == 1, easy)
		}
	}
	for name := range plain {
		if !types[name] {
			t.Errorf("%s needs no gloss and does not exist", name)
		}
	}
}

func exportedTypes(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, d := range parse(t, name).Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, s := range g.Specs {
				if n := s.(*ast.TypeSpec).Name; n.IsExported() {
					types[n.Name] = true
				}
			}
		}
	}
	return types
}

func parse(t *testing.T, name string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
