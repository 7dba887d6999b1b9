package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox/provider"
)

// objects are the members of a list of an answer.
func objects(v any) []map[string]any {
	var all []map[string]any
	for _, e := range v.([]any) {
		all = append(all, e.(map[string]any))
	}
	return all
}

// TestPlans: the price list holds what a client must be able to meet.
func TestPlans(t *testing.T) {
	r := newRig(t, provider.Options{})
	data := r.data("GET /mobile/plans")
	codes, fixed, menus, off, costless := map[string]bool{}, map[string]int{}, 0, 0, 0
	for i, list := range [][]map[string]any{objects(data["dynamicPlans"]), objects(data["fixedPlans"])} {
		for _, p := range list {
			code := p["code"].(string)
			if codes[code] {
				t.Errorf("%s twice", code)
			}
			codes[code] = true
			operator, amount, least := p["operator"].(string), p["amount"], p["min_amount"]
			if (amount == nil) != (i == 0) || (least == nil) != (i == 1) || !strings.Contains("Mobilis Djezzy Ooredoo Pixx GMobilis", operator) {
				t.Errorf("%v", p)
			}
			if i == 1 {
				fixed[operator]++
			}
			if strings.HasPrefix(code, "GETMENU_") {
				menus++
			}
			if p["isEnabled"] == false {
				off++
			}
			if _, ok := p["cost"]; !ok {
				costless++
				if operator != "GMobilis" {
					t.Errorf("%s has no cost", code)
				}
			}
		}
	}
	if fixed["Mobilis"] < 12 || fixed["Pixx"] == 0 || menus != 3 || off == 0 || costless != 1 {
		t.Errorf("fixed %v, %d menus, %d off, %d without cost", fixed, menus, off, costless)
	}
	for _, o := range []struct{ operator, number string }{{"Mobilis", "0661234567"}, {"Ooredoo", "0561234567"}, {"Djezzy", "0781234567"}} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, provider.Options{})
			id := r.id(topUp("GETMENU_"+o.operator, o.number, 0, ""))
			time.Sleep(time.Minute)
			offers := objects(r.data("GET /mobile/check-id/" + id)["suggested_offers"])
			if len(offers) < 3 || len(offers) > 5 {
				t.Errorf("%s: %d offers", o.operator, len(offers))
			}
			for _, f := range offers {
				r.id(topUp(f["plan_code"].(string), o.number, int(f["amount"].(float64)), "")) // each can be had
			}
		})
	}
}

// TestOperatorFit: which numbers a plan takes, from the guide's table.
func TestOperatorFit(t *testing.T) {
	for prefix, want := range map[string]string{
		"055": "MDO", "056": "O", "065": "MP", "066": "MOP", "067": "MP", "068": "MP", "077": "DMP", "078": "D",
		"054": "O", "069": "MP", "079": "D", "060": "MP",
	} {
		got := ""
		r := newRig(t, provider.Options{})
		for _, p := range []struct{ sign, code string }{{"D", "PREPAID_DJEZZY"}, {"M", "PREPAID_MOBILIS"}, {"O", "PREPAID_OOREDOO"}, {"P", "PIXX_500"}} {
			if r.call(topUp(p.code, prefix+"1234567", 500, "")).status == 200 {
				got += p.sign
			}
		}
		if prefix == "055" {
			want = "MDOP" // Pixx goes wherever Mobilis goes
		}
		for _, sign := range "DMOP" {
			if strings.ContainsRune(got, sign) != strings.ContainsRune(want, sign) {
				t.Errorf("%s: takes %s, want %s", prefix, got, want)
				break
			}
		}
		if r.call(topUp("PREPAID_DJEZZY", "0600000002", 500, "")).status != 200 {
			t.Error("a sandbox number is refused")
		}
	}
}

// TestCatalogue: the gift cards hold what a client must be able to meet.
func TestCatalogue(t *testing.T) {
	hex := regexp.MustCompile(`^[0-9a-f]{24}$`)
	r := newRig(t, provider.Options{})
	titles, ids, most := map[string]int{}, map[string]bool{}, 0
	var off, regions, empty, fractions, markup, marks int
	for _, shelf := range objects(r.data("GET /gift-cards/catalog")["categories"]) {
		titles[shelf["title"].(string)]++
		products := objects(shelf["products"])
		most = max(most, len(products))
		for _, p := range products {
			id, title := p["id"].(string), p["title"].(string)
			if ids[id] || !hex.MatchString(id) {
				t.Errorf("product ID %s", id)
			}
			ids[id] = true
			if p["region"] != nil {
				regions++
			}
			if strings.ContainsAny(title, "<>&") {
				markup++
			}
			if strings.ContainsRune(title, '\u200f') {
				marks++
			}
			if p["enabled"] == false {
				off++
				continue
			}
			for _, k := range objects(r.data("GET /gift-cards/checkProduct/" + id)["types"]) {
				if typeID := k["id"].(string); !hex.MatchString(typeID) && !strings.HasPrefix(typeID, "TEST_") || ids[typeID] {
					t.Errorf("type ID %s", typeID)
				}
				ids[k["id"].(string)] = true
				if k["quantity"] == 0.0 {
					empty++
				}
				if c := centimes(k["price"]); c%100 != 0 {
					fractions++
				}
			}
		}
	}
	if len(titles) < 3 || titles["PSN"] != 2 || titles["Mobile & Internet"] != 1 || most < 12 {
		t.Errorf("categories %v, at most %d products", titles, most)
	}
	for name, n := range map[string]int{"off": off, "regions": regions, "out of stock": empty, "fractional prices": fractions, "markup": markup, "direction marks": marks} {
		if n == 0 {
			t.Errorf("no %s", name)
		}
	}
	if !ids["TEST_REFUND"] || !ids["TEST_PARTIAL"] {
		t.Error("the test types can't be reached")
	}
}

// TestControls: each Set method does what it says, and wakes who waits.
func TestControls(t *testing.T) {
	r := newRig(t, provider.Options{}).as(provider.ProductionKey)
	on, off := true, false
	first := func() map[string]any {
		return objects(r.data("GET /gift-cards/checkProduct/" + provider.PSNGermany)["types"])[0]
	}
	const eur20 = "6126393c6f57860f925a1984"
	for _, tt := range []struct {
		name string
		do   func()
		seen func() bool
	}{
		{"operator down", func() { r.SetOperator("Pixx", false) }, func() bool { return strings.Contains(r.call("GET /ping").body, `"mobilisFixedPlans":"down"`) }},
		{"operator up", func() { r.SetOperator("Pixx", true) }, func() bool { return strings.Contains(r.call("GET /ping").body, `"mobilisFixedPlans":"up"`) }},
		{"plan off", func() { r.SetPlan("PREPAID_DJEZZY", provider.PlanChange{Enabled: &off}) }, func() bool { return r.call(sends[0]).status == 400 }},
		{"plan on, dearer", func() { r.SetPlan("PREPAID_DJEZZY", provider.PlanChange{Enabled: &on, Cost: "1.01"}) }, func() bool {
			r.id(sends[0])
			return r.Book().Orders[0].Charged == 505_00
		}},
		{"plan gone", func() { r.SetPlan("PIXX_500", provider.PlanChange{Remove: true}) }, func() bool { return !strings.Contains(r.call("GET /mobile/plans").body, "PIXX_500") }},
		{"stock and price", func() { r.SetStock(provider.PSNGermany, eur20, 3, 5000_50) }, func() bool { return first()["quantity"] == 3.0 && first()["price"] == 5000.5 }},
		{"stock", func() { r.SetStock(provider.PSNGermany, eur20, 0, 0) }, func() bool {
			return first()["quantity"] == 0.0 && first()["price"] == 5000.5 && r.call(gift(provider.PSNGermany, eur20, 1)).status == 400
		}},
		{"value in stock", func() { r.SetInternet("4G", 5000_00, true) }, func() bool {
			return r.call(card("4G", "213472731602", 5000, "")).status == 200 && r.call(card("ADSL", "036362608", 5000, "")).status == 400
		}},
		{"product off", func() { r.SetProduct(provider.PSNUK, false) }, func() bool {
			return r.call("GET /gift-cards/checkProduct/"+provider.PSNUK).status == 404 && r.call(gift(provider.PSNUK, "612619816f57860f9259eee4", 1)).status == 400
		}},
		{"product on", func() { r.SetProduct(provider.PSNUK, true) }, func() bool { return r.call(gift(provider.PSNUK, "612619816f57860f9259eee4", 1)).status == 200 }},
		{"balance", func() { r.SetBalance(7_05) }, func() bool { return r.data("GET /account/balance")["balance"] == 7.05 }},
		{"debt", func() { r.SetBalance(-7_05) }, func() bool { return r.data("GET /account/balance")["balance"] == -7.05 }},
		{"end", func() { r.Resolve(r.Book().Orders[0].ID, "UNKNOWN_ERROR") }, func() bool { return r.Book().Orders[0].Status == "UNKNOWN_ERROR" }},
		{"speed", func() { r.SetSpeed(2) }, func() bool { return true }},
		{"a send", func() { r.as(provider.SandboxKey).id(sends[0]) }, func() bool { return true }},
	} {
		changed := r.Changed()
		select {
		case <-changed:
			t.Fatalf("before %s: changed already", tt.name)
		default:
		}
		tt.do()
		select {
		case <-changed:
		default:
			t.Errorf("%s: nobody was told", tt.name)
		}
		if !tt.seen() {
			t.Errorf("%s: not seen", tt.name)
		}
	}
	changed := r.Changed()
	r.call(sends[0]) // refused: a reference again
	r.call("GET /mobile/list")
	select {
	case <-changed:
		t.Error("reads and refusals are no change")
	default:
	}
}

// TestPages walks through a list, newest first, whole and between dates.
func TestPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, provider.Options{})
		for i := range 45 {
			r.id(topUp("PREPAID_DJEZZY", anyNumber, 100+i, fmt.Sprint(i)))
			time.Sleep(time.Minute)
		}
		page := func(query string) (amounts []float64, total float64) {
			t.Helper()
			data := r.data("GET /mobile/list?" + query)
			for _, o := range objects(data["items"]) {
				amounts = append(amounts, o["topup_amount"].(float64))
			}
			return amounts, data["pagination"].(map[string]any)["totalResults"].(float64)
		}
		for _, tt := range []struct {
			query              string
			first, last, total float64
			n                  int
		}{
			{"", 144, 125, 45, 20},
			{"page=2", 124, 105, 45, 20},
			{"page=3", 104, 100, 45, 5},
			{"page=4", 0, 0, 45, 0},
			{"page=2147483647&pageSize=100", 0, 0, 45, 0},
			{"pageSize=100", 144, 100, 45, 45},
			{"pageSize=1&page=45", 100, 100, 45, 1},
			{"from=2000-01-01T00:10:00.000Z&to=2000-01-01T00:12:00.000Z", 112, 110, 3, 3},
			{"from=2000-01-01T01:10:00%2B01:00&to=2000-01-01T00:10:00Z", 110, 110, 1, 1},
			{"from=2000-01-01T00:12:00Z&to=2000-01-01T00:10:00Z", 0, 0, 0, 0},
		} {
			got, total := page(tt.query)
			if len(got) != tt.n || total != tt.total || tt.n > 0 && (got[0] != tt.first || got[tt.n-1] != tt.last) {
				t.Errorf("%s: %v of %v", tt.query, got, total)
			}
		}
		time.Sleep(400 * time.Microsecond) // less than the wire can tell
		r.id(topUp("PREPAID_DJEZZY", anyNumber, 777, ""))
		if got, _ := page("from=2000-01-01T00:45:00.000Z&to=2000-01-01T00:45:00.000Z"); len(got) != 1 || got[0] != 777 {
			t.Errorf("the moment that an order tells is not its own: %v", got)
		}
		shop := r.as(provider.ProductionKey)
		for i := range 3 {
			shop.id(card("ADSL", "036362608", 500, fmt.Sprint(i)))
			time.Sleep(time.Minute)
		}
		data := shop.data("GET /account/transactions?from=2000-01-01T00:46:00Z&to=2000-01-01T00:46:00Z")
		if lines := objects(data["items"]); len(lines) != 1 || lines[0]["time"] != "2000-01-01T00:46:00.000Z" {
			t.Errorf("between dates: %v", lines)
		}
	})
}
