package app

import (
	"testing"
	"time"

	"hanout/sandbox/provider"
	"hanout/topup"
)

// However the provider answers a send, there is at most one order at the
// provider, and the money follows what is proven.
func TestProviderAnswers(t *testing.T) {
	refused := func(status int, code string) provider.Fault {
		return provider.Fault{Kind: provider.FaultRefused, Status: status, Code: code}
	}
	const delivered, refunded = topup.Delivered, topup.Refunded
	for name, c := range map[string]struct {
		fault provider.Fault
		state topup.State
		wait  time.Duration
		sends int
	}{
		"page before":         {provider.Fault{Kind: provider.FaultHTML}, delivered, 5 * time.Minute, 2},
		"page after":          {provider.Fault{Kind: provider.FaultHTMLAfter}, delivered, time.Minute, 1},
		"half of the JSON":    {provider.Fault{Kind: provider.FaultBroken}, delivered, time.Minute, 1},
		"empty":               {provider.Fault{Kind: provider.FaultEmpty}, delivered, time.Minute, 1},
		"ten megabytes":       {provider.Fault{Kind: provider.FaultHuge}, delivered, 5 * time.Minute, 2},
		"without ID":          {provider.Fault{Kind: provider.FaultNoID}, delivered, time.Minute, 1},
		"answer lost":         {provider.Fault{Kind: provider.FaultResetAfter}, delivered, time.Minute, 1},
		"broken off before":   {provider.Fault{Kind: provider.FaultResetBefore}, delivered, 5 * time.Minute, 2},
		"500 before":          {provider.Fault{Kind: provider.Fault500Before}, delivered, 5 * time.Minute, 2},
		"500 after":           {provider.Fault{Kind: provider.Fault500After}, delivered, time.Minute, 1},
		"503":                 {provider.Fault{Kind: provider.FaultUnavailable}, delivered, 5 * time.Minute, 2},
		"busy":                {provider.Fault{Kind: provider.FaultAuthBusy}, delivered, time.Minute, 2},
		"slow":                {provider.Fault{Kind: provider.FaultLatency, Delay: 20 * time.Second}, delivered, time.Minute, 1},
		"too slow":            {provider.Fault{Kind: provider.FaultLatency, Delay: 10 * time.Minute}, delivered, 6 * time.Minute, 2},
		"429":                 {provider.Fault{Kind: provider.FaultTooMany}, delivered, time.Minute, 2},
		"429, Retry-After":    {provider.Fault{Kind: provider.FaultTooMany, RetryAfter: 20 * time.Second}, delivered, 2 * time.Minute, 2},
		"404 after the send":  {provider.Fault{Kind: provider.FaultHidden}, delivered, 2 * time.Minute, 1},
		"unknown, then done":  {provider.Fault{Kind: provider.FaultFlapping}, delivered, 20 * time.Minute, 1},
		"400":                 {refused(400, "ERR_VALIDATION"), refunded, 0, 1},
		"400 phone":           {refused(400, "ERR_PHONE"), refunded, 0, 1},
		"400 unknown code":    {refused(400, "ERR_SOMETHING_NEW"), delivered, 5 * time.Minute, 2},
		"401 missing":         {refused(401, "MISSING_ACCESS_TOKEN"), refunded, 0, 1},
		"401 wrong":           {refused(401, "INVALID_ACCESS_TOKEN"), refunded, 0, 1},
		"403 read only":       {refused(403, "ERR_AUTH"), refunded, 0, 1},
		"403 address":         {refused(403, "IP_NOT_ALLOWED"), refunded, 0, 1},
		"403 locked out":      {refused(403, "IP_BLOCKED"), refunded, 0, 1},
		"403 disabled":        {refused(403, "API_DISABLED"), refunded, 0, 1},
		"403 float":           {refused(403, "INSUFFICIENT_BALANCE"), refunded, 0, 1},
		"403 unknown code":    {refused(403, "FORBIDDEN_SOMEHOW"), delivered, 5 * time.Minute, 2},
		"403 taken reference": {refused(403, "DUPLICATED_REF"), delivered, 5 * time.Minute, 2},
		"404":                 {refused(404, "NOT_FOUND"), delivered, 5 * time.Minute, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				r.openShop("fr", 5000)
				c.fault.Route, c.fault.Times = "POST /mobile/send", 1
				r.provider.SetFault(c.fault)
				r.press(shopID, r.confirmPanel())
				r.settle(c.wait + time.Second)
				if c.state == delivered {
					r.expect(4500, 0, 1)
					r.sees(shopID, "Opération réussie")
				} else {
					r.expect(5000, 0, 0)
					r.sees(shopID, "Tout est rendu : 500 DA")
				}
				if o := r.orders()[0]; o.State != c.state || (o.State == refunded && (o.Evidence == nil || o.Evidence.HTTP != c.fault.Status)) {
					r.t.Errorf("the order is %s with the evidence %+v", o.State, o.Evidence)
				}
				if n := r.posts(); n != c.sends {
					r.t.Errorf("%d sends, want %d", n, c.sends)
				}
			})
		})
	}
}
