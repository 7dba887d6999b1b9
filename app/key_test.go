package app

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox"
	"hanout/sandbox/provider"
	"hanout/topup"
)

// refusals counts the calls that the provider refused, and lets a portal stand
// in its way.
type refusals struct {
	n      atomic.Int32
	calls  atomic.Int32
	portal atomic.Bool
}

func (c *refusals) watch(r *rig) {
	way := sandbox.InProcess(r.provider)
	r.via.provider = r.reach(roundTrip(func(q *http.Request) (*http.Response, error) {
		c.calls.Add(1)
		if c.portal.Load() {
			giveUp(q)
			c.n.Add(1)
			return &http.Response{
				StatusCode: 401, Request: q, Header: http.Header{"Content-Type": {"text/html"}},
				Body: io.NopCloser(strings.NewReader("<html>Log in to the Wi-Fi</html>")),
			}, nil
		}
		resp, err := way.RoundTrip(q)
		if err == nil && (resp.StatusCode == 401 || resp.StatusCode == 403) {
			c.n.Add(1)
		}
		return resp, err
	}))
}

// keyed runs fn over a running bot whose refused calls are counted.
func keyed(t *testing.T, fn func(*rig, *refusals)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, c := newRig(t, "fr"), &refusals{}
		c.watch(r)
		r.start()
		r.settle(2 * time.Second)
		r.openShop("fr", 50000)
		fn(r, c)
		if err := r.halt(); err != nil {
			t.Errorf("the bot ended with %v", err)
		}
		r.check()
		if t.Failed() {
			t.Logf("the bot's log:\n%s", r.log.String())
		}
	})
}

// sell confirms a sale of so many dinars.
func (r *rig) sell(number, dinars string) {
	r.t.Helper()
	r.say(shopID, number+" "+dinars)
	if strings.Contains(r.last(shopID), "Choisissez l'opérateur") {
		r.tap(shopID, "Djezzy")
	}
	r.press(shopID, r.newest(shopID))
	r.settle(time.Second)
}

// TestRefusedKeyCostsOneCall: a start with a refused key, with open orders and
// one that is about to leave, costs one call; so does /sync; and a supervisor
// that starts the process again and again costs none. With the right key the
// next start sells.
func TestRefusedKeyCostsOneCall(t *testing.T) {
	keyed(t, func(r *rig, c *refusals) {
		for _, dinars := range []string{"100", "200", "300", "400", "500", "600", "700"} {
			r.sell("0600000003", dinars) // stays under verification
		}
		r.settle(time.Minute)
		right := r.cfg.apiKey
		if err := r.halt(); err != nil {
			r.t.Error(err)
		}
		if c.n.Load() != 0 {
			r.t.Fatalf("%d calls refused with the right key", c.n.Load())
		}
		r.cfg.apiKey = "11111111-aaaa-bbbb-cccc-222222222222"
		r.start()
		r.settle(10 * time.Minute)
		if n := c.n.Load(); n != 1 {
			r.t.Errorf("a start cost %d refused calls", n)
		}
		r.say(ownerID, "/sync")
		r.settle(time.Minute)
		if n := c.n.Load(); n != 2 {
			r.t.Errorf("with /sync %d calls were refused", n)
		}
		for range 20 { // a supervisor's
			if err := r.halt(); err != nil {
				r.t.Error(err)
			}
			r.start()
			r.settle(20 * time.Second)
		}
		if n := c.n.Load(); n != 2 {
			r.t.Errorf("with twenty starts %d calls were refused", n)
		}
		if n := strings.Count(r.texts(ownerID), "Le fournisseur n'accepte pas notre clé. Les nouvelles opérations sont arrêtées, les montants bloqués restent bloqués. Nous"); n != 1 {
			r.t.Errorf("the owner was told %d times", n)
		}
		r.sees(ownerID, "Le fournisseur n'accepte pas notre clé")
		if err := r.halt(); err != nil {
			r.t.Error(err)
		}
		r.cfg.apiKey = right
		r.start()
		r.settle(5 * time.Second)
		r.sees(ownerID, "Le fournisseur accepte à nouveau notre clé")
		sales := r.posts()
		r.sell("0778037340", "500")
		r.settle(time.Minute)
		if n := r.posts() - sales; n != 1 {
			r.t.Errorf("%d sends with the right key", n)
		}
		if n := c.n.Load(); n != 2 {
			r.t.Errorf("in the end %d calls were refused", n)
		}
	})
}

// A key that the provider takes again opens the till without anybody's help.
func TestClosedTillOpensByItself(t *testing.T) {
	keyed(t, func(r *rig, c *refusals) {
		r.provider.SetFault(provider.Fault{Kind: provider.FaultRefused, Route: "*", Status: 403, Code: "API_DISABLED", Times: 100})
		r.sell("0778037340", "500")
		r.settle(10 * time.Minute)
		r.sees(ownerID, "Le fournisseur n'accepte pas notre clé")
		r.say(shopID, "0778037340 500")
		r.sees(shopID, "La vente est suspendue pour le moment")
		if n := c.n.Load(); n == 0 || n > 2 {
			r.t.Errorf("%d calls were refused", n)
		}
		r.provider.ClearFaults()
		r.settle(6 * time.Minute)
		r.sees(ownerID, "Le fournisseur accepte à nouveau notre clé")
		r.sell("0778037340", "500")
		r.settle(time.Minute)
		if n := len(r.provider.Book().Orders); n != 1 {
			r.t.Errorf("%d orders at the provider", n)
		}
	})
}

// TestPortalReleasesNothing: something between us refuses all calls with a page
// of its own. The till stays open; the sale on its way is held until the
// provider tells; one asked for meanwhile never leaves; and the calls that look
// like refused ones stay below what locks an address out.
func TestPortalReleasesNothing(t *testing.T) {
	keyed(t, func(r *rig, c *refusals) {
		r.say(shopID, "0778037340 500")
		c.portal.Store(true)
		r.press(shopID, r.newest(shopID))
		r.settle(30 * time.Second)
		r.expect(49500, 500, 0)
		if n := c.n.Load(); n != 2 {
			r.t.Errorf("%d calls met the portal", n)
		}
		r.sell("0778037340", "300") // the till is open
		r.settle(5 * time.Second)
		r.expect(49500, 500, 0)
		if o := r.orders()[0]; o.State != topup.Refunded || o.Reason != topup.ReasonUnreachable {
			r.t.Errorf("a sale during the pause is %s %s", o.State, o.Reason)
		}
		r.settle(30 * time.Minute)
		if n := c.n.Load(); n != 4 { // the send, and probes at once, after 1 and after 16 minutes
			r.t.Errorf("%d calls met the portal", n)
		}
		r.expect(49500, 500, 0)
		c.portal.Store(false)
		r.say(ownerID, "/sync")
		r.settle(30 * time.Minute)
		if o := r.orders()[1]; o.State.Final() && o.State != topup.Delivered {
			r.t.Errorf("the held sale is %s %s", o.State, o.Reason)
		}
		if strings.Contains(r.texts(ownerID), "n'accepte pas notre clé") {
			r.t.Error("the owner was told that the key is refused")
		}
	})
}
