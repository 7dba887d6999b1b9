package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"hanout/bot"
	"hanout/caller"
	"hanout/locales"
	"hanout/oneclick"
	"hanout/redact"
	"hanout/store"
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
	poller             http.RoundTripper                // set by build
	onCommit           func()                           // called after each commit
	unflushed          bool                             // as in bolt.Options
	term               time.Duration                    // as in postgres.Options
	disk               func() (till.Disk, error)        // nil: that of the database's folder
	safeguards         func() (topup.Safeguards, error) // nil: those of the database's server
}

// behind are the same ways behind a gate.
func (v transports) behind(g *gate) transports {
	v.poller = g.before(orElse(v.poller, bot.Transport))
	v.telegram = g.before(orElse(v.telegram, bot.Transport))
	v.provider = g.before(orElse(v.provider, oneclick.Transport))
	return v
}

// orElse is a way, or the network's.
func orElse(way http.RoundTripper, network func() *http.Transport) http.RoundTripper {
	if way == nil {
		return network()
	}
	return way
}

// newLog makes the process's logger: secrets are taken out at the sink, for
// every record, whoever wrote it.
func newLog(cfg config, w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.logLevel}
	var h slog.Handler = slog.NewTextHandler(w, opts)
	if cfg.logJSON {
		h = slog.NewJSONHandler(w, opts)
	}
	return slog.New(redact.New(cfg.token, cfg.apiKey, string(cfg.codesKey), cfg.dbPassword).Handler(h))
}

// serve runs the bot until ctx is done or it can't go on.
func serve(ctx context.Context, cfg config, via transports, stderr io.Writer) error {
	log := newLog(cfg, stderr)
	health, err := listen(cfg.listen)
	if err != nil {
		return err
	}
	defer health.close()
	l := &lives{cfg: cfg, via: via, log: log, health: health, process: rand.Text()}
	return l.run(ctx)
}

// program is the bot's parts, joined.
type program struct {
	cfg       config
	log       *slog.Logger
	db        kept
	door      *gate
	api       *bot.API
	engine    *till.Engine
	sender    *bot.Sender
	messenger *bot.SideCalls
	poller    *bot.Poller
	caller    *caller.Caller
}

// build makes the parts and joins them. Nothing runs yet; only the database is
// open, and the caller closes it. Where another process leads, that one's end
// is waited for.
func build(ctx context.Context, cfg config, via transports, log *slog.Logger, who candidate) (*program, error) {
	texts, err := locales.Load()
	if err != nil {
		return nil, err
	}
	vault, err := store.NewVault(cfg.codesKey, cfg.oldKeys...)
	if err != nil {
		return nil, err
	}
	via.poller = via.telegram
	door := &gate{}
	if cfg.where().remote() {
		via = via.behind(door)
	}
	api, err := bot.NewAPI(cfg.token, cfg.telegramURL, via.telegram)
	if err != nil {
		return nil, err
	}
	client, err := newProvider(cfg, via, log)
	if err != nil {
		return nil, err
	}
	db, err := openFor(ctx, cfg, vault, via, log, who)
	if err != nil {
		return nil, err
	}
	if shared, is := db.opened.(leader); is {
		door.db.Store(&shared)
	}

	if via.disk == nil {
		via.disk = diskOf(cfg.where(), db)
	}
	if via.safeguards == nil {
		via.safeguards = safeguardsOf(db.opened)
	}
	p := &program{cfg: cfg, log: log, db: db, door: door, api: api}
	p.engine = till.NewEngine(till.Config{
		Admins: cfg.admins, Language: cfg.language, Scale: cfg.pollScale, BackupDir: cmp.Or(cfg.copies, cfg.where().folder()), Safety: cfg.safety, Disk: via.disk, Safeguards: via.safeguards,
		Numbering: oneclick.Numbering{}, KeyPrint: keyPrint(cfg.apiKey),
	}, db, texts, log)
	p.sender = bot.NewSender(api, p.engine.Report, log)
	p.caller = caller.New(client, oneclick.Limits(), p.engine.Username, cfg.pollScale, p.engine.Answered, log)
	p.messenger = bot.NewSideCalls(p.sender, api, log)
	p.engine.Connect(p.messenger, p.caller)
	p.poller = bot.NewPoller(cfg.token, cfg.telegramURL, via.poller, log)
	p.poller.TellClock(p.engine.Clock)
	p.poller.ShowBehind(p.engine.Counts().Waits, p.engine.Calm)
	return p, nil
}

// keyPrint tells one key from another; the key can't be had from it.
func keyPrint(key string) string {
	sum := sha256.Sum256([]byte("the key of the provider: " + key))
	return hex.EncodeToString(sum[:8])
}

// openFor opens the database, and lets in only the key that it was used with.
func openFor(ctx context.Context, cfg config, vault *store.Vault, via transports, log *slog.Logger, who candidate) (kept, error) {
	name := cfg.where().String()
	waits := func(why error) {
		if why == nil {
			log.Info("the database answers again: the till goes on", "database", name)
			return
		}
		log.Warn("the till waits for its database, as long as it leads", "error", why)
	}
	alone := func(is bool) {
		if is {
			log.Warn("no standby confirms: the till goes on without one, as HANOUT_WITHOUT_STANDBY says. When this server's machine is lost now, so are these sales; promote no standby while it runs", "database", name)
			return
		}
		log.Info("a standby confirms again: commits wait for it", "database", name)
	}
	db, err := cfg.where().open(ctx, opening{vault: vault, onCommit: via.onCommit, unflushed: via.unflushed, term: via.term, who: who, waits: waits, goOn: cfg.goOn, alone: alone})
	if err != nil {
		return kept{}, err
	}
	if err := db.Admit(vault); err != nil {
		db.Close()
		return kept{}, err
	}
	return db, nil
}

// stopGrace is how long a stop waits for what is in flight.
const stopGrace = 4500 * time.Millisecond

// run lets the parts work until ctx is done or one of them can't go on.
func (p *program) run(ctx context.Context) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	finish, abandon := p.start(ctx, fail)
	defer abandon()
	p.follow(ctx, fail)
	p.log.Info("hanout is running", "version", versionText(), "database", p.cfg.where().String())

	<-ctx.Done()
	cause := reason(context.Cause(ctx))
	if !p.leads() {
		p.door.close()
		if cause != nil && passesAs(cause) == "" {
			cause = errors.Join(errLeadLost, cause) // what the other does is met as a fault, too
		}
	}
	switch {
	case cause == nil:
		p.log.Info("hanout is stopping")
	case passesAs(cause) == "":
		p.log.Error("hanout is stopping", "error", explain(p.cfg.where().String(), cause))
	default:
		p.log.Warn("nothing more is sold: the parts are taken down", "error", cause)
	}
	within(stopGrace, finish)
	p.log.Info("hanout has stopped")
	return cause
}

// close lets go of the database, and of the connections to the others.
func (p *program) close() {
	_ = p.db.Close()
	p.door.close()
}

// start sets the parts to work. When ctx is done, finish ends them in the
// order that a stop needs: first no more updates are taken, then the calls to
// the provider that are in flight end, then the messages, and last the engine
// puts on disk what all of them brought. abandon waits for nothing.
func (p *program) start(ctx context.Context, fail func(error)) (finish, abandon func()) {
	engineCtx, stopEngine := context.WithCancel(context.WithoutCancel(ctx))
	senderCtx, stopSender := context.WithCancel(context.WithoutCancel(ctx))
	var engine, sender, workers sync.WaitGroup
	engine.Go(func() {
		if err := p.engine.Run(engineCtx); err != nil {
			fail(err)
		}
	})
	sender.Go(func() { p.sender.Run(senderCtx) })
	workers.Go(func() { p.caller.Run(ctx) })
	workers.Go(func() {
		if err := p.poller.Run(ctx, p.engine.Handle); err != nil && ctx.Err() == nil && !errors.Is(err, till.ErrGone) {
			fail(err)
		}
	})
	workers.Go(func() { p.messenger.RunSideCalls(ctx) })
	workers.Go(func() { introduce(ctx, p.api, p.engine, p.cfg.language, p.log) })

	finish = func() {
		workers.Wait()
		stopSender()
		sender.Wait()
		stopEngine()
		engine.Wait()
	}
	return finish, func() { stopSender(); stopEngine() }
}

// reason tells what a person can do about the end of the bot; nil when it was
// asked to end.
func reason(cause error) error {
	switch {
	case errors.Is(cause, bot.ErrConflict):
		return errors.New("another process is using this bot's token; only one may run")
	case errors.Is(cause, bot.ErrWebhook):
		return errors.New("a webhook is set for this bot, so it can't poll; delete it with the Bot API's deleteWebhook and start again")
	case errors.Is(cause, bot.ErrUnauthorized):
		return errors.New("the token in TELEGRAM_BOT_TOKEN is not accepted by Telegram; get a current one from BotFather")
	case errors.Is(cause, context.Canceled):
		return nil
	}
	return cause
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

// introduce learns our own name, and sets the command menus of strangers and
// what the bot says of itself, as soon as Telegram answers.
func introduce(ctx context.Context, api *bot.API, engine *till.Engine, fallback string, log *slog.Logger) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := func() error {
			_, username, err := api.Me(ctx)
			if err != nil {
				return err
			}
			engine.SetBotName(username)
			menus := engine.Menus()
			for _, lang := range append([]string{""}, locales.Codes...) {
				words := cmp.Or(lang, fallback)
				if err := api.SetCommands(ctx, 0, lang, menus[words]); err != nil {
					return err
				}
				short, long := engine.About(words)
				if err := api.SetAbout(ctx, lang, short, long); err != nil {
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
