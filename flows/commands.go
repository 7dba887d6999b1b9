package flows

import (
	"slices"
	"strings"

	"hanout/topup"
)

// command is something that a person can want at any moment, typed, out of the
// menu, or by a button.
type command struct {
	name  string    // typed after "/" and listed in menus, with the text "command.<name>"; "" for a button only
	verb  string    // of its button; "" for none
	label string    // the button's text
	act   topup.Act // what it needs
	// listed are the roles in whose menus it is shown; nil for all who may.
	listed []topup.Role
	run    func(*turn, string)
}

// allCommands is the table of commands, in the order of the menus. Of two of
// one name the first counts that the person may give.
func allCommands() []command {
	bare := func(run func(*turn)) func(*turn, string) { return simple(run) }
	known := []topup.Role{topup.Cashier, topup.Keeper, topup.Viewer, topup.Helper, topup.Owner}
	list := []command{
		{name: "start", act: topup.ActTalk, listed: []topup.Role{topup.Stranger, topup.Customer}, run: (*turn).start},

		{name: "balance", verb: "float", label: "button.float", act: topup.ActFloat, run: (*turn).float},
		{name: "today", verb: "report", label: "button.today", act: topup.ActReport, run: reporting(JobReport, topup.Today)},
		{name: "report", act: topup.ActReport, run: reporting(JobReport, topup.Week)},
		{name: "credit", act: topup.ActMoney, run: (*turn).credit},
		{name: "debit", act: topup.ActMoney, run: (*turn).debit},
		{name: "debts", verb: "debts", label: "button.debts", act: topup.ActDebts, run: (*turn).debts},
		{name: "shops", verb: "shops", label: "button.shops", act: topup.ActShops, run: (*turn).shops},
		{name: "orders", verb: "orders", label: "button.orders", act: topup.ActOrders, run: bare((*turn).orders)},
		{name: "find", verb: "lookup", label: "button.find", act: topup.ActOrders, run: (*turn).lookUp},
		{name: "complaints", verb: "complaints", label: "button.complaints", act: topup.ActComplaints, run: bare((*turn).complaints)},
		{name: "broadcast", verb: "news", label: "button.news", act: topup.ActBroadcast, run: bare((*turn).broadcast)},
		{name: "prices", verb: "rules", label: "button.prices", act: topup.ActRules, run: bare((*turn).rules)},
		{name: "sync", verb: "sync", label: "button.sync", act: topup.ActSync, run: working(JobSync, "sync.running")},
		{name: "reconcile", verb: "reconcile", label: "button.reconcile", act: topup.ActReconcile, run: (*turn).reconcile},
		{name: "team", verb: "team", label: "button.team", act: topup.ActTeam, run: bare((*turn).team)},
		{name: "cashiers", act: topup.ActShops, listed: []topup.Role{}, run: (*turn).cashiersOf},
		{name: "restored", act: topup.ActRestore, listed: []topup.Role{}, run: bare((*turn).restored)},
		{name: "backup", verb: "backup", label: "command.backup", act: topup.ActBackup, run: working(JobBackup, "backup.running")},
		{verb: "sendcopy", label: "button.sendcopy", act: topup.ActBackup, run: (*turn).sendCopy},
		{verb: "level", label: "button.level", act: topup.ActFloat, run: (*turn).level},
		{verb: "drill", label: "button.drill", act: topup.ActBackup, run: (*turn).practised},
	}
	for _, g := range goods {
		list = append(list, command{name: g.verb, verb: g.verb, label: g.label, act: topup.ActSell, run: beginning(g)})
	}
	return append(append(list,
		command{name: "balance", verb: "balance", label: "button.wallet", act: topup.ActWallet, run: bare((*turn).balance)},
		command{name: "today", verb: "today", label: "button.today", act: topup.ActDay, run: reporting(JobDay, topup.Today)},
		command{name: "report", act: topup.ActDay, run: reporting(JobDay, topup.Week)},
		command{name: "history", verb: "history", label: "button.history", act: topup.ActHistory, run: bare((*turn).history)},
		command{verb: "askcredit", label: "button.askcredit", act: topup.ActRequest, run: bare((*turn).askCredit)},
		command{verb: "write", label: "button.write", act: topup.ActWrite, run: bare((*turn).write)},
		command{verb: "low", label: "button.low", act: topup.ActLow, run: bare((*turn).low)},
		command{verb: "withdraw", label: "button.withdraw", act: topup.ActRequest, run: bare((*turn).withdraw)},
		command{name: "find", verb: "find", label: "button.find", act: topup.ActHistory, run: (*turn).find},
		command{name: "prices", verb: "tariff", label: "button.tariff", act: topup.ActPriceList, run: bare((*turn).tariff)},
		command{verb: "favourites", label: "button.favourites", act: topup.ActFavourite, run: bare((*turn).favourites)},
		command{verb: "favour", act: topup.ActSell, run: (*turn).sellFavourite},
		command{verb: "markup", label: "button.markup", act: topup.ActMarkup, run: bare((*turn).markup)},
		command{name: "complaints", verb: "mycomplaints", label: "button.complaints", act: topup.ActComplain, run: (*turn).ownComplaints},

		command{name: "cashiers", verb: "cashiers", label: "button.cashiers", act: topup.ActCashiers, run: bare((*turn).cashiers)},

		command{name: "language", verb: "language", label: "button.language", act: topup.ActTalk, run: bare((*turn).language)},
		command{name: "help", verb: "help", label: "button.help", act: topup.ActTalk, run: bare((*turn).help)},
		command{name: "cancel", act: topup.ActTalk, listed: known, run: bare((*turn).cancel)},
		command{verb: "home", label: "button.menu", act: topup.ActTalk, run: bare((*turn).home)},
		command{verb: "lang", act: topup.ActTalk, run: (*turn).chooseLanguage},
		command{verb: "ask", label: "button.ownshop", act: topup.ActApply, run: bare((*turn).applyAnew)},
	), ofReports()...)
}

// ofReports are the buttons of reports and of what was found.
func ofReports() []command {
	return []command{
		{verb: "evening", label: "button.evening.on", act: topup.ActEvening, run: (*turn).evening},
		{verb: "statement", label: "statement.button.x", act: topup.ActStatement, run: (*turn).ownStatement},
		{verb: "shopstatement", label: "statement.button.x", act: topup.ActReport, run: (*turn).shopStatement},
		{verb: "day", act: topup.ActHistory, run: searchOn(false, true)},
		{verb: "shopday", act: topup.ActOrders, run: searchOn(false, false)},
		{verb: "serial", act: topup.ActHistory, run: searchOn(true, true)},
		{verb: "shopserial", act: topup.ActOrders, run: searchOn(true, false)},
		{verb: "chart", act: topup.ActDay, run: (*turn).ownChart},
		{verb: "shopchart", act: topup.ActReport, run: (*turn).shopChart},
	}
}

// Commands lists the commands of a person's menu, in the order shown; each has
// a text "command.<name>".
func Commands(who topup.Actor) []string {
	var names []string
	for _, c := range commands {
		listed := c.listed == nil || slices.ContainsFunc(c.listed, who.Is)
		if c.name != "" && listed && who.May(c.act) && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// commandOf finds a command by its button's verb, if the person may give it.
func (t *turn) commandOf(verb string) (command, bool) {
	for _, c := range commands {
		if c.verb == verb && verb != "" && t.who.May(c.act) {
			return c, true
		}
	}
	return command{}, false
}

// commandGiven reads "/name@bot arguments"; false when it is another bot's.
func (t *turn) commandGiven() (name, args string, ours bool) {
	text := strings.TrimSpace(topup.PlainDigits(t.in.Text))
	head, args, _ := strings.Cut(strings.ReplaceAll(text, "\n", " "), " ")
	name, bot, _ := strings.Cut(strings.TrimPrefix(head, "/"), "@")
	return strings.ToLower(name), strings.TrimSpace(args), bot == "" || t.env.BotName == "" || strings.EqualFold(bot, t.env.BotName)
}

// command takes it in a person's own chat.
func (t *turn) command() {
	name, args, ours := t.commandGiven()
	if !ours {
		return
	}
	for _, c := range commands {
		if name != "" && c.name == name && t.who.May(c.act) {
			c.run(t, args)
			return
		}
	}
	t.lost()
}

// menuTapped takes a button of the menu.
func (t *turn) menuTapped(verb, arg string) {
	if c, ok := t.commandOf(verb); ok {
		c.run(t, arg)
		return
	}
	if t.who.Is(topup.Suspended) {
		t.foreign()
		return
	}
	t.toast(M("tap.unknown"))
}

// working makes a command of slow work: it has a panel of its own, which says
// at once that it runs.
func working(job Job, running string) func(*turn, string) {
	return func(t *turn, _ string) { t.work(job, running) }
}

func (t *turn) work(job Job, running string) {
	panel := t.env.NewID()
	t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: Screen{Lines: []Msg{M(running)}}, Class: ClassAnswer},
		Run{Job: job, Chat: t.in.Chat, Panel: panel})
}
