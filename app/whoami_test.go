package app

import (
	"net/http/httptest"
	"strings"
	"testing"

	"hanout/sandbox/telegram"
)

// TestWhoami: who writes is told by number, a name of tricks as it is
// written, a group not at all; and nothing is taken from the bot.
func TestWhoami(t *testing.T) {
	fake := telegram.New(telegram.Options{Limits: telegram.Limits{Off: true}})
	fake.People.Add(telegram.Person{ID: ownerID, FirstName: "أمين", LastName: "\u202e\n<b>"})
	fake.People.Type(ownerID, "/start")
	fake.People.Type(ownerID, "again")
	server := httptest.NewServer(fake)
	defer server.Close()
	e := settings("", server.URL, "")
	for _, name := range []string{"HANOUT_ADMINS", "ONECLICKDZ_API_KEY", "HANOUT_CODES_KEY"} {
		delete(e, name)
	}
	for range 2 {
		out, err := command(t, e, "whoami")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(out, "601  \"أمين \\u202e\\n<b>\"\n") != 1 || !strings.Contains(out, "HANOUT_ADMINS") || strings.Contains(out, e["TELEGRAM_BOT_TOKEN"]) {
			t.Errorf("it says:\n%s", out)
		}
	}
	if broken := fake.Journal.Violations(); len(broken) > 0 {
		t.Errorf("rules broken: %q", broken)
	}

	e["TELEGRAM_BOT_TOKEN"] = "7000000001:" + strings.Repeat("x", 35)
	_, err := command(t, e, "whoami")
	says(t, err)
	delete(e, "TELEGRAM_BOT_TOKEN")
	_, err = command(t, e, "whoami")
	says(t, err, "TELEGRAM_BOT_TOKEN is not set")
}
