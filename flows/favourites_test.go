package flows

import (
	"slices"
	"strings"
	"testing"

	"hanout/topup"
)

// named gives the number of the desk's sale a name, and tells what is said of it
// and whether it was taken.
func (k *talk) named(name string) (saved topup.Favourite, says []string) {
	namer(k)
	k.say(name)
	if sh, ok := effect[SaveShop](k); ok {
		saved, _ = sh.Shop.Favourites.Of("0778037340")
	}
	return saved, k.says()
}

// TestFavouriteIsNamed: from a receipt, with what was sold last as the usual, and
// the shop's other favourites stay.
func TestFavouriteIsNamed(t *testing.T) {
	k := newTalk(t)
	k.v.favourites = regulars[1:]
	f, says := k.named("  Amine\u202e  B. ")
	if f.Name != "Amine B." || f.Good != topup.MobileTopUp || f.Usual.Face != topup.Dinars(500) || f.Usual.Operator != topup.Djezzy || !slices.Contains(says, "favourite.saved") || k.s.Step != StepIdle {
		t.Errorf("%+v, %v", f, says)
	}
	if sh, _ := effect[SaveShop](k); len(sh.Shop.Favourites) != 3 || sh.Shop.Favourites[0].To != "0778037340" {
		t.Errorf("the shop has %+v", sh.Shop.Favourites)
	}
}

// TestFavouriteNames: no name that is a number, means something else, or is
// somebody's; hostile ones are cleaned or refused.
func TestFavouriteNames(t *testing.T) {
	for name, why := range map[string]string{
		"Amine": "", "أمين": "", "3ami Saïd": "", "<b>Ali</b>": "", "Karim 🔥": "", "Apple Hydra": "", "Djezzy Hydra": "", "La Rose": "", "Mia Hydra": "", "khalti Fatma": "",
		"PSN": "favourite.word", "psn uk": "favourite.word", "Djezzy": "favourite.word", "موبيليس": "favourite.word", "solde": "favourite.word", "رصيد": "favourite.word", "Facture": "favourite.word",
		"carte": "favourite.word", "khoya": "favourite.word", "mille": "favourite.word", "ADSL": "favourite.word", "dinar": "favourite.word", "flexy": "favourite.word",
		"0661234567": "favourite.figures", "500": "favourite.figures", "Amine 2": "favourite.figures", "Amine x2": "favourite.figures", "036362608": "favourite.figures", "a1b2c3": "favourite.figures",
		"🔥🔥": "favourite.letters", "x": "favourite.letters", "…": "favourite.letters", "\u202e\u2066": "favourite.letters",
		strings.Repeat("م", favouriteName+1): "favourite.long", strings.Repeat("x ", 2000): "favourite.long", "Amine\nKarim": "favourite.long",
		"box karim": "favourite.twin", "  BOX DE  KARIM": "favourite.twin", "sàra": "favourite.twin",
	} {
		k := newTalk(t)
		k.v.favourites = regulars[1:]
		f, says := k.named(name)
		if taken := f.Name != ""; taken != (why == "") || (why != "" && !slices.Contains(says, why)) {
			t.Errorf("%q is taken as %q, said %v, want %q", name, f.Name, says, why)
		}
	}
	k := newTalk(t)
	if namer(k); len(k.s.Favourite.To) == 0 {
		t.Fatal("no draft")
	}
	k.say("0661234567 500")
	k.at(StepConfirm, "confirm.face") // a whole sale is sold
}

// TestFavouriteIsRenamed in its place, unless somebody did so meanwhile; its
// keeper takes it away, a cashier can't.
func TestFavouriteIsRenamed(t *testing.T) {
	k := newTalk(t)
	k.v.favourites = regulars
	f, _ := k.named("amine")
	if f.Name != "amine" || f.Usual.Face != topup.Dinars(500) {
		t.Errorf("renamed %+v", f)
	}
	k = newTalk(t)
	k.v.favourites = regulars
	namer(k)
	other := slices.Clone(regulars)
	other[0].Name = "Amine B"
	k.v.favourites = other
	k.say("Ali")
	k.at(StepFavourite, "rename.meanwhile")
	if _, saved := effect[SaveShop](k); saved {
		t.Error("the name that another gave is lost")
	}
	k.tap("rm")
	if sh, ok := effect[SaveShop](k); !ok || len(sh.Shop.Favourites) != 2 || !slices.Contains(k.says(), "favourite.gone") {
		t.Errorf("taken away: %+v %v", sh.Shop.Favourites, k.says())
	}

	k = newTalk(t)
	ways[StepFavourite]["a cashier"](k)
	if slices.Contains(k.buttons(), k.s.tap("rm")) {
		t.Error("a cashier is shown 🗑")
	}
	k.tap("rm")
	if _, saved := effect[SaveShop](k); saved || k.answered("🗑").Msg.ID != "tap.unknown" {
		t.Error("a cashier takes a name away")
	}
	k.say("Ali")
	if sh, ok := effect[SaveShop](k); !ok || sh.Shop.Favourites[0].Name != "Ali" {
		t.Error("a cashier can't give a name")
	}
}

// TestFavouritesAreFull says so, and leads to where one is taken away.
func TestFavouritesAreFull(t *testing.T) {
	k := newTalk(t)
	ways[StepFavourite]["no room"](k)
	k.at(StepFavourite, "favourite.full")
	k.say("Amine")
	k.at(StepFavourite, "favourite.full")
	if _, saved := effect[SaveShop](k); saved {
		t.Error("one too many")
	}
	k.tap("list")
	k.at(StepFavourites, "favourites.title")
	k.tap("pg", "3")
	k.tap("f", "29")
	k.tap("rm")
	k.at(StepFavourites, "favourite.gone")
	if sh, _ := effect[SaveShop](k); len(sh.Shop.Favourites) != topup.FavouritesMost-1 {
		t.Errorf("%d are left", len(sh.Shop.Favourites))
	}
	if k.s.Favourite.Page != 3 {
		t.Errorf("back on page %d", k.s.Favourite.Page)
	}
}

// TestFavouriteIsSold by a button with its usual amount, from home, from where a
// number is asked and from its card; by its name with an amount.
func TestFavouriteIsSold(t *testing.T) {
	for way, lead := range map[string]func(*talk){
		"home":                          func(k *talk) { k.say("/start"); k.press(menuTap("favour", "0778037340")) },
		"number":                        func(k *talk) { k.say("/mobile"); k.tap("f", "0") },
		"its card":                      func(k *talk) { regular(k); k.press(menuTap("favour", "0778037340")) },
		"typed":                         func(k *talk) { k.say("amine 500") },
		"typed where a number is asked": func(k *talk) { k.say("/mobile"); k.say("Amine 500") },
		"typed where a line is asked":   func(k *talk) { k.say("/internet"); k.tap("lt", topup.ADSL); k.say("Amine 500") },
		"typed at another confirm":      func(k *talk) { k.say("0661234567 200"); k.say("amine 500") },
		"typed where a card is asked":   func(k *talk) { k.say("/cards"); k.say("amine 500") },
	} {
		k := newTalk(t)
		k.v.favourites = regulars
		lead(k)
		k.at(StepConfirm, "favourite.is", "confirm.face")
		k.tap("ok")
		if p, ok := effect[Place](k); !ok || p.Order.To != "0778037340" || p.Order.Face != topup.Dinars(500) || p.Order.Plan != "PREPAID_DJEZZY" {
			t.Errorf("%s: placed %+v", way, p.Order)
		}
	}
	for way, lead := range map[string]func(*talk){
		"typed alone": func(k *talk) { k.say("amine") }, "another amount": func(k *talk) { k.press(menuTap("favour", "0778037340.0")) },
		"no usual": func(k *talk) { k.press(menuTap("favour", "0661234567")) }, "no usual, in place": func(k *talk) { k.say("/mobile"); k.tap("f", "1") },
	} {
		k := newTalk(t)
		k.v.favourites = regulars
		lead(k)
		if k.at(StepPlan, "plan.ask.quick"); len(k.out) == 0 {
			t.Error(way)
		}
	}
	for way, lead := range map[string]func(*talk){
		"the type": func(k *talk) { k.say("/internet"); k.tap("f", "0") }, "the line": func(k *talk) { k.say("/internet"); k.tap("lt", topup.ADSL); k.tap("f", "0") },
		"typed": func(k *talk) { k.say("box karim 1000") }, "home": func(k *talk) { k.press(menuTap("favour", "036362608")) },
		"typed for a number": func(k *talk) { k.say("/mobile"); k.say("box karim 1000") },
	} {
		k := newTalk(t)
		k.v.favourites = regulars
		lead(k)
		k.at(StepChecking)
		k.line(LineAnswer{Panel: k.s.Panel, LineType: topup.ADSL, Line: "036362608", Info: topup.LineInfo{Type: topup.ADSL}})
		if k.at(StepConfirm, "favourite.is"); k.s.Sale.(*internet).Face != topup.Dinars(1000) {
			t.Errorf("%s: %+v", way, k.s.Sale)
		}
	}
}

// TestFavouriteOrCard: a name that a card has since is asked about, with its
// amount; nothing is guessed.
func TestFavouriteOrCard(t *testing.T) {
	k := newTalk(t)
	k.v.favourites = topup.Favourites{{Name: "Psn", Good: topup.MobileTopUp, To: "0778037340", Usual: regulars[0].Usual}}
	k.say("psn 300")
	if k.s.Step != StepIdle || !slices.Contains(k.says(), "favourite.whom") {
		t.Fatalf("at %s: %v", k.s.Step, k.says())
	}
	k.press(k.buttons()[0])
	if k.at(StepConfirm); k.s.Sale.(*mobile).Face != topup.Dinars(300) {
		t.Errorf("%+v", k.s.Sale)
	}
	k.say("/cards")
	k.say("psn")
	if k.at(StepProduct); k.s.Sale.(*giftCard).Search != "psn" {
		t.Error("where a card is asked the word is a card's")
	}
}

// TestFavouritesForged: buttons of none, of another's, and with impossible amounts.
func TestFavouritesForged(t *testing.T) {
	for _, arg := range []string{"0778037341", "0778037340.x", "0778037340.-1", "0778037340.99999999999999999999", "0778037340.10000000001", "x", ".", "0661234567."} {
		k := newTalk(t)
		k.v.favourites = regulars
		k.press(menuTap("favour", arg))
		if toast := k.answered(arg); toast.Msg.ID != "tap.unknown" || len(k.out) != 1 {
			t.Errorf("%q is answered with %q", arg, toast.Msg.ID)
		}
	}
	k := newTalk(t)
	k.v.favourites = regulars
	k.v.sold = []topup.Order{{ID: "g", Shop: 1, Chat: deskChat, Good: topup.GiftCard, State: topup.Delivered}}
	k.press("o:g:name")
	if k.answered("a card's name").Msg.ID != "tap.unknown" {
		t.Error("a gift card goes to no number")
	}
	// A name that has come to say nothing is found by nothing.
	k.v.favourites = topup.Favourites{{Name: "Carte", Good: topup.MobileTopUp, To: "0778037340"}}
	if k.say("merci 500"); k.s.Step != StepIdle {
		t.Errorf("a word that says nothing leads to %q", k.s.Step)
	}
	// Its plan is gone since.
	k.v.favourites = slices.Clone(regulars)
	k.v.favourites[0].Usual.Plan = "GONE"
	k.press(menuTap("favour", "0778037340"))
	k.at(StepPlan, "plan.gone")
}
