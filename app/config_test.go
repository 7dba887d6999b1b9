package app

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/topup"
)

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
		"HANOUT_BACKUP_EVERY": "5m", "HANOUT_BACKUP_KEEP": "0,4,6", "HANOUT_BACKUP_RECIPIENT": "AGE-SECRET-KEY-1CANARY",
		"HANOUT_POLL_SCALE": "-1", "HANOUT_LOG": "xml", "HANOUT_LOG_LEVEL": "loud", "HANOUT_WITHOUT_STANDBY": "maybe",
	}
	_, err := command(t, e)
	var bad *usageError
	if !errors.As(err, &bad) {
		t.Fatalf("not an error of usage: %v", err)
	}
	for name := range e {
		says(t, err, name)
	}
	says(t, err, `"x"`, `"-5"`, "hanout keygen", "hanout copykey", "private key", "ar, fr", ".env.example")
	if strings.Contains(strings.ToLower(err.Error()), "canary") || strings.Contains(err.Error(), "Y2Fu") {
		t.Errorf("the error tells a secret: %v", err)
	}

	_, err = command(t, environment{"HANOUT_WITHOUT_STANDBY": "go-on"})
	says(t, err, "HANOUT_WITHOUT_STANDBY is for a database on a server")

	_, err = command(t, nil)
	says(t, err, "TELEGRAM_BOT_TOKEN is not set", "ONECLICKDZ_API_KEY is not set", "HANOUT_ADMINS", "HANOUT_CODES_KEY is not set")

	_, err = command(t, environment{"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_BOT_TOKEN_FILE": secretFile, "ONECLICKDZ_API_KEY_FILE": secretFile,
		"HANOUT_CODES_KEY_FILE": secretFile + ".gone"})
	says(t, err, "TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_TOKEN_FILE are both set", "ONECLICKDZ_API_KEY_FILE names an empty file", "HANOUT_CODES_KEY_FILE can't be read")
}

// What is said of safety copies, and what is said when nothing is.
func TestSafetyCopiesAreConfigured(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	out, err := command(t, nil, "copykey", file)
	if err != nil {
		t.Fatal(err)
	}
	recipient, _, _ := strings.Cut(out, "\n")
	identity, err := os.ReadFile(file)
	if info, serr := os.Stat(file); err != nil || serr != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(identity), "AGE-SECRET-KEY-1") || !strings.Contains(string(identity), recipient) {
		t.Errorf("the key file: %v, %v", err, serr)
	}
	if strings.Contains(out, "AGE-SECRET") || !strings.Contains(out, "HANOUT_BACKUP_RECIPIENT="+recipient) {
		t.Errorf("copykey says %q", out)
	}
	_, err = command(t, nil, "copykey", file)
	says(t, err, "not overwritten")

	for _, c := range []struct {
		every, keep, recipient string
		want                   time.Duration
		keeps                  topup.Keep
		sends                  bool
	}{
		{"", "", "", 24 * time.Hour, topup.Keep{Newest: 7, Weeks: 4, Months: 6}, false},
		{"0", "3,0,0", recipient, 0, topup.Keep{Newest: 3}, true},
		{"6h", " 1 , 2 , 3 ", recipient + "," + recipient, 6 * time.Hour, topup.Keep{Newest: 1, Weeks: 2, Months: 3}, true},
	} {
		e := settings("till.db", "http://telegram.test", "http://provider.test")
		e["HANOUT_BACKUP_EVERY"], e["HANOUT_BACKUP_KEEP"], e["HANOUT_BACKUP_RECIPIENT"] = c.every, c.keep, c.recipient
		cfg, err := readConfig(e.get)
		if err != nil || cfg.safety.Every != c.want || cfg.safety.Keep != c.keeps || (cfg.safety.Packer != nil) != c.sends {
			t.Errorf("%+v gives %+v, %v", c, cfg.safety, err)
		}
	}
	for _, bad := range []string{"tomorrow", "-24h", "30m", "745h", "24"} {
		e := settings("till.db", "http://telegram.test", "http://provider.test")
		e["HANOUT_BACKUP_EVERY"] = bad
		_, err := readConfig(e.get)
		says(t, err, "HANOUT_BACKUP_EVERY must be")
	}
	for _, bad := range []string{"7", "7,4", "7,4,6,1", "a,b,c", "-1,0,0", "0,4,6", "7,4,1001"} {
		e := settings("till.db", "http://telegram.test", "http://provider.test")
		e["HANOUT_BACKUP_KEEP"] = bad
		_, err := readConfig(e.get)
		says(t, err, "HANOUT_BACKUP_KEEP must be")
	}
}
