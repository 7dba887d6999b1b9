package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestArrows keeps the packages apart: each may import only the ones of ours
// that are named here, directly or through others.
func TestArrows(t *testing.T) {
	allowed := map[string]struct {
		may    []string
		reason string
	}{
		"hanout/topup":            {nil, "the business knows nobody"},
		"hanout/flows":            {[]string{"hanout/topup"}, "a conversation must run without Telegram, disk and languages"},
		"hanout/store":            {[]string{"hanout/topup"}, "the store keeps what it does not understand; a session is bytes to it"},
		"hanout/store/bolt":       {[]string{"hanout/store", "hanout/topup"}, "a database keeps what a till hands it, and knows no till"},
		"hanout/store/postgres":   {[]string{"hanout/store", "hanout/topup"}, "a database keeps what a till hands it, and knows no till and no other database"},
		"hanout/store/storetest":  {[]string{"hanout/chart", "hanout/flows", "hanout/locales", "hanout/render", "hanout/sheet", "hanout/store", "hanout/till", "hanout/topup"}, "the suite asks for what the till needs, and knows no database"},
		"hanout/oneclick":         {[]string{"hanout/topup"}, "the client knows the wire and the business's words, nothing else"},
		"hanout/locales":          {nil, "words depend on nothing"},
		"hanout/caller":           {[]string{"hanout/topup"}, "the caller queues calls; what they say is the provider's"},
		"hanout/parcel":           {nil, "a parcel holds the bytes of a file, and knows no till"},
		"hanout/redact":           {nil, "the log sink serves the whole process and depends on none of it"},
		"hanout/render":           {[]string{"hanout/chart", "hanout/flows", "hanout/locales", "hanout/sheet", "hanout/topup"}, "words on a screen, and nothing that sends them"},
		"hanout/chart":            {nil, "a picture is of numbers and texts"},
		"hanout/sheet":            {nil, "a file of cells; what they say is the screen's"},
		"hanout/till":             {[]string{"hanout/chart", "hanout/flows", "hanout/locales", "hanout/render", "hanout/sheet", "hanout/store", "hanout/topup"}, "the till knows neither Telegram's library, nor the provider's wire, nor a database"},
		"hanout/bot":              {[]string{"hanout/chart", "hanout/flows", "hanout/locales", "hanout/redact", "hanout/render", "hanout/sheet", "hanout/store", "hanout/till", "hanout/topup"}, "the messenger must not know the provider's wire"},
		"hanout/sandbox":          {nil, "a fake that shares code with us shares our mistakes"},
		"hanout/sandbox/cluster":  {nil, "a server for tests knows nobody of ours"},
		"hanout/sandbox/provider": {nil, "a fake that shares code with us shares our mistakes"},
		"hanout/sandbox/telegram": {[]string{"hanout/sandbox"}, "a fake that shares code with us shares our mistakes"},
		"hanout/sandbox/page":     {[]string{"hanout/sandbox", "hanout/sandbox/provider", "hanout/sandbox/telegram"}, "the page shows the fakes, not the bot"},
	}
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Deps}} {{.}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Fields(line)
		if f[0] == "hanout" || f[0] == "hanout/app" {
			continue
		}
		rule, known := allowed[f[0]]
		if !known {
			t.Errorf("package %s is not on the map; give it a place in ARCHITECTURE.md and here", f[0])
			continue
		}
		seen[f[0]] = true
		for _, dep := range f[1:] {
			if strings.HasPrefix(dep, "hanout") && !slices.Contains(rule.may, dep) {
				t.Errorf("%s must not depend on %s: %s", f[0], dep, rule.reason)
			}
			for _, forbidden := range []struct{ pkg, lib string }{
				{"hanout/topup", "net/http"}, {"hanout/topup", "github.com/nyaruka/phonenumbers"}, {"hanout/topup", "golang.org/x/time/rate"},
				{"hanout/flows", "net/http"}, {"hanout/flows", "go.etcd.io/bbolt"},
				{"hanout/flows", "github.com/go-telegram/bot"}, {"hanout/flows", "github.com/nicksnyder/go-i18n/v2/i18n"},
				{"hanout/topup", "go.etcd.io/bbolt"}, {"hanout/oneclick", "go.etcd.io/bbolt"}, {"hanout/store", "net/http"}, {"hanout/store", "go.etcd.io/bbolt"}, {"hanout/store/bolt", "net/http"},
				{"hanout/store/bolt", "github.com/jackc/pgx/v5"}, {"hanout/store", "github.com/jackc/pgx/v5"}, {"hanout/till", "github.com/jackc/pgx/v5"}, {"hanout/store/postgres", "go.etcd.io/bbolt"},
				{"hanout/till", "filippo.io/age"}, {"hanout/store", "filippo.io/age"}, {"hanout/parcel", "net/http"},
			} {
				if f[0] == forbidden.pkg && dep == forbidden.lib {
					t.Errorf("%s must not depend on %s: %s", f[0], dep, rule.reason)
				}
			}
		}
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("%s is on the map but does not exist", pkg)
		}
	}
}
