package flows

import (
	"slices"
	"testing"

	"hanout/topup"
)

// TestShopsAreRenamed: what is no name is asked again, another shop's name is
// warned of with its number, and the shop is told.
func TestShopsAreRenamed(t *testing.T) {
	k := newTalk(t)
	k.v.asked = []topup.Shop{{ID: 2, Chat: 88, Name: "El Nour", State: topup.ShopApproved}, {ID: 3, Chat: 89, Name: "Gone", State: topup.ShopRefused}}
	renamer(k)
	for _, bad := range []string{"12", "٣٤", "…", "\u202e", "😀"} {
		k.say(bad)
		k.at(StepRename, "ask.name.bad")
	}
	late := k.again()
	late.late("Other")
	if _, saved := effect[SaveShop](late); saved {
		t.Error("a late name is taken")
	}
	k.say("el  NOUR")
	k.at(StepRename, "rename.twin")
	if _, saved := effect[SaveShop](k); saved {
		t.Error("another's name is taken at once")
	}
	unsure := k.again()
	unsure.say("Gone") // a refused shop's name is free
	for name, other := range map[string]*talk{"Gone": unsure, "el NOUR": k} {
		if other == k {
			k.tap("same")
		}
		saved, ok := effect[SaveShop](other)
		told := slices.ContainsFunc(other.out, func(e Effect) bool {
			s, is := e.(Show)
			return is && s.Chat == deskChat && s.Screen.Lines[0].ID == "rename.told"
		})
		if !ok || saved.Shop.Name != name || saved.Shop.ID != 1 || !told || other.s.Step != StepIdle {
			t.Errorf("%q: saved %+v, told %t: %v", name, saved.Shop, told, other.says())
		}
	}
}

// TestTwoOwnersRename: the second sees what the first did, and replaces it only
// then.
func TestTwoOwnersRename(t *testing.T) {
	k := newTalk(t)
	renamer(k)
	k.v.name = "Taxiphone Nour"
	k.say("Nour 2")
	k.at(StepRename, "rename.meanwhile")
	if _, saved := effect[SaveShop](k); saved {
		t.Error("another owner's name is replaced unseen")
	}
	k.say("Nour 2")
	if saved, ok := effect[SaveShop](k); !ok || saved.Shop.Name != "Nour 2" {
		t.Errorf("%+v", k.out)
	}
	k.press(encodeTap("a", "rename", "1", "now"))
	k.press(encodeTap("a", "rename", "7", "ask"))
	if toast := k.answered("no shop"); toast.Msg.ID != "tap.unknown" {
		t.Errorf("%+v", toast)
	}
}

// TestHistoryOfAShop: its pages reach every sale, downwards from the newest and
// upwards from the oldest.
func TestHistoryOfAShop(t *testing.T) {
	for _, count := range []int{0, 1, 11, 12, 13, 24, 25, 50} {
		k := newTalk(t)
		owner(k)
		for i := range count { // every third number is this shop's
			k.v.sold = append(k.v.sold, topup.Order{ID: topup.OrderID(number(uint64(i))), No: uint64(3*i + 1), Shop: 1, Chat: deskChat, Quantity: 1, State: topup.Pending, To: "0778037340"})
		}
		for _, way := range []struct{ first, next string }{{"page", "page"}, {"above", "above"}} {
			var seen []string
			data := encodeTap("a", "sales", "1", way.first, "0")
			for range 10 {
				k.press(data)
				k.answered(data)
				data = ""
				for _, b := range k.buttons() {
					switch c, _ := decodeTap(b); {
					case c.part(0) == "order":
						if !slices.Contains(seen, c.part(1)) {
							seen = append(seen, c.part(1))
						}
					case c.part(0) == "sales" && c.part(2) == way.next && c.part(3) != "0":
						data = b
					}
				}
				if data == "" {
					break
				}
			}
			if len(seen) != count {
				t.Errorf("of %d sales, %s reaches %d: %v", count, way.first, len(seen), seen)
			}
		}
	}
}
