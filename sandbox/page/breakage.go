package page

import (
	"time"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
)

// breakage is one thing that the panel can break, by faults of the provider or of Telegram.
type breakage struct {
	name     string
	provider []provider.Fault
	telegram []telegram.Fault
}

// sendRoutes are the provider's calls that place an order.
var sendRoutes = []string{"POST /mobile/send", "POST /internet/send", "POST /gift-cards/placeOrder"}

// breakages is the panel's list. Each lasts until it is switched off; the page has its words by name.
var breakages = []breakage{
	{name: "provider_slow", provider: []provider.Fault{{Route: "*", Kind: provider.FaultLatency, Delay: 5 * time.Second}}},
	{name: "provider_lost", provider: onSends(provider.Fault{Kind: provider.FaultResetAfter})},
	{name: "provider_refused", provider: onSends(provider.Fault{Kind: provider.FaultRefused})},
	{name: "provider_error", provider: []provider.Fault{{Route: "*", Kind: provider.Fault500Before}}},
	{name: "provider_unknown", provider: []provider.Fault{{Route: "*", Kind: provider.FaultFlapping}}},
	{name: "provider_taken", provider: []provider.Fault{{Route: "POST /gift-cards/placeOrder", Kind: provider.FaultTakenBack}}},
	{name: "provider_menu_own", provider: onLookUps(provider.FaultMenuOwn)},
	{name: "provider_menu_charged", provider: onLookUps(provider.FaultMenuCharged)},
	{name: "provider_menu_endless", provider: onLookUps(provider.FaultMenuEndless)},
	{name: "telegram_flood", telegram: []telegram.Fault{{Kind: telegram.FaultFlood, RetryAfter: 3 * time.Second}}},
	{name: "telegram_outage", telegram: []telegram.Fault{{Kind: telegram.FaultOutage}}},
	{name: "telegram_repeat", telegram: []telegram.Fault{{Kind: telegram.FaultRepeatUpdates}}},
}

func onSends(f provider.Fault) []provider.Fault {
	var all []provider.Fault
	for _, route := range sendRoutes {
		f.Route = route
		all = append(all, f)
	}
	return all
}

func onLookUps(k provider.FaultKind) []provider.Fault {
	return []provider.Fault{{Route: "POST /mobile/send", Kind: k}}
}

func (b breakage) side() string {
	if len(b.provider) > 0 {
		return "provider"
	}
	return "telegram"
}
