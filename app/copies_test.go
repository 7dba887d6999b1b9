package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/parcel"
	"hanout/sandbox/telegram"
	"hanout/store/bolt"
	"hanout/till"
	"hanout/topup"
)

// sendsCopies has the bot make a copy a night and send it in parts of at most
// so many bytes. It gives the private key's file.
func (r *rig) sendsCopies(most int64) (keyFile string) {
	r.t.Helper()
	identity, recipient, err := parcel.NewIdentity()
	if err != nil {
		r.t.Fatal(err)
	}
	packer, err := parcel.New(recipient, most)
	if err != nil {
		r.t.Fatal(err)
	}
	r.cfg.safety = till.Safety{Every: 24 * time.Hour, Keep: topup.Keep{Newest: 7}, Packer: packer}
	keyFile = filepath.Join(r.t.TempDir(), "key.txt")
	if err := os.WriteFile(keyFile, []byte(identity), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return keyFile
}

// download saves the files of a chat as a person does, and gives the last.
func (r *rig) download(chat int64, folder string) (last string, files int) {
	r.t.Helper()
	for _, m := range r.telegram.Chats.Messages(chat) {
		if m.Document == nil {
			continue
		}
		b, _, ok := r.telegram.Chats.File(m.Document.FileID)
		if !ok {
			r.t.Fatalf("Telegram has no %s", m.Document.FileName)
		}
		for _, secret := range append(r.canaries(), r.codes()...) {
			if bytes.Contains(b, []byte(secret)) {
				r.t.Errorf("what was sent tells %.4s…", secret)
			}
		}
		if bytes.Contains(b, []byte("hanout")) || bytes.Contains(b, []byte("Nour")) {
			r.t.Error("what was sent is readable")
		}
		last = filepath.Join(folder, m.Document.FileName)
		if err := os.WriteFile(last, b, 0o600); err != nil {
			r.t.Fatal(err)
		}
		files++
	}
	return last, files
}

// TestDrill is the whole way of a safety copy: the till sells, the copy comes
// to the owners' chats by itself, is taken from there, opened with the private
// key, found sound, restored on another machine, and goes on as a restored
// till.
func TestDrill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		const second = 602
		r.telegram.People.Add(telegram.Person{ID: second, FirstName: "Samia", LanguageCode: "ar"})
		r.telegram.People.Type(second, "/start")
		r.cfg.admins = []int64{ownerID, second}
		keyFile := r.sendsCopies(4_000)
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 5000)
		r.sells("0790123456")
		r.say(shopID, "/internet")
		r.tap(shopID, "ADSL")
		r.say(shopID, "036362608")
		r.tap(shopID, "1\u00a0000")
		r.tap(shopID, "✅")
		r.settle(30 * time.Second)
		before := r.wallet()
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultFlood, Method: "sendDocument", Times: 1, RetryAfter: 7 * time.Second})
		r.settle(6 * time.Minute)

		folder := t.TempDir()
		last, files := r.download(ownerID, folder)
		if _, too := r.download(second, t.TempDir()); files < 2 || too != files {
			t.Fatalf("%d files came to one owner and %d to the other", files, too)
		}
		uploads := 0
		for _, c := range r.telegram.Journal.Calls("sendDocument") {
			uploads += len(c.Uploads)
		}
		if uploads > files+1 { // one met the flood
			t.Errorf("%d files were carried for %d parts", uploads, files)
		}
		if err := r.halt(); err != nil {
			t.Error(err)
		}
		r.check()

		// On another machine.
		opened, machine := filepath.Join(folder, "opened.db"), t.TempDir()
		e := environment{"HANOUT_DB": filepath.Join(machine, "till.db")}
		out, err := command(t, e, "open-copy", last, "-identity", keyFile, opened)
		if err != nil || !strings.Contains(out, "sound") {
			t.Fatalf("open-copy: %q, %v", out, err)
		}
		if out, err := command(t, e, "check", opened); err != nil || !strings.Contains(out, "sound") {
			t.Errorf("check: %q, %v", out, err)
		}
		if _, err := command(t, e, "restore", opened); err != nil {
			t.Fatal(err)
		}
		r.cfg.db = e["HANOUT_DB"]
		r.start()
		r.settle(10 * time.Second)
		r.sees(ownerID, "Caisse restaurée d'une copie")
		if w := r.wallet(); w != before {
			t.Errorf("the restored wallet is %v, was %v", w, before)
		}
		r.say(ownerID, "/restored")
		r.tap(ownerID, "Reprendre la vente")
		r.tap(ownerID, "✅ Oui")
		r.settle(time.Minute)
		r.sells("0791234567")
		if w := r.wallet(); w.Available >= before.Available {
			t.Errorf("the restored till does not sell: %v", w)
		}
		r.ends()
	})
}

// What an owner is told when a copy does not open.
func TestCopiesThatDoNotOpen(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	e := environment{"HANOUT_DB": at("till.db")}
	if _, err := command(t, e, "init"); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"key", "other"} {
		if _, err := command(t, e, "copykey", at(key)); err != nil {
			t.Fatal(err)
		}
	}
	identity, err := os.ReadFile(at("key"))
	if err != nil {
		t.Fatal(err)
	}
	_, recipient, _ := strings.Cut(strings.Split(string(identity), "\n")[0], ": ")
	packer, err := parcel.New(recipient, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	names, err := packer.Pack(t.Context(), at("till.db"), at("parcel"))
	if err != nil {
		t.Fatal(err)
	}
	sealed := filepath.Join(at("parcel"), names[0])
	_, err = command(t, e, "open-copy", sealed, "-identity", at("other"), at("out.db"))
	says(t, err, "sealed for another key", "HANOUT_BACKUP_RECIPIENT")
	_, err = command(t, e, "open-copy", sealed, "-identity", sealed, at("out.db"))
	says(t, err, "no identity of age")
	_, err = command(t, e, "open-copy", sealed, "-identity", at("key"), at("till.db"))
	says(t, err, "not overwritten")
	_, err = command(t, e, "open-copy", at("none.age"), "-identity", at("key"), at("out.db"))
	says(t, err, "none.age")
	if err := os.Truncate(sealed, 600); err != nil {
		t.Fatal(err)
	}
	_, err = command(t, e, "open-copy", "-identity", at("key"), sealed, at("out.db"))
	says(t, err, "not whole", "all its parts")
	if _, err := os.Stat(at("out.db")); err == nil {
		t.Error("half a copy is left")
	}
}

func TestDiskIsRead(t *testing.T) {
	r := newRig(t, "fr")
	db, err := bolt.Open(r.cfg.db, bolt.Options{Vault: vaultOf(t, r.cfg.codesKey)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if d, err := diskOf(r.cfg.where(), db)(); err != nil || d.Free <= 0 || d.File <= 0 {
		t.Errorf("the disk reads as %+v, %v", d, err)
	}
	if _, err := diskOf(where{db: filepath.Join(t.TempDir(), "gone", "x.db")}, db)(); err == nil {
		t.Error("a folder that is gone has room")
	}
}

// A slow line carries a file for minutes without a second try, messages go
// meanwhile, and a stop does not wait for it: the next start sends it.
func TestSlowUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fr")
		r.sendsCopies(partMost)
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultSlow, Method: "sendDocument", Times: 1, Delay: 8 * time.Minute})
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 5000)
		r.settle(6 * time.Minute)
		uploads := func() int { return len(r.telegram.Journal.Calls("sendDocument")) }
		if _, files := r.download(ownerID, t.TempDir()); uploads() != 1 || files != 0 {
			t.Fatalf("%d uploads and %d files while the line is slow", uploads(), files)
		}
		r.sells("0790123456")
		r.sees(shopID, "Opération réussie")
		r.settle(8 * time.Minute)
		if _, files := r.download(ownerID, t.TempDir()); uploads() != 1 || files != 1 {
			t.Errorf("%d uploads and %d files after eight minutes", uploads(), files)
		}

		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultOutage, Method: "sendDocument"})
		r.say(ownerID, "/backup")
		r.tap(ownerID, "🔐")
		r.settle(time.Minute)
		r.telegram.Faults.Clear()
		r.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultSlow, Method: "sendDocument", Times: 1, Delay: time.Hour})
		r.settle(10 * time.Minute)
		began := time.Now()
		r.cut = true
		if err := r.halt(); err != nil || time.Since(began) > 5*time.Second {
			t.Errorf("a stop took %v: %v", time.Since(began), err)
		}
		r.start()
		r.settle(6 * time.Minute)
		if _, files := r.download(ownerID, t.TempDir()); files < 2 {
			t.Errorf("%d files after the restart", files)
		}
		r.sees(ownerID, "Copie envoyée")
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(r.cfg.db), "hanout-parcel*")); err != nil || len(left) > 0 {
			t.Errorf("left on disk: %v, %v", left, err)
		}
		r.ends()
	})
}
