package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/topup"
)

// environment is what a process is given.
type environment map[string]string

func (e environment) get(name string) string { return e[name] }

// command runs the program as main does and gives what it printed.
func command(t *testing.T, e environment, args ...string) (stdout string, err error) {
	t.Helper()
	var out, log bytes.Buffer
	err = run(t.Context(), args, e.get, &out, &log)
	if log.Len() > 0 {
		t.Logf("%v wrote to stderr: %s", args, log.String())
	}
	return out.String(), err
}

// says fails unless an error says all of these words.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", words)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"-help"}, {"--help"}} {
		if out, err := command(t, nil, args...); err != nil || !strings.Contains(out, "usage:") {
			t.Errorf("%v: %q, %v", args, out, err)
		}
	}
	out, err := command(t, nil, "version")
	if err != nil || !strings.HasPrefix(out, "hanout ") || len(strings.Fields(out)) < 2 {
		t.Errorf("version: %q, %v", out, err)
	}
	keys := map[string]bool{}
	for range 3 {
		out, err := command(t, nil, "keygen")
		b, bad := base64.StdEncoding.DecodeString(strings.TrimSpace(out))
		if err != nil || bad != nil || len(b) != 32 || keys[out] {
			t.Errorf("keygen: %q, %v", out, err)
		}
		keys[out] = true
	}
	var bad *usageError
	for _, args := range [][]string{
		{"runn"}, {""}, {"run", "x"}, {"init", "x"}, {"check", "a", "b"}, {"backup"}, {"backup", "a", "b"}, {"restore"}, {"keygen", "x"},
		{"version", "x"}, {"demo", "-no"}, {"demo", "x"}, {"demo", "-speed", "0"},
	} {
		if _, err := command(t, environment{"HANOUT_DB": filepath.Join(t.TempDir(), "x.db")}, args...); !errors.As(err, &bad) {
			t.Errorf("%v is no error of usage: %v", args, err)
		}
	}
	_, err = command(t, nil, "frobnicate")
	says(t, err, `no such command "frobnicate"`, "usage:", "hanout init")
}

func TestDatabaseCommands(t *testing.T) {
	dir := t.TempDir()
	e := environment{"HANOUT_DB": filepath.Join(dir, "till.db")}
	_, err := command(t, e, "check")
	says(t, err, "there is no database", "hanout init", "hanout restore")
	_, err = command(t, e, "backup", filepath.Join(dir, "b.db"))
	says(t, err, "there is no database")
	if out, err := command(t, e, "init"); err != nil || !strings.Contains(out, "till.db") {
		t.Fatalf("init: %q, %v", out, err)
	}
	info, err := os.Stat(e["HANOUT_DB"])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the database is open to others: %v, %v", info.Mode(), err)
	}
	before, err := os.ReadFile(e["HANOUT_DB"])
	if err != nil {
		t.Fatal(err)
	}
	_, err = command(t, e, "init")
	says(t, err, "exists already and is not overwritten")
	if after, err := os.ReadFile(e["HANOUT_DB"]); err != nil || !bytes.Equal(before, after) {
		t.Error("a second init touched the database")
	}
	credit(t, e["HANOUT_DB"], "1")
	out, err := command(t, e, "check")
	if err != nil || !strings.Contains(out, "till.db") {
		t.Errorf("check: %q, %v", out, err)
	}

	backup := filepath.Join(dir, "b.db")
	if out, err := command(t, e, "backup", backup); err != nil || !strings.Contains(out, "entry 1") {
		t.Fatalf("backup: %q, %v", out, err)
	}
	_, err = command(t, e, "backup", backup)
	says(t, err, "not overwritten")
	_, err = command(t, e, "restore", backup)
	says(t, err, "till.db", "not overwritten")
	credit(t, e["HANOUT_DB"], "2") // what came after the backup
	if err := os.Rename(e["HANOUT_DB"], filepath.Join(dir, "lost.db")); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, e, "restore", backup); err != nil || !strings.Contains(out, "restored") {
		t.Fatalf("restore: %q, %v", out, err)
	}
	if w := money(t, e["HANOUT_DB"]); w.Available != topup.Dinars(1000) {
		t.Errorf("the restored till has %v", w)
	}
	if out, err := command(t, e, "check", backup); err != nil || out == "" {
		t.Errorf("check of a named file: %q, %v", out, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 6 {
		t.Errorf("files are left over: %v, %v", left, err)
	}
}

func credit(t *testing.T, file, request string) {
	t.Helper()
	db, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error {
		_, err := tx.Post(topup.Credit(1, topup.Dinars(1000), request, 601, 601, "test", time.Now()))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func money(t *testing.T, file string) (w topup.Wallet) {
	t.Helper()
	db, err := bolt.Open(file, bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) (err error) { w, err = tx.Wallet(1); return err }); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestRestoreBlamesTheBackup: who restores in an emergency must not be told to
// make a new database over the place of the old one.
func TestRestoreBlamesTheBackup(t *testing.T) {
	dir := t.TempDir()
	target, backup := filepath.Join(dir, "till.db"), filepath.Join(dir, "backup.db")
	_, err := command(t, environment{"HANOUT_DB": target}, "restore", backup)
	says(t, err, "there is no backup at "+backup)
	if err != nil && (strings.Contains(err.Error(), target) || strings.Contains(err.Error(), "init")) {
		t.Errorf("a missing backup is blamed on the database: %v", err)
	}
	if err := bolt.Create(target); err != nil {
		t.Fatal(err)
	}
	_, err = command(t, environment{"HANOUT_DB": target}, "restore", backup)
	says(t, err, target, "not overwritten")
}

// A file that is not a whole database of ours is refused with words, whatever
// is wanted of it, and is not touched.
func TestDamagedFilesAreRefused(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.db")
	if err := bolt.Create(whole); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	noise := bytes.Repeat([]byte("not a database, but long enough to be one\n"), 2000)
	for name, c := range map[string]struct {
		bytes []byte
		words string
	}{
		"empty": {nil, "damaged"}, "cut to a page": {b[:4096], "damaged"}, "cut in a page": {b[:5000], "damaged"},
		"half": {b[:len(b)/2], "damaged"}, "foreign": {noise, "not a Hanout database"}, "zeros": {make([]byte, 65536), "not a Hanout database"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "till.db")
			if err := os.WriteFile(file, c.bytes, 0o600); err != nil {
				t.Fatal(err)
			}
			e := settings(file, "http://127.0.0.1:9", "http://127.0.0.1:9")
			for _, args := range [][]string{{"check"}, {"run"}, {"backup", file + ".copy"}} {
				_, err := command(t, e, args...)
				says(t, err, file, c.words)
			}
			_, err := command(t, environment{"HANOUT_DB": file + ".new"}, "restore", file)
			says(t, err, file+" ", c.words) // the backup's fault, not the new file's
			if _, err := os.Stat(file + ".new"); !errors.Is(err, os.ErrNotExist) {
				t.Error("a damaged backup was restored")
			}
			if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, c.bytes) {
				t.Error("the file was touched")
			}
		})
	}
}

// settings is a whole environment.
func settings(file, telegramURL, providerURL string) environment {
	return environment{
		"TELEGRAM_BOT_TOKEN": telegram.DefaultToken, "TELEGRAM_API_URL": telegramURL,
		"ONECLICKDZ_API_KEY": provider.SandboxKey, "ONECLICKDZ_BASE_URL": providerURL + "/v3",
		"HANOUT_ADMINS": "601", "HANOUT_DB": file, "HANOUT_POLL_SCALE": "0.05", "HANOUT_LANGUAGE": "fr",
		"HANOUT_CODES_KEY": base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)),
	}
}

// All faults of a configuration are told at once, and none of the secrets in
// it.
func TestConfigurationFaults(t *testing.T) {
	secretFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secretFile, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := environment{
		"TELEGRAM_BOT_TOKEN": "123456:canary with spaces", "TELEGRAM_API_URL": "ftp://user:canarypass@host",
		"ONECLICKDZ_API_KEY": "canary key", "ONECLICKDZ_BASE_URL": "https://host/v3?key=canaryquery",
		"HANOUT_ADMINS": "601,x,-5", "HANOUT_CODES_KEY": "Y2FuYXJ5", "HANOUT_LANGUAGE": "en", "HANOUT_LISTEN": "nine",
		"HANOUT_POLL_SCALE": "-1", "HANOUT_LOG": "xml", "HANOUT_LOG_LEVEL": "loud",
	}
	_, err := command(t, e)
	var bad *usageError
	if !errors.As(err, &bad) {
		t.Fatalf("not an error of usage: %v", err)
	}
	for name := range e {
		says(t, err, name)
	}
	says(t, err, `"x"`, `"-5"`, "hanout keygen", "ar, fr", ".env.example")
	if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "Y2Fu") {
		t.Errorf("the error tells a secret: %v", err)
	}

	_, err = command(t, nil)
	says(t, err, "TELEGRAM_BOT_TOKEN is not set", "ONECLICKDZ_API_KEY is not set", "HANOUT_ADMINS", "HANOUT_CODES_KEY is not set")

	_, err = command(t, environment{"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_BOT_TOKEN_FILE": secretFile, "ONECLICKDZ_API_KEY_FILE": secretFile,
		"HANOUT_CODES_KEY_FILE": secretFile + ".gone"})
	says(t, err, "TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_TOKEN_FILE are both set", "ONECLICKDZ_API_KEY_FILE names an empty file", "HANOUT_CODES_KEY_FILE can't be read")
}

// The whole program over HTTP: it sells, lets no second process near its
// file, and on a stop ends within five seconds with nothing lost.
func TestRunAndStop(t *testing.T) {
	people := telegram.New(telegram.Options{Limits: telegram.Limits{Off: true}})
	people.AddPerson(telegram.Person{ID: shopID, FirstName: "Karim", LanguageCode: "fr", Phone: "213661000501"})
	sales := provider.New(provider.Options{PendingFor: 100 * time.Millisecond, HandlingFor: time.Hour})
	atTelegram, atProvider := httptest.NewServer(people), httptest.NewServer(sales)
	defer atProvider.Close()
	defer atTelegram.Close()
	e := settings(filepath.Join(t.TempDir(), "till.db"), atTelegram.URL, atProvider.URL)
	if _, err := command(t, e, "init"); err != nil {
		t.Fatal(err)
	}
	credit(t, e["HANOUT_DB"], "1")
	approve(t, e["HANOUT_DB"])

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	log := &lockedBuffer{}
	go func() { done <- run(ctx, nil, e.get, log, log) }()
	await := func(person int64, text string, act func()) {
		t.Helper()
		for try := range 300 {
			if try%20 == 0 {
				act() // again after a while: the price list may not have come yet
			}
			for _, m := range people.Messages(person) {
				if strings.Contains(plainText(m.Text), text) {
					return
				}
			}
			select {
			case <-people.Changed():
			case <-time.After(100 * time.Millisecond):
			}
		}
		t.Fatalf("%q never came; the log:\n%s", text, log.String())
	}
	await(shopID, "Solde : 1 000 DA", func() { people.Type(shopID, "/start") })
	await(shopID, "Confirmer la vente", func() { people.Type(shopID, "0790123456 500") })
	await(shopID, "En cours…", func() { _ = people.PressButton(shopID, "✅") })

	for _, args := range [][]string{{"run"}, {"check"}, {"restore", "x.db"}} {
		_, err := command(t, e, args...)
		says(t, err)
	}
	_, err := command(t, e, "run")
	says(t, err, "in use by another process")
	_, err = command(t, e, "backup", filepath.Join(t.TempDir(), "b.db"))
	says(t, err, "in use by a running bot", "/backup")

	began := time.Now()
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("the stop ended with %v", err)
		}
	case <-time.After(6 * time.Second):
		t.Fatal("the stop does not end")
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
	if _, err := command(t, e, "check"); err != nil {
		t.Errorf("after the stop: %v", err)
	}
	if w := money(t, e["HANOUT_DB"]); w.Available+w.Held != topup.Dinars(1000) || w.Held == 0 {
		t.Errorf("the wallet is %v: the open sale is not held", w)
	}
	if n := len(sales.Book().Orders); n != 1 {
		t.Errorf("the provider has %d orders", n)
	}
}

// approve makes the shop of a till, as if its owner had.
func approve(t *testing.T, file string) {
	t.Helper()
	db, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error {
		id, err := tx.NextID("shop")
		if err != nil {
			return err
		}
		if err := tx.PutChat(store.Chat{ID: shopID, Language: "fr"}); err != nil {
			return err
		}
		shop := topup.Shop{ID: topup.ShopID(id), Chat: shopID, Name: "Taxiphone Nour", State: topup.ShopApproved}
		if err := tx.PutShop(shop); err != nil {
			return err
		}
		return tx.PutMember(shop.Keeper())
	}); err != nil {
		t.Fatal(err)
	}
}
