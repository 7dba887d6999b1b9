// Hanout is a Telegram bot with which shopkeepers in Algeria sell mobile
// top-ups, internet cards and gift cards at the counter. See README.md for use
// and ARCHITECTURE.md for how it is built.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"hanout/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(app.Main(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
