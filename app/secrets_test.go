package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/bot"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/till"
)

// canaries are the secrets of a rig in every form in which they could slip
// into a text.
func (r *rig) canaries() []string {
	_, half, _ := strings.Cut(r.cfg.token, ":")
	all := []string{
		r.cfg.token, half, url.QueryEscape(r.cfg.token), r.cfg.apiKey,
		base64.StdEncoding.EncodeToString(r.cfg.codesKey), hex.EncodeToString(r.cfg.codesKey),
	}
	for _, national := range []string{"778037340", "600000001", "600000002", "600000003", "661000501", "661000601"} {
		spaced := national[:3] + " " + national[3:5] + " " + national[5:7] + " " + national[7:]
		all = append(all, national, spaced, strings.ReplaceAll(spaced, " ", "\u00a0"))
	}
	return all
}

// leaks gives what a text tells of the secrets, by their first letters.
func (r *rig) leaks(text string) []string {
	var out []string
	for _, c := range r.canaries() {
		if i := strings.Index(text, c); i >= 0 {
			line := text[strings.LastIndex(text[:i], "\n")+1 : i]
			out = append(out, c[:4]+"… after "+line[max(0, len(line)-120):])
		}
	}
	return out
}

// TestNoSecretIsLogged lets provider and Telegram fail in every way, on every
// route and method, with the log at its most talkative.
func TestNoSecretIsLogged(t *testing.T) {
	providerKinds := []provider.FaultKind{
		provider.FaultLatency, provider.FaultResetBefore, provider.FaultResetAfter, provider.FaultTooMany, provider.Fault500Before,
		provider.Fault500After, provider.FaultUnavailable, provider.FaultAuthBusy, provider.FaultHTML, provider.FaultHTMLAfter,
		provider.FaultBroken, provider.FaultEmpty, provider.FaultHuge, provider.FaultNoID, provider.FaultRefused, provider.FaultFlapping,
		provider.FaultHidden,
	}
	telegramKinds := []telegram.FaultKind{
		telegram.FaultOutage, telegram.FaultBadGateway, telegram.FaultFlood, telegram.FaultLostAnswer, telegram.FaultSlow,
		telegram.FaultBrokenAnswer, telegram.FaultStrangeAnswer, telegram.FaultRepeatUpdates, telegram.FaultReorderUpdates,
		telegram.FaultOldUpdates, telegram.FaultPoisonUpdate,
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.cfg.logLevel, r.cfg.logJSON = slog.LevelDebug, true
		r.telegram.AddPerson(telegram.Person{ID: 1, FirstName: "Far"}) // who sends the poison
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 90_000)
		for i, kind := range providerKinds {
			r.provider.SetFault(provider.Fault{Route: "*", Kind: kind, Times: 6, RetryAfter: time.Second})
			r.say(ownerID, "/sync")
			r.provider.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: kind, Times: 1})
			r.say(shopID, []string{"0778037340", "0600000001", "0600000002", "0600000003"}[i%4]+" 100")
			_ = r.telegram.PressButton(shopID, "Djezzy")
			r.settle(time.Second)
			_ = r.telegram.PressButton(shopID, "✅")
			r.say(ownerID, "/balance")
			r.settle(20 * time.Second)
			r.provider.ClearFaults()
			r.say(ownerID, "/sync")
		}
		for _, kind := range telegramKinds {
			r.telegram.SetFault(telegram.Fault{Kind: kind, For: 20 * time.Second, Delay: 2 * time.Second})
			r.say(shopID, "0778037340 100")
			_ = r.telegram.PressButton(shopID, "✅")
			r.telegram.ShareContact(shopID)
			r.settle(40 * time.Second)
			r.telegram.ClearFaults()
		}
		r.provider.SetFault(provider.Fault{Route: "*", Kind: provider.FaultRefused, Status: 401, Code: "INVALID_ACCESS_TOKEN", Times: 3})
		r.say(ownerID, "/sync")
		r.gone.Store(true)
		r.say(ownerID, "/sync")
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		log := r.log.String()
		for _, said := range []string{"messages can't be delivered", "updates can't be taken", "Telegram asks to wait",
			"the price list could not be read", "all calls to the provider are stopped", "could not be read"} {
			if !strings.Contains(log, said) {
				t.Errorf("the log does not say %q: that failure did not happen", said)
			}
		}
		for _, leak := range r.leaks(log) {
			t.Errorf("the log tells %s", leak)
		}
	})
}

// The test above must be able to fail: what the redactor is given here is
// what it must take out there.
func TestLeaksAreSeen(t *testing.T) {
	r := newRig(t, "fr")
	var clean, plain bytes.Buffer
	masked := newLog(r.cfg, &clean)
	bare := slog.New(slog.NewTextHandler(&plain, nil))
	for _, log := range []*slog.Logger{masked, bare} {
		log.Error("sent to 0778037340", "url", "https://x/bot"+r.cfg.token+"/getMe", "key", r.cfg.apiKey,
			"error", errors.New("no route for +213 600 00 00 03"))
	}
	if found := r.leaks(plain.String()); len(found) < 4 {
		t.Errorf("of four secrets in a bare log only these are seen: %q", found)
	}
	if found := r.leaks(clean.String()); len(found) > 0 {
		t.Errorf("the masked log tells %q", found)
	}
}

// What ends the process is told without a secret, and names what to do.
func TestErrorsThatEndTheBot(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*rig)
		words string
	}{
		"wrong token": {func(r *rig) { r.cfg.token = "1:" + strings.Repeat("A", 35) }, "TELEGRAM_BOT_TOKEN is not accepted"},
		"no database": {func(r *rig) { r.cfg.db += ".x" }, "there is no database"},
		"another poller": {func(r *rig) {
			go func() {
				time.Sleep(time.Second)
				other := bot.NewPoller(r.cfg.token, r.cfg.telegramURL, r.via.telegram, slog.New(slog.DiscardHandler))
				_ = other.Run(r.t.Context(), func(context.Context, []till.Update, bool) error { return nil })
			}()
		}, "another process is using this bot's token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, "fr")
				c.spoil(r)
				r.start()
				err := <-r.done
				if err == nil || !strings.Contains(err.Error(), c.words) {
					t.Fatalf("the bot ended with %v", err)
				}
				for _, leak := range r.leaks(err.Error() + r.log.String()) {
					t.Errorf("it tells %s", leak)
				}
			})
		})
	}
}
