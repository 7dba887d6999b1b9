package provider

import (
	"fmt"
	"math/big"
	"strings"
)

// plan is one line of the mobile price list; amounts in centimes.
type plan struct {
	code, name, operator string
	cost                 string // decimal multiplier; "" is left out, as on wholesale plans
	enabled              bool
	min, max             int64 // dynamic
	amount               int64 // fixed
	own                  bool  // offered to one number alone
}

// lookup tells the plans that sell nothing and bring offers back.
func (p plan) lookup() bool { return strings.HasPrefix(p.code, "GETMENU_") }

// costOf is what an amount costs, cut to the centime; a plan without a cost
// charges the face value.
func (p plan) costOf(amount int64) int64 {
	rate, ok := new(big.Rat).SetString(p.cost)
	if !ok {
		return amount
	}
	cost := rate.Mul(rate, new(big.Rat).SetInt64(amount))
	return new(big.Int).Quo(cost.Num(), cost.Denom()).Int64()
}

// prefixes are the operators that the provider takes for a prefix, from the
// guide; prefixes that it leaves out go by their first digit.
var prefixes = map[string][]string{
	"055": {"Ooredoo", "Djezzy", "Mobilis"}, "056": {"Ooredoo"},
	"065": {"Mobilis"}, "066": {"Mobilis", "Ooredoo"}, "067": {"Mobilis"}, "068": {"Pixx", "Mobilis"},
	"077": {"Djezzy", "Mobilis"}, "078": {"Djezzy"},
}

// takes tells whether the plan's operator fits a number. Pixx and wholesale
// plans go wherever Mobilis goes.
func (p plan) takes(to string) bool {
	operators, ok := prefixes[to[:3]]
	if !ok {
		operators = map[byte][]string{'5': {"Ooredoo"}, '6': {"Mobilis"}, '7': {"Djezzy"}}[to[1]]
	}
	for _, o := range operators {
		if o == p.operator || (o == "Mobilis" && (p.operator == "GMobilis" || p.operator == "Pixx")) {
			return true
		}
	}
	return false
}

func plans() []plan {
	list := []plan{
		{code: "PREPAID_MOBILIS", name: "📱 PREPAID | الدفع المسبق", operator: "Mobilis", cost: "0.96", enabled: true, min: 40_00, max: 3999_00},
		{code: "FACTURE_MOBILIS", name: "🧾 FACTURE | الفاتورة", operator: "Mobilis", cost: "0.97", enabled: true, min: 100_00, max: 10_000_00},
		{code: "INTERNATIONAL_MOBILIS", name: "🌍 INTERNATIONAL | دولي", operator: "Mobilis", cost: "0.98", enabled: true, min: 500_00, max: 5000_00},
		{code: "GETMENU_Mobilis", name: "🔎 GET MENU | عروض الرقم", operator: "Mobilis", cost: "0.98", enabled: true, min: 50_00, max: 5000_00},
		{code: "GROS_MOBILIS", name: "📦 GROS MOBILIS | الجملة", operator: "GMobilis", enabled: true, min: 5000_00, max: 300_000_00},
		{code: "PREPAID_DJEZZY", name: "📱 PREPAID | الدفع المسبق", operator: "Djezzy", cost: "0.9925", enabled: true, min: 100_00, max: 10_000_00},
		{code: "FACTURE_DJEZZY", name: "🧾 FACTURE | الفاتورة", operator: "Djezzy", cost: "0.99", enabled: true, min: 100_00, max: 10_000_00},
		{code: "GETMENU_Djezzy", name: "🔎 GET MENU | عروض الرقم", operator: "Djezzy", cost: "0.98", enabled: true, min: 50_00, max: 5000_00},
		{code: "PREPAID_OOREDOO", name: "📱 PREPAID | الدفع المسبق", operator: "Ooredoo", cost: "0.98", enabled: true, min: 50_00, max: 5000_00},
		{code: "FACTURE_OOREDOO", name: "🧾 FACTURE | الفاتورة", operator: "Ooredoo", cost: "0.985", enabled: true, min: 100_00, max: 10_000_00},
		{code: "GETMENU_Ooredoo", name: "🔎 GET MENU | عروض الرقم", operator: "Ooredoo", cost: "0.98", enabled: true, min: 50_00, max: 5000_00},
		{code: "SPECIAL2000_DJEZZY", name: "⭐ AUTO | Special 2000", operator: "Djezzy", cost: "0.98", enabled: true, amount: 2000_00},
		{code: "DATA1GB_DJEZZY", name: "🌐 Data Pack 1GB | باقة 1 جيغا", operator: "Djezzy", cost: "0.97", enabled: true, amount: 250_00},
		{code: "MIX1000_OOREDOO", name: "⭐ AUTO | MIX 1000", operator: "Ooredoo", cost: "0.99", enabled: true, amount: 1000_00},
		{code: "HAYLA_OOREDOO", name: "⭐ AUTO | Hayla 500", operator: "Ooredoo", cost: "0.99", enabled: false, amount: 500_00},
	}
	for _, d := range []int64{100, 200, 300, 500, 700, 1000, 1200, 1500, 2000, 2500, 3000, 3500} {
		list = append(list, plan{code: fmt.Sprintf("MIX%d_MOBILIS", d), name: fmt.Sprintf("⭐ AUTO | MIX %d", d), operator: "Mobilis", cost: "0.96", enabled: true, amount: d * 100})
	}
	list = append(list, plan{code: "SAMA_500", name: "⭐ Sama 500 | سما 500", operator: "Mobilis", cost: "0.96", enabled: true, amount: 500_00})
	for _, d := range []int64{500, 1000, 1500, 2000} {
		list = append(list, plan{code: fmt.Sprintf("PIXX_%d", d), name: fmt.Sprintf("⭐ PIXX %d | بيكس %d", d, d), operator: "Pixx", cost: "0.97", enabled: true, amount: d * 100})
	}
	return list
}

type internetProduct struct {
	value, cost int64
	available   bool
}

func internetProducts() map[string][]internetProduct {
	list := func() []internetProduct {
		return []internetProduct{{500_00, 490_00, true}, {1000_00, 980_00, true}, {2000_00, 1960_00, true}, {5000_00, 4900_00, false}}
	}
	return map[string][]internetProduct{"ADSL": list(), "4G": list()}
}

type shelf struct {
	title    string
	products []giftProduct
}

type giftProduct struct {
	id, title, region string
	enabled           bool
}

type giftType struct {
	id, name string
	price    int64
	stock    int
}

// The products of the catalogue that tests and the demo name.
const (
	PSNGermany = "6126393c6f57860f925a1983"
	PSNUK      = "612619816f57860f9259eee3"
	TestCards  = "6126393c6f57860f925a7e57" // its types are TEST_REFUND, TEST_PARTIAL and a plain one
)

func catalogue() ([]shelf, map[string][]giftType) {
	types := map[string][]giftType{
		PSNGermany: {{"6126393c6f57860f925a1984", "20 EUR", 4950_00, 37}, {"6126393c6f57860f925a1985", "50 EUR", 12_312_50, 5}, {"6126393c6f57860f925a1986", "100 EUR", 24_500_00, 0}},
		PSNUK:      {{"612619816f57860f9259eee4", "10 GBP", 2890_75, 12}},
		TestCards:  {{"TEST_PARTIAL", "Half a delivery", 1000_00, 50}, {"TEST_REFUND", "No delivery", 1000_00, 50}, {"TEST_PLAIN", "A delivery", 1000_00, 50}},
	}
	play := shelf{title: "PSN", products: []giftProduct{
		{PSNGermany, "PSN Germany", "germany", true}, {PSNUK, "PSN UK", "united-kingdom", true}, {"612619816f57860f9259ef00", "PSN USA", "usa", false}}}
	stores := shelf{title: "Game Stores"}
	for i, name := range []string{"Steam", "Xbox", "Nintendo", "Roblox", "PUBG Mobile", "Free Fire", "Mobile Legends", "Fortnite", "Valorant", "Razer <Gold>", "Blizzard & Co", "\u200fبطاقة ألعاب\u200f", "Riot Points"} {
		id := fmt.Sprintf("600b141a6589040031430%03x", i)
		stores.products = append(stores.products, giftProduct{id, name, []string{"", "turkey", "global"}[i%3], true})
		types[id] = []giftType{
			{fmt.Sprintf("600b141a65890400314a0%03x", i), "Small", 1500_00 + int64(i)*10_50, 20},
			{fmt.Sprintf("600b141a65890400314b0%03x", i), "Large", 4800_00 + int64(i)*10_00, 3 * i},
		}
	}
	itunes := shelf{title: "iTunes", products: []giftProduct{{"507f1f77bcf86cd799439012", "iTunes France", "france", true}}}
	types["507f1f77bcf86cd799439012"] = []giftType{{"507f1f77bcf86cd799439013", "15 EUR", 3600_00, 8}}
	again := shelf{title: "PSN", products: []giftProduct{{"612619816f57860f9259ef10", "PSN France", "france", true}}}
	types["612619816f57860f9259ef10"] = []giftType{{"612619816f57860f9259ef11", "20 EUR", 4980_00, 9}}
	tests := shelf{title: "Sandbox", products: []giftProduct{{TestCards, "Sandbox cards", "", true}}}
	lines := shelf{title: "Mobile & Internet", products: []giftProduct{{"612619816f57860f9259ef20", "Mobilis", "", true}}}
	types["612619816f57860f9259ef20"] = []giftType{{"612619816f57860f9259ef21", "500 DA", 490_00, 99}}
	return []shelf{play, stores, itunes, again, tests, lines}, types
}
