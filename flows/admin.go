package flows

import (
	"strconv"
	"strings"

	"hanout/topup"
)

// sureAbove is the amount from which a credit or debit is asked twice.
const sureAbove = topup.Money(200_000_00)

// adminCommand takes a command that is the admins' own; false for others.
func (t *turn) adminCommand(name, args string) bool {
	switch name {
	case "sync":
		t.run(JobSync, M("sync.running"))
	case "balance":
		if args == "" {
			t.run(JobFloat, M("float.running"))
			return true
		}
		t.shopBalance(args)
	case "credit", "debit":
		t.moveMoney(name == "debit", args)
	case "shops":
		t.shops()
	case "orders":
		t.orders()
	case "backup":
		t.run(JobBackup, M("backup.running"))
	default:
		return false
	}
	return true
}

// run starts slow work on a card of its own, which says so at once.
func (t *turn) run(job Job, running Msg) {
	card := t.in.NewID()
	t.do(Show{Chat: t.in.Chat, Panel: card, Screen: Screen{Lines: []Msg{running}}, Class: ClassAnswer},
		Run{Job: job, Chat: t.in.Chat, Panel: card})
}

// findShop reads SHOP: the shop's number or its chat ID.
func (t *turn) findShop(arg string) (topup.Shop, bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(arg, "#"), 10, 64)
	if err != nil || n <= 0 {
		return topup.Shop{}, false
	}
	if sh, ok := t.v.Shop(topup.ShopID(n)); ok {
		return sh, true
	}
	return t.v.ShopOf(n)
}

func (t *turn) shopBalance(args string) {
	sh, ok := t.findShop(args)
	if !ok {
		t.sayLines(M("shop.unknown"))
		return
	}
	var sc Screen
	sc.line(M("shop.title", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "State", M("shop."+string(sh.State))))
	t.walletLines(&sc, sh)
	t.say(sc)
}

const shopsShown = 30

func (t *turn) shops() {
	var sc Screen
	list := t.v.Shops()
	if len(list) == 0 {
		t.sayLines(M("shops.none"))
		return
	}
	sc.line(M("shops.title", "Count", len(list)))
	for i := len(list) - 1; i >= 0 && i >= len(list)-shopsShown; i-- {
		sh := list[i]
		w := t.v.Wallet(sh.ID)
		sc.line(M("shops.line", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "Amount", w.Available, "State", M("shop."+string(sh.State))))
		if sh.State == topup.ShopAsked {
			sc.row(button(M("shops.decide", "Shop", Name(sh.Name)), encodeTap("a", "shop", number(uint64(sh.ID)), "card")))
		}
	}
	sc.line(M("shops.hint"))
	t.say(sc)
}

const ordersShown = 12

// orders lists the sales that are not over, and those a person must decide.
func (t *turn) orders() {
	open := t.v.OpenOrders(ordersShown)
	if len(open) == 0 {
		t.sayLines(M("orders.none"))
		return
	}
	var sc Screen
	sc.line(M("orders.title"))
	for _, o := range open {
		sc.row(button(historyLine(o), encodeTap("a", "order", number(o.No), "card")))
	}
	t.say(sc)
}

// adminTapped takes an admin's decision.
func (t *turn) adminTapped(c tap) {
	id, ok := c.number(1)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	switch c.part(0) {
	case "shop":
		t.decideShop(topup.ShopID(id), c.part(2))
	case "order":
		t.decideOrder(id, c.part(2))
	default:
		t.toast(M("tap.unknown"))
	}
}

func (t *turn) decideShop(id topup.ShopID, verb string) {
	sh, ok := t.v.Shop(id)
	if !ok {
		t.toast(M("shop.unknown"))
		return
	}
	if verb == "card" {
		t.do(Show{Chat: t.in.Chat, Panel: askPanel(sh, t.in.Chat), Screen: t.askedScreen(sh), Class: ClassAnswer, Fresh: true})
		return
	}
	if sh.State != topup.ShopAsked {
		t.toast(M("shop.decided", "State", M("shop."+string(sh.State))))
		t.do(Show{Chat: t.in.Chat, Panel: askPanel(sh, t.in.Chat), Screen: t.askedScreen(sh), Class: ClassAnswer})
		return
	}
	switch verb {
	case "yes":
		sh.State = topup.ShopApproved
	case "no":
		sh.State = topup.ShopRefused
	default:
		t.toast(M("tap.unknown"))
		return
	}
	sh.Decided, sh.Decider = t.in.Now, t.in.Person.ID
	t.toast(M("shop." + string(sh.State)))
	t.do(SaveShop{Shop: sh}, Menu{Chat: sh.Chat})
	for _, admin := range t.v.Admins() {
		t.do(Show{Chat: admin, Panel: askPanel(sh, admin), Screen: t.askedScreen(sh), Class: ClassAnswer})
	}
	var sc Screen
	if sh.State == topup.ShopApproved {
		sc.line(M("shop.welcome", "Shop", Name(sh.Name)), M("shop.number", "No", number(uint64(sh.ID))), M("home.hint"))
		sc.row(Button{Label: M("button.mobile"), Data: menuTap("mobile"), Style: Main})
		sc.row(button(M("button.wallet"), menuTap("balance")), button(M("button.help"), menuTap("help")))
	} else {
		sc.line(M("shop.sorry", "Shop", Name(sh.Name)))
	}
	t.do(Show{Chat: sh.Chat, Panel: t.in.NewID(), Screen: sc, Class: ClassAnswer})
}

// askedScreen is the request card as it stands: open, or decided.
func (t *turn) askedScreen(sh topup.Shop) Screen {
	if sh.State == topup.ShopAsked {
		return askScreen(sh, sh.Name)
	}
	var sc Screen
	sc.line(M("ask.decided", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "State", M("shop."+string(sh.State))))
	if sh.State == topup.ShopApproved {
		sc.line(M("ask.credit", "Command", Latin("/credit "+number(uint64(sh.ID))+" 5000 …")))
	}
	return sc
}

// moveMoney reads /credit and /debit SHOP AMOUNT REASON… and shows the
// confirm card.
func (t *turn) moveMoney(debit bool, args string) {
	t.dropQuietly()
	usage := M("credit.usage", "Command", Latin("/credit"))
	if debit {
		usage = M("credit.usage", "Command", Latin("/debit"))
	}
	f := strings.Fields(args)
	if len(f) < 2 {
		t.sayLines(usage)
		return
	}
	sh, ok := t.findShop(f[0])
	if !ok {
		t.sayLines(M("shop.unknown"), usage)
		return
	}
	amount, err := topup.ParseAmount(f[1])
	if err != nil {
		t.sayLines(M("credit.amount"), usage)
		return
	}
	reason := CleanName(strings.Join(f[2:], " "), 100)
	if reason == "" {
		t.sayLines(M("credit.reason"), usage)
		return
	}
	if sh.State != topup.ShopApproved {
		t.sayLines(M("credit.notapproved", "Shop", Name(sh.Name)))
		return
	}
	t.begin(StepMoney)
	t.s.Money = &Adjustment{Debit: debit, Shop: sh.ID, Amount: amount, Reason: reason, Request: t.in.NewID()}
	t.askMoney()
}

func (t *turn) askMoney() {
	m := t.s.Money
	sh, ok := t.v.Shop(m.Shop)
	if !ok {
		t.cancel()
		return
	}
	w := t.v.Wallet(sh.ID)
	after := w.Available + m.Amount
	title := M("credit.title")
	if m.Debit {
		after, title = w.Available-m.Amount, M("debit.title")
	}
	t.draw(func(sc *Screen) {
		sc.line(title, M("shop.name", "Shop", Name(sh.Name), "No", number(uint64(sh.ID))),
			M("credit.sum", "Amount", m.Amount), M("credit.why", "Reason", Name(m.Reason)))
		if after < 0 {
			sc.line(M("debit.short", "Amount", w.Available))
			sc.row(t.cancelButton())
			return
		}
		sc.line(M("credit.after", "Amount", after))
		label := M("button.confirm")
		if t.s.Step == StepSure {
			sc.line(M("credit.sure"))
			label = M("button.sure")
		}
		sc.row(Button{Label: label, Data: t.s.tap("ok"), Style: Go}, t.cancelButton())
	})
}

func (t *turn) moneyTapped(verb string) {
	m := t.s.Money
	if m == nil || verb == "no" {
		t.cancel()
		return
	}
	if verb != "ok" {
		t.toast(M("tap.unknown"))
		return
	}
	if t.in.Late {
		t.toast(M("confirm.late"))
		t.askMoney()
		return
	}
	if m.Amount >= sureAbove && t.s.Step != StepSure {
		t.s.Step = StepSure
		t.askMoney()
		return
	}
	sh, ok := t.v.Shop(m.Shop)
	w := t.v.Wallet(m.Shop)
	if !ok || (m.Debit && w.Available < m.Amount) {
		t.askMoney()
		return
	}
	after := w.Available + m.Amount
	entry := topup.Credit(m.Shop, m.Amount, m.Request, t.in.Person.ID, t.in.Chat, m.Reason, t.in.Now)
	done, told := "credit.done", "credit.told"
	if m.Debit {
		after = w.Available - m.Amount
		entry = topup.Debit(m.Shop, m.Amount, m.Request, t.in.Person.ID, t.in.Chat, m.Reason, t.in.Now)
		done, told = "debit.done", "debit.told"
	}
	card := t.s.Panel
	t.s = Session{Version: t.s.Version, Panel: card}
	t.toast(M("credit.toast"))
	t.do(Book{Transaction: entry})
	t.do(Show{Chat: t.in.Chat, Panel: card, Class: ClassMoney, Screen: Screen{Lines: []Msg{
		M(done, "Amount", m.Amount, "Shop", Name(sh.Name), "No", number(uint64(sh.ID))),
		M("credit.why", "Reason", Name(m.Reason)), M("credit.now", "Amount", after)}}})
	note := Screen{Lines: []Msg{M(told, "Amount", m.Amount), M("credit.why", "Reason", Name(m.Reason)), M("credit.now", "Amount", after)}}
	t.do(Show{Chat: sh.Chat, Panel: t.in.NewID(), Screen: note, Class: ClassMoney})
	t.do(Wake{Chat: sh.Chat})
}

// Resume brings a sale that waited for money back under the eyes of its
// keeper, after the shop's wallet was credited. It gives the talk as it was
// when nothing waits.
func Resume(v View, s Session, in Input) (Session, []Effect) {
	if s.Step != StepConfirm || s.Sale == nil {
		return s, nil
	}
	t := &turn{v: v, s: s, in: in}
	if sh, ok := t.shop(); ok && v.Wallet(sh.ID).Available < s.Sale.Price {
		t.quote(Msg{}) // credited, but not by enough
	} else {
		t.quote(M("confirm.goon"))
	}
	return t.s, t.out
}

func (t *turn) decideOrder(no uint64, verb string) {
	o, ok := t.v.OrderByNo(no)
	if !ok {
		t.toast(M("tap.unknown"))
		return
	}
	card := reviewPanel(o, t.in.Chat)
	switch verb {
	case "card", "back":
		t.do(Show{Chat: t.in.Chat, Panel: card, Screen: ReviewScreen(o, ""), Class: ClassAnswer, Fresh: verb == "card"})
	case "done", "undo":
		t.do(Show{Chat: t.in.Chat, Panel: card, Screen: ReviewScreen(o, verb), Class: ClassAnswer})
	case "done2", "undo2":
		if t.in.Late {
			t.toast(M("confirm.late"))
			t.do(Show{Chat: t.in.Chat, Panel: card, Screen: ReviewScreen(o, strings.TrimSuffix(verb, "2")), Class: ClassAnswer})
			return
		}
		step, ok := topup.Settle(o, verb == "done2", t.in.Person.ID, t.in.Chat, t.in.Now)
		if !ok {
			t.toast(M("review.settled", "State", StateMsg(o)))
		} else {
			t.toast(StateMsg(step.Order))
			t.do(MoveOrder{Change: step})
			o = step.Order
		}
		t.do(Show{Chat: t.in.Chat, Panel: card, Screen: ReviewScreen(o, ""), Class: ClassAnswer})
	default:
		t.toast(M("tap.unknown"))
	}
}

func reviewPanel(o topup.Order, admin int64) string {
	return "review/" + number(o.No) + "/" + number(uint64(admin))
}

// ReviewCard names the card by which an admin decides on an order.
func ReviewCard(o topup.Order, admin int64) string { return reviewPanel(o, admin) }

// ReviewScreen shows an order to an admin, with the decision where one is
// due. asking is "done" or "undo" when that decision is asked a second time.
func ReviewScreen(o topup.Order, asking string) Screen {
	var sc Screen
	sc.line(M("review.title", "No", number(o.No), "State", StateMsg(o)))
	orderLines(&sc, o)
	sc.line(M("review.price", "Amount", o.Price), M("order.placed", "Time", o.Placed))
	if ref := providerRef(o); ref != "" {
		sc.line(M("order.ref", "Ref", Latin(ref)))
	}
	sc.line(M("order.own", "Ref", Latin(o.ID)))
	if o.Word != "" {
		sc.line(M("review.word", "Word", Latin(o.Word)))
	}
	providerWords(&sc, o)
	if o.State != topup.Review {
		return sc
	}
	if o.Reason != topup.ReasonNone {
		sc.line(M("reason." + string(o.Reason)))
	}
	no := number(o.No)
	switch asking {
	case "done":
		sc.line(M("review.sure.done", "Amount", o.Price))
		sc.row(Button{Label: M("button.sure"), Data: encodeTap("a", "order", no, "done2"), Style: Go},
			button(M("button.back"), encodeTap("a", "order", no, "back")))
	case "undo":
		sc.line(M("review.sure.undo", "Amount", o.Price))
		sc.row(Button{Label: M("button.sure"), Data: encodeTap("a", "order", no, "undo2"), Style: Stop},
			button(M("button.back"), encodeTap("a", "order", no, "back")))
	default:
		sc.line(M("review.ask"))
		sc.row(Button{Label: M("button.done"), Data: encodeTap("a", "order", no, "done"), Style: Go})
		sc.row(Button{Label: M("button.undo"), Data: encodeTap("a", "order", no, "undo"), Style: Stop})
	}
	return sc
}

func accountMsg(a topup.Account) Msg {
	if a.Test {
		return M("account.sandbox")
	}
	return M("account.production")
}

// SyncResult is what a refresh of the price list found.
type SyncResult struct {
	Diff    topup.PlanDiff
	Failed  bool // the list could not be read; the old one stays
	Account *topup.Account
	Weather *topup.Weather
	Closed  bool

	Cards       topup.ListDiff // internet cards
	CardsFailed bool           // of some type they could not be read
	Gifts       topup.ListDiff // gift cards
	GiftsFailed bool
}

// SyncScreen tells an admin what a refresh changed.
func SyncScreen(r SyncResult) Screen {
	var sc Screen
	if r.Account != nil {
		sc.line(accountMsg(*r.Account))
	}
	switch {
	case r.Closed:
		sc.line(M("sync.closed"))
	case r.Failed:
		sc.line(M("sync.failed"))
	default:
		sc.line(M("sync.done", "Count", r.Diff.Total))
		for _, part := range []struct {
			id    string
			codes []string
		}{{"sync.added", r.Diff.Added}, {"sync.changed", r.Diff.Changed}, {"sync.gone", r.Diff.Gone}} {
			if n := len(part.codes); n > 0 {
				sc.line(M(part.id, "Count", n, "Codes", Latin(codeList(part.codes))))
			}
		}
		if len(r.Diff.Added)+len(r.Diff.Changed)+len(r.Diff.Gone) == 0 {
			sc.line(M("sync.same"))
		}
	}
	if !r.Closed {
		if r.CardsFailed {
			sc.line(M("sync.cards.failed"))
		}
		sc.line(listLines(M("sync.cards", "Count", r.Cards.Total), r.Cards)...)
		if r.GiftsFailed {
			sc.line(M("sync.gifts.failed"))
		} else {
			sc.line(listLines(M("sync.gifts", "Count", r.Gifts.Total), r.Gifts)...)
		}
	}
	if r.Weather != nil {
		for _, op := range topup.RetailOperators {
			if r.Weather.Down[op] {
				sc.line(M("operator.sick", "Operator", Latin(op)))
			}
		}
	}
	return sc
}

// listLines tell what became of one of the lists.
func listLines(total Msg, d topup.ListDiff) []Msg {
	if d.Same() {
		return []Msg{total}
	}
	return []Msg{total, M("sync.diff", "Added", d.Added, "Changed", d.Changed, "Gone", d.Gone)}
}

const codesShown = 8

func codeList(codes []string) string {
	if len(codes) > codesShown {
		return strings.Join(codes[:codesShown], ", ") + " …"
	}
	return strings.Join(codes, ", ")
}

// FloatScreen tells an admin the float, what the shops hold, and whether the
// one covers the other. float is nil when the provider did not answer.
func FloatScreen(float *topup.Money, acc *topup.Account, shops topup.Wallet, closed bool) Screen {
	var sc Screen
	sc.line(M("float.title"))
	if acc != nil {
		sc.line(accountMsg(*acc))
	}
	switch {
	case closed:
		sc.line(M("sync.closed"))
	case float == nil:
		sc.line(M("float.failed"))
	default:
		sc.line(M("float.sum", "Amount", *float))
	}
	owed := shops.Available + shops.Held
	sc.line(M("float.shops", "Amount", owed), M("float.parts", "Available", shops.Available, "Held", shops.Held))
	if float != nil {
		if *float >= owed {
			sc.line(M("float.covered"))
		} else {
			sc.line(M("float.short", "Missing", owed-*float))
		}
	}
	return sc
}

// BackupScreen tells an admin how a backup ended; name is empty when it failed.
func BackupScreen(name string, seq uint64) Screen {
	if name == "" {
		return Screen{Lines: []Msg{M("backup.failed")}}
	}
	return Screen{Lines: []Msg{M("backup.done", "File", Latin(name), "Seq", number(seq))}}
}

// AlertScreen tells an admin about something that needs them.
func AlertScreen(a topup.Alert, o topup.Order) Screen {
	var sc Screen
	sc.line(M("alert." + string(a)))
	if o.ID != "" {
		orderLines(&sc, o)
		sc.row(button(M("button.open"), encodeTap("a", "order", number(o.No), "card")))
	}
	return sc
}

// NoticeScreen is an alert without an order: "parked" for an update that
// could not be handled, "undeliverable" for a message nobody can receive.
func NoticeScreen(id string, detail string) Screen {
	return Screen{Lines: []Msg{M("alert."+id, "Detail", Latin(detail))}}
}
