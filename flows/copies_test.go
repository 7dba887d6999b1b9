package flows

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"hanout/topup"
)

// done gives the effects of a kind.
func done[E Effect](k *talk) (list []E) {
	for _, e := range k.out {
		if e, ok := e.(E); ok {
			list = append(list, e)
		}
	}
	return list
}

// TestSendCopyTakesOurNamesOnly: a forged button names no other file.
func TestSendCopyTakesOurNamesOnly(t *testing.T) {
	k := newTalk(t)
	owner(k)
	k.v.copies.Sends = true
	press := func(data string) {
		in := k.input()
		in.Data = data
		k.handle(in)
	}
	for _, name := range []string{"hanout.db", "..", "hanout.db.lock", "x", "../hanout-20261127-020000.db", ".hanout-20261127-020000.db"} {
		press("m:sendcopy:" + name)
		if n := len(done[SendCopy](k)); n != 0 {
			t.Errorf("%q is sent", name)
		}
	}
	press("m:sendcopy")
	if n := len(done[SendCopy](k)); n != 0 {
		t.Error("a button without a name sends something")
	}
	press("m:sendcopy:hanout-20261127-020000.db")
	if got := done[SendCopy](k); len(got) != 1 || got[0].Chat != 501 {
		t.Errorf("the owner's tap does %v", k.out)
	}
	k.v.copies.Sends = false
	press("m:sendcopy:hanout-20261127-020000.db")
	if len(done[SendCopy](k)) != 0 || len(done[Toast](k)) != 1 || !done[Toast](k)[0].Alert {
		t.Errorf("without a key: %v", k.out)
	}
}

// TestDrillIsNotedOnce: by the button of this month; a second tap and one of a
// former month note nothing, and every owner's reminder says so.
func TestDrillIsNotedOnce(t *testing.T) {
	k := newTalk(t)
	owner(k)
	tap := func(since time.Time) {
		in := k.input()
		in.Data = "m:drill:" + strconv.FormatInt(max(since.Unix(), 0), 10)
		k.handle(in)
	}
	k.v.copies.Asked = noon.Add(-time.Hour)
	tap(time.Time{})
	shows := done[Show](k)
	if got := done[Practised](k); len(got) != 1 || !got[0].At.Equal(noon) || len(shows) != 1 || shows[0].Panel != DrillPanel(k.v.copies.Asked, 501) || len(shows[0].Screen.Rows) != 0 {
		t.Fatalf("the first tap does %v", k.out)
	}
	k.v.copies.Drill = noon
	for _, since := range []time.Time{{}, noon.Add(-40 * 24 * time.Hour)} {
		if tap(since); len(done[Practised](k)) != 0 || len(done[Toast](k)) != 1 {
			t.Errorf("an old button does %v", k.out)
		}
	}
	k.now = noon.Add(31 * 24 * time.Hour)
	if tap(noon); len(done[Practised](k)) != 1 || len(done[Show](k)) != 0 {
		t.Errorf("of their own accord: %v", k.out)
	}
}

// TestBackupScreenSays what there was before, and offers what can be done.
func TestBackupScreenSays(t *testing.T) {
	ids := func(sc Screen) (list []string) {
		for _, l := range sc.Lines {
			list = append(list, l.ID)
		}
		for _, row := range sc.Rows {
			for _, b := range row {
				list = append(list, b.Label.ID)
			}
		}
		return list
	}
	made, before := topup.SafetyCopy{Name: "hanout-20261127-020000.db", Seq: 7}, topup.SafetyCopy{Name: "x", At: noon}
	for _, c := range []struct {
		made   topup.SafetyCopy
		before topup.Copies
		want   []string
	}{
		{made, topup.Copies{}, []string{"backup.done", "backup.first", "drill.never", "backup.stays", "button.drill", "button.menu"}},
		{made, topup.Copies{Last: before, Drill: noon, Sends: true}, []string{"backup.done", "backup.last", "drill.last", "button.sendcopy", "button.drill", "button.menu"}},
		{topup.SafetyCopy{}, topup.Copies{Last: before, Sends: true}, []string{"backup.failed", "backup.last", "drill.never", "button.drill", "button.menu"}},
	} {
		if got := ids(BackupScreen(c.made, c.before)); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.before, got, c.want)
		}
	}
}
