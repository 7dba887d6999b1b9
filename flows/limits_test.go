package flows

import (
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

// TestLimitsOfAShop: set by buttons or typed, over what was shown and nothing
// newer, and the shop is told.
func TestLimitsOfAShop(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*talk)
		sale topup.Money
		day  topup.Money
		says string
	}{
		"a button":                {func(k *talk) { k.tap("k", "sale"); k.tap("l", "5000") }, topup.Dinars(5_000), 0, "limits.sale"},
		"typed, with a space":     {func(k *talk) { k.tap("k", "day"); k.say("75 000") }, 0, topup.Dinars(75_000), "limits.day"},
		"no limit any more":       {func(k *talk) { k.v.mostDay = topup.Dinars(9); k.tap("k", "day"); k.tap("l", "0") }, 0, 0, "limits.day.none"},
		"no amount":               {func(k *talk) { k.tap("k", "day"); k.say("beaucoup") }, -1, 0, "staff.limit.bad"},
		"more than there is":      {func(k *talk) { k.tap("k", "day"); k.say("99999999999999999999") }, -1, 0, "staff.limit.bad"},
		"below zero":              {func(k *talk) { k.tap("k", "day"); k.say("-5") }, -1, 0, "staff.limit.bad"},
		"a forged button":         {func(k *talk) { k.tap("k", "sale"); k.tap("l", "7") }, -1, 0, ""},
		"the other's button":      {func(k *talk) { k.tap("k", "sale"); k.tap("l", "200000") }, -1, 0, ""},
		"late":                    {func(k *talk) { k.tap("k", "sale"); k.late("5000") }, -1, 0, "staff.late"},
		"another owner was first": {func(k *talk) { k.tap("k", "sale"); k.v.mostSale = topup.Dinars(1); k.say("5000") }, -1, 0, "limits.meanwhile"},
		"and knows it now": {func(k *talk) { k.tap("k", "sale"); k.v.mostSale = topup.Dinars(1); k.say("5000"); k.say("5000") },
			topup.Dinars(5_000), 0, "limits.sale"},
	} {
		k := newTalk(t)
		limiter(k)
		c.do(k)
		saved, ok := effect[SaveShop](k)
		if ok != (c.sale >= 0) || ok && (saved.Shop.MostSale != c.sale || saved.Shop.MostDay != c.day) {
			t.Errorf("%s: saved %t, %+v", name, ok, saved.Shop)
		}
		if c.says != "" && !slices.Contains(k.says(), c.says) {
			t.Errorf("%s: %v", name, k.says())
		}
		told := slices.ContainsFunc(k.out, func(e Effect) bool {
			s, is := e.(Show)
			return is && s.Chat == deskChat && s.Screen.Lines[0].ID == "limits.told"
		})
		if told != ok {
			t.Errorf("%s: the shop is told: %t", name, told)
		}
	}
}

// TestLimitHolds for everybody of the shop, at the quote and again at ✅, one
// sale or several, and counts the shop's day.
func TestLimitHolds(t *testing.T) {
	sold := topup.Takings{Day: noon.Format(time.DateOnly), Sold: topup.Dinars(600), Sales: 2}
	yesterday := sold
	yesterday.Day = noon.AddDate(0, 0, -1).Format(time.DateOnly)
	for name, c := range map[string]struct {
		limit func(*desk)
		one   string // what refuses the sale of 500, "" if nothing
		many  string // the same of two, which cost together 700
	}{
		"none":               {func(*desk) {}, "", ""},
		"enough a sale":      {func(d *desk) { d.mostSale = topup.Dinars(600) }, "", ""},
		"too little a sale":  {func(d *desk) { d.mostSale = topup.Dinars(300) }, "limits.sale.over", "limits.sale.over"},
		"enough a day":       {func(d *desk) { d.mostDay = topup.Dinars(800) }, "", ""},
		"for one":            {func(d *desk) { d.mostDay = topup.Dinars(500) }, "", "limits.day.over"},
		"too little a day":   {func(d *desk) { d.mostDay = topup.Dinars(1000); d.takings = sold }, "limits.day.over", "limits.day.over"},
		"that was yesterday": {func(d *desk) { d.mostDay = topup.Dinars(1000); d.takings = yesterday }, "", ""},
		"the cashier's is smaller": {func(d *desk) {
			d.mostDay = topup.Dinars(600)
			d.members[0].Limit, d.members[0].Sold = topup.Dinars(400), 0
		}, "confirm.limit", "confirm.limit"},
		"the shop's is smaller": {func(d *desk) {
			d.mostDay = topup.Dinars(300)
			d.members[0].Limit, d.members[0].Sold = topup.Dinars(400), 0
		}, "limits.day.over", "limits.day.over"},
	} {
		for _, who := range []int64{deskChat, 21} {
			if who == deskChat && (c.one == "confirm.limit" || name == "the cashier's is smaller") {
				continue // a keeper has no limit of their own
			}
			for text, refusal := range map[string]string{"0778037340 500": c.one, "0778037340 500\n0661234567 200": c.many} {
				start := func() *talk {
					k := newTalk(t)
					staffed(k)
					k.v.members[0].Limit, k.who = 0, who
					return k
				}
				placed := func(k *talk) bool {
					_, one := effect[Place](k)
					_, many := effect[PlaceMany](k)
					return one || many
				}
				before := start()
				c.limit(before.v)
				before.say(text)
				if said := slices.Contains(before.says(), refusal); refusal != "" && refusal != "limits.sale.over" && !said {
					t.Errorf("%s, %d, %q: %v", name, who, text, before.says())
				}
				before.now = before.now.Add(time.Second)
				before.tap("ok")
				shortened := refusal == "limits.sale.over" && text != "0778037340 500" // see TestSeveralUnderALimit
				if refusal != "" && !shortened && placed(before) {
					t.Errorf("%s, %d, %q: sold above the limit", name, who, text)
				}
				open := start() // the limit comes when the card stands open
				open.say(text)
				c.limit(open.v)
				open.now = open.now.Add(time.Second)
				open.tap("ok")
				if placed(open) != (refusal == "") {
					t.Errorf("%s, %d, %q: an open card sells: %t", name, who, text, placed(open))
				}
			}
		}
	}
}

// TestSeveralUnderALimit: what is above the limit of a sale is left out and said,
// and of what is above the day's the first can be kept.
func TestSeveralUnderALimit(t *testing.T) {
	k := newTalk(t)
	k.v.mostSale = topup.Dinars(300)
	k.say("0778037340 500\n0661234567 200\n0661234568 100")
	if k.at(StepMany); len(k.s.Many.Sales) != 2 || len(k.s.Many.Left) != 1 || k.s.Many.Left[0].Why != "many.why.bysale" {
		t.Errorf("%+v", k.s.Many)
	}
	k.v.mostDay = topup.Dinars(200)
	k.tap("again")
	k.at(StepMany, "limits.day.over")
	if said := k.answered("again"); said.Msg.ID != "limits.day.over" {
		t.Errorf("a look that changes nothing is answered %q", said.Msg.ID)
	}
	if !slices.Contains(k.says(), "many.allowed") {
		t.Errorf("%v", k.says())
	}
	k.tap("fit")
	if k.at(StepMany); len(k.s.Many.Sales) != 1 || k.s.Many.Left[1].Why != "many.why.limit" {
		t.Errorf("%+v", k.s.Many)
	}
	k.now = k.now.Add(time.Second)
	k.tap("ok")
	if p, ok := effect[PlaceMany](k); !ok || len(p.Orders) != 1 {
		t.Errorf("%+v", k.out)
	}
}
