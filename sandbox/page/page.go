package page

import (
	"cmp"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"sync"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
)

// Options says what the page shows.
type Options struct {
	Telegram *telegram.Server // required
	Provider *provider.Server // required
	People   []Card           // a phone each, in this order; every ID is a person of Telegram
	Group    Group            // a group chat of all of them
	Hints    []Hint           // what to try; nil means DefaultHints()
	Steps    []Step           // what a first visitor does, one after the other
	Gallery  []Chapter        // what the page "/gallery" draws
	Speed    float64          // at which the provider was started; 0 means 1
	Hosts    []string         // host names let in besides the loopback ones, without port
}

// Card puts a person of Telegram on the page.
type Card struct {
	ID   int64
	Role string // RoleShop, RoleOwner or RoleCustomer

	Names map[string]string // by the page's language; nil for the one that Telegram has
}

// The roles of the people on the page. They choose a phone's colour and title; the bot knows nothing of them.
const (
	RoleShop     = "shop"
	RoleOwner    = "owner"
	RoleCustomer = "customer"
	RoleGroup    = "group"
)

//go:embed assets
var embedded embed.FS

// server answers the page.
type server struct {
	telegram *telegram.Server
	cards    []Card
	group    Group
	hints    []Hint
	steps    []Step
	doneMu   sync.Mutex
	done     []bool // the steps that were done
	gallery  []Chapter
	panel    *panel
}

// New makes the page's handler. It is meant to stand at the root of a loopback address.
func New(o Options) http.Handler {
	s := &server{telegram: o.Telegram, cards: o.People, group: o.Group, hints: o.Hints, steps: o.Steps, done: make([]bool, len(o.Steps)), gallery: o.Gallery, panel: newPanel(o.Telegram, o.Provider, cmp.Or(o.Speed, 1))}
	if s.hints == nil {
		s.hints = DefaultHints()
	}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", asset("index.html"))
	mux.Handle("GET /gallery", asset("gallery.html"))
	mux.Handle("GET /assets/{name}", http.HandlerFunc(serveAsset))
	mux.HandleFunc("GET /api/people", s.people)
	mux.HandleFunc("GET /api/steps", s.progress)
	mux.HandleFunc("GET /api/gallery", s.allChapters)
	mux.HandleFunc("GET /api/chat/{id}", s.chat)
	mux.HandleFunc("POST /api/chat/{id}/send", s.send)
	mux.HandleFunc("POST /api/chat/{id}/press", s.press)
	mux.HandleFunc("POST /api/chat/{id}/contact", s.contact)
	mux.HandleFunc("POST /api/chat/{id}/start", s.start)
	mux.HandleFunc("POST /api/chat/{id}/sticker", s.sticker)
	mux.HandleFunc("POST /api/chat/{id}/voice", s.voice)
	mux.HandleFunc("POST /api/chat/{id}/photo", s.photo)
	mux.HandleFunc("POST /api/chat/{id}/forward", s.forward)
	mux.HandleFunc("POST /api/chat/{id}/edit", s.edit)
	mux.HandleFunc("GET /api/group", s.groupChat)
	mux.HandleFunc("POST /api/group/send", s.groupSend)
	mux.HandleFunc("POST /api/group/press", s.groupPress)
	mux.HandleFunc("POST /api/group/add", s.groupAdd)
	mux.HandleFunc("GET /api/events", s.events)
	mux.HandleFunc("GET /api/file/{id}", s.file)
	mux.HandleFunc("GET /api/faults", s.faults)
	mux.HandleFunc("POST /api/faults", s.setFault)
	mux.HandleFunc("POST /api/speed", s.setSpeed)
	return guard(o.Hosts, mux)
}

// assetTypes does not lean on the computer's own table, which may know nothing or something else.
var assetTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	asset(r.PathValue("name")).ServeHTTP(w, r)
}

// asset serves one embedded file.
func asset(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := fs.ReadFile(embedded, "assets/"+name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", assetTypes[path.Ext(name)])
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(data)
	})
}
