package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hanout/sandbox/page"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/store"
	"hanout/store/bolt"
)

// The people of the demo.
const (
	demoShop     = 1001
	demoOwner    = 2001
	demoCustomer = 3001
	demoGroup    = -4001
)

// demoPeople are named as who looks at the page writes.
var demoPeople = []page.Card{
	{ID: demoShop, Role: page.RoleShop, Names: map[string]string{"ar": "كريم", "fr": "Karim", "en": "Karim"}},
	{ID: demoOwner, Role: page.RoleOwner, Names: map[string]string{"ar": "نادية", "fr": "Nadia", "en": "Nadia"}},
	{ID: demoCustomer, Role: page.RoleCustomer, Names: map[string]string{"ar": "ياسين", "fr": "Yacine", "en": "Yacine"}},
}

// demoGroupTitle is the same for all who look, as in Telegram.
const demoGroupTitle = "Flexy Karim"

// demoScale makes the bot ask the fake provider about once a second.
const demoScale = 0.2

// demo is what the command line says.
type demo struct {
	addr, dir      string
	fresh, verbose bool
	speed          float64
}

// runDemo runs everything on loopback: the fake provider, the fake Telegram
// with its chat page, and between them the bot as it is, over HTTP.
func runDemo(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	d, err := readDemo(args, stderr)
	if err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return &usageError{err}
	}
	key, err := demoData(d.dir, d.fresh)
	if err != nil {
		return err
	}
	chapters, err := gallery(galleryFiles)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", d.addr)
	if err != nil {
		return fmt.Errorf("the chat page can't be served: %w (choose another with -addr 127.0.0.1:0)", err)
	}

	fakeTelegram, fakeProvider := demoTelegram(), provider.New(provider.Options{Speed: d.speed})
	stopServers := make(chan struct{})
	telegramURL, err := serveLoopback(fakeTelegram, stopServers)
	if err != nil {
		return err
	}
	providerURL, err := serveLoopback(fakeProvider, stopServers)
	if err != nil {
		return err
	}
	defer close(stopServers)
	chat := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: page.New(page.Options{
		Telegram: fakeTelegram, Provider: fakeProvider, Speed: d.speed,
		People: demoPeople, Group: page.Group{ID: demoGroup, Names: map[string]string{"ar": demoGroupTitle, "fr": demoGroupTitle, "en": demoGroupTitle}},
		Steps: demoSteps(fakeTelegram, fakeProvider), Gallery: chapters,
	})}
	go chat.Serve(listener)
	defer chat.Close()
	fmt.Fprintf(stdout, demoText, openable(listener.Addr()), providerURL, provider.SandboxKey, d.dir)

	cfg := config{
		token: fakeTelegram.Token(), telegramURL: telegramURL,
		apiKey: provider.SandboxKey, providerURL: providerURL + "/v3",
		admins: []int64{demoOwner}, db: filepath.Join(d.dir, "hanout.db"), codesKey: key,
		language: "ar", pollScale: demoScale, logLevel: slog.LevelWarn,
	}
	if d.verbose {
		cfg.logLevel = slog.LevelDebug
	}
	return serve(ctx, cfg, transports{}, stderr)
}

// openable is an address that a browser opens: of all interfaces, as in a
// container, this machine's own.
func openable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", tcp.Port)
}

func readDemo(args []string, stderr io.Writer) (demo, error) {
	var d demo
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&d.addr, "addr", "127.0.0.1:8080", "address of the chat page")
	flags.StringVar(&d.dir, "dir", "demo-data", "folder of the demo's database, kept between runs")
	flags.BoolVar(&d.fresh, "fresh", false, "start over with an empty database")
	flags.Float64Var(&d.speed, "speed", 1, "how many times faster the provider's time runs")
	flags.BoolVar(&d.verbose, "v", false, "show the bot's own log")
	if err := flags.Parse(args); err != nil {
		return d, err
	}
	if flags.NArg() > 0 {
		return d, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if !(d.speed > 0) {
		return d, errors.New("-speed must be above 0")
	}
	return d, nil
}

// demoTelegram is the fake Telegram with the people of the demo.
func demoTelegram() *telegram.Server {
	s := telegram.New(telegram.Options{BotUsername: "hanout_demo_bot", BotName: "Hanout"})
	// The database remembers the updates of earlier runs by their numbers.
	s.Updates.SetNextID(time.Now().Unix())
	s.People.Add(telegram.Person{ID: demoShop, FirstName: "كريم", LanguageCode: "ar", Phone: "+213661000001"})
	s.People.Add(telegram.Person{ID: demoOwner, FirstName: "Nadia", LanguageCode: "fr", Phone: "+213550000002"})
	s.People.Add(telegram.Person{ID: demoCustomer, FirstName: "Yacine", LanguageCode: "fr", Phone: "+213770000003"})
	s.Groups.Add(telegram.Group{ID: demoGroup, Title: demoGroupTitle, Members: []int64{demoShop, demoOwner, demoCustomer}, Outside: true})
	return s
}

// demoText wants the addresses of page and provider, the key and the folder.
const demoText = `Hanout's demo runs. Open it in a browser:

    http://%s/

Nothing leaves this computer: provider and Telegram are fakes.
Try, on the page:
  1. shop and owner: send /start and choose a language; the shop gives a name and its phone
  2. owner: approve it with the green button, then send  /credit 1 5000 cash  and confirm
  3. shop: send  0778037340 500  and confirm; the receipt comes in the same message
  4. shop: 0600000001 is refunded, 0600000002 too, with offers, 0600000003 stays under verification
  5. shop: /internet, ADSL, 036362608; then "for the customer", scanned on the customer's phone by a click
  6. shop: /cards, category Sandbox, for gift cards that are refunded or come in part
  7. shop: /cashiers, then add the bot to the group, and sell there
  8. break things with the panel, and watch the money
The fake provider answers at %s/v3 too, with the key %s.
The database is in %s; -fresh starts over. Stop with Ctrl-C.
`

// demoData makes or keeps the demo's folder, with a database and a key for
// its codes.
func demoData(dir string, fresh bool) (key []byte, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	database, keyFile := filepath.Join(dir, "hanout.db"), filepath.Join(dir, "codes.key")
	if fresh {
		// Only what the demo made itself is removed.
		for _, f := range []string{database, keyFile} {
			if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
	}
	if err := bolt.Create(database); err != nil && !errors.Is(err, store.ErrExists) {
		return nil, explain(database, err)
	}
	text, err := os.ReadFile(keyFile)
	if errors.Is(err, os.ErrNotExist) {
		key = make([]byte, 32)
		rand.Read(key)
		return key, os.WriteFile(keyFile, []byte(base64.StdEncoding.EncodeToString(key)+"\n"), 0o600)
	}
	if err != nil {
		return nil, err
	}
	if key, err = base64.StdEncoding.DecodeString(strings.TrimSpace(string(text))); err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s is not a key; start over with -fresh", keyFile)
	}
	return key, nil
}

// serveLoopback serves a fake on a port of its own until stop is closed.
func serveLoopback(h http.Handler, stop <-chan struct{}) (address string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go s.Serve(l)
	go func() { <-stop; s.Close() }()
	return "http://" + l.Addr().String(), nil
}
