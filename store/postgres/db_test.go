package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hanout/store"
	"hanout/store/postgres"
	"hanout/topup"
)

var t0 = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// open opens a till and closes it when the test ends.
func open(t testing.TB, address string, o postgres.Options) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func update(t testing.TB, db *postgres.DB, fn func(*postgres.Tx) error) {
	t.Helper()
	if err := db.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// stocked is a till with a shop, its keeper, and money.
func stocked(t testing.TB, o postgres.Options) (db *postgres.DB, address string, s topup.Shop) {
	t.Helper()
	address, _ = fresh(t)
	db = open(t, address, o)
	return db, address, begin(t, db)
}

func begin(t testing.TB, db *postgres.DB) topup.Shop {
	t.Helper()
	s := topup.Shop{ID: 1, Chat: 1001, Name: "Nour", State: topup.ShopApproved, Asked: t0}
	update(t, db, func(tx *postgres.Tx) error {
		if err := tx.PutShop(s); err != nil {
			return err
		}
		if err := tx.PutMember(s.Keeper()); err != nil {
			return err
		}
		_, err := tx.Post(topup.Credit(s.ID, 1000_00, "start", 1, 1, "cash", t0))
		return err
	})
	return s
}

func order(s topup.Shop, id string, price topup.Money) topup.Order {
	return topup.Order{
		ID: topup.OrderID(id), Shop: s.ID, By: s.Chat, Chat: s.Chat, Panel: "card-" + id, Good: topup.MobileTopUp,
		State: topup.Placed, Operator: topup.Djezzy, Plan: "PREPAID_DJEZZY", To: "0778037340", Quantity: 1,
		Face: price, Price: price, Expected: price - 100, Placed: t0, Changed: t0, Due: t0,
	}
}

// sold is an order that was delivered.
func sold(tx *postgres.Tx, o topup.Order, charged topup.Money) error {
	o, err := tx.Place(o)
	if err != nil {
		return err
	}
	sent, err := topup.Submit(o, t0, time.Minute)
	if err != nil {
		return err
	}
	if o, err = tx.Apply(sent); err != nil {
		return err
	}
	o.Expected = charged
	done := topup.Checked(o, topup.Status{ProviderID: "p-" + string(o.ID), Phase: topup.PhaseDone, Evidence: topup.Evidence{Word: "FULFILLED"}}, t0, 1)
	_, err = tx.Apply(done)
	return err
}

// TestDatabaseDefendsItself: what no program may do with the money, the
// database refuses, whoever asks.
func TestDatabaseDefendsItself(t *testing.T) {
	db, address, s := stocked(t, postgres.Options{})
	update(t, db, func(tx *postgres.Tx) error {
		if err := tx.PutMember(topup.Member{Person: 7, Shop: s.ID, Role: topup.Cashier, Since: t0}); err != nil {
			return err
		}
		if _, err := tx.Place(order(s, "a", 100_00)); err != nil {
			return err
		}
		return sold(tx, order(s, "b", 100_00), 90_00)
	})
	conn, ctx := admin(t, address), context.Background()
	const line = `INSERT INTO journal (seq, key, at, actor, chat, method, slip, memo, prev, hash, doc) SELECT max(seq) + 1, 'k', now(), 0, 0, '', '', '', (array_agg(hash ORDER BY seq DESC))[1], 'h', '{}' FROM journal;`
	for name, sql := range map[string]string{
		"a line whose postings do not sum to zero": line + `INSERT INTO postings SELECT max(seq), n, a, 5 FROM journal, (VALUES (1, 'house/cost'), (2, 'house/margin')) v (n, a) GROUP BY n, a`,
		"a line with one posting":                  line + `INSERT INTO postings SELECT max(seq), 1, 'house/cost', 5 FROM journal`,
		"a line without postings":                  line,
		"one more posting of a line":               `INSERT INTO postings VALUES (1, 3, 'house/cost', 5)`,
		"a wallet below zero":                      `UPDATE accounts SET balance = -1 WHERE account = 'shop/1/available'`,
		"what is held below zero":                  `UPDATE accounts SET balance = -1 WHERE account = 'shop/1/held'`,
		"a debt above zero":                        `INSERT INTO accounts (account, balance) VALUES ('shop/1/owed', 1)`,
		"an overdraft by a line": line + `INSERT INTO accounts (account) VALUES ('house/cost') ON CONFLICT DO NOTHING;
			INSERT INTO postings SELECT max(seq), n, a, m FROM journal, (VALUES (1, 'shop/1/available', -100000000), (2, 'house/cost', 100000000)) v (n, a, m) GROUP BY n, a, m`,
		"a key used twice":              strings.Replace(line, `'k'`, `'credit/start'`, 1),
		"a line that follows no other":  strings.Replace(line, `(array_agg(hash ORDER BY seq DESC))[1]`, `'x'`, 1),
		"a gap in the journal":          strings.Replace(line, `max(seq) + 1`, `max(seq) + 2`, 1),
		"a line changed":                `UPDATE journal SET memo = 'x'`,
		"a line deleted":                `DELETE FROM journal WHERE seq = 1`,
		"a posting changed":             `UPDATE postings SET amount = -amount`,
		"postings deleted":              `DELETE FROM postings`,
		"the journal emptied":           `TRUNCATE journal CASCADE`,
		"an account deleted":            `DELETE FROM accounts`,
		"an order deleted":              `DELETE FROM orders`,
		"an order of no shop":           `UPDATE orders SET shop = 99`,
		"an order with another's panel": `UPDATE orders SET panel = 'card-a'`,
		"two orders claim one":          `UPDATE orders SET provider_id = 'p-b'`,
		"an open order never due":       `UPDATE orders SET due = NULL WHERE id = 'a'`,
		"more captured than the price":  `UPDATE orders SET captured = price + 1`,
		"an order without its hold":     `UPDATE orders SET id = 'z' WHERE id = 'a'`,
		"a second keeper":               `UPDATE members SET role = 'keeper' WHERE person = 7`,
		"a member of no shop":           `UPDATE members SET shop = 99`,
		"a second row of the writer":    `INSERT INTO till DEFAULT VALUES`,
	} {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { _, err := tx.Exec(ctx, sql); return err })
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || !strings.HasPrefix(refused.Code, "23") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 {
		t.Errorf("not sound: %v %q", err, r.Problems)
	}
}

// TestRolesOfTheDatabase: the bot's role sells and can't touch the journal or a
// balance; an accountant's reads the views and nothing else.
func TestRolesOfTheDatabase(t *testing.T) {
	owners, address, _ := stocked(t, postgres.Options{})
	if err := owners.Close(); err != nil {
		t.Fatal(err)
	}
	conn, ctx := admin(t, address), context.Background()
	if _, err := conn.Exec(ctx, `CREATE ROLE seller LOGIN; CREATE ROLE reader LOGIN; CALL let_sell('seller'); CALL let_read('reader')`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := conn.Exec(ctx, `DROP OWNED BY seller, reader; DROP ROLE seller, reader`); err != nil {
			t.Error(err)
		}
	})
	as := func(role string) string {
		return strings.Replace(address, "postgres://hanout@", "postgres://"+role+"@", 1)
	}
	seller := open(t, as("seller"), postgres.Options{})
	update(t, seller, func(tx *postgres.Tx) error {
		s, _, err := tx.Shop(1)
		if err != nil {
			return err
		}
		return errors.Join(sold(tx, order(s, "a", 100_00), 90_00), tx.RecordShowing("a", topup.Showing{At: t0}), tx.PutSession(5, []byte("x")),
			tx.ForgetChat(5), tx.MarkHandled(1, t0), tx.PutSetting("a", 1), tx.SetAside(1, nil, "why", t0))
	})
	for role, tries := range map[string][]string{
		"seller": {`UPDATE journal SET memo = 'x'`, `DELETE FROM journal`, `UPDATE postings SET amount = 1`, `UPDATE accounts SET balance = 1`, `INSERT INTO accounts (account, balance) VALUES ('shop/1/owed', -5)`,
			`DELETE FROM orders`, `DROP TABLE journal`, `ALTER TABLE journal DISABLE TRIGGER ALL`, `TRUNCATE showings`},
		"reader": {`SELECT * FROM orders`, `SELECT * FROM sessions`, `SELECT doc FROM journal`, `INSERT INTO settings VALUES ('a', '1')`},
	} {
		c := admin(t, as(role))
		for _, sql := range tries {
			var refused *pgconn.PgError
			if _, err := c.Exec(ctx, sql); !errors.As(err, &refused) || refused.Code != "42501" {
				t.Errorf("%s: %s: %v", role, sql, err)
			}
		}
	}
	for _, view := range []string{"sales_by_day", "statement", "float_cover"} {
		if _, err := admin(t, as("reader")).Exec(ctx, `SELECT * FROM `+view); err != nil {
			t.Errorf("%s: %v", view, err)
		}
	}
}

// TestViews: what an accountant reads is what the journal says.
func TestViews(t *testing.T) {
	db, address, s := stocked(t, postgres.Options{})
	update(t, db, func(tx *postgres.Tx) error {
		if _, err := tx.Place(order(s, "open", 50_00)); err != nil {
			return err
		}
		return errors.Join(sold(tx, order(s, "a", 100_00), 90_00), sold(tx, order(s, "b", 200_00), 180_00),
			tx.PutSetting("float", topup.FloatWatch{Readings: []topup.FloatReading{{At: t0, Float: 1}, {At: t0, Float: 5000_00}}}))
	})
	conn := admin(t, address)
	for sql, want := range map[string]string{
		`SELECT day || ' ' || shop || ' ' || delivered || ' ' || refunded || ' ' || face::numeric(12,2) || ' ' || paid::numeric(12,2) FROM sales_by_day`:                                                                           "2026-11-21 1 2 0 300.00 300.00",
		`SELECT string_agg(sale || ' ' || amount::numeric(12,2) || ' ' || balance::numeric(12,2), ', ' ORDER BY seq) FROM statement WHERE shop = 1 AND account = 'available' AND sale > 1`:                                         "2 -100.00 850.00, 3 -200.00 650.00",
		`SELECT wallets::numeric(12,2) || ' ' || held::numeric(12,2) || ' ' || owed::numeric(12,2) || ' ' || paid_in::numeric(12,2) || ' ' || float::numeric(12,2) || ' ' || float_beyond_wallets::numeric(12,2) FROM float_cover`: "650.00 50.00 0.00 1000.00 5000.00 4300.00",
	} {
		var got string
		if err := conn.QueryRow(context.Background(), sql).Scan(&got); err != nil || got != want {
			t.Errorf("%s\ngives %q (%v), want %q", sql, got, err, want)
		}
	}
}

// TestOpenRefuses: what is not a till of ours is refused, each by its error.
func TestOpenRefuses(t *testing.T) {
	address, _ := fresh(t)
	conn, ctx := admin(t, address), context.Background()
	exec := func(sql string) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(name, address string, want error) {
		t.Helper()
		for _, readOnly := range []bool{false, true} {
			db, err := postgres.Open(ctx, address, postgres.Options{ReadOnly: readOnly})
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
			if err == nil {
				db.Close()
			}
		}
	}
	if err := postgres.Create(ctx, address, postgres.Options{}); !errors.Is(err, store.ErrExists) {
		t.Errorf("made twice: %v", err)
	}
	exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
	refused("a schema of the future", address, store.ErrFuture)
	exec(`DELETE FROM goose_db_version WHERE version_id = 999`)
	refused("no schema", nowhere(t), store.ErrMissing)
	refused("no database", server.Address("nothing", "hanout"), store.ErrMissing)
	foreign := nowhere(t)
	exec(`CREATE SCHEMA ` + foreign[strings.LastIndex(foreign, "=")+1:] + ` CREATE TABLE orders (id int)`)
	refused("another's schema", foreign, store.ErrForeign)
	if err := postgres.Create(ctx, foreign, postgres.Options{}); !errors.Is(err, store.ErrExists) {
		t.Errorf("made among another's tables: %v", err)
	}
	db := open(t, address, postgres.Options{})
	if _, err := postgres.Open(ctx, address, postgres.Options{}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	reader := open(t, address, postgres.Options{ReadOnly: true})
	if err := reader.Update(func(*postgres.Tx) error { return nil }); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("written by a reader: %v", err)
	}
	if r, err := reader.Check(nil); err != nil || len(r.Problems) > 0 {
		t.Errorf("checked beside the writer: %v %q", err, r.Problems)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, address, postgres.Options{})
}

// TestNoErrorTellsThePassword: whatever is wrong with an address.
func TestNoErrorTellsThePassword(t *testing.T) {
	const secret = "s3cret"
	for _, address := range []string{
		"postgres://hanout:" + secret + "@127.0.0.1:1/x?connect_timeout=1", "postgres://hanout:" + secret + "@[::1:x/x", "postgres://hanout:" + secret + "@127.0.0.1:1/x?sslmode=odd",
		"postgres://hanout:" + secret + "%zz@h/x", "postgres://hanout:" + secret + "@h/x?search_path=a,b",
	} {
		_, err := postgres.Open(context.Background(), address, postgres.Options{})
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%v", err)
		}
		if strings.Contains(postgres.Name(address), secret) {
			t.Error(postgres.Name(address))
		}
	}
}

// TestOddTexts: what no column of text can hold is kept all the same, and looks
// for it harm nothing.
func TestOddTexts(t *testing.T) {
	db, _, s := stocked(t, postgres.Options{})
	const odd, ill = "a\x00b\u202e", "a\x00b\xff"
	update(t, db, func(tx *postgres.Tx) error {
		s.Name = ill
		if err := tx.PutShop(s); err != nil {
			return err
		}
		if _, err := tx.Post(topup.Credit(s.ID, 1_00, "odd", 1, 1, odd, t0)); err != nil {
			return err
		}
		if err := sold(tx, order(s, odd, 1_00), 90); err != nil {
			return err
		}
		if err := tx.PutSetting(ill, odd); err != nil {
			return err
		}
		_, err := tx.Owe(store.Owed{Panel: odd, Chat: 5, Since: t0, Body: []byte(ill)})
		return errors.Join(err, tx.SetAside(5, []byte(ill), ill, t0), tx.PutSession(5, []byte(ill)))
	})
	if err := db.View(func(tx *postgres.Tx) error {
		if s, _, err := tx.Shop(1); err != nil || s.Name != "a\x00b\uFFFD" {
			t.Errorf("the shop is %q (%v)", s.Name, err)
		}
		if j, _, err := tx.Posted("credit/odd"); err != nil || j.Memo != odd || store.Hash(j) != j.Hash {
			t.Errorf("the memo is %q (%v)", j.Memo, err)
		}
		var v string
		if ok, err := tx.Setting(ill, &v); !ok || err != nil || v != odd {
			t.Errorf("the value is %q (%v)", v, err)
		}
		if o, ok, err := tx.OwedOf(odd); err != nil || !ok || string(o.Body) != ill {
			t.Errorf("owed %q (%v)", o.Body, err)
		}
		for _, find := range []func(string) (topup.Order, bool, error){
			func(s string) (topup.Order, bool, error) { return tx.Order(topup.OrderID(s)) }, tx.OrderByPanel, tx.OrderByProvider,
		} {
			if _, ok, err := find("x\x00\xfe"); ok || err != nil {
				t.Errorf("found: %t (%v)", ok, err)
			}
		}
		if _, ok, err := tx.OrderByNo(1 << 63); ok || err != nil {
			t.Errorf("a number that no column holds: %t (%v)", ok, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 {
		t.Errorf("not sound: %v %q", err, r.Problems)
	}
}

// TestCheckSeesChangedColumns: a column that no longer says what its row says
// is a problem.
func TestCheckSeesChangedColumns(t *testing.T) {
	db, address, s := stocked(t, postgres.Options{})
	update(t, db, func(tx *postgres.Tx) error {
		if err := errors.Join(sold(tx, order(s, "a", 100_00), 90_00), sold(tx, order(s, "b", 100_00), 90_00)); err != nil {
			return err
		}
		if _, err := tx.Owe(store.Owed{Panel: "p", Chat: 5, Since: t0}); err != nil {
			return err
		}
		return errors.Join(tx.PutClaim(topup.Claim{Hash: []byte("h"), Order: "a", Shop: s.ID, State: topup.ClaimOpen, Made: t0, Expires: t0}), tx.PutChat(store.Chat{ID: 5}))
	})
	for _, change := range []string{
		`UPDATE orders SET price = price + 1`, `UPDATE orders SET settled = settled + interval '1 second'`, `UPDATE orders SET charged = NULL`, `UPDATE orders SET to_mark = ''`, `UPDATE orders SET seller = 5`,
		`UPDATE shops SET name = 'x'`, `UPDATE members SET role = 'cashier'`, `UPDATE chats SET language = 'fr'`, `UPDATE claims SET expires = 5`, `UPDATE outbox SET chat = 6`,
		`UPDATE accounts SET balance = balance + 1 WHERE account = 'house/margin'`, `UPDATE journal SET memo = 'x'`, `UPDATE journal SET at = now()`,
		`UPDATE postings SET amount = 2 * amount`, `UPDATE journal SET doc = (replace(doc::text, 'cash', 'bank'))::json`, `UPDATE orders SET doc = '"x"'`, `DELETE FROM postings WHERE seq = 1`, `DELETE FROM orders`,
		`UPDATE newest_claims SET order_id = 'b'`,
	} {
		copied, drop := left(t, address)
		conn := admin(t, copied)
		if _, err := conn.Exec(context.Background(), `SET session_replication_role = replica; `+change); err != nil {
			t.Fatalf("%s: %v", change, err)
		}
		conn.Close(context.Background())
		r, err := postgres.Check(context.Background(), copied, postgres.Options{})
		if err != nil || len(r.Problems) == 0 {
			t.Errorf("%s: not seen (%v)", change, err)
		}
		drop()
	}
}

// TestFormerWriterIsFenced: a writer that another one took over from commits
// nothing more.
func TestFormerWriterIsFenced(t *testing.T) {
	db, address, s := stocked(t, postgres.Options{})
	if _, err := admin(t, address).Exec(context.Background(), `UPDATE till SET epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		err := db.Update(func(tx *postgres.Tx) error { _, err := tx.Place(order(s, "a", 100_00)); return err })
		var unknown *store.CommitError
		if !errors.As(err, &unknown) || !strings.Contains(err.Error(), "taken over") {
			t.Errorf("got %v", err)
		}
	}
	// Nor does one that read nothing.
	if err := db.View(func(tx *postgres.Tx) error {
		if _, ok, err := tx.Order("a"); ok || err != nil {
			t.Errorf("it is there: %v", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// TestRefusedAtTheCommit: what the database refuses at the end is an error like
// any other: nothing of it is there, and the next batch goes on.
func TestRefusedAtTheCommit(t *testing.T) {
	db, address, s := stocked(t, postgres.Options{})
	if _, err := admin(t, address).Exec(context.Background(), `CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$;
		CREATE CONSTRAINT TRIGGER no AFTER INSERT ON settings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin(t, address).Exec(context.Background(), `DROP TRIGGER no ON settings; DROP FUNCTION no()`); err != nil {
			t.Error(err)
		}
	})
	err := db.Update(func(tx *postgres.Tx) error {
		_, err := tx.Place(order(s, "a", 100_00))
		return errors.Join(err, tx.PutSetting("x", 1))
	})
	var unknown *store.CommitError
	if err == nil || errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
	update(t, db, func(tx *postgres.Tx) error {
		if _, ok, err := tx.Order("a"); ok || err != nil {
			return fmt.Errorf("it is there (%v)", err)
		}
		_, err := tx.Place(order(s, "b", 100_00))
		return err
	})
	if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 {
		t.Errorf("not sound: %v %q", err, r.Problems)
	}
}

// TestServersFaults: what passes is tried again and lands once; what does not is
// no fault of a step, and ends the writer's work without a word.
func TestServersFaults(t *testing.T) {
	for code, want := range map[string]bool{"40001": true, "40P01": true, "55P03": true, "57014": true, "53100": true, "58030": false, "XX000": false, "42501": false} {
		t.Run(code, func(t *testing.T) {
			db, address, s := stocked(t, postgres.Options{})
			if _, err := admin(t, address).Exec(context.Background(), `CREATE SEQUENCE nth; CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN IF nextval('nth') % 3 > 0 THEN RAISE EXCEPTION 'no' USING ERRCODE = '`+code+`'; END IF; RETURN NEW; END $$;
				CREATE TRIGGER no BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION no()`); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if _, err := admin(t, address).Exec(context.Background(), `DROP TRIGGER no ON settings; DROP FUNCTION no(); DROP SEQUENCE nth`); err != nil {
					t.Error(err)
				}
			})
			ran := 0
			err := db.Update(func(tx *postgres.Tx) error {
				ran++
				_, err := tx.Place(order(s, "a", 100_00))
				return errors.Join(err, tx.PutSetting("x", ran))
			})
			var unknown *store.CommitError
			if (err == nil) != want || !want && (!errors.As(err, &unknown) || ran != 1) || want && ran != 3 {
				t.Errorf("got %v after %d tries", err, ran)
			}
			if r, err := db.Check(nil); err != nil || len(r.Problems) > 0 || (r.Orders[topup.Placed] == 1) != want {
				t.Errorf("%v %+v", err, r)
			}
		})
	}
}

// TestStrangersLock: a lock that somebody holds keeps a batch waiting, however
// long; then it goes on by itself, and lands once.
func TestStrangersLock(t *testing.T) {
	address, _ := fresh(t)
	waits := make(chan error, 10)
	db := open(t, address+"&lock_timeout=50", postgres.Options{Waits: func(why error) { waits <- why }})
	update(t, db, func(tx *postgres.Tx) error { return tx.PutSetting("x", 1) })
	stranger, err := admin(t, address).Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stranger.Exec(context.Background(), `LOCK TABLE settings`); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int32
	done := make(chan error, 1)
	go func() {
		done <- db.Update(func(tx *postgres.Tx) error { ran.Add(1); return errors.Join(counts(tx), tx.PutSetting("x", 2)) })
	}()
	if why := <-waits; !errors.Is(why, store.ErrUnable) || !strings.Contains(why.Error(), "lock timeout") {
		t.Errorf("it waits for %v", why)
	}
	until(t, "it was tried often", func() bool { return ran.Load() > 5 })
	if err := stranger.Rollback(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || counted(t, db) != 1 {
		t.Errorf("got %v, %d are in", err, counted(t, db))
	}
	if why := <-waits; why != nil || len(waits) > 0 {
		t.Errorf("told %v, and %d more", why, len(waits))
	}
}

// TestCopiedDatabaseIsMarked: one that is opened where it was not written last
// goes on as one that was restored; a restart and another writer change nothing.
func TestCopiedDatabaseIsMarked(t *testing.T) {
	db, address, _ := stocked(t, postgres.Options{})
	marked := func() (r topup.Restored, is bool) {
		t.Helper()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = open(t, address, postgres.Options{})
		if err := db.View(func(tx *postgres.Tx) (err error) { is, err = tx.Setting(store.SettingRestored, &r); return err }); err != nil {
			t.Fatal(err)
		}
		return r, is
	}
	if r, is := marked(); is {
		t.Errorf("a restart: %+v", r)
	}
	update(t, db, func(tx *postgres.Tx) error { return tx.MarkHandled(1, t0.Add(time.Hour)) })
	if _, err := admin(t, address).Exec(context.Background(), `UPDATE till SET place = regexp_replace(place, '^[0-9]+', '7')`); err != nil {
		t.Fatal(err)
	}
	if r, is := marked(); !is || !r.Copied.Equal(t0.Add(time.Hour)) || !r.Waits() {
		t.Errorf("in another cluster: %t %+v", is, r)
	}
	if r, is := marked(); !is || !r.Copied.Equal(t0.Add(time.Hour)) {
		t.Errorf("a restart after it: %t %+v", is, r)
	}
}
