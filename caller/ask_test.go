package caller_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/topup"
)

func TestCallerListAnswersMany(t *testing.T) {
	var list []topup.Status
	p := &deskProvider{}
	var since time.Time
	p.recent = func(_ topup.Good, from time.Time, _ int) ([]topup.Status, bool, error) {
		since = from
		return list, true, nil
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		first := time.Now()
		var orders []topup.Order
		for _, id := range []string{"a", "b", "c", "d"} {
			orders = append(orders, openOrder(topup.InternetCard, id))
			pass(time.Second)
		}
		done, coded := status(orders[2], topup.PhaseDone), status(orders[3], topup.PhaseDone)
		coded.Vouchers = []topup.Voucher{{Code: "c"}}
		list = []topup.Status{status(orders[0], topup.PhaseQueued), {ProviderID: "stranger"}, done, coded}
		for _, o := range orders {
			r.Ask(o, topup.CallCheck)
		}
		r.Ask(openOrder(topup.MobileTopUp, "m1"), topup.CallCheck) // two are no reason for a list
		r.Ask(openOrder(topup.MobileTopUp, "m2"), topup.CallCheck)
		r.run()
		synctest.Wait()
		// b is not on the list, and c is delivered there without its code.
		want := []string{"check b", "check c", "check m1", "check m2", "recent internet 1"}
		got := p.made()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("calls %v, want %v", got, want)
		}
		heard := r.heard()
		if len(heard) != 6 || heard["a"].Status.Phase != topup.PhaseQueued || heard["d"].Status.Phase != topup.PhaseDone {
			t.Errorf("answers %+v", heard)
		}
		if want := first.Add(-2 * time.Minute); !since.Equal(want) {
			t.Errorf("list since %v, want %v", since, want)
		}
		for _, o := range orders {
			if r.Asking(o.ID) {
				t.Errorf("still asking for %s", o.ID)
			}
		}
		r.end()
	})
}

func TestCallerListFails(t *testing.T) {
	for kind, want := range map[topup.FaultKind]int{topup.FaultUnavailable: 4, topup.FaultThrottled: 4, topup.FaultKey: 1} {
		p := &deskProvider{}
		p.recent = func(topup.Good, time.Time, int) ([]topup.Status, bool, error) {
			return nil, false, &topup.Fault{Kind: kind}
		}
		synctest.Test(t, func(t *testing.T) {
			r := newRig(1, p)
			for _, id := range []string{"a", "b", "c"} {
				r.Ask(openOrder(topup.MobileTopUp, id), topup.CallCheck)
			}
			r.run()
			pass(time.Minute)
			if got := p.made(); len(got) != want {
				t.Errorf("%s: calls %v", kind, got)
			}
			faults := 0
			for _, a := range r.heard() {
				if a.Fault != nil {
					faults++
				}
			}
			if kind == topup.FaultKey && faults != 1 || kind != topup.FaultKey && len(r.heard()) != 3 {
				t.Errorf("%s: answers %+v", kind, r.heard())
			}
			if r.Asking("a") || r.Asking("b") || r.Asking("c") {
				t.Errorf("%s: still asking", kind)
			}
			r.end()
		})
	}
}

// pages are the calls for the first pages of a list.
func pages(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", recent mobile %d", i+1)
	}
	return b.String()
}

func TestCallerLookup(t *testing.T) {
	const prefixed = "API-+213660000000-a"
	unreadable := &topup.Fault{Kind: topup.FaultUnavailable}
	for _, c := range []struct {
		name     string
		username string
		find     map[string]error // nil: found
		pages    int              // with others' orders; ours on the last when listed
		listed   bool
		listErr  error
		calls    string
		want     string
	}{
		{"own reference", "+213660000000", map[string]error{"a": nil}, 0, false, nil, "find a", "found"},
		{"prefixed reference", "+213660000000", map[string]error{prefixed: nil}, 0, false, nil, "find a, find " + prefixed, "found"},
		{"account unknown", "", nil, 1, false, nil, "find a, recent mobile 1", "absent"},
		{"on the list", "+213660000000", nil, 1, true, nil, "find a, find " + prefixed + ", recent mobile 1", "found"},
		{"on the third page", "", nil, 3, true, nil, "find a, recent mobile 1, recent mobile 2, recent mobile 3", "found"},
		{"nowhere", "+213660000000", nil, 3, false, nil, "find a, find " + prefixed + ", recent mobile 1, recent mobile 2, recent mobile 3", "absent"},
		{"on a late page", "", nil, 50, true, nil, "find a" + pages(50), "found"},
		{"nowhere on many", "", nil, 50, false, nil, "find a" + pages(50), "absent"},
		{"list too long", "", nil, 51, false, nil, "find a" + pages(50), "fault"},
		{"reference unreadable", "+213660000000", map[string]error{"a": unreadable}, 1, false, nil, "find a", "fault"},
		{"prefixed unreadable", "+213660000000", map[string]error{prefixed: unreadable}, 1, false, nil, "find a, find " + prefixed, "fault"},
		{"list unreadable", "", nil, 1, false, unreadable, "find a, recent mobile 1", "fault"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &deskProvider{}
			p.find = func(ref string) (topup.Status, error) {
				if err, known := c.find[ref]; known && err == nil {
					return topup.Status{ProviderID: "p-a"}, nil
				} else if known {
					return topup.Status{}, err
				}
				return topup.Status{}, notFound()
			}
			p.recent = func(_ topup.Good, _ time.Time, page int) ([]topup.Status, bool, error) {
				if c.listErr != nil {
					return nil, false, c.listErr
				}
				list := []topup.Status{{ProviderID: "other", ProviderRef: "API-+213660000000-b", Reference: "b"}}
				if c.listed && page == c.pages {
					list = append(list, topup.Status{ProviderID: "p-a", ProviderRef: prefixed, Reference: "a"})
				}
				return list, page < c.pages, nil
			}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				r.username = c.username
				o := deskOrder(topup.MobileTopUp, "a")
				o.State = topup.Submitting
				r.Ask(o, topup.CallLookup)
				pass(2 * time.Minute)
				if got := strings.Join(p.made(), ", "); got != c.calls {
					t.Errorf("calls %s, want %s", got, c.calls)
				}
				a := r.heard()["a"]
				got := map[bool]string{a.Status != nil: "found", a.Absent: "absent", a.Fault != nil: "fault"}[true]
				if got != c.want || a.Call != topup.CallLookup || (a.Status != nil && a.Status.ProviderID != "p-a") {
					t.Errorf("%s: %+v", got, a)
				}
			})
		})
	}
}

func TestCallerGiftCardLookup(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(sent time.Time, list []topup.Status) []topup.Status
		want   []string
	}{
		{"one", nil, []string{"p1"}},
		{"none", func(time.Time, []topup.Status) []topup.Status { return nil }, nil},
		{"two", func(sent time.Time, l []topup.Status) []topup.Status { return append(l, l[0]) }, []string{"p1", "p1"}},
		{"within the slack", func(sent time.Time, l []topup.Status) []topup.Status {
			l[0].Created = sent.Add(-2 * time.Minute)
			return l
		}, []string{"p1"}},
		{"older", func(sent time.Time, l []topup.Status) []topup.Status {
			l[0].Created = sent.Add(-2*time.Minute - 1)
			return l
		}, nil},
		{"of no known time", func(_ time.Time, l []topup.Status) []topup.Status { l[0].Created = time.Time{}; return l }, nil},
		{"of no known product", func(_ time.Time, l []topup.Status) []topup.Status { l[0].Plan = ""; return l }, nil},
		{"other denomination", func(_ time.Time, l []topup.Status) []topup.Status { l[0].TypeID = "x"; return l }, nil},
		{"other quantity", func(_ time.Time, l []topup.Status) []topup.Status { l[0].Quantity = 1; return l }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &deskProvider{}
			inBubble(t, 1, p, func(t *testing.T, r *rig) {
				o := deskOrder(topup.GiftCard, "a")
				o.State = topup.Submitting
				p.recent = func(_ topup.Good, since time.Time, page int) ([]topup.Status, bool, error) {
					if !since.Equal(o.Submitted.Add(-2 * time.Minute)) {
						t.Errorf("since %v", since)
					}
					if page == 2 {
						return nil, false, nil
					}
					list := []topup.Status{{ProviderID: "p1", Plan: o.Product, TypeID: o.TypeID, Quantity: o.Quantity, Created: o.Submitted}}
					if c.change != nil {
						list = c.change(o.Submitted, list)
					}
					return list, true, nil
				}
				r.Ask(o, topup.CallLookup)
				synctest.Wait()
				if got := p.made(); !slices.Equal(got, []string{"recent giftcard 1", "recent giftcard 2"}) {
					t.Errorf("calls %v", got)
				}
				a := r.heard()["a"]
				var got []string
				for _, s := range a.Candidates {
					got = append(got, s.ProviderID)
				}
				if !slices.Equal(got, c.want) || a.Absent != (c.want == nil && len(a.Doubtful) == 0) || (len(a.Doubtful) > 0) != strings.HasPrefix(c.name, "of no") || a.Fault != nil || a.Status != nil {
					t.Errorf("%+v", a)
				}
			})
		})
	}
	p := &deskProvider{recent: func(_ topup.Good, _ time.Time, page int) ([]topup.Status, bool, error) {
		if page == 2 {
			return nil, false, &topup.Fault{Kind: topup.FaultUnavailable}
		}
		return []topup.Status{{ProviderID: "p1", Created: time.Now()}}, true, nil
	}}
	inBubble(t, 1, p, func(t *testing.T, r *rig) {
		r.Ask(deskOrder(topup.GiftCard, "a"), topup.CallLookup)
		synctest.Wait()
		if a := r.heard()["a"]; a.Fault == nil || a.Candidates != nil || a.Absent {
			t.Errorf("half a list is none: %+v", a)
		}
	})
}

// A refund that names another order is followed to it, however it was read.
func TestCallerFollowsRetriedOrders(t *testing.T) {
	retried := topup.Status{ProviderID: "p-a", Reference: "a", Phase: topup.PhaseRefunded, Linked: "r1"}
	for name, c := range map[string]struct {
		call topup.Call
		p    *deskProvider
	}{
		"checked": {topup.CallCheck, &deskProvider{}},
		"found":   {topup.CallLookup, &deskProvider{find: func(string) (topup.Status, error) { return retried, nil }}},
		"listed": {topup.CallLookup, &deskProvider{recent: func(topup.Good, time.Time, int) ([]topup.Status, bool, error) {
			return []topup.Status{retried}, false, nil
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.p.check = func(o topup.Order) (topup.Status, error) {
				if o.ProviderID == "p-a" {
					return retried, nil
				}
				return topup.Status{ProviderID: o.ProviderID, Phase: topup.PhaseDone}, nil
			}
			inBubble(t, 1, c.p, func(t *testing.T, r *rig) {
				o := deskOrder(topup.MobileTopUp, "a")
				if c.call == topup.CallCheck {
					o = openOrder(topup.MobileTopUp, "a")
				}
				r.Ask(o, c.call)
				synctest.Wait()
				s := r.heard()["a"].Status
				if s == nil || s.Follow == nil || s.Follow.ProviderID != "r1" || s.Follow.Phase != topup.PhaseDone {
					t.Errorf("heard %+v", s)
				}
			})
		})
	}
}

// A list shows only that an order was given back: it is read alone, with the
// one that it names.
func TestCallerReadsRetriedOrdersAlone(t *testing.T) {
	p := &deskProvider{}
	p.recent = func(topup.Good, time.Time, int) ([]topup.Status, bool, error) {
		return []topup.Status{
			{ProviderID: "p-a", Phase: topup.PhaseRefunded, Linked: "r1"},
			{ProviderID: "p-b", Phase: topup.PhaseRefunded},
			{ProviderID: "p-c", Phase: topup.PhaseOpen},
		}, false, nil
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		for _, id := range []string{"a", "b", "c"} {
			r.Ask(openOrder(topup.MobileTopUp, id), topup.CallCheck)
		}
		r.run()
		pass(time.Second)
		if got := p.made(); !slices.Equal(got, []string{"recent mobile 1", "check a"}) {
			t.Errorf("calls %v", got)
		}
		r.end()
	})
}

// lostOrders are orders of one outage, a second after each other.
func lostOrders(good topup.Good, n int) (list []topup.Order) {
	for i := range n {
		o := deskOrder(good, fmt.Sprint("o", i))
		o.State, o.Submits = topup.Submitting, 1
		o.Submitted = o.Submitted.Add(time.Duration(i) * time.Second)
		list = append(list, o)
	}
	return list
}

// Many lost orders are found by one reading of the list. Those that it does
// not show are read by their reference only before something follows from it.
func TestCallerFindsManyLostOrders(t *testing.T) {
	const lost, arrived = 100, 60
	for name, c := range map[string]struct {
		lookups, calls int
	}{
		"at first":                  {0, 2},
		"before it may be repeated": {6, 2 + 2*(lost-arrived)},
		"before a person is told":   {23, 2 + 2*(lost-arrived)},
		"after it was not repeated": {7, 2},
	} {
		t.Run(name, func(t *testing.T) {
			p := &deskProvider{}
			p.recent = func(_ topup.Good, _ time.Time, page int) (list []topup.Status, more bool, err error) {
				for i := range arrived / 2 {
					id := fmt.Sprint("o", (page-1)*arrived/2+i)
					list = append(list, topup.Status{ProviderID: "p-" + id, Reference: topup.OrderID(id), Phase: topup.PhaseOpen})
				}
				return list, page < 2, nil
			}
			synctest.Test(t, func(t *testing.T) {
				r := newRig(1, p)
				orders := lostOrders(topup.MobileTopUp, lost)
				for _, o := range orders {
					o.Lookups = c.lookups
					r.Ask(o, topup.CallLookup)
				}
				r.run()
				pass(5 * time.Minute)
				found, absent := 0, 0
				for _, a := range r.heard() {
					switch {
					case a.Status != nil && a.Status.Reference == a.Order.ID:
						found++
					case a.Absent:
						absent++
					}
				}
				if found != arrived || absent != lost-arrived || len(p.made()) != c.calls {
					t.Errorf("%d found, %d absent by %d calls, want %d", found, absent, len(p.made()), c.calls)
				}
				last := orders[lost-1].Submitted
				if want := last.Add(90 * time.Minute); !p.until.Equal(want) {
					t.Errorf("listed until %v, want %v", p.until, want)
				}
				r.end()
			})
		})
	}
}

// Gift cards are known by what and when: each gets its own rows, and a list
// that could not be read to its end proves nothing of any.
func TestCallerFindsManyLostGiftCards(t *testing.T) {
	for name, fails := range map[string]bool{"readable": false, "its second page is not": true} {
		t.Run(name, func(t *testing.T) {
			p := &deskProvider{}
			orders := func() []topup.Order {
				list := lostOrders(topup.GiftCard, 3)
				list[1].TypeID, list[2].TypeID = "second", "third"
				return list
			}
			p.recent = func(_ topup.Good, _ time.Time, page int) ([]topup.Status, bool, error) {
				if page == 2 {
					if fails {
						return nil, false, &topup.Fault{Kind: topup.FaultUnavailable}
					}
					return nil, false, nil
				}
				return []topup.Status{
					{ProviderID: "p0", Plan: "product", TypeID: "type", Quantity: 4, Created: time.Now()},
					{ProviderID: "p1", Plan: "product", TypeID: "second", Quantity: 4},
				}, true, nil
			}
			synctest.Test(t, func(t *testing.T) {
				r := newRig(1, p)
				for _, o := range orders() {
					r.Ask(o, topup.CallLookup)
				}
				r.run()
				pass(time.Minute)
				h := r.heard()
				if fails {
					for id, a := range h {
						if a.Fault == nil || a.Absent || a.Candidates != nil || a.Doubtful != nil {
							t.Errorf("%s: %+v", id, a)
						}
					}
				} else if len(h["o0"].Candidates) != 1 || len(h["o1"].Doubtful) != 1 || h["o1"].Absent || !h["o2"].Absent {
					t.Errorf("heard %+v", h)
				}
				if len(h) != 3 || len(p.made()) != 2 {
					t.Errorf("%d answers by %v", len(h), p.made())
				}
				r.end()
			})
		})
	}
}

// Orders of another outage have a list of their own, and a key that is not
// taken is told once.
func TestCallerSearchesTogetherWhatWasSentTogether(t *testing.T) {
	for name, kind := range map[string]topup.FaultKind{"well": "", "the key is not taken": topup.FaultKey} {
		t.Run(name, func(t *testing.T) {
			p := &deskProvider{}
			p.recent = func(topup.Good, time.Time, int) ([]topup.Status, bool, error) {
				if kind != "" {
					return nil, false, &topup.Fault{Kind: kind}
				}
				return nil, false, nil
			}
			synctest.Test(t, func(t *testing.T) {
				r := newRig(1, p)
				for i, o := range lostOrders(topup.MobileTopUp, 6) {
					if i >= 3 {
						o.Submitted = o.Submitted.Add(-20 * time.Hour)
					}
					r.Ask(o, topup.CallLookup)
				}
				r.run()
				pass(time.Minute)
				least, most, calls := 6, 6, []string{"recent mobile 1", "recent mobile 1"}
				got := p.made()
				if kind != "" { // the other search may have begun when the first is refused
					least, most, calls = 1, 2, calls[:min(max(len(got), 1), 2)]
				}
				if n := len(r.heard()); n < least || n > most || !slices.Equal(got, calls) {
					t.Errorf("%d answers by %v", n, got)
				}
				r.end()
			})
		})
	}
}

// A key that is not taken while they are read by their reference is told by
// one of them; the others are due again later.
func TestCallerTellsOfTheKeyOnceInASearch(t *testing.T) {
	p := &deskProvider{find: func(string) (topup.Status, error) { return topup.Status{}, &topup.Fault{Kind: topup.FaultKey} }}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(1, p)
		for _, o := range lostOrders(topup.MobileTopUp, 5) {
			o.Lookups = 6
			r.Ask(o, topup.CallLookup)
		}
		r.run()
		pass(time.Minute)
		if h := r.heard(); len(h) != 1 || len(p.made()) != 2 {
			t.Errorf("%d answers by %v", len(h), p.made())
		}
		for _, o := range lostOrders(topup.MobileTopUp, 5) {
			if r.Asking(o.ID) {
				t.Errorf("%s is still being asked about", o.ID)
			}
		}
		r.end()
	})
}
