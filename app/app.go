// Package app is the program: its commands, configuration, wiring, health
// page and demo. It alone knows all other packages.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"syscall"
)

// Main runs the program and gives its exit status: 0 done, 1 failed or found
// unsound, 2 called wrongly, 3 the database is damaged. args are those after
// the program's name.
func Main(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if err := noCores(); err != nil {
		fmt.Fprintln(stderr, "hanout: core dumps can't be switched off:", err)
	}
	err := run(ctx, args, getenv, stdout, stderr)
	if err != nil && !errors.Is(err, errUnsound) { // of that the report has said all
		fmt.Fprintln(stderr, "hanout:", err)
	}
	return status(err)
}

func status(err error) int {
	var bad *usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &bad):
		return 2
	case isDamage(err):
		return 3 // no restart mends it
	}
	return 1
}

// noCores keeps the process from leaving its memory, with keys and codes, on
// disk when it crashes.
func noCores() error { return syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }

// usageError is a command line or a configuration that can't be used.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

const usage = `Hanout, the counter-sale bot.

usage:
  hanout [run]            run the bot (configured by environment, see .env.example)
  hanout demo [-addr A] [-dir D] [-fresh] [-speed N] [-v]
                          try it offline, in the browser
  hanout whoami           tell the Telegram user ID of who writes to your bot
  hanout init             make the database named by HANOUT_DB
  hanout check [FILE]     prove that a database is sound; exit status 1 if not
  hanout backup FILE      copy the database to FILE
  hanout restore FILE     make the database named by HANOUT_DB from a backup
  hanout move FROM TO     carry a stopped till from a file or address to another
  hanout copykey FILE     make the keys for copies that leave the machine
  hanout open-copy FILE -identity KEYFILE OUT
                          open such a copy: decrypt, join, and prove it
  hanout keygen           print a new key for HANOUT_CODES_KEY
  hanout rekey            seal all codes anew under a changed HANOUT_CODES_KEY
  hanout version          print the version
`

// run is the program: it takes the arguments after the program's name, the
// environment and where to write. It returns when ctx is done or the work is.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	name := "run"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	commands := map[string]func(context.Context, []string, func(string) string, io.Writer, io.Writer) error{
		"run": runBot, "demo": runDemo, "init": runInit, "check": runCheck,
		"backup": runBackup, "restore": runRestore, "move": runMove, "keygen": runKeygen, "rekey": runRekey,
		"copykey": runCopyKey, "open-copy": runOpenCopy, "version": runVersion, "whoami": runWhoami,
		"help": runHelp, "-h": runHelp, "-help": runHelp, "--help": runHelp,
	}
	command, ok := commands[name]
	if !ok {
		return &usageError{fmt.Errorf("no such command %q\n\n%s", name, usage)}
	}
	return command(ctx, args, getenv, stdout, stderr)
}

func runHelp(_ context.Context, _ []string, _ func(string) string, stdout, _ io.Writer) error {
	_, err := io.WriteString(stdout, usage)
	return err
}

func noArguments(args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}

// version is set by the release build; a build from source says its commit.
var version = ""

func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	text := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			text += " " + s.Value[:12]
		}
	}
	return text
}

func runVersion(_ context.Context, args []string, _ func(string) string, stdout, _ io.Writer) error {
	if err := noArguments(args); err != nil {
		return err
	}
	_, err := fmt.Fprintln(stdout, "hanout", versionText())
	return err
}
