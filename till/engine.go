package till

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/render"
	"hanout/store"
	"hanout/topup"
)

// Config is what the engine must be told.
type Config struct {
	Vault    *store.Vault
	Admins   []int64
	Language string  // until a chat chooses
	Scale    float64 // stretches every wait for the provider; 1 is real time
	// BackupDir is where /backup writes.
	BackupDir string
}

// Engine is the one writer. It takes events in order, applies what is waiting
// in one transaction of the store, and lets the effects out after the commit.
type Engine struct {
	cfg       Config
	db        *store.DB
	messenger Messenger
	caller    Caller
	render    *render.Renderer
	log       *slog.Logger

	events   chan event
	lastPoll atomic.Int64  // Unix nanoseconds of the last poll that Telegram answered
	heard    atomic.Int64  // the same, or the start of this process
	ready    chan struct{} // closed when Run has read what a start must know
	gone     chan struct{}
	botName  atomic.Pointer[string]
	username atomic.Pointer[string]
	counts   Counts
}

// Counts are the engine's running totals, for the metrics.
type Counts struct {
	Commits, Events, SetAside atomic.Uint64
}

// batchMost bounds how many events share one commit.
const batchMost = 256

// lateAfter is the delay from which an update may open a question but never
// confirm a sale.
const lateAfter = time.Minute

// handledFor is how long handled update IDs are kept; Telegram keeps updates
// for a day.
const handledFor = 8 * 24 * time.Hour

// cardsFor is how long the message of a card is remembered after it was sent.
const panelsFor = 60 * 24 * time.Hour

// pruneMost bounds one clean-up, so that it never holds the till up.
const pruneMost = 5000

// NewEngine makes an engine over an open store. Run starts it.
func NewEngine(cfg Config, db *store.DB, texts *locales.Texts, log *slog.Logger) *Engine {
	return &Engine{
		cfg: cfg, db: db, log: log,
		render: render.New(texts, log),
		events: make(chan event, batchMost),
		ready:  make(chan struct{}),
		gone:   make(chan struct{}),
	}
}

// SetBotName tells our Telegram username, once it is known.
func (e *Engine) SetBotName(name string) { e.botName.Store(&name) }

// Username is the name of our account at the provider, which it puts before
// our references; "" until it is known.
func (e *Engine) Username() string {
	if u := e.username.Load(); u != nil {
		return *u
	}
	return ""
}

// Silence is the time since Telegram last answered a poll of this process, or
// since it started.
func (e *Engine) Silence() time.Duration { return time.Since(time.Unix(0, e.heard.Load())) }

// Counts gives the running totals.
func (e *Engine) Counts() *Counts { return &e.counts }

// Connect gives the engine its two sides; it must be called before Run.
func (e *Engine) Connect(s Messenger, w Caller) { e.messenger, e.caller = s, w }

// event is something that happened. apply runs inside the batch's
// transaction and may run again after a rollback, so it keeps nothing but
// what it writes to tx and notes in after.
type event interface {
	apply(e *Engine, tx *store.Tx, a *after) error
	// setAside is what is done when apply can't succeed.
	setAside(e *Engine, tx *store.Tx, a *after, why error) error
	// done is called once it is on disk (nil), or never will be.
	done(err error)
}

// after gathers what may leave the process once the commit is done.
type after struct {
	now     time.Time
	answers []answer
	offers  []Outgoing
	asks    []ask
	jobs    []flows.Run
	menus   []int64
	forget  []forget
	resume  bool
}

type (
	answer struct {
		query string
		msg   flows.Msg
		alert bool
		lang  string
	}
	ask struct {
		order topup.Order
		call  topup.Call
	}
	forget struct {
		chat      int64
		messageID int
	}
)

// Run applies events until ctx is done and what was taken is on disk. The
// error of a commit, or corruption, ends it at once: nothing is told to
// anyone about what may or may not be written.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.gone)
	if err := e.recover(); err != nil {
		return err
	}
	if err := e.commit([]event{restarted{}}); err != nil {
		return err
	}
	close(e.ready)
	timer := time.NewTimer(0)
	defer timer.Stop()
	housekeep := time.NewTicker(time.Hour)
	defer housekeep.Stop()
	batch := make([]event, 0, batchMost)
	for {
		batch = batch[:0]
		select {
		case <-ctx.Done():
			return e.drain()
		case ev := <-e.events:
			batch = append(batch, ev)
		case <-housekeep.C:
			batch = append(batch, prune{}, evening{})
		case <-timer.C:
		}
	more:
		for len(batch) < batchMost {
			select {
			case ev := <-e.events:
				batch = append(batch, ev)
			default:
				break more
			}
		}
		if len(batch) > 0 {
			if err := e.commit(batch); err != nil {
				return err
			}
		}
		next, err := e.due()
		if err != nil {
			return err
		}
		timer.Reset(next)
	}
}

// drain applies what was already handed in, so that a stop loses nothing.
func (e *Engine) drain() error {
	for {
		var batch []event
		for len(batch) < batchMost {
			select {
			case ev := <-e.events:
				batch = append(batch, ev)
				continue
			default:
			}
			break
		}
		if len(batch) == 0 {
			return nil
		}
		if err := e.commit(batch); err != nil {
			return err
		}
	}
}

// submit hands an event to the engine; it waits for room, not for the commit.
func (e *Engine) submit(ctx context.Context, ev event) error {
	select {
	case e.events <- ev:
		return nil
	case <-e.gone:
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errGone = errors.New("till: the till has stopped")

// commit applies a batch in one transaction. When one of its events fails,
// nothing of the batch is kept, and each is applied alone, so that a broken
// one harms no other; the broken one is set aside.
func (e *Engine) commit(batch []event) error {
	a, err := e.attempt(batch, event.apply)
	if err == nil {
		e.release(a)
		for _, ev := range batch {
			ev.done(nil)
		}
		return nil
	}
	if fatal(err) {
		return e.stop(batch, err)
	}
	for i, ev := range batch {
		a, err := e.attempt([]event{ev}, event.apply)
		if err != nil && !fatal(err) {
			e.counts.SetAside.Add(1)
			e.log.Error("an event could not be applied and is set aside", "error", err)
			why := err
			a, err = e.attempt([]event{ev}, func(ev event, e *Engine, tx *store.Tx, a *after) error {
				return ev.setAside(e, tx, a, why)
			})
		}
		if err != nil {
			return e.stop(batch[i:], err)
		}
		e.release(a)
		ev.done(nil)
	}
	return nil
}

func (e *Engine) stop(batch []event, err error) error {
	for _, ev := range batch {
		ev.done(err)
	}
	return fmt.Errorf("till: the till stops: %w", err)
}

// fatal tells the errors after which nothing may be said or done: an unknown
// commit, and a store that does not read.
func fatal(err error) bool {
	var commit *store.CommitError
	var corrupt *store.CorruptError
	return errors.As(err, &commit) || errors.As(err, &corrupt)
}

// attempt runs one transaction over a batch; a panic in a step becomes an
// error and rolls the transaction back.
func (e *Engine) attempt(batch []event, do func(event, *Engine, *store.Tx, *after) error) (*after, error) {
	var a *after
	err := e.db.Update(func(tx *store.Tx) error {
		a = &after{now: time.Now()}
		for _, ev := range batch {
			if err := e.guarded(ev, tx, a, do); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		e.counts.Commits.Add(1)
		e.counts.Events.Add(uint64(len(batch)))
	}
	return a, err
}

func (e *Engine) guarded(ev event, tx *store.Tx, a *after, do func(event, *Engine, *store.Tx, *after) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("till: panic in a step: %v\n%s", p, debug.Stack())
		}
	}()
	return do(ev, e, tx, a)
}

// release lets the effects of a committed batch leave.
func (e *Engine) release(a *after) {
	for _, an := range a.answers {
		text := ""
		if an.msg.ID != "" {
			text = e.render.Plain(an.lang, an.msg)
		}
		e.messenger.Answer(an.query, text, an.alert)
	}
	for _, o := range a.offers {
		e.messenger.Offer(o)
	}
	for _, q := range a.asks {
		e.caller.Ask(q.order, q.call)
	}
	for _, f := range a.forget {
		e.messenger.Forget(f.chat, f.messageID)
	}
	for _, chat := range a.menus {
		e.setMenu(chat)
	}
	if a.resume {
		e.caller.Resume()
	}
	for _, j := range a.jobs {
		e.startJob(j)
	}
}

// recover offers again what was owed when the process ended. Nothing else is
// special about a start: what is due is due.
func (e *Engine) recover() error {
	e.lastPoll.Store(time.Now().UnixNano())
	e.heard.Store(time.Now().UnixNano())
	err := e.db.View(func(tx *store.Tx) error {
		var alive time.Time
		if ok, err := tx.Setting(settingAlive, &alive); err != nil {
			return err
		} else if ok {
			e.lastPoll.Store(alive.UnixNano())
		}
		if acc, ok := (&view{tx: tx}).Account(); ok {
			e.username.Store(&acc.Username)
		}
		return tx.Outbox(func(o store.Owed) bool {
			out, err := e.outgoing(tx, o)
			if err != nil {
				e.log.Error("an owed message can't be read", "card", o.Panel, "error", err)
				return true
			}
			e.messenger.Offer(out)
			return true
		})
	})
	if err != nil {
		return err
	}
	return e.db.View(func(tx *store.Tx) error {
		for _, admin := range e.cfg.Admins {
			e.menuIfChanged(tx, admin)
		}
		return tx.Shops(func(s topup.Shop) bool {
			if s.State == topup.ShopApproved {
				e.menuIfChanged(tx, s.Chat)
			}
			return true
		})
	})
}

// outgoing joins an outbox row with the message that its card has now.
func (e *Engine) outgoing(tx *store.Tx, o store.Owed) (Outgoing, error) {
	m, err := e.opened(o)
	if err != nil {
		return Outgoing{}, err
	}
	ref, _, err := tx.PanelRef(o.Panel)
	if err != nil {
		return Outgoing{}, err
	}
	return Outgoing{Panel: o.Panel, Seq: o.Seq, Chat: o.Chat, Class: o.Class, Message: m, MessageID: ref.MessageID}, nil
}

const (
	dueMost     = 256
	sendLease   = time.Minute // an order in Submitting is looked at again after it
	idleMost    = time.Minute
	inFlightGap = 2 * time.Second
)

// due does what is due for orders and tells when to look again. A send is
// committed before it is asked for; reads are simply asked for.
func (e *Engine) due() (time.Duration, error) {
	now := time.Now()
	var list []topup.Order
	var next time.Time
	var some bool
	busy := false
	asked := func(id topup.OrderID) bool {
		flying := e.caller.Asking(id)
		busy = busy || flying
		return flying
	}
	err := e.db.View(func(tx *store.Tx) (err error) {
		if list, err = tx.Due(now, dueMost, asked); err != nil {
			return err
		}
		next, some, err = tx.NextDue()
		return err
	})
	if err != nil {
		return 0, err
	}
	var sends []event
	for _, o := range list {
		switch {
		case o.State == topup.Placed, o.Resend() && !e.caller.Halted():
			sends = append(sends, dispatch{id: o.ID})
		case e.caller.Halted():
			busy = true
		default:
			e.caller.Ask(o, o.Next())
			busy = true
		}
	}
	if len(sends) > 0 {
		if err := e.commit(sends); err != nil {
			return 0, err
		}
	}
	switch {
	case len(sends) == dueMost:
		return 0, nil
	case busy || len(sends) > 0:
		return inFlightGap, nil
	case !some:
		return idleMost, nil
	}
	return min(max(time.Until(next), 0), idleMost), nil
}

// dispatch submits an order: the new state is on disk before the request
// leaves.
type dispatch struct{ id topup.OrderID }

func (d dispatch) apply(e *Engine, tx *store.Tx, a *after) error {
	o, ok, err := tx.Order(d.id)
	if err != nil || !ok {
		return err
	}
	if o.State != topup.Placed && !o.Resend() {
		return nil
	}
	if e.caller.Halted() {
		if step, ok := topup.Cancel(o, topup.ReasonClosed, a.now); ok {
			return e.change(tx, a, o, step)
		}
		return nil
	}
	if o.Good == topup.GiftCard {
		waits, err := giftWaits(tx, o, a.now)
		if err != nil {
			return err
		}
		if waits {
			o.Due = a.now.Add(giftTurn)
			return tx.Apply(topup.Change{Order: o})
		}
	}
	step, err := topup.Submit(o, a.now, sendLease)
	if err != nil {
		return err
	}
	if err := e.change(tx, a, o, step); err != nil {
		return err
	}
	a.asks = append(a.asks, ask{step.Order, topup.CallSend})
	return nil
}

func (dispatch) setAside(_ *Engine, _ *store.Tx, _ *after, why error) error { return why }
func (dispatch) done(error)                                                 {}

// step applies a step of an order's life and shows it to the people it
// concerns.
func (e *Engine) change(tx *store.Tx, a *after, was topup.Order, s topup.Change) error {
	if len(s.Vouchers) > 0 {
		s.Order.Sealed = e.cfg.Vault.SealVouchers(s.Order.ID, s.Vouchers)
	}
	if err := tx.Apply(s); err != nil {
		return err
	}
	o := s.Order
	if was.State != o.State || was.Reason != o.Reason || was.Message != o.Message {
		if err := e.show(tx, a, flows.Show{Chat: o.Chat, Panel: o.Panel, Screen: flows.OrderScreen(o), Class: flows.ClassMoney}); err != nil {
			return err
		}
	}
	if len(s.Vouchers) > 0 {
		if err := e.codes(tx, a, o, s.Vouchers, topup.Showing{Chat: o.Chat, By: o.By, Why: topup.WhyDelivery}); err != nil {
			return err
		}
	}
	if was.State != o.State && ringing(was, o, a.now) {
		if err := e.ring(tx, a, o); err != nil {
			return err
		}
	}
	if s.Alert != topup.AlertNone {
		return e.alert(tx, a, s.Alert, o)
	}
	return nil
}

// ringAfter is how long a keeper is taken to watch the card.
const ringAfter = 20 * time.Second

func ringing(was, o topup.Order, now time.Time) bool {
	if now.Sub(o.Placed) < ringAfter {
		return false
	}
	return o.State.Final() || o.State == topup.Uncertain || o.State == topup.Queued ||
		(o.State == topup.Review && was.State == topup.Submitting)
}

// ring sends a short message under the card: an edit makes no sound.
func (e *Engine) ring(tx *store.Tx, a *after, o topup.Order) error {
	ref, _, err := tx.PanelRef(o.Panel)
	if err != nil {
		return err
	}
	return e.owe(tx, a, owing{
		chat: o.Chat, panel: "ring/" + string(o.ID), class: flows.ClassMoney,
		screen: flows.RingScreen(o), replyTo: ref.MessageID, fresh: true,
	})
}

// alert tells every admin.
func (e *Engine) alert(tx *store.Tx, a *after, what topup.Alert, o topup.Order) error {
	for _, admin := range e.cfg.Admins {
		card := fmt.Sprintf("alert/%s/%s/%d", what, o.ID, admin)
		if err := e.show(tx, a, flows.Show{Chat: admin, Panel: card, Screen: flows.AlertScreen(what, o), Class: flows.ClassNotices}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) notice(tx *store.Tx, a *after, id, detail string) error {
	for _, admin := range e.cfg.Admins {
		card := fmt.Sprintf("notice/%s/%d/%d", id, admin, a.now.UnixNano())
		if err := e.show(tx, a, flows.Show{Chat: admin, Panel: card, Screen: flows.NoticeScreen(id, detail), Class: flows.ClassNotices}); err != nil {
			return err
		}
	}
	return nil
}

// show owes a screen to a chat.
func (e *Engine) show(tx *store.Tx, a *after, s flows.Show) error {
	return e.owe(tx, a, owing{chat: s.Chat, panel: s.Panel, class: s.Class, screen: s.Screen, fresh: s.Fresh})
}

type owing struct {
	chat    int64
	panel   string
	class   flows.Class
	screen  flows.Screen
	fresh   bool
	replyTo int
}

func (e *Engine) owe(tx *store.Tx, a *after, w owing) error {
	chat, _, err := tx.Chat(w.chat)
	if err != nil {
		return err
	}
	m := e.render.Screen(language(chat.Language, chat.Guess, e.cfg.Language), w.screen)
	m.Fresh, m.ReplyTo = w.fresh, w.replyTo
	former, waits, err := tx.OwedOf(w.panel)
	if err != nil {
		return err
	}
	if waits {
		if old, err := e.opened(former); err == nil && old.Fresh {
			m.Fresh = true // the newer text must still come down
		}
	}
	ref, _, err := tx.PanelRef(w.panel)
	if err != nil {
		return err
	}
	if (waits && former.Chat != w.chat) || (ref.Chat != 0 && ref.Chat != w.chat) {
		return nil // a forged tap named a card of another chat
	}
	if (ref.MessageID == 0 && !waits) || m.Fresh {
		chat.ID, chat.LastPanel = w.chat, w.panel
		if err := tx.PutChat(chat); err != nil {
			return err
		}
	}
	// Every message may hold a number, and some a code: all are sealed on disk.
	body := e.cfg.Vault.Seal(render.Encode(m), w.panel)
	owed, err := tx.Owe(store.Owed{Panel: w.panel, Chat: w.chat, Class: int(w.class), Since: a.now, Body: body, Sealed: true})
	if err != nil {
		return err
	}
	a.offers = append(a.offers, Outgoing{Panel: w.panel, Seq: owed.Seq, Chat: w.chat, Class: int(w.class), Message: m, MessageID: ref.MessageID})
	return nil
}

// person tells the conversations what was done, and applies what they want.
func (e *Engine) person(tx *store.Tx, a *after, in flows.Input, query string) error {
	chat, known, err := tx.Chat(in.Chat)
	if err != nil {
		return err
	}
	if !known || chat.Guess != in.Person.Language || chat.Blocked {
		if !known {
			chat.FirstSeen = a.now
		}
		chat.ID, chat.Guess, chat.Blocked = in.Chat, in.Person.Language, false
		if err := tx.PutChat(chat); err != nil {
			return err
		}
	}
	in.LastPanel, in.NewID, in.Now = chat.LastPanel, topup.NewID, a.now
	if name := e.botName.Load(); name != nil {
		in.BotName = *name
	}
	return e.turn(tx, a, in, query, flows.Handle)
}

// turn runs one step of the talk with a chat.
func (e *Engine) turn(tx *store.Tx, a *after, in flows.Input, query string,
	step func(flows.View, flows.Session, flows.Input) (flows.Session, []flows.Effect)) error {
	v := &view{tx: tx, admins: e.cfg.Admins, closed: e.caller.Halted(), now: a.now}
	was := v.Session(in.Chat)
	session, effects := step(v, was, in)
	if v.err != nil {
		return v.err
	}
	if in.Private {
		if err := tx.PutSession(in.Chat, session.Encode()); err != nil {
			return err
		}
	}
	return e.effects(tx, a, in, query, effects)
}

func (e *Engine) effects(tx *store.Tx, a *after, in flows.Input, query string, effects []flows.Effect) error {
	var wake []int64
	for _, ef := range effects {
		var err error
		switch ef := ef.(type) {
		case flows.Show:
			err = e.show(tx, a, ef)
		case flows.Toast:
			err = e.toast(tx, a, in.Chat, query, ef)
		case flows.Speak:
			err = e.speak(tx, ef)
		case flows.SaveShop:
			err = e.saveShop(tx, ef.Shop)
		case flows.Place:
			err = e.place(tx, a, ef.Order)
		case flows.MoveOrder:
			var was topup.Order
			if was, _, err = tx.Order(ef.Change.Order.ID); err == nil {
				err = e.change(tx, a, was, ef.Change)
			}
		case flows.Book:
			_, err = tx.Post(ef.Transaction)
		case flows.Wake:
			wake = append(wake, ef.Chat)
		case flows.ShowCodes:
			err = e.showCodes(tx, a, ef)
		case flows.MakeClaim:
			err = e.makeClaim(tx, a, ef)
		case flows.RevokeClaim:
			err = e.revokeClaim(tx, a, ef.Order)
		case flows.RedeemClaim:
			err = e.redeemClaim(tx, a, ef)
		case flows.Guess:
			err = e.guess(tx, a, ef.Chat)
		case flows.Menu:
			a.menus = append(a.menus, ef.Chat)
		case flows.Run:
			a.jobs = append(a.jobs, ef)
		default:
			err = fmt.Errorf("till: unknown effect %T", ef)
		}
		if err != nil {
			return err
		}
	}
	for _, chat := range wake {
		other := in
		other.Chat, other.Person, other.Data, other.Text, other.LastPanel, other.Private = chat, flows.Person{ID: chat}, "", "", "", true
		if err := e.turn(tx, a, other, "", flows.Resume); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) toast(tx *store.Tx, a *after, chat int64, query string, t flows.Toast) error {
	if query == "" {
		return nil
	}
	c, _, err := tx.Chat(chat)
	if err != nil {
		return err
	}
	a.answers = append(a.answers, answer{query, t.Msg, t.Alert, language(c.Language, c.Guess, e.cfg.Language)})
	return nil
}

func (e *Engine) speak(tx *store.Tx, s flows.Speak) error {
	c, _, err := tx.Chat(s.Chat)
	if err != nil {
		return err
	}
	c.ID, c.Language = s.Chat, s.Language
	return tx.PutChat(c)
}

func (e *Engine) saveShop(tx *store.Tx, s topup.Shop) error {
	if _, ok, err := tx.Shop(s.ID); err != nil {
		return err
	} else if !ok {
		id, err := tx.NextID("shop")
		if err != nil {
			return err
		}
		if topup.ShopID(id) != s.ID {
			return fmt.Errorf("till: new shop wants number %d, the next is %d", s.ID, id)
		}
	}
	return tx.PutShop(s)
}

func (e *Engine) place(tx *store.Tx, a *after, o topup.Order) error {
	placed, err := tx.Place(o)
	if err != nil && !errors.Is(err, store.ErrExists) {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: placed.Chat, Panel: placed.Panel, Screen: flows.OrderScreen(placed), Class: flows.ClassMoney})
}

// prune forgets what is too old to matter.
type prune struct{}

func (prune) apply(_ *Engine, tx *store.Tx, a *after) error {
	if _, err := tx.PruneHandled(a.now.Add(-handledFor), pruneMost); err != nil {
		return err
	}
	_, err := tx.PrunePanels(a.now.Add(-panelsFor), pruneMost)
	return err
}
func (prune) setAside(_ *Engine, _ *store.Tx, _ *after, why error) error { return nil }
func (prune) done(error)                                                 {}

// menuMark is what a chat's command menu was last set to.
func menuMark(chat int64) string { return fmt.Sprintf("menu/%d", chat) }

func (e *Engine) menuIfChanged(tx *store.Tx, chat int64) {
	want, _, err := e.menuOf(tx, chat)
	if err != nil {
		return
	}
	var have string
	if _, err := tx.Setting(menuMark(chat), &have); err == nil && have != want {
		e.setMenu(chat)
	}
}

func (e *Engine) menuOf(tx *store.Tx, chat int64) (mark, lang string, err error) {
	v := &view{tx: tx, admins: e.cfg.Admins}
	c, _, err := tx.Chat(chat)
	if err != nil {
		return "", "", err
	}
	lang = language(c.Language, c.Guess, e.cfg.Language)
	return string(flows.RoleOf(v, chat)) + "/" + lang + "/" + menuVersion, lang, v.err
}

// menuVersion changes when the menus of the roles do, so that a new release
// sets them again.
const menuVersion = "2"

// setMenu sets a chat's command menu to its role and language.
func (e *Engine) setMenu(chat int64) {
	var mark, lang string
	var role flows.Role
	err := e.db.View(func(tx *store.Tx) (err error) {
		mark, lang, err = e.menuOf(tx, chat)
		role = flows.RoleOf(&view{tx: tx, admins: e.cfg.Admins}, chat)
		return err
	})
	if err != nil {
		e.log.Error("a command menu can't be made", "error", err)
		return
	}
	e.messenger.Menu(chat, "", e.commands(role, lang), func() {
		e.later(menuSet{chat, mark})
	})
}

func (e *Engine) commands(role flows.Role, lang string) []Command {
	var out []Command
	for _, name := range flows.Commands(role) {
		out = append(out, Command{Name: name, Description: e.render.Plain(lang, flows.M("command."+name))})
	}
	return out
}

// Menus gives the command menus of people who are no shop yet, by language.
func (e *Engine) Menus() map[string][]Command {
	out := map[string][]Command{}
	for _, lang := range locales.Codes {
		out[lang] = e.commands(flows.RoleStranger, lang)
	}
	return out
}

type menuSet struct {
	chat int64
	mark string
}

func (m menuSet) apply(_ *Engine, tx *store.Tx, _ *after) error {
	return tx.PutSetting(menuMark(m.chat), m.mark)
}
func (menuSet) setAside(_ *Engine, _ *store.Tx, _ *after, _ error) error { return nil }
func (menuSet) done(error)                                               {}

// later hands in an event from a callback; after the stop it is dropped, for
// all such events only repeat what a start would find out again.
func (e *Engine) later(ev event) {
	select {
	case e.events <- ev:
	case <-e.gone:
	}
}
