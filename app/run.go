package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"hanout/bot"
	"hanout/caller"
	"hanout/locales"
	"hanout/oneclick"
	"hanout/redact"
	"hanout/store"
	"hanout/store/bolt"
	"hanout/till"
	"hanout/topup"
)

// runBot is `hanout run`.
func runBot(ctx context.Context, args []string, getenv func(string) string, _, stderr io.Writer) error {
	if err := noArguments(args); err != nil {
		return err
	}
	cfg, err := readConfig(getenv)
	if err != nil {
		return err
	}
	return serve(ctx, cfg, transports{}, stderr)
}

// transports replace the network in tests; nil means the real one.
type transports struct {
	telegram, provider http.RoundTripper
	onCommit           func() // called after each commit
}

// newLog makes the process's logger: secrets are taken out at the sink, for
// every record, whoever wrote it.
func newLog(cfg config, w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.logLevel}
	var h slog.Handler = slog.NewTextHandler(w, opts)
	if cfg.logJSON {
		h = slog.NewJSONHandler(w, opts)
	}
	return slog.New(redact.New(cfg.token, cfg.apiKey, string(cfg.codesKey)).Handler(h))
}

// stopGrace is how long a stop waits for what is in flight.
const stopGrace = 4500 * time.Millisecond

// serve runs the bot until ctx is done or it can't go on.
//
// The order of a stop matters: first no more updates are taken, then the
// calls to the provider that are in flight end, then the messages, and last
// the engine puts on disk what all of them brought.
func serve(ctx context.Context, cfg config, via transports, stderr io.Writer) error {
	log := newLog(cfg, stderr)
	texts, err := locales.Load()
	if err != nil {
		return err
	}
	vault, err := store.NewVault(cfg.codesKey, cfg.oldKeys...)
	if err != nil {
		return err
	}
	db, err := bolt.Open(cfg.db, bolt.Options{Vault: vault, OnCommit: via.onCommit})
	if err != nil {
		return explain(cfg.db, err)
	}
	defer db.Close()
	if err := db.Admit(vault); err != nil {
		return explain(cfg.db, err)
	}
	api, err := bot.NewAPI(cfg.token, cfg.telegramURL, via.telegram)
	if err != nil {
		return err
	}
	client, err := newProvider(cfg, via, log)
	if err != nil {
		return err
	}

	engine := till.NewEngine(till.Config{
		Admins: cfg.admins, Language: cfg.language, Scale: cfg.pollScale, BackupDir: filepath.Dir(cfg.db),
	}, till.Over(db), texts, log)
	sender := bot.NewSender(api, engine.Report, log)
	worker := caller.New(client, engine.Username, cfg.pollScale, engine.Answered, log)
	messenger := bot.NewSideCalls(sender, api, log)
	engine.Connect(messenger, worker)
	poller := bot.NewPoller(cfg.token, cfg.telegramURL, via.telegram, log)

	engineCtx, stopEngine := context.WithCancel(context.WithoutCancel(ctx))
	defer stopEngine()
	senderCtx, stopSender := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSender()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	var engineDone, senderDone, workers sync.WaitGroup
	engineDone.Go(func() {
		if err := engine.Run(engineCtx); err != nil {
			stop(err)
		}
	})
	senderDone.Go(func() { sender.Run(senderCtx) })
	workers.Go(func() { worker.Run(ctx) })
	workers.Go(func() {
		if err := poller.Run(ctx, engine.Handle); err != nil && ctx.Err() == nil {
			stop(err)
		}
	})
	workers.Go(func() { messenger.RunSideCalls(ctx) })
	workers.Go(func() { introduce(ctx, api, engine, cfg.language, log) })
	if cfg.listen != "" {
		health, err := listen(cfg.listen, engine, sender, worker, db)
		if err != nil {
			stop(err)
		} else {
			defer health.Close()
		}
	}
	log.Info("hanout is running", "version", versionText(), "database", cfg.db)

	<-ctx.Done()
	log.Info("hanout is stopping")
	within(stopGrace, func() {
		workers.Wait()
		stopSender()
		senderDone.Wait()
		stopEngine()
		engineDone.Wait()
	})
	log.Info("hanout has stopped")
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, bot.ErrConflict):
		return errors.New("another process is using this bot's token; only one may run")
	case errors.Is(cause, bot.ErrWebhook):
		return errors.New("a webhook is set for this bot, so it can't poll; delete it with the Bot API's deleteWebhook and start again")
	case errors.Is(cause, bot.ErrUnauthorized):
		return errors.New("the token in TELEGRAM_BOT_TOKEN is not accepted by Telegram; get a current one from BotFather")
	case errors.Is(cause, context.Canceled):
		return nil
	default:
		return cause
	}
}

func newProvider(cfg config, via transports, log *slog.Logger) (topup.Provider, error) {
	opts := oneclick.Options{BaseURL: cfg.providerURL, Key: cfg.apiKey, UserAgent: "hanout", Log: log}
	if via.provider != nil {
		opts.HTTP = &http.Client{Transport: via.provider}
	}
	return oneclick.New(opts)
}

// within waits for fn, but no longer than d.
func within(d time.Duration, fn func()) {
	done := make(chan struct{})
	go func() { fn(); close(done) }()
	select {
	case <-done:
	case <-time.After(d):
	}
}

// introduce learns our own name and sets the command menus of strangers, as
// soon as Telegram answers.
func introduce(ctx context.Context, api *bot.API, engine *till.Engine, fallback string, log *slog.Logger) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := func() error {
			_, username, err := api.Me(ctx)
			if err != nil {
				return err
			}
			engine.SetBotName(username)
			menus := engine.Menus()
			if err := api.SetCommands(ctx, 0, "", menus[fallback]); err != nil {
				return err
			}
			for _, lang := range locales.Codes {
				if err := api.SetCommands(ctx, 0, lang, menus[lang]); err != nil {
					return err
				}
			}
			return nil
		}()
		if err == nil {
			return
		}
		log.Warn("Telegram does not answer yet", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
