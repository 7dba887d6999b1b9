package app

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
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
