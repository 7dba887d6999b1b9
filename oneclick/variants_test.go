package oneclick_test

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hanout/oneclick"
	"hanout/sandbox"
	"hanout/sandbox/provider"
	"hanout/topup"
)

// TestVariants walks through every call under every spelling that the fake
// knows: each alone, each two together, and all at once.
func TestVariants(t *testing.T) {
	fields := reflect.VisibleFields(reflect.TypeFor[provider.Variants]())
	try := func(checkRef string, which ...int) {
		v, name := provider.Variants{CheckRef: checkRef}, "CheckRef="+checkRef
		for _, i := range which {
			if f := reflect.ValueOf(&v).Elem().Field(i); f.Kind() == reflect.Bool {
				f.SetBool(true)
				name += "+" + fields[i].Name
			}
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { walk(t, v) })
		})
	}
	var all []int
	for i := range fields {
		all = append(all, i)
	}
	for _, checkRef := range []string{"both", "own", "prefixed"} {
		try(checkRef)
		try(checkRef, all...)
		for i := range fields {
			try(checkRef, i)
			for j := 0; j < i && checkRef == "both"; j++ {
				try(checkRef, i, j)
			}
		}
	}
}

const (
	germany   = "6126393c6f57860f925a1983"
	anyNumber = "0778037340"
)

func walk(t *testing.T, v provider.Variants) {
	fake := provider.New(provider.Options{Variants: v})
	c := connect(t, fake, provider.SandboxKey)
	start := time.Now()
	sends := 0
	send := func(o topup.Order) topup.SendAnswer {
		sends++
		return c.Send(t.Context(), o)
	}
	accepted := func(o topup.Order) topup.Order {
		t.Helper()
		a := send(o)
		if a.Verdict != topup.Accepted || a.ProviderID == "" || a.Evidence.HTTP != 200 || a.Evidence.Digest == "" || (a.Evidence.RequestID == "") != v.NoRequestID {
			t.Fatalf("%s %s: %+v", o.Good, o.To, a)
		}
		if o.Good != topup.GiftCard && !slices.Contains(c.References(o, provider.SandboxUser), a.ProviderRef) {
			t.Errorf("reference %q of %s", a.ProviderRef, o.ID)
		}
		o.ProviderID = a.ProviderID
		return o
	}
	check := func(o topup.Order, want topup.Phase) topup.Status {
		t.Helper()
		s, err := c.Check(t.Context(), o)
		if err != nil {
			t.Fatalf("%s %s: %v", o.Good, o.To, err)
		}
		if s.Phase != want || !o.Fits(s) || s.ProviderID != o.ProviderID || s.Created.Before(start.Truncate(time.Second)) {
			t.Errorf("%s %s: want %s, got %+v", o.Good, o.To, want, s)
		}
		return s
	}
	mobile := func(id, plan, to string, face topup.Money) topup.Order {
		return topup.Order{ID: topup.OrderID(id), Good: topup.MobileTopUp, Plan: plan, To: to, Face: face, Quantity: 1}
	}
	line := func(id, kind, to string, face topup.Money) topup.Order {
		return topup.Order{ID: topup.OrderID(id), Good: topup.InternetCard, LineType: kind, To: to, Face: face, Quantity: 1}
	}
	gift := func(id, product, typeID string, n int) topup.Order {
		return topup.Order{ID: topup.OrderID(id), Good: topup.GiftCard, Product: product, TypeID: typeID, Quantity: n}
	}

	// The catalogue.
	fake.SetOperator("Pixx", false)
	if w, err := c.Weather(t.Context()); err != nil || len(w.Down) != 1 || !w.Down[topup.Pixx] {
		t.Errorf("weather %+v, %v", w, err)
	}
	if a, err := c.Account(t.Context()); err != nil || !a.Test || !a.Enabled || a.ReadOnly || a.Username != provider.SandboxUser {
		t.Errorf("account %+v, %v", a, err)
	}
	if f, err := c.Float(t.Context()); err != nil || f <= 0 {
		t.Errorf("float %s, %v", f, err)
	}
	plans, err := c.Plans(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byCode := map[string]topup.Plan{}
	for _, p := range plans {
		byCode[p.Code] = p
	}
	for code, want := range map[string]topup.Plan{
		"PREPAID_DJEZZY":     {Kind: topup.Dynamic, Family: topup.FamilyPrepaid, Operator: topup.Djezzy, Cost: 992500, Min: topup.Dinars(100), Max: topup.Dinars(10000)},
		"SPECIAL2000_DJEZZY": {Kind: topup.Fixed, Family: topup.FamilyOther, Operator: topup.Djezzy, Cost: 980000, Amount: topup.Dinars(2000)},
		"GETMENU_Djezzy":     {Kind: topup.Lookup, Family: topup.FamilyOther, Operator: topup.Djezzy, Cost: 980000},
		"GROS_MOBILIS":       {Kind: topup.Dynamic, Family: topup.FamilyWholesale, Operator: topup.GMobilis, Min: topup.Dinars(5000), Max: topup.Dinars(300000)},
	} {
		want.Code, want.Name, want.Enabled = code, byCode[code].Name, true
		if v.NoCost {
			want.Cost = 0
		}
		want.CostKnown = want.Cost > 0
		if byCode[code] != want {
			t.Errorf("%s: %+v", code, byCode[code])
		}
	}
	for _, kind := range []string{topup.ADSL, topup.LTE4G} {
		if p, err := c.Products(t.Context(), kind); err != nil || len(p) == 0 || p[0].Type != kind || !p[0].CostKnown {
			t.Errorf("products %+v, %v", p, err)
		}
	}
	if l, err := c.CheckLine(t.Context(), topup.LTE4G, "213472731602"); err != nil || l.Type != topup.LTE4G || l.Client == "" {
		t.Errorf("line %+v, %v", l, err)
	}
	if _, err := c.CheckLine(t.Context(), topup.ADSL, "036000001"); kindOf(err) != topup.FaultInvalid {
		t.Errorf("a line that is none: %v", err)
	}
	shelves, err := c.Catalogue(t.Context())
	if err != nil || len(shelves) < 3 {
		t.Errorf("catalogue %+v, %v", shelves, err)
	}
	stock, err := c.Stock(t.Context(), germany)
	if err != nil || stock.ProductID != germany || len(stock.Types) == 0 || stock.Types[0].Cost <= 0 || stock.Types[0].Quantity == 0 {
		t.Fatalf("stock %+v, %v", stock, err)
	}

	// The sends.
	good := accepted(mobile("mgood", "PREPAID_DJEZZY", anyNumber, topup.Dinars(500)))
	again := send(mobile("mgood", "PREPAID_DJEZZY", anyNumber, topup.Dinars(500)))
	if again.Verdict != topup.Duplicate || (again.ProviderID == good.ProviderID) == v.DuplicateSilent {
		t.Errorf("the same reference again: %+v", again)
	}
	refused := accepted(mobile("mrefused", "PREPAID_DJEZZY", "0600000001", topup.Dinars(500)))
	offered := accepted(mobile("moffered", "PREPAID_DJEZZY", "0600000002", topup.Dinars(500)))
	unclear := accepted(mobile("munclear", "PREPAID_DJEZZY", "0600000003", topup.Dinars(500)))
	fixed := accepted(mobile("mfixed", "SPECIAL2000_DJEZZY", anyNumber, topup.Dinars(2000)))
	menu := accepted(mobile("mmenu", "GETMENU_Djezzy", anyNumber, 0))
	if a := send(mobile("mwrong", "PREPAID_DJEZZY", "12", topup.Dinars(500))); a.Verdict != topup.Refused || a.Reason != topup.ReasonInvalid {
		t.Errorf("a wrong number: %+v", a)
	}
	card := accepted(line("igood", topup.ADSL, "036362608", topup.Dinars(1000)))
	back := accepted(line("iback", topup.ADSL, "036000002", topup.Dinars(1000)))
	queued := accepted(line("iqueued", topup.LTE4G, "213470000003", topup.Dinars(1000)))
	if a := send(line("istock", topup.ADSL, "036362608", topup.Dinars(5000))); a.Verdict != topup.Refused || a.Reason != topup.ReasonStock {
		t.Errorf("out of stock: %+v", a)
	}
	cards := accepted(gift("ggood", germany, stock.Types[0].ID, 2))
	part := accepted(gift("gpart", germany, "TEST_PARTIAL", 4))
	none := accepted(gift("gnone", germany, "TEST_REFUND", 1))

	// What became of them.
	check(good, topup.PhaseOpen)
	check(card, topup.PhaseOpen)
	check(cards, topup.PhaseOpen)
	time.Sleep(time.Minute)
	if s := check(good, topup.PhaseDone); !s.ChargedKnown || s.Charged <= 0 {
		t.Errorf("charged %+v", s)
	}
	check(fixed, topup.PhaseDone)
	if s := check(refused, topup.PhaseRefunded); s.Message == "" || !s.ChargedKnown || s.Charged != 0 {
		t.Errorf("refused: %+v", s)
	}
	if s := check(offered, topup.PhaseRefunded); len(s.Offers) != 1 || s.Offers[0].Plan != "FACTURE_DJEZZY" || s.Offers[0].Face != topup.Dinars(500) {
		t.Errorf("offers: %+v", s.Offers)
	}
	if s := check(menu, topup.PhaseRefunded); len(s.Offers) != 4 || !s.Inquiry || !s.ChargedKnown || s.Charged != 0 {
		t.Errorf("a look-up: %+v", s)
	}
	check(unclear, topup.PhaseUncertain)
	if s := check(card, topup.PhaseDone); len(s.Vouchers) != 1 || s.Vouchers[0].Code == "" || s.Transaction == "" || s.Processed == "" {
		t.Errorf("card: %+v", s)
	}
	check(back, topup.PhaseRefunded)
	check(queued, topup.PhaseQueued)
	if s := check(cards, topup.PhaseDone); len(s.Vouchers) != 2 || s.DoneQty != 2 || s.Quantity != 2 || s.Vouchers[0].Serial == "" {
		t.Errorf("gift cards: %+v", s)
	}
	if s := check(part, topup.PhasePart); len(s.Vouchers) != 2 || s.DoneQty != 2 || s.Quantity != 4 {
		t.Errorf("part: %+v", s)
	}
	if s := check(none, topup.PhaseRefunded); len(s.Vouchers) != 0 {
		t.Errorf("none: %+v", s)
	}

	// Found again by reference, in the spelling that the provider takes.
	for _, o := range []topup.Order{good, card} {
		for ref, takes := range map[string]bool{
			string(o.ID): v.CheckRef != "prefixed",
			"API-" + provider.SandboxUser + "-" + string(o.ID): v.CheckRef != "own",
			"never-sent": false,
		} {
			s, err := c.Find(t.Context(), o, ref)
			if takes && (err != nil || s.ProviderID != o.ProviderID || !o.Owns(s)) {
				t.Errorf("find %s: %+v, %v", ref, s, err)
			}
			if !takes && kindOf(err) != topup.FaultNotFound {
				t.Errorf("find %s: %v", ref, err)
			}
		}
	}
	for wanted, n := range map[topup.Good]int{topup.MobileTopUp: 6, topup.InternetCard: 3, topup.GiftCard: 3} {
		list, more, err := c.Recent(t.Context(), wanted, start, time.Time{}, 1)
		for _, s := range list {
			if s.Inquiry != (s.ProviderID == menu.ProviderID) {
				t.Errorf("%s is listed as a look-up: %t", s.ProviderID, s.Inquiry)
			}
		}
		if err != nil || more || len(list) != n {
			t.Errorf("recent %s: %d, more %t, %v", wanted, len(list), more, err)
		}
		if list, _, err := c.Recent(t.Context(), wanted, time.Now(), time.Time{}, 1); err != nil || len(list) != 0 {
			t.Errorf("recent %s from now on: %d, %v", wanted, len(list), err)
		}
	}
	asked := fake.Book().Requests
	if n := asked["POST /mobile/send"] + asked["POST /internet/send"] + asked["POST /gift-cards/placeOrder"]; n != sends {
		t.Errorf("%d sends made %d requests", sends, n)
	}
}

func connect(t *testing.T, h http.Handler, key string) *oneclick.Client {
	t.Helper()
	c, err := oneclick.New(oneclick.Options{
		BaseURL: "http://provider.test/v3", Key: key, HTTP: &http.Client{Transport: sandbox.InProcess(h)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func kindOf(err error) topup.FaultKind {
	var f *topup.Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}

// TestLookUps: what a look-up of offers brings, in every way that the fake can
// play it, under each spelling that touches it.
func TestLookUps(t *testing.T) {
	plan := func(code string) func(topup.Offer) bool {
		return func(of topup.Offer) bool { return of.Plan == code && of.Name != "" && of.Face > 0 }
	}
	for _, v := range []provider.Variants{{}, {StringNumbers: true, ArabicWords: true}, {NoCost: true, PlainRef: true, NoRequestID: true}} {
		for _, c := range []struct {
			kind    provider.FaultKind
			menuTo  string
			phase   topup.Phase
			charged topup.Money
			offers  int
			one     string // among them
			listed  int
		}{
			{"", "", topup.PhaseRefunded, 0, 4, "SPECIAL2000_DJEZZY", 4},
			{"", "FULFILLED", topup.PhaseDone, 0, 4, "DATA1GB_DJEZZY", 4},
			{provider.FaultMenuCharged, "", topup.PhaseDone, topup.Dinars(10), 4, "PREPAID_DJEZZY", 4},
			{provider.FaultMenuEmpty, "", topup.PhaseRefunded, 0, 0, "", 0},
			{provider.FaultMenuListed, "", topup.PhaseRefunded, 0, 0, "", 4},
			{provider.FaultMenuEarly, "", topup.PhaseRefunded, 0, 4, "DATA1GB_DJEZZY", 4},
			{provider.FaultMenuUnclear, "", topup.PhaseUncertain, 0, 4, "DATA1GB_DJEZZY", 4},
			{provider.FaultMenuEndless, "", topup.PhaseOpen, 0, 0, "", 0},
			// Two of a plan for another amount, and one of a plan that is off, can be read.
			{provider.FaultMenuOdd, "", topup.PhaseRefunded, 0, 7, "SPECIAL2000_DJEZZY", 7},
			{provider.FaultMenuOwn, "", topup.PhaseRefunded, 0, 2, "OWN_DATA_7340", 2},
		} {
			synctest.Test(t, func(t *testing.T) {
				fake := provider.New(provider.Options{Variants: v, MenuTo: c.menuTo})
				client := connect(t, fake, provider.SandboxKey)
				if c.kind != "" {
					fake.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: c.kind})
				}
				q := topup.Inquiry{ID: topup.OrderID(topup.NewID()), Plan: "GETMENU_Djezzy", Operator: topup.Djezzy, Number: anyNumber, Asked: time.Now()}
				a := client.Send(t.Context(), q.Order())
				if a.Verdict != topup.Accepted {
					t.Fatalf("%s: %+v", c.kind, a)
				}
				q.ProviderID = a.ProviderID
				time.Sleep(20 * time.Second)
				s, err := client.Check(t.Context(), q.Order())
				if err != nil || s.Phase != c.phase || !s.Inquiry || !q.AnsweredBy(s) || s.Charged != c.charged || !s.ChargedKnown || len(s.Offers) != c.offers || s.Reference != q.ID {
					t.Errorf("%s %s: %+v, %v", c.kind, c.menuTo, s, err)
				}
				if c.one != "" && !slices.ContainsFunc(s.Offers, plan(c.one)) {
					t.Errorf("%s: offered are %+v", c.kind, s.Offers)
				}
				for _, of := range s.Offers {
					if of.Face <= 0 || of.Plan == "" || of.Plan == "GETMENU_Djezzy" || of.Plan == "GROS_MOBILIS" {
						t.Errorf("%s: nobody can buy %+v", c.kind, of)
					}
				}
				list, _, err := client.Recent(t.Context(), topup.MobileTopUp, q.Asked.Add(-time.Minute), time.Time{}, 1)
				if err != nil || len(list) != 1 || !list[0].Inquiry || len(list[0].Offers) != c.listed {
					t.Errorf("%s: listed is %+v, %v", c.kind, list, err)
				}
			})
		}
		synctest.Test(t, func(t *testing.T) {
			fake := provider.New(provider.Options{Variants: v})
			fake.SetFault(provider.Fault{Route: "POST /mobile/send", Kind: provider.FaultMenuRefused})
			q := topup.Inquiry{ID: "refused", Plan: "GETMENU_Djezzy", Number: anyNumber, Asked: time.Now()}
			if a := connect(t, fake, provider.SandboxKey).Send(t.Context(), q.Order()); a.Verdict != topup.Refused || a.Reason != topup.ReasonInvalid {
				t.Errorf("the amount 0 is refused: %+v", a)
			}
		})
	}
}

// TestFaults spoils a send in every way the fake knows, and compares what the
// client makes of it with what the provider has on its books.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		fault   provider.Fault
		verdict topup.Verdict
		took    time.Duration
		made    int // orders on the provider's books
	}{
		{provider.Fault{Kind: provider.FaultLatency}, topup.Accepted, 5 * time.Second, 1},
		{provider.Fault{Kind: provider.FaultLatency, Delay: time.Hour}, topup.Unknown, 30 * time.Second, 0},
		{provider.Fault{Kind: provider.FaultResetBefore}, topup.Unknown, 0, 0},
		{provider.Fault{Kind: provider.FaultResetAfter}, topup.Unknown, 0, 1},
		{provider.Fault{Kind: provider.FaultTooMany, RetryAfter: 9 * time.Second}, topup.Throttled, 0, 0},
		{provider.Fault{Kind: provider.Fault500Before}, topup.Unknown, 0, 0},
		{provider.Fault{Kind: provider.Fault500After}, topup.Unknown, 0, 1},
		{provider.Fault{Kind: provider.FaultUnavailable}, topup.Unknown, 0, 0},
		{provider.Fault{Kind: provider.FaultAuthBusy, RetryAfter: 9 * time.Second}, topup.Throttled, 0, 0},
		{provider.Fault{Kind: provider.FaultHTML}, topup.Unknown, 0, 0},
		{provider.Fault{Kind: provider.FaultHTMLAfter}, topup.Unknown, 0, 1},
		{provider.Fault{Kind: provider.FaultBroken}, topup.Unknown, 0, 1},
		{provider.Fault{Kind: provider.FaultEmpty}, topup.Unknown, 0, 1},
		{provider.Fault{Kind: provider.FaultHuge}, topup.Unknown, 0, 0},
		{provider.Fault{Kind: provider.FaultNoID}, topup.Unknown, 0, 1},
		{provider.Fault{Kind: provider.FaultRefused}, topup.Refused, 0, 0},
		{provider.Fault{Kind: provider.FaultRefused, Code: "NO_BALANCE", Status: 403}, topup.Refused, 0, 0},
		{provider.Fault{Kind: provider.FaultRefused, Code: "SOMETHING", Status: 403}, topup.Unknown, 0, 0},
		{provider.Fault{Kind: provider.FaultRefused, Code: "IP_NOT_ALLOWED", Status: 403}, topup.KeyFault, 0, 0},
	} {
		for route, o := range map[string]topup.Order{
			"POST /mobile/send":           {ID: "f", Good: topup.MobileTopUp, Plan: "PREPAID_DJEZZY", To: anyNumber, Face: topup.Dinars(500), Quantity: 1},
			"POST /internet/send":         {ID: "f", Good: topup.InternetCard, LineType: topup.ADSL, To: "036362608", Face: topup.Dinars(1000), Quantity: 1},
			"POST /gift-cards/placeOrder": {ID: "f", Good: topup.GiftCard, Product: germany, TypeID: "any", Quantity: 1},
		} {
			t.Run(string(tt.fault.Kind)+tt.fault.Code+"/"+string(o.Good), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					fake := provider.New(provider.Options{})
					c := connect(t, fake, provider.SandboxKey)
					tt.fault.Route, tt.fault.Times = route, 1
					fake.SetFault(tt.fault)
					start := time.Now()
					a := c.Send(t.Context(), o)
					if a.Verdict != tt.verdict || a.RetryAfter != tt.fault.RetryAfter || time.Since(start) != tt.took {
						t.Errorf("after %s: %+v", time.Since(start), a)
					}
					synctest.Wait()
					book := fake.Book()
					if len(book.Orders) != tt.made || book.Requests[route] != 1 {
						t.Errorf("%d orders of %d requests", len(book.Orders), book.Requests[route])
					}
				})
			})
		}
	}
}

// TestSpoiltReads: a read that goes wrong says nothing of the order.
func TestSpoiltReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := provider.New(provider.Options{})
		c := connect(t, fake, provider.SandboxKey)
		o := topup.Order{ID: "r", Good: topup.InternetCard, LineType: topup.ADSL, To: "036362608", Face: topup.Dinars(1000), Quantity: 1}
		fake.SetFault(provider.Fault{Route: "POST /internet/send", Kind: provider.FaultHidden, Times: 1})
		fake.SetFault(provider.Fault{Route: "POST /internet/send", Kind: provider.FaultUncoded, Times: 1})
		o.ProviderID = c.Send(t.Context(), o).ProviderID
		for range 3 {
			if _, err := c.Check(t.Context(), o); kindOf(err) != topup.FaultNotFound {
				t.Errorf("too early: %v", err)
			}
		}
		for kind, want := range map[provider.FaultKind]topup.FaultKind{
			provider.FaultResetBefore: topup.FaultUnavailable,
			provider.FaultTooMany:     topup.FaultThrottled,
			provider.FaultUnavailable: topup.FaultUnavailable,
			provider.FaultAuthBusy:    topup.FaultThrottled,
			provider.FaultHTML:        topup.FaultUnavailable,
			provider.FaultHuge:        topup.FaultUnavailable,
			provider.FaultEmpty:       topup.FaultUnavailable,
			provider.FaultBroken:      topup.FaultUnavailable,
			provider.FaultNoID:        topup.FaultUnavailable,
		} {
			fake.SetFault(provider.Fault{Route: "*", Kind: kind, Times: 1})
			if s, err := c.Check(t.Context(), o); kindOf(err) != want {
				t.Errorf("%s: %+v, %v", kind, s, err)
			}
			fake.ClearFaults()
		}
		time.Sleep(time.Minute)
		codes := 0
		for range 4 {
			s, err := c.Check(t.Context(), o)
			if err != nil || s.Phase != topup.PhaseDone {
				t.Fatalf("%+v, %v", s, err)
			}
			codes += len(s.Vouchers)
		}
		if codes == 0 || codes == 4 {
			t.Errorf("the code came %d times of 4", codes)
		}
	})
}

// TestKeys takes each key of the fake, and the way to the lock-out.
func TestKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := provider.New(provider.Options{})
		order := topup.Order{ID: "k", Good: topup.MobileTopUp, Plan: "PREPAID_DJEZZY", To: anyNumber, Face: topup.Dinars(500), Quantity: 1}
		closed := func(c *oneclick.Client, what string) {
			t.Helper()
			if a := c.Send(t.Context(), order); a.Verdict != topup.KeyFault || a.Reason != topup.ReasonClosed {
				t.Errorf("%s: %+v", what, a)
			}
		}
		readOnly := connect(t, fake, provider.ReadOnlyKey)
		if a, err := readOnly.Account(t.Context()); err != nil || !a.ReadOnly || a.Test {
			t.Errorf("read-only: %+v, %v", a, err)
		}
		closed(readOnly, "read-only")
		disabled := connect(t, fake, provider.DisabledKey)
		if a, err := disabled.Account(t.Context()); err != nil || a.Enabled {
			t.Errorf("disabled: %+v, %v", a, err)
		}
		closed(disabled, "disabled")
		if _, err := disabled.Float(t.Context()); kindOf(err) != topup.FaultKey {
			t.Errorf("disabled: %v", err)
		}
		fake.SetBalance(100)
		if a := connect(t, fake, provider.ProductionKey).Send(t.Context(), order); a.Verdict != topup.Refused || a.Reason != topup.ReasonFloat {
			t.Errorf("float too low: %+v", a)
		}
		wrong := connect(t, fake, "wrong")
		for range 5 {
			if _, err := wrong.Account(t.Context()); kindOf(err) != topup.FaultKey {
				t.Errorf("wrong key: %v", err)
			}
		}
		if _, err := wrong.Float(t.Context()); kindOf(err) != topup.FaultBlocked {
			t.Errorf("sixth try: %v", err)
		}
		closed(connect(t, fake, provider.SandboxKey), "locked out")
		time.Sleep(15 * time.Minute)
		if a := connect(t, fake, provider.SandboxKey).Send(t.Context(), order); a.Verdict != topup.Accepted {
			t.Errorf("after the lock-out: %+v", a)
		}
	})
}
