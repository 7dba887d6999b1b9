package bolt

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hanout/store"
	"hanout/topup"
)

var at = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// complaint is one of order "done", the first of shop 1.
var complaint = topup.Complaint{Order: "done", No: 1, Shop: 1, State: topup.ComplaintOpen, Opened: at,
	Thread: []topup.Remark{{At: at, By: 5, Text: "0778037340 got nothing"}}}

// till is a small sound database: a shop with an order in each kind of state,
// a link, a card, a handled update.
func till(t *testing.T) *DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "till.db")
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	err = db.Update(func(tx *Tx) error {
		shop := topup.Shop{ID: 1, Chat: 5, Name: "Nour", State: topup.ShopApproved}
		if err := tx.PutShop(shop); err != nil {
			return err
		}
		if err := tx.PutMember(shop.Keeper()); err != nil {
			return err
		}
		if err := tx.PutMember(topup.Member{Person: 6, Shop: 1, Role: topup.Cashier}); err != nil {
			return err
		}
		if _, err := tx.Post(topup.Credit(1, 1000_00, "r1", 9, 9, "cash", at)); err != nil {
			return err
		}
		for _, id := range []topup.OrderID{"done", "back", "open"} {
			o, err := tx.Place(topup.Order{
				ID: id, Shop: 1, By: 5, Chat: 5, Panel: "card-" + string(id), Good: topup.MobileTopUp, State: topup.Placed,
				Plan: "PREPAID_DJEZZY", To: "0778037340", Quantity: 1, Face: 100_00, Price: 99_00, Expected: 97_00,
				Placed: at, Changed: at, Due: at,
			})
			if err != nil {
				return err
			}
			s, err := topup.Submit(o, at, time.Minute)
			if err != nil {
				return err
			}
			if _, err := tx.Apply(s); err != nil {
				return err
			}
			phase := map[topup.OrderID]topup.Phase{"done": topup.PhaseDone, "back": topup.PhaseRefunded, "open": topup.PhaseOpen}[id]
			s = topup.Checked(s.Order, topup.Status{ProviderID: "p-" + string(id), Phase: phase, Evidence: topup.Evidence{At: at, Word: "X"}}, at, 1)
			if _, err := tx.Apply(s); err != nil {
				return err
			}
		}
		if err := tx.PutClaim(topup.Claim{Hash: []byte("hash"), Order: "done", Shop: 1, State: topup.ClaimOpen, Made: at, Expires: at.Add(time.Hour)}); err != nil {
			return err
		}
		if _, err := tx.Delivered("card-done", 1, 5, 70, at); err != nil {
			return err
		}
		if err := tx.PutComplaint(complaint); err != nil {
			return err
		}
		return tx.MarkHandled(77, at)
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// TestCheckNamesEachFault breaks one rule at a time, with good checksums, as a
// bug of ours would.
func TestCheckNamesEachFault(t *testing.T) {
	order := func(id topup.OrderID, change func(*topup.Order)) func(*Tx) error {
		return func(tx *Tx) error {
			o, _, err := tx.Order(id)
			if err != nil {
				return err
			}
			change(&o)
			return tx.putJSON(bOrders, orderKey(id), o)
		}
	}
	line := func(seq uint64, change func(*topup.Transaction)) func(*Tx) error {
		return func(tx *Tx) error {
			j, _, err := tx.line(seq)
			if err != nil {
				return err
			}
			change(&j)
			return tx.putJSON(bJournal, u64(seq), j)
		}
	}
	link := func(state topup.ClaimState, by int64, taken time.Time) func(*Tx) error {
		return func(tx *Tx) error {
			return tx.PutClaim(topup.Claim{Hash: []byte("hash"), Order: "done", Shop: 1, State: state,
				Made: at, Expires: at.Add(time.Hour), By: by, Redeemed: taken})
		}
	}
	for _, tt := range []struct {
		name  string
		wreck func(*Tx) error
		want  string
	}{
		{"nothing", func(*Tx) error { return nil }, ""},
		{"a balance too high", func(tx *Tx) error { return tx.put(bBalances, []byte("shop/1/available"), i64(999_999)) }, "its entries sum to"},
		{"a balance nobody posted", func(tx *Tx) error { return tx.put(bBalances, []byte("shop/2/held"), i64(1)) }, "its entries sum to"},
		{"a balance gone", func(tx *Tx) error { return tx.delete(bBalances, []byte("house/margin")) }, "accounts, the journal has"},
		{"a line gone", func(tx *Tx) error { return tx.delete(bJournal, u64(3)) }, "line 3 is missing"},
		{"the last line gone", func(tx *Tx) error { return tx.delete(bJournal, u64(6)) }, "index journal_key has 6 rows, its rows account for 5"},
		{"a line changed", line(1, func(j *topup.Transaction) { j.Memo = "other" }), "the chain breaks at line 1"},
		{"a line changed and hashed again", line(1, func(j *topup.Transaction) { j.Memo = "other"; j.Hash = store.Hash(*j) }), "the chain breaks at line 2"},
		{"a line that makes money", line(6, func(j *topup.Transaction) { j.Postings[0].Amount++; j.Hash = store.Hash(*j) }), "line 6 sums to"},
		{"a line under another's key", line(6, func(j *topup.Transaction) { j.Key = "credit/r1"; j.Hash = store.Hash(*j) }), `"credit/r1" stands twice`},
		{"a key that leads elsewhere", func(tx *Tx) error { return tx.put(bJournalKey, []byte("credit/r1"), u64(2)) }, "does not lead to line 1"},
		{"a statement without a line", func(tx *Tx) error { return tx.delete(bEntries, textKey("shop/1/available", 1)) }, "line 1 is not listed under shop/1/available"},
		{"another price", order("open", func(o *topup.Order) { o.Price-- }), "its hold is missing or not its price"},
		{"a price above face", order("open", func(o *topup.Order) { o.Face = o.Price - 1 }), "price above face value"},
		{"delivered without a capture", order("open", func(o *topup.Order) { o.State = topup.Delivered }), "is delivered, but the journal says captured false"},
		{"refunded and captured", order("done", func(o *topup.Order) { o.State = topup.Refunded }), "is refunded, but the journal says captured true"},
		{"opened again", order("back", func(o *topup.Order) { o.State, o.Due = topup.Pending, at }), "is pending, but the journal says"},
		{"captured another amount", order("done", func(o *topup.Order) { o.Captured-- }), "its capture is not what was delivered"},
		{"captured for another number", order("done", func(o *topup.Order) { o.DeliveredQty = 0 }), "captured for another number than came"},
		{"refunded without evidence", order("back", func(o *topup.Order) { o.Evidence = nil }), "without evidence"},
		{"a state nobody knows", order("open", func(o *topup.Order) { o.State = "lost" }), "is in no known state"},
		{"an order gone", func(tx *Tx) error { return tx.delete(bOrders, orderKey("done")) }, "3 holds, but 2 orders"},
		{"an order of another shop", order("open", func(o *topup.Order) { o.Shop = 2 }), "there is no such shop"},
		{"never due", func(tx *Tx) error {
			o, _, err := tx.Order("open")
			if err != nil {
				return err
			}
			return tx.delete(bDue, timeKey(o.Due, orderKey("open")))
		}, "nothing is due for it"},
		{"due though final", func(tx *Tx) error { return tx.put(bDue, timeKey(at, orderKey("done")), nil) }, "index due has 2 rows, its rows account for 1"},
		{"open and not listed", func(tx *Tx) error { return tx.delete(bOrderOpen, orderKey("open")) }, "open but not listed"},
		{"not found by its number", func(tx *Tx) error { return tx.delete(bOrderNo, u64(2)) }, "not found by order_no"},
		{"not found by its shop", func(tx *Tx) error { return tx.put(bOrderShop, append(u64(1), u64(2)...), orderKey("open")) }, "not found by order_shop"},
		{"not found by its card", func(tx *Tx) error { return tx.delete(bOrderPanel, []byte("card-done")) }, "not found by order_card"},
		{"two for one provider order", order("done", func(o *topup.Order) { o.ProviderID = "p-open" }), "not found by order_provider"},
		{"a provider order of nobody", func(tx *Tx) error { return tx.put(bOrderProvider, []byte("p-x"), orderKey("done")) }, "index order_provider has 4 rows"},
		{"a shop not found by its chat", func(tx *Tx) error { return tx.delete(bShopChat, i64(5)) }, "shop 1 is not found by its chat"},
		{"a chat of no shop", func(tx *Tx) error { return tx.put(bShopChat, i64(6), u64(9)) }, "shop 9, which is missing"},
		{"an update marked at no time", func(tx *Tx) error { return tx.delete(bUpdatesAt, timeKey(at, i64(77))) }, "update is not listed by its time"},
		{"a time of no update", func(tx *Tx) error { return tx.put(bUpdatesAt, timeKey(at, i64(78)), nil) }, "index updates_at has 2 rows"},
		{"a panel at no time", func(tx *Tx) error { return tx.delete(bPanelsAt, timeKey(at, []byte("card-done"))) }, "panel is not listed by its time"},
		{"an open link not listed", func(tx *Tx) error { return tx.delete(bClaimsOpen, timeKey(at.Add(time.Hour), []byte("hash"))) }, "not listed as open"},
		{"a link of no order", func(tx *Tx) error {
			return tx.putJSON(bClaims, []byte("hash"), topup.Claim{Hash: []byte("hash"), Order: "none"})
		}, "leads nowhere"},
		{"a link opened by nobody", link(topup.ClaimSending, 0, at), "opened by nobody"},
		{"an open link with a customer", link(topup.ClaimOpen, 5, at), "is open, but somebody opened it"},
		{"a link in no state", link("", 5, at), "in no known state"},
		{"codes on their way that nobody owes", link(topup.ClaimSending, 5, at), "nothing is owed to them"},
		{"codes on their way to another", func(tx *Tx) error {
			_, err := tx.Owe(store.Owed{Panel: "claimed/done", Chat: 6})
			return errors.Join(err, link(topup.ClaimSending, 5, at)(tx))
		}, "nothing is owed to them"},
		{"codes on their way", func(tx *Tx) error {
			_, err := tx.Owe(store.Owed{Panel: "claimed/done", Chat: 5})
			return errors.Join(err, link(topup.ClaimSending, 5, time.Time{})(tx))
		}, ""},
		{"codes kept for a chat that does not know", link(topup.ClaimKept, 5, at), "their chat does not know"},
		{"codes kept", func(tx *Tx) error {
			return errors.Join(tx.PutChat(store.Chat{ID: 5, Kept: []topup.OrderID{"done"}}), link(topup.ClaimKept, 5, time.Time{})(tx))
		}, ""},
		{"codes taken at no time", link(topup.ClaimRedeemed, 5, time.Time{}), "taken at no time"},
		{"codes taken", link(topup.ClaimRedeemed, 5, at), ""},
		{"a complaint that is open and not listed", func(tx *Tx) error { return tx.delete(bComplaintsOpen, timeKey(at, orderKey("done"))) }, "open but not listed as open"},
		{"a complaint that is listed and not there", func(tx *Tx) error { return tx.put(bComplaintsOpen, timeKey(at, orderKey("x")), nil) }, "index complaints_open has 2 rows"},
		{"a complaint that its shop does not see", func(tx *Tx) error { return tx.delete(bComplaintShop, complaintShopKey(complaint)) }, "not listed by its shop"},
		{"a complaint of another's sale", func(tx *Tx) error { c := complaint; c.Shop = 2; return tx.PutComplaint(c) }, "leads to no sale of its shop"},
		{"a complaint under another's sale", func(tx *Tx) error { return tx.putJSON(bComplaints, orderKey("x"), complaint) }, "stored under another"},
		{"a complaint of no sale", func(tx *Tx) error { c := complaint; c.Order = "none"; return tx.PutComplaint(c) }, "leads to no sale of its shop"},
		{"a complaint in no state", func(tx *Tx) error {
			c := complaint
			c.State = "lost"
			f, err := store.SealComplaint(nil, c)
			return errors.Join(err, tx.writeComplaint(f))
		}, "this is no complaint"},
		{"a complaint closed", func(tx *Tx) error {
			c, _ := complaint.Close(topup.ComplaintVoid, topup.Remark{At: at, By: 9})
			return tx.PutComplaint(c)
		}, ""},
		{"a wrong checksum", func(tx *Tx) error { return tx.bucket(bChats).Put(i64(5), []byte("0000{}")) }, `damaged data in "chats", key `},
		{"a bucket gone", func(tx *Tx) error { tx.wrote = true; return tx.tx.DeleteBucket([]byte(bDeadLetters)) }, `bucket "parked" is missing`},
		{"a link under another's token", func(tx *Tx) error {
			return tx.putJSON(bClaims, []byte("other"), topup.Claim{Hash: []byte("hash"), Order: "done"})
		}, "stored under another token"},
		{"a line of another shop", line(6, func(j *topup.Transaction) { j.Shop = 2; j.Hash = store.Hash(*j) }), "line 6 of shop 2 touches shop/1/available"},
		{"a slip that is another's", line(6, func(j *topup.Transaction) {
			j.Key, j.Method, j.Slip = "credit/slip/ccp/1234", topup.CCP, "1235"
			j.Hash = store.Hash(*j)
		}), "line 6 has another slip than its key"},
		{"a debt nobody took", line(6, func(j *topup.Transaction) {
			j.Key, j.Method = "credit/x", topup.OnAccount
			j.Hash = store.Hash(*j)
		}), "moves a debt: false"},
		{"an undo of nothing", func(tx *Tx) error {
			_, err := tx.Post(topup.Transaction{Key: "undo/credit/none", Shop: 1, Postings: []topup.Posting{{Account: "shop/1/available", Amount: -1}, {Account: topup.Funding, Amount: 1}}})
			return err
		}, "line 7 does not undo credit/none"},
		{"a debt above nothing owed", line(6, func(j *topup.Transaction) {
			j.Key = "repay/x"
			j.Postings = []topup.Posting{{Account: topup.Funding, Amount: -1}, {Account: "shop/1/owed", Amount: 1}}
			j.Hash = store.Hash(*j)
		}), "line 6 takes shop/1/owed to 0.01"},
		{"an entry undone", func(tx *Tx) error {
			j, _, err := tx.line(1)
			if err != nil {
				return err
			}
			e := topup.Entry{Kind: topup.EntryCredit, Shop: 1, Amount: 700, Method: topup.OnAccount}
			lent := e.Transaction("credit/lent", 1, 1, "", j.At)
			back, _ := topup.Undo(lent, 1, 1, j.At)
			_, err = tx.Post(lent)
			_, again := tx.Post(back)
			return errors.Join(err, again)
		}, ""},
		{"a line that names no shop, as old ones", line(6, func(j *topup.Transaction) { j.Shop, j.Chat = 0, 0; j.Hash = store.Hash(*j) }), ""},
		{"an order under another's ID", order("open", func(o *topup.Order) { o.ID = "other" }), "stored under another's ID"},
		{"a line under another's number", func(tx *Tx) error {
			j, _, err := tx.line(6)
			if err != nil {
				return err
			}
			return errors.Join(tx.delete(bJournal, u64(6)), tx.putJSON(bJournal, u64(7), j))
		}, "line 6 is stored under another number"},
		{"a shop without a keeper", func(tx *Tx) error {
			return errors.Join(tx.delete(bMembers, i64(5)), tx.delete(bShopMember, shopMemberKey(1, 5)))
		}, "shop 1 is approved and has 0 keepers"},
		{"a shop of two keepers", func(tx *Tx) error {
			return tx.putJSON(bMembers, i64(6), topup.Member{Person: 6, Shop: 1, Role: topup.Keeper})
		}, "has 2 keepers"},
		{"a member of no shop", func(tx *Tx) error { return tx.PutMember(topup.Member{Person: 8, Shop: 9, Role: topup.Cashier}) }, "works for shop 9, which is missing"},
		{"a member who does nothing", func(tx *Tx) error { return tx.PutMember(topup.Member{Person: 6, Shop: 1, Role: topup.Owner}) }, "no keeper and no cashier"},
		{"a member not found by the shop", func(tx *Tx) error { return tx.delete(bShopMember, shopMemberKey(1, 6)) }, "not found by the shop"},
		{"a member under another person", func(tx *Tx) error {
			return tx.putJSON(bMembers, i64(6), topup.Member{Person: 7, Shop: 1, Role: topup.Cashier})
		}, "not found by their person"},
		{"a place of nobody", func(tx *Tx) error { return tx.put(bShopMember, shopMemberKey(1, 7), nil) }, "a member is missing"},
		{"a place in another shop, too", func(tx *Tx) error { return tx.put(bShopMember, shopMemberKey(2, 6), nil) }, "index shop_member has 3 rows"},
		{"a message to nobody", func(tx *Tx) error { return tx.putJSON(bOutbox, []byte("c"), store.Owed{Panel: "c", Seq: 1}) }, "without panel, chat or number"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := till(t)
			if err := db.Update(tt.wreck); err != nil {
				t.Fatal(err)
			}
			r, err := db.Check(nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if len(r.Problems) > 0 {
					t.Errorf("a sound file: %q", r.Problems)
				}
			} else if !slices.ContainsFunc(r.Problems, func(p string) bool { return strings.Contains(p, tt.want) }) {
				t.Errorf("found %q, want one with %q", r.Problems, tt.want)
			}
			var b strings.Builder
			if err := r.Write(&b); err != nil || strings.Contains(b.String(), "NOT SOUND") != (tt.want != "") {
				t.Errorf("printed as\n%s(%v)", b.String(), err)
			}
		})
	}
}
