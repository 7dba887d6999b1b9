package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"hanout/bot"
	"hanout/redact"
	"hanout/till"
)

// runWhoami is `hanout whoami`: it tells who writes to the bot, for
// HANOUT_ADMINS. It wants the token and nothing else.
func runWhoami(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	if err := noArguments(args); err != nil {
		return err
	}
	r := envReader{getenv: getenv}
	token, server := r.secret("TELEGRAM_BOT_TOKEN"), r.address("TELEGRAM_API_URL", bot.DefaultServer)
	if err := errors.Join(r.faults...); err != nil {
		return &usageError{fmt.Errorf("the configuration can't be used:\n%w", err)}
	}
	log := slog.New(redact.New(token).Handler(slog.NewTextHandler(stderr, nil)))
	return whoami(ctx, token, server, nil, log, stdout)
}

// errHeard ends the poll before Telegram forgets what it gave.
var errHeard = errors.New("somebody has written")

// whoami waits until somebody writes to the bot in private, and prints them
// all. It confirms nothing: the bot gets the same messages when it runs. nil
// rt means the network.
func whoami(ctx context.Context, token, server string, rt http.RoundTripper, log *slog.Logger, stdout io.Writer) error {
	api, err := bot.NewAPI(token, server, rt)
	if err != nil {
		return &usageError{err}
	}
	_, name, err := api.Me(ctx)
	if err != nil {
		return fmt.Errorf("the bot can't be asked for its name: %w", err)
	}
	fmt.Fprintf(stdout, "Write anything to @%s in Telegram, from your own account. Ctrl-C ends.\n", name)
	err = bot.NewPoller(token, server, rt, log).Run(ctx, func(_ context.Context, batch []till.Update, _ bool) error {
		wrote := map[int64]bool{}
		for _, u := range batch {
			if m := u.Message; m != nil && m.Chat.Type == "private" && !m.From.IsBot && !wrote[m.From.ID] {
				wrote[m.From.ID] = true
				// Quoted: a name may hold anything.
				fmt.Fprintf(stdout, "%d  %s\n", m.From.ID, strconv.Quote(strings.TrimSpace(m.From.FirstName+" "+m.From.LastName)))
			}
		}
		if len(wrote) == 0 {
			return nil
		}
		return errHeard
	})
	switch {
	case errors.Is(err, errHeard):
		fmt.Fprintln(stdout, "Put your number into HANOUT_ADMINS. Only yours: who stands there owns the money.")
		return nil
	case errors.Is(err, bot.ErrConflict):
		return errors.New("the bot is running, or another process uses its token: stop it first")
	}
	return reason(err)
}
