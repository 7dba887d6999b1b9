package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"hanout/store"
)

// place is where a database lies.
type place struct {
	config *pgx.ConnConfig
	pooled *pgxpool.Config
	schema string
	near   *atomic.Int32 // which of its ways led to the server that takes writes, the last time
}

// defaultSchema holds the tables unless the address names a search_path.
const defaultSchema = "hanout"

var schemaForm = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// Is tells an address of PostgreSQL from a path.
func Is(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// TellsPassword reports whether an address holds a password.
func TellsPassword(address string) bool {
	_, rest, _ := strings.Cut(address, "://")
	if user, _, named := strings.Cut(rest, "@"); named && strings.Contains(user, ":") && !strings.Contains(user, "?") {
		return true
	}
	_, query, _ := strings.Cut(strings.ToLower(rest), "?")
	return strings.Contains("&"+query, "&password=") || strings.Contains("&"+query, "&sslpassword=")
}

// parse reads an address. What is wrong with it is not repeated: it may hold a
// password.
func parse(address, password string) (place, error) {
	pooled, err := pgxpool.ParseConfig(address)
	if !Is(address) || err != nil {
		return place{}, errors.New("not an address of a database such as postgres://USER@HOST:5432/NAME?sslmode=verify-full")
	}
	c := pooled.ConnConfig
	if password != "" {
		c.Password = password
	}
	schema := c.RuntimeParams["search_path"]
	if schema == "" {
		schema = defaultSchema
	}
	if !schemaForm.MatchString(schema) {
		return place{}, errors.New("the search_path of the database must be one plain name, such as hanout")
	}
	c.RuntimeParams["search_path"] = schema
	c.RuntimeParams["timezone"] = "UTC"
	for name, value := range map[string]string{"application_name": "hanout", "statement_timeout": "20s", "lock_timeout": "10s"} {
		if c.RuntimeParams[name] == "" {
			c.RuntimeParams[name] = value
		}
	}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 10 * time.Second
		if p := (place{config: c}); len(p.hosts()) > 1 {
			c.ConnectTimeout = 2 * time.Second // for each: a machine without power does not answer
		}
	}
	return place{c, pooled, schema, &atomic.Int32{}}, nil
}

// Name tells where an address leads, without what is secret in it.
func Name(address string) string {
	p, err := parse(address, "")
	if err != nil {
		return "the database"
	}
	return p.name()
}

func (p place) name() string {
	return fmt.Sprintf("postgres://%s/%s (schema %s)", strings.Join(p.hosts(), ","), p.config.Database, p.schema)
}

func (p place) hosts() []string {
	hosts := []string{fmt.Sprintf("%s:%d", p.config.Host, p.config.Port)}
	for _, f := range p.config.Fallbacks {
		if h := fmt.Sprintf("%s:%d", f.Host, f.Port); h != hosts[len(hosts)-1] {
			hosts = append(hosts, h)
		}
	}
	return hosts
}

// ways lead to the servers of the address, to each by every kind of connection
// that the address allows.
func (p place) ways() []*pgconn.FallbackConfig {
	return append([]*pgconn.FallbackConfig{{Host: p.config.Host, Port: p.config.Port, TLSConfig: p.config.TLSConfig}}, p.config.Fallbacks...)
}

// along has a connection try some ways, one after the other.
func along(c *pgx.ConnConfig, ways ...*pgconn.FallbackConfig) *pgx.ConnConfig {
	c.Host, c.Port, c.TLSConfig, c.Fallbacks = ways[0].Host, ways[0].Port, ways[0].TLSConfig, ways[1:]
	return c
}

// nearest has a connection try first what led to the server the last time: each
// way to a machine that does not answer costs a whole timeout.
func (p place) nearest(c *pgx.ConnConfig) *pgx.ConnConfig {
	ways, first := p.ways(), int(p.near.Load())
	return along(c, slices.Concat(ways[first:], ways[:first])...)
}

// readers is how connections that only read are made.
func (p place) readers() *pgxpool.Config {
	c := p.pooled.Copy()
	c.MaxConns = readersMost
	c.BeforeConnect = func(_ context.Context, c *pgx.ConnConfig) error { p.nearest(c); return nil }
	return c
}

// The codes of errors of PostgreSQL that have a meaning here.
const (
	noDatabase = "3D000"
	noTable    = "42P01"
	noSchema   = "3F000"
	noRights   = "42501"
	noEntry    = "28"    // a class of them
	readsOnly  = "25006" // the server takes no writes
	noValue    = "23502" // where one must be
)

// about says what an error of PostgreSQL means for a store, and where it was
// met.
func (p place) about(err error) error {
	if err == nil {
		return nil
	}
	if named := (*store.FileError)(nil); errors.As(err, &named) {
		return err
	}
	var said *pgconn.PgError
	var connecting *pgconn.ConnectError
	switch {
	case errors.As(err, &said):
		switch {
		case said.Code == noDatabase, said.Code == noTable, said.Code == noSchema:
			err = fmt.Errorf("%w: %w", store.ErrMissing, said)
		case said.Code == noRights, strings.HasPrefix(said.Code, noEntry):
			err = fmt.Errorf("%w: %w", store.ErrRights, said)
		case passes(said):
			err = fmt.Errorf("%w: %w", store.ErrUnable, said)
		}
	case errors.As(err, &connecting), lost(err):
		err = fmt.Errorf("%w: %s", store.ErrUnreachable, strings.Join(strings.Fields(err.Error()), " "))
	}
	return &store.FileError{Path: p.name(), Err: err}
}

// lost tells the errors of a connection from those of what was asked over it.
func lost(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, pgconn.ErrConnClosed)
}

//go:embed migrations/*.sql
var files embed.FS

// migrator runs the migrations; close ends it.
func (p place) migrator() (m *goose.Provider, close func() error, err error) {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		return nil, nil, err
	}
	db := stdlib.OpenDB(*p.config)
	m, err = goose.NewProvider(goose.DialectPostgres, db, sub, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return m, db.Close, nil
}

// create makes the schema and its tables.
func (p place) create(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var made bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1))`, p.schema).Scan(&made); err != nil {
		return err
	}
	if made {
		return store.ErrExists
	}
	if _, err := conn.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+p.schema); err != nil {
		return err
	}
	return p.migrate(ctx)
}

// migrate brings the tables to the newest schema, each step whole or not at
// all.
func (p place) migrate(ctx context.Context) error {
	m, closed, err := p.migrator()
	if err != nil {
		return err
	}
	_, err = m.Up(ctx)
	return errors.Join(err, closed())
}

// newest is the number of the schema that this program knows.
func newest() int64 {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		panic("store: no migrations") // they are part of the program
	}
	return int64(len(names))
}

// querier is a connection, or a pool of them.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// known reports whether the tables are there, and are of the schema that this
// program knows.
func (p place) known(ctx context.Context, q querier) error {
	var ours, something bool
	if err := q.QueryRow(ctx, `SELECT to_regclass('till') IS NOT NULL AND to_regclass('goose_db_version') IS NOT NULL,
		EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1))`, p.schema).Scan(&ours, &something); err != nil {
		return err
	}
	switch {
	case !ours && something:
		return store.ErrForeign
	case !ours:
		return store.ErrMissing
	}
	n, err := version(ctx, q)
	switch {
	case err != nil:
		return err
	case n > newest():
		return store.ErrFuture
	case n < newest():
		return store.ErrOld
	}
	return nil
}

func version(ctx context.Context, q querier) (n int64, err error) {
	err = q.QueryRow(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&n)
	return n, err
}
