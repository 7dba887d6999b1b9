package postgres_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"hanout/sandbox/cluster"
	"hanout/store"
	"hanout/store/postgres"
)

// TestSafeguards reads a server as it is set, and as it is set anew beside a
// running bot.
func TestSafeguards(t *testing.T) {
	if server == nil {
		t.Skip("PostgreSQL is not installed: the store on it is not tested")
	}
	own, err := cluster.Start("fsync=off", "full_page_writes=off")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Stop()
	address, ctx := own.Address("postgres", "safe"), context.Background()
	if err := postgres.Create(ctx, address, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	if db, err := postgres.Open(ctx, address, postgres.Options{}); !errors.Is(err, store.ErrUnflushed) {
		t.Fatalf("a server without fsync is opened: %v, %v", db, err)
	}
	db := open(t, address, postgres.Options{ReadOnly: true})
	if s, err := db.Safeguards(); err != nil || !slices.Equal(s.Off, []string{"fsync=off", "full_page_writes=off"}) || !s.Alone() {
		t.Errorf("read as %+v, %v", s, err)
	}
	address, _ = fresh(t)
	if s, err := open(t, address, postgres.Options{}).Safeguards(); err != nil || len(s.Off) > 0 || !s.Alone() {
		t.Errorf("read as %+v, %v", s, err)
	}
	for setting, off := range map[string]string{"off": "synchronous_commit=off", "local": ""} {
		s, err := open(t, address+"&synchronous_commit="+setting, postgres.Options{ReadOnly: true}).Safeguards()
		if err != nil || (off == "") != (len(s.Off) == 0) || off != "" && s.Off[0] != off {
			t.Errorf("with %s it is read as %+v, %v", setting, s, err)
		}
	}
}

// TestSafeguardsWithAStandby: one that is named and not there is seen, and so
// are settings by which it is not waited for.
func TestSafeguardsWithAStandby(t *testing.T) {
	if server == nil {
		t.Skip("PostgreSQL is not installed: the store on it is not tested")
	}
	own, err := cluster.Start("synchronous_standby_names=gone")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Stop()
	address := own.Address("postgres", "safe") + "&synchronous_commit=local"
	if err := postgres.Create(context.Background(), address, postgres.Options{}); err != nil {
		t.Fatal(err)
	}
	s, err := open(t, address, postgres.Options{}).Safeguards()
	if err != nil || !slices.Equal(s.Off, []string{"synchronous_commit=local"}) || !s.Unconfirmed() {
		t.Errorf("read as %+v, %v", s, err)
	}
}
