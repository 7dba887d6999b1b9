package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/topup"
)

// many is a talk of an owner with the desk's shop, 24 open ones, and a request.
func many(t *testing.T) *talk {
	k := newTalk(t)
	owner(k)
	for id := 2; id <= 25; id++ {
		k.v.asked = append(k.v.asked, topup.Shop{ID: topup.ShopID(id), Chat: int64(1000 + id), Name: fmt.Sprintf("Kiosque %d", id), Phone: "0661000701", State: topup.ShopApproved})
	}
	k.v.asked[3].State = topup.ShopAsked
	return k
}

func TestShopsInPages(t *testing.T) {
	k := many(t)
	k.say("/shops")
	var seen []string
	for range 4 {
		next := ""
		for _, data := range k.buttons() {
			switch c, _ := decodeTap(data); {
			case c.part(0) == "card":
				seen = append(seen, c.part(1))
			case c.part(0) == "shops" && c.part(2) == "page" && c.part(1) == number(uint64(len(seen))):
				next = data
			}
		}
		if next == "" {
			break
		}
		k.press(next)
		k.answered(next)
	}
	if len(seen) != 25 || seen[0] != "5" || seen[1] != "25" || seen[24] != "1" {
		t.Errorf("the list has %v", seen)
	}
	k.press(encodeTap("a", "shops", "99999", "page"))
	if buttons := k.buttons(); !strings.Contains(buttons[0], ":5:") {
		t.Errorf("a page behind the last shows %v", buttons)
	}
}

func TestShopsAreFound(t *testing.T) {
	for text, want := range map[string]int{"25": 1, "#7": 1, "kiosque 1": 10, "0661 00 07 01": 10, "NOUR": 1, "kiosque 24": 1} {
		k := many(t)
		k.say("/shops " + text)
		cards := 0
		for _, data := range k.buttons() {
			if strings.HasPrefix(data, "a:card:") {
				cards++
			}
		}
		if alone := slices.Contains(k.says(), "shop.title"); alone != (want == 1) || (want > 1 && cards != want) {
			t.Errorf("%q finds %d, %v", text, cards, k.says())
		}
	}
	k := many(t)
	k.say("/shops nobody")
	k.at(StepSeekShop, "shops.find.none")
	k.say("kiosque 9")
	k.at(StepIdle, "shop.title")
}

func TestCardSumsToday(t *testing.T) {
	k := newTalk(t)
	owner(k)
	order := topup.Order{Shop: 1, Price: topup.Dinars(100), State: topup.Pending, Placed: noon.Add(-time.Hour)}
	refunded, part, yesterday := order, order, order
	refunded.State = topup.Refunded
	part.State, part.Captured = topup.Delivered, topup.Dinars(40)
	yesterday.Placed = noon.Add(-13 * time.Hour)
	k.v.sold = []topup.Order{order, refunded, part, yesterday}
	k.press(encodeTap("a", "card", "1", "open", "10"))
	for _, l := range k.out[0].(Show).Screen.Lines {
		if l.ID == "card.today" && (l.Data["Sales"] != "2" || l.Data["Amount"] != topup.Dinars(140)) {
			t.Errorf("today: %+v", l)
		}
	}
	if !slices.Contains(k.says(), "card.today") || !slices.Contains(k.buttons(), encodeTap("a", "shops", "10", "page")) {
		t.Errorf("the card shows %v, %v", k.says(), k.buttons())
	}
	for n, more := range map[int]bool{salesCarded: false, salesCarded + 1: true} {
		k.v.sold = slices.Repeat([]topup.Order{order}, n)
		k.press(encodeTap("a", "card", "1", "open"))
		if slices.Contains(k.says(), "card.today.more") != more {
			t.Errorf("%d sales are %v", n, k.says())
		}
		for _, l := range k.out[0].(Show).Screen.Lines {
			if l.ID == "card.today.more" && l.Data["Sales"] != "100" {
				t.Errorf("%d sales are %+v", n, l)
			}
		}
	}
}

func TestDecisionOnACard(t *testing.T) {
	k := many(t)
	k.press(encodeTap("a", "card", "5", "open"))
	yes := k.buttons()[0]
	other := k.again()
	k.press(yes)
	saved, ok := effect[SaveShop](k)
	if !ok || saved.Shop.State != topup.ShopApproved {
		t.Fatalf("%+v", k.out)
	}
	other.v.asked = slices.Clone(other.v.asked)
	other.v.asked[3].State = topup.ShopRefused
	other.press(yes)
	if _, saved := effect[SaveShop](other); saved || other.answered("the second").Msg.ID != "shop.decided" || !slices.Contains(other.says(), "shop.title") {
		t.Errorf("the second decides: %+v", other.out)
	}
}

func TestSuspendedShopSellsNothing(t *testing.T) {
	k := newTalk(t)
	mobileQuote(k)
	k.at(StepConfirm)
	boss := newTalk(t)
	owner(boss)
	boss.press(encodeTap("a", "suspend", "1", "ask"))
	boss.at(StepSuspend)
	boss.tap("why", "0")
	saved, ok := effect[SaveShop](boss)
	if !ok || saved.Shop.State != topup.ShopSuspended || saved.Shop.Why != "suspend.why.debt" {
		t.Fatalf("%+v", boss.out)
	}
	k.v.people = map[int64]topup.Actor{deskChat: topup.ActorOf(deskChat, deskChat, false, topup.Member{}, saved.Shop.Keeper(), saved.Shop, false)}
	k.tap("ok")
	if _, sold := effect[Place](k); sold || k.answered("✅").Msg.ID != "suspend.tap" {
		t.Errorf("a suspended shop sells: %+v", k.out)
	}
	second := newTalk(t)
	owner(second)
	second.v.refused = true
	second.press(encodeTap("a", "suspend", "1", "ask"))
	if second.answered("the second").Msg.ID != "shop.decided" || second.s.Step != StepIdle {
		t.Errorf("the second: %+v", second.out)
	}
}

func TestShopNamesHaveALetter(t *testing.T) {
	for name, want := range map[string]string{"12": "", "Nour 12": "Nour 12", "٣": "", "محل 3": "محل 3", "—": ""} {
		if got := shopName(name); got != want {
			t.Errorf("%q is named %q, want %q", name, got, want)
		}
	}
}
