package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	picture "image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hanout/locales"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
	"hanout/till"
	"hanout/topup"
)

var update = flag.Bool("update", false, "write the transcripts of testdata/conversations anew")

// TestConversations plays every script of testdata/conversations in both
// languages and compares what each person saw with the transcript kept beside
// it. A script has a line an action:
//
//	shop: 0778037340 500              types a text
//	shop taps ✅                       presses the newest button with that label
//	shop taps the former ✅            presses one that its message no longer has
//	owner taps helper                 the button of a role, or of the favourites
//	shop taps ⬅️                       back, which in Arabic is ➡️
//	shop taps 500, 300ms later ✅      both, with so little between them
//	shop shares its phone
//	shop shares the contact +213 778 03 73 40
//	shop sends a photo slip.jpg
//	shop sends a sticker              or: a voice note
//	shop forwards: 0778037340 500
//	shop edits: 0778037340 500        the last that it has typed
//	shop in the group: /mobile
//	shop answers in the group: 500    to the bot's newest message there
//	somebody anonymous in the group: /mobile
//	shop taps ✅ in the group
//	shop opens the group's link       the newest that the bot has shown there
//	the group becomes a supergroup
//	the bot is thrown out of the group
//	the bot is let into the group again
//	customer scans the code           opens the newest link that the shop was shown
//	customer scans the former code    opens the one before
//	customer scans the code and blocks the bot
//	shop blocks the bot
//	the other shops block the bot     those of "more shops"
//	customer lets the bot write again
//	wait 20s
//	provider: answer-lost POST /mobile/send             a fault, once
//	provider: too-many POST /mobile/send for 10s        with Retry-After
//	provider: refused POST /mobile/send 403 API_DISABLED
//	provider: PREPAID_DJEZZY off                        a plan is switched off
//	provider: balance 100
//	provider: slow GET /internet/check-number 20s       an answer takes its time, once
//	provider: product PRODUCT off                       a gift card is withdrawn, or "on"
//	provider: stock PRODUCT TYPE 1 5200.50              of a gift card; the price may be left out, and "gone" is off the list
//	provider: codes of 450 signs                        those of the next ten gift cards
//	provider: another order PRODUCT TYPE 1              by somebody else with our key
//	provider: well again                                no more faults
//	provider: gone                                      no connection, until "here"
//	the line is cut for 5m                              Telegram can't be reached, what is done waits
//	the line is back                                    all that waited arrives
//	the clock is 5m ahead                               of Telegram's; "the clock is right" again
//	the database takes 5s                               to commit what comes next, or "then takes": what comes after that
//	the disk has 120 MB left                            it has plenty before
//	the server has fsync=off                            that of the database; "the server is well" again
//	the server waits for 0 standbys                     of those that are to confirm; "the server is alone"
//	restart                                             the process stops and starts
//	the file is copied                                  by hand, while the bot runs
//	the copy is put back                                in place of the file, between a stop and a start
//
// What a script takes for granted comes first:
//
//	given: an open shop with 5000     the people, their language, the wallet
//	given: the production key
//	given: copies are sent            one a night, sealed, to the owner
//	given: a cashier                  the customer, who works for the shop
//	given: 20 more cashiers           who play no part
//	given: 100 sales                  of 100 each, to different numbers
//	given: 30 favourites              of the shop's customers
//	given: a group                    which the shop has made
//	given: a group of the customer
//	given: a group of both            who are its administrators
//	given: 10s after each line        where two things at once may end in either order
//
// A line that begins with # is kept as the transcript's prose. To see
// what a change does to every screen:
// go test -run 'TestConversations|TestEverySentence' -update ./app and git diff.
// Each distinct screen also goes into the gallery of the demo, see film; and every
// button that the scripts show is tapped by one of them, see ways.
func TestConversations(t *testing.T) {
	scripts, err := filepath.Glob("testdata/conversations/*.script")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	all := newWays()
	t.Cleanup(func() { all.check(t, playsOf(len(scripts))) })
	for i, script := range scripts {
		name := strings.TrimSuffix(filepath.Base(script), ".script")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(script)
			if err != nil {
				t.Fatal(err)
			}
			f := newFilm()
			f.ways = all
			t.Cleanup(func() { f.kept(t, name, string(b)) })
			for _, lang := range languagesOf(i) {
				t.Run(lang, func(t *testing.T) {
					t.Parallel()
					converse(t, f, name, lang, string(b))
					all.ends()
				})
			}
		})
	}
}

// converse plays a script in a language and compares it with its transcript.
func converse(t *testing.T, f *film, name, lang, script string) {
	if strings.Contains(script, "the file is copied") {
		needsFile(t)
	}
	got, rows := play(t, f, lang, script, newPlace(t))
	f.ends(lang)
	if server != nil {
		_, onFile := play(t, newFilm(), lang, script, fileIn(t))
		sameRows(t, onFile, rows)
	}
	kept := filepath.Join("testdata", "conversations", name+"."+lang+".txt")
	if *update {
		if err := os.WriteFile(kept, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(kept)
	if err != nil {
		t.Fatal(err)
	}
	if diff := firstDifference(sameOnServer(string(want)), sameOnServer(got)); diff != "" {
		t.Errorf("the conversation went another way (go test -run TestConversations -update ./app shows how):\n%s", diff)
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b || (i < len(w)) != (i < len(g)) {
			return fmt.Sprintf("line %d\n  want %s\n  got  %s", i+1, a, b)
		}
	}
	return ""
}

// stage is a script being played.
type stage struct {
	*rig
	lang string
	film *film
	out  strings.Builder
	seen map[int64]map[int]string // what each message showed last
	past map[int64][]pressable    // every button that was ever shown
	said int                      // answers to taps told so far
	copy []byte                   // of the bot's file
	beat time.Duration            // passes after each line

	ahead atomic.Int64 // how far the machine's clock is before Telegram's
	free  atomic.Int64 // bytes of its disk
	takes atomic.Int64 // how long a commit to come lasts
	spare atomic.Int64 // how many are as ever before it

	server atomic.Pointer[topup.Safeguards] // how that of the database keeps what is committed

	group  int64 // its number now
	others int64 // shops that play no part

	leads map[string]string // the ways of the buttons that were shown, by their data
}

// pressable is a button on a message, as it was once shown.
type pressable struct {
	message     int
	label, data string
}

// groupID is the group of the scripts that have one.
const groupID = -4001

// megabyte is what the disk's room is said in; there is plenty of it at first.
const (
	megabyte = 1_000_000
	roomy    = 100_000 * megabyte
)

// othersID is the first keeper of the shops that play no part.
const othersID = 9001

// superID is the supergroup that it may become.
const superID = -1000000004001

var cast = []struct {
	id   int64
	name string
}{{shopID, "shop"}, {ownerID, "owner"}, {customerID, "customer"}, {strangerID, "stranger"}, {groupID, "the group"}, {superID, "the supergroup"}}

// play plays a script with the till at a place, and gives what was seen, and
// all that is kept then.
func play(t *testing.T, f *film, lang, script, place string) (transcript string, rows []string) {
	var s *stage
	synctest.Test(t, func(t *testing.T) {
		s = &stage{rig: newRigAt(t, lang, place), lang: lang, film: f, seen: map[int64]map[int]string{}, past: map[int64][]pressable{}, leads: map[string]string{}, beat: time.Second, group: groupID}
		if strings.Contains(script, "given: the production key") {
			s.cfg.apiKey = provider.ProductionKey
		}
		if strings.Contains(script, "given: copies are sent") {
			s.sendsCopies(partMost)
		}
		if strings.Contains(script, "the clock is ") {
			s.tellsTime()
		}
		if strings.Contains(script, "the database ") {
			s.via.onCommit = func() {
				if s.spare.Add(-1) < 0 {
					time.Sleep(time.Duration(s.takes.Swap(0)))
				}
			}
		}
		if strings.Contains(script, "the disk has ") {
			s.free.Store(roomy)
			s.via.disk = func() (till.Disk, error) { return till.Disk{Free: s.free.Load()}, nil }
		}
		if strings.Contains(script, "the server ") {
			s.server.Store(&topup.Safeguards{Standby: true, Confirms: 1})
			s.via.safeguards = func() (topup.Safeguards, error) { return *s.server.Load(), nil }
		}
		s.gone.Store(strings.Contains(script, "given: the provider is away"))
		s.start()
		s.settle(2 * time.Second)
		for n, line := range strings.Split(strings.TrimSpace(script), "\n") {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			if strings.HasPrefix(line, "#") {
				fmt.Fprintf(&s.out, "%s\n\n", line)
				continue
			}
			fmt.Fprintf(&s.out, "» %s\n", line)
			if err := s.act(lang, line); err != nil {
				t.Fatalf("line %d, %q: %v\n%s", n+1, line, err, s.out.String())
			}
			s.tell(n, line)
			s.out.WriteString("\n")
		}
		if err := s.halt(); err != nil {
			t.Errorf("the bot ended with %v", err)
		}
		s.check()
		if server != nil {
			rows = s.lines()
		}
		if t.Failed() {
			t.Logf("the bot's log:\n%s", s.log.String())
		}
	})
	return s.out.String(), rows
}

// act carries out one line of a script.
func (s *stage) act(lang, line string) error {
	if times, rest, ok := strings.Cut(line, " times "); ok {
		if n, err := strconv.Atoi(times); err == nil {
			for range n {
				if err := s.act(lang, rest); err != nil {
					return err
				}
			}
			return nil
		}
	}
	who, what, spoken := strings.Cut(line, ": ")
	member, inGroup := strings.CutSuffix(who, " in the group")
	member, replies := strings.CutSuffix(member, " answers")
	switch {
	case spoken && who == "provider":
		defer s.settle(0)
		return s.disturb(what)
	case spoken && who == "telegram":
		defer s.settle(0)
		return s.disturbTelegram(what)
	case spoken && who == "given":
		return s.given(lang, what)
	case spoken && strings.HasSuffix(who, " forwards"):
		s.telegram.Things.Forward(s.member(strings.TrimSuffix(who, " forwards")), "Samir", what)
		s.settle(s.beat)
		return nil
	case spoken && strings.HasSuffix(who, " edits"):
		defer s.settle(s.beat)
		return s.edits(s.member(strings.TrimSuffix(who, " edits")), what)
	case spoken && inGroup:
		s.saidInGroup(member, replies, strings.ReplaceAll(what, `\n`, "\n"))
		s.settle(s.beat)
		return nil
	case spoken:
		s.telegram.People.Type(s.member(who), strings.ReplaceAll(what, `\n`, "\n"))
		s.settle(s.beat)
		return nil
	}
	f := strings.Fields(line)
	switch {
	case strings.HasSuffix(line, " in the group") && f[1] == "taps":
		if err := s.pressInGroup(lang, s.member(f[0]), strings.TrimSuffix(strings.Join(f[2:], " "), " in the group")); err != nil {
			return err
		}
	case strings.Contains(line, "the group") && len(f) > 3 && !strings.Contains(line, ":"):
		if err := s.toGroup(line, s.telegram.Groups); err != nil {
			return err
		}
	case len(f) >= 3 && f[1] == "taps":
		first, second, both := strings.Cut(strings.Join(f[2:], " "), ", ")
		if err := s.press(lang, s.member(f[0]), first); err != nil {
			return err
		}
		if both {
			pause, label, _ := strings.Cut(second, " later ")
			d, err := time.ParseDuration(pause)
			if err != nil {
				return err
			}
			s.settle(d)
			if err := s.press(lang, s.member(f[0]), label); err != nil {
				return err
			}
		}
	case strings.HasSuffix(line, "lets the bot write again"):
		s.telegram.People.Block(s.member(f[0]), false)
	case len(f) >= 4 && f[1] == "scans":
		links := s.links()
		if strings.Contains(line, "former") && len(links) > 0 {
			links = links[:len(links)-1]
		}
		if len(links) == 0 {
			return errors.New("there is no link to scan")
		}
		s.telegram.People.Start(s.member(f[0]), links[len(links)-1])
		if strings.HasSuffix(line, "and blocks the bot") {
			s.telegram.People.Block(s.member(f[0]), true)
		}
	case line == "the other shops block the bot":
		for i := range s.others {
			s.telegram.People.Block(othersID+i, true)
		}
	case strings.HasSuffix(line, " blocks the bot"):
		s.telegram.People.Block(s.member(f[0]), true)
	case len(f) == 4 && f[1] == "writes" && f[3] == "letters":
		n, err := strconv.Atoi(f[2])
		if err != nil {
			return err
		}
		s.telegram.People.Type(s.member(f[0]), strings.Repeat("a ", n/2))
	case len(f) == 3 && f[1] == "forges": // a button that nobody was shown
		s.telegram.People.PressForged(s.member(f[0]), s.member(f[0]), 1, f[2])
	case strings.HasSuffix(line, "shares its phone"):
		s.telegram.People.ShareContact(s.member(f[0]))
	case len(f) > 4 && strings.Join(f[1:4], " ") == "shares the contact":
		s.telegram.People.ShareForeignContact(s.member(f[0]), strings.Join(f[4:], " "), 0)
	case strings.HasSuffix(line, " sends a sticker"):
		s.telegram.Things.Sticker(s.member(f[0]), "👍")
	case strings.HasSuffix(line, " sends a voice note"):
		s.telegram.Things.Voice(s.member(f[0]), 4)
	case len(f) == 5 && strings.Join(f[1:4], " ") == "sends a photo":
		var photo bytes.Buffer
		if err := png.Encode(&photo, picture.NewGray(picture.Rect(0, 0, 40, 30))); err != nil {
			return err
		}
		if s.telegram.People.SendPhoto(s.member(f[0]), f[4], photo.Bytes(), "") == 0 {
			return errors.New("the photo was not sent")
		}
	case f[0] == "wait" && len(f) == 2:
		d, err := time.ParseDuration(f[1])
		if err != nil {
			return err
		}
		s.settle(d)
		return nil
	case strings.HasPrefix(line, "the line is cut for ") && len(f) == 6:
		d, err := time.ParseDuration(f[5])
		if err != nil {
			return err
		}
		s.telegram.Faults.Set(telegram.Fault{Kind: telegram.FaultOutage})
		s.settle(d)
		return nil
	case line == "the line is back":
		s.telegram.Faults.Clear()
		s.settle(time.Minute)
	case strings.HasPrefix(line, "the disk has ") && len(f) == 6:
		n, err := strconv.ParseInt(f[3], 10, 64)
		if err != nil {
			return err
		}
		s.free.Store(n * megabyte)
	case strings.HasPrefix(line, "the server "):
		if err := s.setsServer(strings.TrimPrefix(line, "the server ")); err != nil {
			return err
		}
	case strings.HasPrefix(line, "the database takes "), strings.HasPrefix(line, "the database then takes "):
		d, err := time.ParseDuration(f[len(f)-1])
		if err != nil {
			return err
		}
		s.spare.Store(int64(len(f) - 4))
		s.takes.Store(int64(d))
		return nil
	case strings.HasPrefix(line, "the clock is "):
		if err := s.setsClock(strings.TrimPrefix(line, "the clock is ")); err != nil {
			return err
		}
	case line == "the file is copied":
		s.copy = s.copied()
	case line == "the copy is put back":
		s.putBack(s.copy)
	case line == "restart":
		if err := s.halt(); err != nil {
			return err
		}
		s.start()
	default:
		return fmt.Errorf("no such action")
	}
	s.settle(s.beat)
	return nil
}

// tellsTime has Telegram's answers say the time, against which a till
// reads its machine's clock.
func (s *stage) tellsTime() {
	way := s.via.telegram
	s.via.telegram = roundTrip(func(q *http.Request) (*http.Response, error) {
		resp, err := way.RoundTrip(q)
		if err == nil {
			resp.Header.Set("Date", time.Now().Add(-time.Duration(s.ahead.Load())).UTC().Format(http.TimeFormat))
		}
		return resp, err
	})
}

// setsClock says how the machine's clock is: "right", or as long "ahead".
func (s *stage) setsClock(how string) error {
	if how == "right" {
		s.ahead.Store(0)
		return nil
	}
	by, ok := strings.CutSuffix(how, " ahead")
	if !ok {
		return errors.New("no such clock")
	}
	d, err := time.ParseDuration(by)
	s.ahead.Store(int64(d))
	return err
}

// setsServer says how the database's server keeps what is committed: "is well",
// with a standby, "is alone", "has" a setting as it must not be, or "waits for" so
// many standbys.
func (s *stage) setsServer(how string) error {
	g := topup.Safeguards{Standby: true, Confirms: 1}
	if off, is := strings.CutPrefix(how, "has "); is {
		g.Off = strings.Split(off, " ")
	} else if _, err := fmt.Sscanf(how, "waits for %d standbys", &g.Confirms); err != nil {
		switch how {
		case "is well":
		case "is alone":
			g = topup.Safeguards{}
		default:
			return errors.New("no such server")
		}
	}
	s.server.Store(&g)
	return nil
}

// edits writes the last that somebody has typed anew.
func (s *stage) edits(who int64, text string) error {
	for _, m := range slices.Backward(s.telegram.Chats.Messages(who)) {
		if m.From.ID == who && m.Text != "" {
			if !s.telegram.Things.Edit(who, m.MessageID, text) {
				return errors.New("the message can't be edited")
			}
			return nil
		}
	}
	return errors.New("nothing was typed")
}

// saidInGroup has somebody write into the group.
func (s *stage) saidInGroup(member string, replies bool, text string) {
	switch {
	case member == "somebody anonymous":
		s.telegram.Groups.TypeAs(s.group, telegram.Anonymous, text)
	case replies:
		newest := 0
		for _, m := range s.telegram.Chats.Messages(s.group) {
			if m.From != nil && m.From.IsBot {
				newest = m.MessageID
			}
		}
		s.telegram.Groups.Reply(s.group, s.member(member), newest, text)
	default:
		s.telegram.Groups.Type(s.group, s.member(member), text)
	}
}

// pressInGroup taps the newest button of the group with a label.
func (s *stage) pressInGroup(lang string, person int64, label string) error {
	if lang == "ar" {
		label = mirrored.Replace(label)
	}
	for _, m := range slices.Backward(s.telegram.Chats.Messages(s.group)) {
		for _, b := range buttons(m) {
			if b.CallbackData != "" && strings.Contains(plainText(b.Text), label) {
				s.film.ways.taps(s.leads[b.CallbackData])
				_, err := s.telegram.Groups.Press(s.group, person, m.MessageID, b.CallbackData)
				return err
			}
		}
	}
	return fmt.Errorf("the group has no button %q", label)
}

// toGroup does something to the group.
func (s *stage) toGroup(line string, groups telegram.Groups) error {
	switch {
	case line == "the group becomes a supergroup":
		groups.Migrate(s.group, superID)
		s.group = superID
	case line == "the bot is thrown out of the group":
		groups.RemoveBot(s.group, shopID)
	case line == "the bot is let into the group again":
		groups.AddBot(s.group, shopID)
	case strings.HasSuffix(line, " opens the group's link"):
		for _, m := range slices.Backward(s.telegram.Chats.Messages(s.group)) {
			for _, b := range buttons(m) {
				if _, payload, ok := strings.Cut(b.URL, "?start="); ok {
					s.telegram.People.Start(s.member(strings.Fields(line)[0]), payload)
					return nil
				}
			}
		}
		return errors.New("the group has no link")
	default:
		return fmt.Errorf("no such action")
	}
	return nil
}

// given makes what a script takes for granted.
func (s *stage) given(lang, what string) error {
	var money int
	switch {
	case what == "the production key", what == "copies are sent", what == "the provider is away": // it was chosen before the start
	case what == "a cashier":
		s.hire(lang)
	case what == "a group":
		s.telegram.Groups.Add(telegram.Group{ID: groupID, Title: "Taxiphones", Members: []int64{shopID, customerID, strangerID}})
	case what == "a group of both":
		s.telegram.Groups.Add(telegram.Group{ID: groupID, Title: "Place du marché", Members: []int64{shopID, customerID, strangerID}, Admins: []int64{customerID}})
	case what == "a group of the customer":
		s.telegram.Groups.Add(telegram.Group{ID: groupID, Title: "Kiosques", Members: []int64{customerID, shopID, ownerID}})
	case strings.HasSuffix(what, " after each line"):
		var err error
		if s.beat, err = time.ParseDuration(strings.TrimSuffix(what, " after each line")); err != nil {
			return err
		}
	case strings.HasSuffix(what, " sales"):
		n, err := strconv.Atoi(strings.TrimSuffix(what, " sales"))
		if err != nil {
			return err
		}
		s.busy(n)
	case what == "30 favourites":
		s.regulars()
	case strings.HasSuffix(what, " more cashiers"):
		n, err := strconv.Atoi(strings.TrimSuffix(what, " more cashiers"))
		if err != nil {
			return err
		}
		s.staff(lang, n)
	case strings.HasSuffix(what, " more shops"):
		n, err := strconv.Atoi(strings.TrimSuffix(what, " more shops"))
		if err != nil {
			return err
		}
		s.crowd(n)
	default:
		if _, err := fmt.Sscanf(what, "an open shop with %d", &money); err != nil {
			return fmt.Errorf("no such thing to be given")
		}
		s.openShop(lang, money)
	}
	s.settle(s.beat)
	return nil
}

// busy sells as often, five at a time: more at once would have to wait for the
// provider's limits, and which of them waits is nobody's choice.
func (s *stage) busy(n int) {
	for first := 0; first < n; first += 5 {
		var list []string
		for i := first; i < min(n, first+5); i++ {
			list = append(list, fmt.Sprintf("05502%05d 100", i))
		}
		s.say(shopID, strings.Join(list, "\n"))
		s.tap(shopID, "✅")
		s.settle(30 * time.Second)
	}
}

// regulars sells to numbers that get a name.
func (s *stage) regulars() {
	for i, name := range strings.Fields("Adel Amine Anis Badis Brahim Djamel Farid Fares Hakim Hamid Hichem Idir Ilyes Islam Kamel" +
		" Khaled Lamine Lotfi Malik Mehdi Mourad Nabil Omar Rachid Reda Salim Sofiane Tarek Walid Zaki") {
		s.say(shopID, fmt.Sprintf("05501000%02d 100", i))
		s.tap(shopID, "✅")
		s.settle(25 * time.Second)
		s.tap(shopID, "⭐")
		s.say(shopID, name)
	}
}

// staff has people work for the shop who play no part.
func (s *stage) staff(lang string, n int) {
	for i := range int64(n) {
		person := 8001 + i
		s.telegram.People.Add(telegram.Person{ID: person, FirstName: "Ali", LanguageCode: lang})
		s.hires(lang, person, fmt.Sprintf("Ali %d", 1+i))
	}
}

// crowd opens shops whose keepers play no part; they read both languages by
// turns.
func (s *stage) crowd(n int) {
	s.others = int64(n)
	for i := range s.others {
		person := othersID + i
		s.telegram.People.Add(telegram.Person{ID: person, FirstName: "Ali", Phone: fmt.Sprintf("+2136610%05d", i)})
		s.telegram.People.Start(person, "")
		s.settle(time.Second)
		s.tap(person, []string{"العربية", "Français"}[i%2])
		s.say(person, fmt.Sprintf("Kiosque %d", 11+i))
		s.telegram.People.ShareContact(person)
		s.settle(time.Second)
		s.tap(ownerID, "✅")
	}
}

// press taps the newest button with a label, or one that is gone.
func (s *stage) press(lang string, person int64, label string) error {
	label, former := strings.CutPrefix(label, "the former ")
	if label == "language" {
		label = map[string]string{"ar": "العربية", "fr": "Français"}[lang]
	}
	if id, ok := strings.CutPrefix(label, "="); ok { // a label by its ID, up to its first datum
		label, _, _ = strings.Cut(sentences(s.t.(*testing.T), lang)[id][0], "{{")
		label = plainText(locales.Typeset(lang, label))
	} else if role, ok := roles[label]; ok {
		label = role[lang]
	} else if lang == "ar" {
		label = mirrored.Replace(label)
	}
	if !former {
		for _, m := range slices.Backward(s.telegram.Chats.Messages(person)) {
			for _, b := range buttons(m) {
				if b.CallbackData != "" && strings.Contains(plainText(b.Text), label) {
					s.film.ways.taps(s.leads[b.CallbackData])
					_, err := s.telegram.People.Press(person, m.MessageID, b.CallbackData)
					return err
				}
			}
		}
		return s.telegram.People.PressButton(person, label)
	}
	for _, b := range slices.Backward(s.past[person]) {
		if m, ok := s.telegram.Chats.Message(person, b.message); strings.Contains(plainText(b.label), label) && (!ok || !has(m, b.data)) {
			s.telegram.People.PressForged(person, person, b.message, b.data)
			return nil
		}
	}
	return fmt.Errorf("no button %q is gone", label)
}

// mirrored turns the arrows of French around: in Arabic one goes back to the
// right.
var mirrored = strings.NewReplacer("⬅️", "➡️", "➡️", "⬅️", "⏮", "⏭", "⏭", "⏮")

// roles are what the buttons of the roles say.
var roles = map[string]map[string]string{
	"viewer": {"ar": "مطّلع", "fr": "Observateur"},
	"helper": {"ar": "مساعد", "fr": "Assistant"},
	"owner":  {"ar": "مالك", "fr": "Propriétaire"},

	"favourites": {"ar": "المفضّلة", "fr": "Favoris"},
}

var linkToken = regexp.MustCompile(`^https://t\.me/\w+\?start=([\w-]+)$`)

// links are the tokens of all links that were ever shown.
func (s *stage) links() (list []string) {
	for _, c := range s.telegram.Journal.Calls("sendPhoto") {
		var markup telegram.Markup
		if json.Unmarshal([]byte(c.Params["reply_markup"]), &markup) != nil {
			continue
		}
		for _, row := range markup.InlineKeyboard {
			for _, b := range row {
				if b.CopyText == nil {
					continue
				}
				if m := linkToken.FindStringSubmatch(b.CopyText.Text); m != nil {
					list = append(list, m[1])
				}
			}
		}
	}
	return list
}

func (s *stage) member(name string) int64 {
	for _, c := range cast {
		if c.name == name {
			return c.id
		}
	}
	s.t.Fatalf("nobody is called %q", name)
	return 0
}

// disturb does something to the provider.
func (s *stage) disturb(what string) error {
	f := strings.Fields(what)
	switch {
	case what == "well again":
		s.provider.ClearFaults()
	case what == "gone" || what == "here":
		s.gone.Store(what == "gone")
	case len(f) == 5 && f[0] == "another" && f[1] == "order":
		return s.another(f[2], f[3], f[4])
	case len(f) == 4 && f[0] == "codes" && f[3] == "signs":
		n, err := strconv.Atoi(f[2])
		if err != nil {
			return err
		}
		s.provider.SetCards(cards(10, n)...)
	case len(f) == 3 && f[0] == "product" && (f[2] == "off" || f[2] == "on"):
		s.provider.SetProduct(f[1], f[2] == "on")
	case f[0] == "stock" && (len(f) == 4 || len(f) == 5):
		return s.stock(f[1:])
	case len(f) == 2 && f[0] == "adjusts": // the statement of the newest order, by so many dinars
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return err
		}
		return s.provider.Adjust(n * 100)
	case len(f) == 2 && f[0] == "balance":
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return err
		}
		s.provider.SetBalance(n * 100)
	case len(f) == 2 && (f[1] == "off" || f[1] == "on"):
		s.provider.SetPlan(f[0], provider.PlanChange{Enabled: ptr(f[1] == "on")})
	case len(f) == 2 && f[1] == "removed":
		s.provider.SetPlan(f[0], provider.PlanChange{Remove: true})
	case len(f) == 4 && f[0] == "internet":
		n, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			return err
		}
		s.provider.SetInternet(f[1], n*100, f[3] == "on")
	case len(f) == 3 && f[0] == "order" && f[1] == "is": // the newest, from now on
		orders := s.provider.Book().Orders
		s.provider.Resolve(orders[len(orders)-1].ID, f[2])
	case len(f) == 3 && f[0] == "orders" && f[1] == "are":
		for _, o := range s.provider.Book().Orders {
			s.provider.Resolve(o.ID, f[2])
		}
	case len(f) == 2 && (f[1] == "down" || f[1] == "up"):
		s.provider.SetOperator(f[0], f[1] == "up")
	case len(f) == 3 && f[1] == "costs":
		s.provider.SetPlan(f[0], provider.PlanChange{Cost: f[2]})
	case len(f) >= 3:
		return s.spoil(f)
	default:
		return fmt.Errorf("no such disturbance")
	}
	return nil
}

// disturbTelegram makes a method of Telegram fail until it is well again: KIND
// METHOD, and how long a call takes.
func (s *stage) disturbTelegram(what string) error {
	f := strings.Fields(what)
	if what == "well again" {
		s.telegram.Faults.Clear()
		return nil
	}
	fault := telegram.Fault{Kind: telegram.FaultKind(f[0]), Method: f[1]}
	if len(f) == 3 {
		var err error
		if fault.Delay, err = time.ParseDuration(f[2]); err != nil {
			return err
		}
	}
	s.telegram.Faults.Set(fault)
	return nil
}

// spoil makes a route of the provider fail: KIND METHOD PATH and then nothing
// (once), TIMES, "for" RETRY-AFTER, or STATUS CODE.
func (s *stage) spoil(f []string) error {
	fault := provider.Fault{Kind: provider.FaultKind(f[0]), Route: f[1] + " " + f[2], Times: 1}
	var err error
	switch rest := f[3:]; {
	case len(rest) == 0:
	case len(rest) == 1 && fault.Kind == provider.FaultLatency:
		fault.Delay, err = time.ParseDuration(rest[0])
	case len(rest) == 1:
		fault.Times, err = strconv.Atoi(rest[0])
	case len(rest) == 2 && rest[0] == "for":
		fault.RetryAfter, err = time.ParseDuration(rest[1])
	case len(rest) == 2:
		fault.Code = rest[1]
		fault.Status, err = strconv.Atoi(rest[0])
	default:
		return fmt.Errorf("no such fault")
	}
	s.provider.SetFault(fault)
	return err
}

// another makes an order of gift cards that the bot knows nothing of.
func (s *stage) another(product, typeID, quantity string) error {
	body := fmt.Sprintf(`{"productId":%q,"typeId":%q,"quantity":%s}`, product, typeID, quantity)
	q := httptest.NewRequest(http.MethodPost, "/v3/gift-cards/placeOrder", strings.NewReader(body))
	q.Header.Set("X-Access-Token", s.cfg.apiKey)
	q.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.provider.ServeHTTP(w, q)
	if w.Code != http.StatusOK {
		return fmt.Errorf("the order was refused: %d %s", w.Code, w.Body)
	}
	s.foreign++
	return nil
}

// stock changes how many of a gift card there are, and what each costs.
func (s *stage) stock(f []string) error {
	left, err := strconv.Atoi(f[2])
	if f[2] == "gone" {
		left, err = -1, nil
	}
	if err != nil {
		return err
	}
	var price topup.Money
	if len(f) == 4 {
		if price, err = topup.ParseDecimal(f[3]); err != nil {
			return err
		}
	}
	s.provider.SetStock(f[0], f[1], left, int64(price))
	return nil
}
