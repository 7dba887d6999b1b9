package flows

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"hanout/topup"
)

// The shops as the owners tap through them: a list in pages, a search, and a
// card per shop. The rules: each owner has one panel of shops, in which list and
// card take each other's place; a card says how the shop stands now, and a row
// of its buttons is a function of cardRows.

const (
	shopsPage   = 10
	shopsListed = 1000 // the newest; the others are found by their number
	salesCarded = 100  // of a shop's newest sales, those that a card sums
)

// StepSeekShop asks which shop is meant.
const StepSeekShop Step = "seekshop"

func seekingShop() conversation {
	return conversation{
		needs: topup.ActShops, holds: func(Session) bool { return true },
		steps: map[Step]step{StepSeekShop: {
			show: func(t *turn) { t.askShop(Msg{}) },
			told: func(t *turn, text string) bool {
				if !t.sells(text) {
					t.seekShop(text)
				}
				return true
			},
		}},
	}
}

// shops is /shops, which may be followed by what to look for.
func (t *turn) shops(args string) {
	t.dropQuietly()
	if args != "" {
		t.seekShop(args)
		return
	}
	t.shopsFrom(0, true)
}

// shopsTapped takes a button of the list.
func (t *turn) shopsTapped(at uint64, verb string) {
	switch verb {
	case "page":
		t.shopsFrom(at, false)
	case "find":
		t.dropQuietly()
		t.begin(StepSeekShop)
		t.askShop(Msg{})
	default:
		t.toast(M("tap.unknown"))
	}
}

// shopsFrom shows a page of the list: those that wait for a decision first, then
// the newest.
func (t *turn) shopsFrom(at uint64, fresh bool) {
	var sc Screen
	list, total := t.v.People.Newest(shopsListed)
	if total == 0 {
		sc.line(M("shops.none"))
		sc.row(homeButton())
		t.showShops(sc, fresh)
		return
	}
	slices.SortStableFunc(list, func(a, b topup.Shop) int { return cmp.Compare(rank(a), rank(b)) })
	if at >= uint64(len(list)) {
		at = 0
	}
	from := int(at)
	to := min(from+shopsPage, len(list))
	sc.line(M("shops.title", "Count", total), M("shops.hint"))
	if total > len(list) && to == len(list) {
		sc.line(M("shops.deep"))
	}
	shopRows(&sc, list[from:to], at)
	var nav []Button
	if from > 0 {
		nav = append(nav, button(M("shops.prev"), encodeTap("a", "shops", number(uint64(max(0, from-shopsPage))), "page")))
	}
	if to < len(list) {
		nav = append(nav, button(M("shops.next"), encodeTap("a", "shops", number(uint64(to)), "page")))
	}
	if len(nav) > 0 {
		sc.row(nav...)
	}
	sc.row(button(M("shops.find"), encodeTap("a", "shops", "0", "find")), homeButton())
	t.showShops(sc, fresh)
}

func rank(sh topup.Shop) int {
	if sh.State == topup.ShopAsked {
		return 0
	}
	return 1
}

// shopRows adds a button a shop; at is the page that its card leads back to.
func shopRows(sc *Screen, list []topup.Shop, at uint64) {
	for _, sh := range list {
		label := M("shops.button", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)))
		if sh.State == topup.ShopAsked {
			label = M("shops.decide", "Shop", Name(sh.Name))
		}
		sc.row(button(label, cardTap(sh, "open", number(at))))
	}
}

func cardTap(sh topup.Shop, verb string, arg ...string) string {
	return encodeTap("a", append([]string{"card", number(uint64(sh.ID)), verb}, arg...)...)
}

// showShops shows a screen on the owner's panel of shops.
func (t *turn) showShops(sc Screen, fresh bool) {
	t.do(Show{Chat: t.in.Chat, Panel: "shops/" + number(uint64(t.in.Chat)), Screen: sc, Class: ClassAnswer, Fresh: fresh})
}

func (t *turn) askShop(problem Msg) {
	t.s.Step = StepSeekShop
	t.draw(func(sc *Screen) {
		if problem.ID != "" {
			sc.line(problem)
		}
		sc.line(M("shops.find.ask"))
		sc.row(t.cancelButton())
	})
}

// seekShop shows the shops that a text means; the only one by its card.
func (t *turn) seekShop(text string) {
	found := t.shopsLike(text)
	if len(found) == 0 {
		if t.s.Step != StepSeekShop {
			t.begin(StepSeekShop)
		}
		t.askShop(M("shops.find.none"))
		return
	}
	if t.s.Step == StepSeekShop {
		t.vanish(M("find.below"))
	}
	if len(found) == 1 {
		t.shopCard(found[0], 0, true)
		return
	}
	var sc Screen
	sc.line(M("shops.found"))
	if len(found) > shopsPage {
		found = found[:shopsPage]
		sc.line(M("shops.found.more"))
	}
	shopRows(&sc, found, 0)
	sc.row(button(M("card.list"), encodeTap("a", "shops", "0", "page")), homeButton())
	t.showShops(sc, true)
}

// shopsLike lists the shops with a number, a phone, or a part of a name.
func (t *turn) shopsLike(text string) []topup.Shop {
	text = strings.ToLower(strings.TrimSpace(topup.PlainDigits(text)))
	if text == "" {
		return nil
	}
	var found []topup.Shop
	if sh, ok := t.findShop(text); ok {
		found = append(found, sh)
	}
	digits := phoneIn(text)
	if digits == "" && strings.Trim(text, "0123456789 ") == "" {
		digits = strings.ReplaceAll(text, " ", "")
	}
	list, _ := t.v.People.Newest(shopsListed)
	for _, sh := range list {
		like := strings.Contains(strings.ToLower(topup.PlainDigits(sh.Name)), text) || (len(digits) >= 4 && strings.Contains(sh.Phone, digits))
		if like && !slices.ContainsFunc(found, func(f topup.Shop) bool { return f.ID == sh.ID }) {
			found = append(found, sh)
		}
	}
	return found
}

// cardTapped opens a shop's card: in place of the list's page at, or below.
func (t *turn) cardTapped(id topup.ShopID, verb, at string) {
	sh, ok := t.v.People.Shop(id)
	if !ok {
		t.toast(M("shop.unknown"))
		return
	}
	page, err := strconv.ParseUint(at, 10, 31)
	if err != nil {
		page = 0
	}
	switch verb {
	case "open":
		t.shopCard(sh, page, false)
	case "below":
		t.shopCard(sh, 0, true)
	default:
		t.toast(M("tap.unknown"))
	}
}

// cardRows are the rows of buttons on a card, from above: each adds what can be
// done with the shop as it stands.
var cardRows = []func(*turn, *Screen, topup.Shop){
	(*turn).decisionRow,
	(*turn).moneyRows,
	(*turn).walletRow,
	(*turn).salesRow,
	(*turn).pricesRow,
	(*turn).setUpRow,
	(*turn).suspendRow,
}

// shopCard shows a shop's card; page is where its list stood.
func (t *turn) shopCard(sh topup.Shop, page uint64, fresh bool) {
	var sc Screen
	sc.line(M("shop.title", "Shop", Name(sh.Name), "No", number(uint64(sh.ID)), "State", M("shop."+string(sh.State))))
	sc.line(M("card.phone", "Phone", Latin(sh.Phone)))
	for _, l := range Languages {
		if l.Code == t.v.People.Language(sh.Chat) {
			sc.line(M("card.language", "Language", Name(l.Name)))
		}
	}
	if sh.GroupChat != 0 {
		sc.line(M("groupchat.sells", "GroupChat", Name(sh.GroupChatTitle)))
	}
	if sh.State == topup.ShopSuspended {
		sc.line(whySuspended(sh))
	}
	if sh.Group != "" {
		sc.line(groupMsg(sh.Group))
	}
	w := t.v.Wallets.Wallet(sh.ID)
	sc.line(append(walletMsgs(w), t.cardToday(sh))...)
	if limited(sh) {
		sc.line(t.limitLines(sh)...)
	}
	if seen := t.v.People.Heard(sh.Chat); !seen.IsZero() {
		sc.line(M("card.seen", "Day", Day(seen)))
	}
	for _, row := range cardRows {
		row(t, &sc, sh)
	}
	sc.row(button(M("card.list"), encodeTap("a", "shops", number(page), "page")), homeButton())
	t.showShops(sc, fresh)
}

// cardToday sums what a shop sold since midnight, what is refunded left out.
func (t *turn) cardToday(sh topup.Shop) Msg {
	span, _ := topup.Today.Span(t.env.Now.In(t.env.Zone))
	var sum topup.Money
	sales, today := 0, 0
	for _, o := range t.v.Orders.OrdersOf(sh.ID, 0, salesCarded+1) {
		if o.Placed.Before(span.From) {
			continue
		}
		if today++; o.State != topup.Refunded {
			sum += topup.Spent(o)
			sales++
		}
	}
	if today > salesCarded && sales > 0 {
		return M("card.today.more", "Sales", number(uint64(sales-1)))
	}
	return M("card.today", "Sales", number(uint64(sales)), "Amount", sum)
}

// decisionRow decides on a request, on what the card shows of it.
func (t *turn) decisionRow(sc *Screen, sh topup.Shop) {
	if sh.State == topup.ShopAsked {
		sc.row(decisionButtons(sh, "card.")...)
	}
}

// moneyRows move the shop's money.
func (t *turn) moneyRows(sc *Screen, sh topup.Shop) {
	if sh.Admitted() && t.who.May(topup.ActMoney) {
		moneyRow(sc, sh)
	}
}

// walletRow leads to the shop's journal lines, and to what it sold, with its
// statement.
func (t *turn) walletRow(sc *Screen, sh topup.Shop) {
	row := []Button{button(M("card.wallet"), menuTap("float", number(uint64(sh.ID))))}
	if sh.Admitted() && t.who.May(topup.ActReport) {
		row = append(row, button(M("card.report"), menuTap("report", reportTap(topup.Week, t.env.NewID(), sh.ID))))
	}
	sc.row(row...)
}
