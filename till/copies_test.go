package till

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// carrier is a messenger that takes files, as a test says.
type carrier struct {
	kept
	files  []string // chat, name, and by ID or not
	refuse func(f File) error
}

func (c *carrier) SendFile(ctx context.Context, f File) (string, error) {
	if c.refuse != nil {
		if err := c.refuse(f); err != nil {
			return "", err
		}
	}
	how := "by ID"
	if f.ID == "" {
		how = "from disk"
		if _, err := os.ReadFile(f.Path); err != nil {
			return "", err
		}
	}
	c.files = append(c.files, fmt.Sprintf("%d %s %s", f.Chat, filepath.Base(f.Path), how))
	return "id/" + filepath.Base(f.Path), ctx.Err()
}

// halver packs a file into two parts.
type halver struct{ packed int }

func (h *halver) Pack(_ context.Context, file, folder string) (names []string, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(os.RemoveAll(folder), os.Mkdir(folder, 0o700)); err != nil {
		return nil, err
	}
	h.packed++
	for i, half := range [][]byte{b[:len(b)/2], b[len(b)/2:]} {
		names = append(names, fmt.Sprintf("part%d", i+1))
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, names[i]), half, 0o600))
	}
	return names, err
}

// keeping gives a counter whose till makes copies by itself.
func keeping(t *testing.T, s Safety) (c *counter, m *carrier, dir string) {
	c = newCounter(t)
	m, dir = &carrier{}, t.TempDir()
	c.engine.cfg.BackupDir, c.engine.cfg.Safety = dir, s
	c.sent = &m.kept
	return c, m, dir
}

// goes runs the loop with a messenger that takes files.
func (c *counter) goes(m *carrier, d time.Duration) {
	c.t.Helper()
	defer c.startWith(m)()
	time.Sleep(d)
	synctest.Wait()
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		list = append(list, f.Name())
	}
	return list
}

func (c *counter) copies() (known topup.Copies) {
	c.t.Helper()
	if err := c.db.View(func(tx Tx) (err error) { known, err = copies(tx); return err }); err != nil {
		c.t.Fatal(err)
	}
	return known
}

// TestCopiesByThemselves: one a night, one for a night that was missed; the
// old ones go, those made by hand and what is not ours stay; a copy that a
// crash left unfinished is swept away.
func TestCopiesByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m, dir := keeping(t, Safety{Every: 24 * time.Hour, Keep: topup.Keep{Newest: 2}})
		foreign := []string{".hanout-20000101-000000.db.new-1", "hanout-19990101-000000.db", "hanout.db.v1", "notes.txt"}
		for _, name := range append(foreign, ".hanout-auto-19991231-020000.db.new-2") {
			if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ours := func() []string {
			return slices.DeleteFunc(names(t, dir), func(n string) bool { return slices.Contains(foreign, n) })
		}
		c.goes(m, 20*time.Minute) // one o'clock in Algiers
		if got := ours(); len(got) != 1 || !strings.HasPrefix(got[0], "hanout-auto-20000101-0005") {
			t.Fatalf("at first there is %v", got)
		}
		c.goes(m, 20*time.Minute)
		if got := ours(); len(got) != 1 {
			t.Errorf("a restart made another: %v", got)
		}
		time.Sleep(72 * time.Hour) // the process is off for three nights
		c.goes(m, 20*time.Minute)
		if got := ours(); len(got) != 2 {
			t.Errorf("after three nights there is %v", got)
		}
		time.Sleep(24 * time.Hour)
		c.goes(m, 20*time.Minute)
		got := ours()
		if len(got) != 2 || !strings.HasPrefix(got[1], "hanout-auto-20000105-") {
			t.Errorf("the next night there is %v", got)
		}
		if c.copies().Last.Name != got[1] || c.copies().Last.Seq == 0 {
			t.Errorf("known is %+v", c.copies())
		}
		for _, name := range foreign {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Errorf("%s is gone: %v", name, err)
			}
		}
		if got := c.news(); len(got) > 0 || len(m.files) > 0 {
			t.Errorf("told %q, sent %v", got, m.files)
		}
		c.close()
	})
}

// TestCopyFailsAndIsTold once, and again by the sum; no old copy goes; when one
// is good again, that is told.
func TestCopyFailsAndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m, dir := keeping(t, Safety{Every: 24 * time.Hour, Keep: topup.Keep{Newest: 1}})
		c.goes(m, 6*time.Minute)
		time.Sleep(24 * time.Hour)
		c.engine.cfg.BackupDir = filepath.Join(dir, "gone")
		c.goes(m, 40*time.Minute)
		if got := c.news(); len(got) != 1 || !strings.Contains(got[0], "sauvegarde automatique a échoué") {
			t.Errorf("told %q", got)
		}
		c.goes(m, 40*time.Minute)
		if got := c.news(); len(got) != 1 || !strings.Contains(got[0], "2 fois") {
			t.Errorf("an hour later told %q", got)
		}
		if got := names(t, dir); len(got) != 1 {
			t.Errorf("there is %v", got)
		}
		time.Sleep(30 * time.Hour)
		c.goes(m, 70*time.Minute) // the hourly look, too
		if got := strings.Join(c.news(), "|"); strings.Count(got, "depuis trop longtemps") != 1 {
			t.Errorf("two days after the last good one told %q", got)
		}
		c.engine.cfg.BackupDir = dir
		time.Sleep(time.Hour)
		c.goes(m, 6*time.Minute)
		got := strings.Join(c.news(), "|")
		if strings.Count(got, "marche à nouveau") != 1 || strings.Count(got, "nouvelle sauvegarde est faite") != 1 {
			t.Errorf("when one is good again told %q", got)
		}
		c.close()
	})
}

// TestParcelGoesOnAfterAStop: each part goes to each owner once, from the disk
// to the first and by its ID to the others, through failures and a restart in
// the middle; nothing of it is left on disk.
func TestParcelGoesOnAfterAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pack := &halver{}
		c, m, dir := keeping(t, Safety{Every: 24 * time.Hour, Keep: topup.Keep{Newest: 1}, Packer: pack})
		c.engine.cfg.Admins = []int64{owner, 2, 3}
		tries := 0
		m.refuse = func(f File) error {
			if f.Chat == 3 {
				return ErrUnreachable
			}
			if f.Chat == owner && strings.HasSuffix(f.Path, "part2") {
				tries++
				return errors.New("no answer")
			}
			return nil
		}
		c.goes(m, 20*time.Minute)
		if len(m.files) != 1 || tries < 2 || tries > 4 {
			t.Fatalf("sent %v, tried %d times", m.files, tries)
		}
		if !slices.Contains(names(t, dir), parcelFolder) {
			t.Errorf("the parcel is gone: %v", names(t, dir))
		}
		m.refuse = func(f File) error {
			if f.Chat == 3 {
				return ErrUnreachable
			}
			return nil
		}
		c.goes(m, 41*time.Minute)
		want := []string{"1 part1 from disk", "1 part2 from disk", "2 part1 by ID", "2 part2 by ID"}
		if !slices.Equal(m.files, want) || pack.packed != 1 {
			t.Errorf("sent %q, packed %d times", m.files, pack.packed)
		}
		if got := names(t, dir); len(got) != 1 {
			t.Errorf("left on disk: %v", got)
		}
		c.goes(m, 20*time.Minute)
		if len(m.files) != len(want) || len(c.news()) > 0 {
			t.Errorf("sent again: %q", m.files)
		}
		c.close()
	})
}

// TestLostPackingIsPackedAnew: parts of two packings do not fit together.
func TestLostPackingIsPackedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pack := &halver{}
		c, m, dir := keeping(t, Safety{Every: 24 * time.Hour, Keep: topup.Keep{Newest: 1}, Packer: pack})
		m.refuse = func(f File) error {
			if strings.HasSuffix(f.Path, "part2") {
				return errors.New("no answer")
			}
			return nil
		}
		c.goes(m, 6*time.Minute)
		if err := os.Remove(filepath.Join(dir, parcelFolder, "part2")); err != nil {
			t.Fatal(err)
		}
		m.refuse = nil
		c.goes(m, 11*time.Minute)
		if want := []string{"1 part1 from disk", "1 part1 from disk", "1 part2 from disk"}; !slices.Equal(m.files, want) || pack.packed != 2 {
			t.Errorf("sent %q, packed %d times", m.files, pack.packed)
		}
		c.close()
	})
}

// TestParcelIsGivenUp after two days, told once; a newer copy takes the place
// of an older one that waits.
func TestParcelIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m, _ := keeping(t, Safety{Every: 24 * time.Hour, Keep: topup.Keep{Newest: 1}, Packer: &halver{}})
		m.refuse = func(File) error { return errors.New("no answer") }
		c.goes(m, 6*time.Minute)
		time.Sleep(24 * time.Hour)
		c.goes(m, 6*time.Minute)
		var list []parcel
		if err := c.db.View(func(tx Tx) (err error) { list, err = parcels(tx); return err }); err != nil || len(list) != 1 || list[0].Copy.Name != c.copies().Last.Name {
			t.Fatalf("%d wait (%v): %+v", len(list), err, list)
		}
		c.engine.cfg.Safety.Every = 0
		time.Sleep(49 * time.Hour)
		c.goes(m, 6*time.Minute)
		if got := c.news(); len(got) != 1 || !strings.Contains(got[0], "n'a pas pu vous être envoyée") {
			t.Errorf("told %q", got)
		}
		c.close()
	})
}

// TestOwnersWish: a copy by hand goes to who tapped, once however often, with
// a panel that says how far it is; one that is gone is told.
func TestOwnersWish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m, dir := keeping(t, Safety{Packer: &halver{}})
		c.engine.cfg.Admins = []int64{owner, 2}
		name := topup.CopyName(time.Now(), false)
		if _, err := c.db.Backup(t.Context(), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		c.take(tapped(owner, "m:sendcopy:"+name), tapped(owner, "m:sendcopy:"+name))
		c.goes(m, 6*time.Minute)
		if want := []string{"1 part1 from disk", "1 part2 from disk"}; !slices.Equal(m.files, want) {
			t.Errorf("sent %q", m.files)
		}
		if got := text(c.sent.to(owner)); !strings.Contains(got, "va arriver ici") || !strings.Contains(got, "1 sur 2") || !strings.Contains(got, "Copie envoyée") {
			t.Errorf("the owner reads %q", got)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		c.sent.out = nil
		c.take(tapped(owner, "m:sendcopy:"+name), tapped(shopChat, "m:sendcopy:"+name))
		c.goes(m, 6*time.Minute)
		if got := text(c.sent.to(owner)); !strings.Contains(got, "n'a pas pu être envoyée") || len(m.files) != 2 {
			t.Errorf("of a copy that is gone the owner reads %q; sent %q", got, m.files)
		}
		c.close()
	})
}

// TestDrillIsAskedMonthly: in the morning, once, until it was done or a month
// later.
func TestDrillIsAskedMonthly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m, _ := keeping(t, Safety{Every: 24 * time.Hour})
		asked := func() int { return strings.Count(strings.Join(c.news(), "|"), "Exercice du mois") }
		c.goes(m, 6*time.Minute)
		morning := func() int { // runs from five minutes before ten in Algiers to five after
			time.Sleep(time.Until(atHour(time.Now(), morningHour)) - 5*time.Minute)
			c.goes(m, 10*time.Minute)
			return asked()
		}
		time.Sleep(28 * 24 * time.Hour)
		if morning() != 0 {
			t.Error("asked in the first month")
		}
		time.Sleep(24 * time.Hour)
		if morning() != 1 {
			t.Error("not asked once after a month")
		}
		if morning() != 0 {
			t.Error("asked the next day, too")
		}
		c.take(tapped(owner, "m:drill:0"))
		if got := strings.Join(c.news(), "|"); !strings.Contains(got, "Exercice de restauration noté") || !c.copies().Drill.Equal(time.Now()) {
			t.Errorf("the tap leads to %q", got)
		}
		c.close()
	})
}

// news gives what the owner was shown since the last look, without what a start
// offers once more.
func (c *counter) news() (texts []string) {
	for _, o := range c.sent.to(owner) {
		if o.Seq > c.read {
			texts, c.read = append(texts, o.Message.Text), o.Seq
		}
	}
	c.sent.out = nil
	return texts
}

// TestStatesAreToldDaily: a trouble that lasts is told when it begins, once a
// day, and when it ends.
func TestStatesAreToldDaily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCounter(t)
		look := func(bad bool, times int) {
			for range times {
				c.does(func(e *Engine, tx Tx, a *after) error { return e.stands(tx, a, flows.TroubleStale, bad, !bad, "") })
				c.does(func(e *Engine, tx Tx, a *after) error { _, err := tellTroubles(e, tx, a); return err })
				for i, o := range c.sent.out {
					c.happens(delivered{Sent{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, MessageID: 100 + i}})
				}
				time.Sleep(30 * time.Minute)
			}
		}
		if look(false, 3); len(c.told()) != 0 {
			t.Error("told without any trouble")
		}
		if look(true, 40); len(c.told()) != 1 {
			t.Error("not told once in twenty hours")
		}
		look(true, 40)
		if got := c.told(); len(got) != 1 {
			t.Errorf("once more after a day told %q", got)
		}
		look(false, 3)
		if got := c.told(); len(got) != 1 || !strings.Contains(got[0], "Durait depuis le") || strings.Contains(got[0], "fois") {
			t.Errorf("at the end told %q", got)
		}
		c.close()
	})
}
