package app

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"hanout/bot"
	"hanout/locales"
	"hanout/parcel"
	"hanout/redact"
	"hanout/store/postgres"
	"hanout/till"
	"hanout/topup"
)

// config is everything that the environment says; .env.example lists it.
type config struct {
	token       string
	telegramURL string
	apiKey      string
	providerURL string
	admins      []int64
	db          string // a path, or an address of PostgreSQL
	dbPassword  string
	goOn        bool   // without a standby, where commits are to wait for one
	copies      string // the folder of the safety copies
	codesKey    []byte
	oldKeys     [][]byte
	language    string
	listen      string
	pollScale   float64
	safety      till.Safety
	logJSON     bool
	logLevel    slog.Level
}

const defaultDB = "hanout.db"

func (c config) where() where { return where{c.db, c.dbPassword} }

// readConfig reads and checks the whole environment, and reports every fault
// at once. No error contains a secret.
func readConfig(getenv func(string) string) (config, error) {
	r := envReader{getenv: getenv}
	c := config{
		token:       r.secret("TELEGRAM_BOT_TOKEN"),
		telegramURL: r.address("TELEGRAM_API_URL", bot.DefaultServer),
		apiKey:      r.secret("ONECLICKDZ_API_KEY"),
		providerURL: r.address("ONECLICKDZ_BASE_URL", "https://api.oneclickdz.com/v3"),
		admins:      r.admins("HANOUT_ADMINS"),
		codesKey:    r.key("HANOUT_CODES_KEY"),
		oldKeys:     r.keys("HANOUT_CODES_OLD_KEYS"),
		language:    r.oneOf("HANOUT_LANGUAGE", locales.Codes...),
		listen:      r.listen("HANOUT_LISTEN"),
		pollScale:   r.scale("HANOUT_POLL_SCALE"),
		safety:      till.Safety{Every: r.every("HANOUT_BACKUP_EVERY", 24*time.Hour), Keep: r.keep("HANOUT_BACKUP_KEEP", topup.Keep{Newest: 7, Weeks: 4, Months: 6})},
		logJSON:     r.oneOf("HANOUT_LOG", "text", "json") == "json",
	}
	w := r.where()
	c.db, c.dbPassword = w.db, w.password
	c.copies = r.text("HANOUT_BACKUP_DIR", w.folder())
	if c.copies == "" {
		r.fault("HANOUT_BACKUP_DIR is not set: the folder for the safety copies of a database on a server")
	}
	c.goOn = r.oneOf("HANOUT_WITHOUT_STANDBY", "wait", "go-on") == "go-on"
	if c.goOn && !w.remote() {
		r.fault("HANOUT_WITHOUT_STANDBY is for a database on a server; HANOUT_DB names a file")
	}
	if packer := r.packer("HANOUT_BACKUP_RECIPIENT"); packer != nil {
		c.safety.Packer = packer
	}
	if c.token != "" && !redact.TokenForm.MatchString(c.token) {
		r.fault("TELEGRAM_BOT_TOKEN does not look like a token of BotFather (digits, a colon, letters)")
	}
	if strings.ContainsFunc(c.apiKey, func(x rune) bool { return x <= ' ' || x > '~' }) {
		r.fault("ONECLICKDZ_API_KEY has a space or a character that no key has")
	}
	level := r.oneOf("HANOUT_LOG_LEVEL", "info", "debug", "warn", "error")
	if err := c.logLevel.UnmarshalText([]byte(level)); err != nil {
		r.fault("HANOUT_LOG_LEVEL is not a level")
	}
	if err := errors.Join(r.faults...); err != nil {
		return config{}, &usageError{fmt.Errorf("the configuration can't be used:\n%w\n(.env.example explains each setting)", err)}
	}
	return c, nil
}

// envReader collects faults while it reads.
type envReader struct {
	getenv func(string) string
	faults []error
}

func (r *envReader) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("  - "+format, args...))
}

func (r *envReader) text(name, fallback string) string {
	if v := strings.TrimSpace(r.getenv(name)); v != "" {
		return v
	}
	return fallback
}

// secret reads NAME, or the file named by NAME_FILE.
func (r *envReader) secret(name string) string {
	v, file := r.text(name, ""), r.text(name+"_FILE", "")
	switch {
	case v != "" && file != "":
		r.fault("%s and %s_FILE are both set; set one", name, name)
	case v == "" && file == "":
		r.fault("%s is not set (nor %s_FILE)", name, name)
	case file != "":
		b, err := os.ReadFile(file)
		if err != nil {
			r.fault("%s_FILE can't be read: %v", name, err)
			return ""
		}
		if v = strings.TrimSpace(string(b)); v == "" {
			r.fault("%s_FILE names an empty file", name)
		}
	}
	return v
}

// optional reads a secret that need not be there.
func (r *envReader) optional(name string) string {
	if r.text(name, "") == "" && r.text(name+"_FILE", "") == "" {
		return ""
	}
	return r.secret(name)
}

// where reads where the till is kept. A password in the address would be told
// by whatever prints the environment.
func (r *envReader) where() where {
	w := where{r.text("HANOUT_DB", defaultDB), r.optional("HANOUT_DB_PASSWORD")}
	if w.remote() && postgres.TellsPassword(w.db) {
		r.fault("HANOUT_DB holds a password; put it into a file, and name that in HANOUT_DB_PASSWORD_FILE")
	}
	if !w.remote() && w.password != "" {
		r.fault("HANOUT_DB_PASSWORD is for an address such as postgres://…; HANOUT_DB names a file")
	}
	return w
}

func (r *envReader) address(name, fallback string) string {
	v := strings.TrimRight(r.text(name, fallback), "/")
	u, err := url.Parse(v)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" {
		r.fault("%s must be an http or https address without user, password or query", name)
	}
	return v
}

func (r *envReader) admins(name string) []int64 {
	var ids []int64
	for _, f := range strings.Split(r.text(name, ""), ",") {
		if f = strings.TrimSpace(f); f == "" {
			continue
		}
		id, err := strconv.ParseInt(f, 10, 64)
		if err != nil || id <= 0 {
			r.fault("%s: %q is not a Telegram user ID", name, f)
			continue
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		r.fault("%s must name at least one Telegram user ID", name)
	}
	return ids
}

func (r *envReader) key(name string) []byte {
	v := r.secret(name)
	if v == "" {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil || len(b) != 32 {
		r.fault("%s must be 32 bytes in base64; `hanout keygen` prints one", name)
	}
	return b
}

// keys reads former codes keys, separated by commas; they only open.
func (r *envReader) keys(name string) [][]byte {
	all := r.optional(name)
	if all == "" {
		return nil
	}
	var out [][]byte
	for _, v := range strings.Split(all, ",") {
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v))
		if err != nil || len(b) != 32 {
			r.fault("%s must list keys of 32 bytes in base64, separated by commas", name)
			continue
		}
		out = append(out, b)
	}
	return out
}

// oneOf gives the first choice when nothing is set.
func (r *envReader) oneOf(name string, choices ...string) string {
	v := strings.ToLower(r.text(name, choices[0]))
	for _, c := range choices {
		if v == c {
			return v
		}
	}
	r.fault("%s must be one of: %s", name, strings.Join(choices, ", "))
	return choices[0]
}

func (r *envReader) listen(name string) string {
	v := r.text(name, "")
	if v == "" {
		return ""
	}
	if _, port, err := net.SplitHostPort(v); err != nil || port == "" {
		r.fault("%s must be host:port, such as 127.0.0.1:9090", name)
	}
	return v
}

func (r *envReader) scale(name string) float64 {
	v := r.text(name, "1")
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || !(f > 0 && f <= 1000) {
		r.fault("%s must be a number above 0 and at most 1000", name)
		return 1
	}
	return f
}

// The limits of the span between two safety copies.
const (
	copyOften  = time.Hour
	copyRarely = 31 * 24 * time.Hour
)

// every reads the span between two safety copies; 0 makes none.
func (r *envReader) every(name string, fallback time.Duration) time.Duration {
	v := r.text(name, "")
	if v == "" {
		return fallback
	}
	d, err := time.ParseDuration(v)
	if err != nil || d != 0 && (d < copyOften || d > copyRarely) {
		r.fault("%s must be a time from 1h to 744h, such as 24h, or 0 for none", name)
		return fallback
	}
	return d
}

// keep reads which safety copies stay: newest, weeks, months.
func (r *envReader) keep(name string, fallback topup.Keep) topup.Keep {
	v := r.text(name, "")
	if v == "" {
		return fallback
	}
	var n [3]int
	parts := strings.Split(v, ",")
	bad := len(parts) != len(n)
	for i := 0; i < len(n) && !bad; i++ {
		var err error
		n[i], err = strconv.Atoi(strings.TrimSpace(parts[i]))
		bad = err != nil || n[i] < 0 || n[i] > 1000
	}
	if bad || n[0] == 0 {
		r.fault("%s must be three numbers such as 7,4,6: the newest (at least 1), of how many weeks, of how many months", name)
		return fallback
	}
	return topup.Keep{Newest: n[0], Weeks: n[1], Months: n[2]}
}

// partMost is the largest part of a parcel: Telegram takes files of 50 MB.
const partMost = 45 << 20

// packer makes the one that seals safety copies; nil when none is to leave.
func (r *envReader) packer(name string) *parcel.Packer {
	v := r.text(name, "")
	if v == "" {
		return nil
	}
	p, err := parcel.New(v, partMost)
	if err != nil {
		r.fault("%s can't be used: %v; `hanout copykey FILE` makes a pair of keys", name, err)
	}
	return p
}
