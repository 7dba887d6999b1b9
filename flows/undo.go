package flows

import (
	"strings"

	"hanout/topup"
)

// Undoing. The rules: whoever may book may undo, once, on a second tap that is
// not late; what can't be undone any more says why; both sides are told.

// lineRef names a journal line on a button, where no slash may stand.
func lineRef(key string) string { return strings.ReplaceAll(key, "/", ".") }

func undoTap(key, stage string) string { return encodeTap("a", "undo", stage, lineRef(key)) }

// entryOf reads an entry back from its line.
func entryOf(line topup.Transaction) topup.Entry {
	kind, _ := topup.SplitKey(line.Key)
	e := topup.Entry{Kind: kind, Shop: line.Shop, Method: line.Method, Slip: line.Slip, Memo: line.Memo}
	if e.Amount = line.On(line.Shop.Available()); kind == topup.EntryRepay {
		e.Amount = line.On(line.Shop.Owed())
	}
	e.Amount = max(e.Amount, -e.Amount)
	return e
}

// receiptScreen is what the owner who booked a line sees of it.
func receiptScreen(line topup.Transaction, sh topup.Shop, w topup.Wallet) Screen {
	var sc Screen
	e := entryOf(line)
	sc.line(M(wordsOf(e).done, "Amount", e.Amount, "Shop", Name(sh.Name), "No", number(uint64(sh.ID))))
	sc.line(entryLines(e)...)
	standLines(&sc, w, line)
	sc.row(button(M("button.undoentry"), undoTap(line.Key, "1")))
	sc.row(button(M("card.open"), cardTap(sh, "below")), homeButton())
	return sc
}

// receipt is the receipt of a line as it stands now.
func (t *turn) receipt(line topup.Transaction, sh topup.Shop) Screen {
	w := t.v.Wallets.Wallet(sh.ID)
	if undone, ok := t.v.Wallets.Line(topup.UndoKey(line.Key)); ok {
		return undoneScreen(line, undone, sh, w)
	}
	return receiptScreen(line, sh, w)
}

// undoTapped takes ↩️ of a receipt: stage 1 asks, 2 does it, 0 leaves it.
func (t *turn) undoTapped(stage uint64, ref, _ string) {
	key := strings.ReplaceAll(ref, ".", "/")
	line, ok := t.v.Wallets.Line(key)
	back, undoes := topup.Undo(line, t.in.Person.ID, t.in.Chat, t.env.Now)
	sh, known := t.v.People.Shop(line.Shop)
	if !ok || !undoes || !known {
		t.toast(M("tap.unknown"))
		return
	}
	panel := line.Panel
	if panel == "" || line.Chat != t.in.Chat {
		panel = "receipt/" + lineRef(key) + "/" + number(uint64(t.in.Chat))
	}
	w, sc := t.v.Wallets.Wallet(sh.ID), t.receipt(line, sh)
	show := func() { t.do(Show{Chat: t.in.Chat, Panel: panel, Screen: sc, Class: ClassMoney}) }
	if t.v.Wallets.Posted(back.Key) {
		t.toast(M("undo.was"))
		show()
		return
	}
	after := afterwards(w, back)
	late := stage == 2 && t.in.Late
	switch {
	case stage == 0:
	case t.beyond(entryOf(line).Amount) != nil:
		t.alert(t.beyond(entryOf(line).Amount)[0])
	case after.Available < 0:
		t.alert(M("undo.short", "Amount", w.Available))
	case after.Owed < 0:
		t.alert(M("undo.repaid", "Amount", w.Owed))
	case stage == 1, late:
		if late {
			t.toast(M("confirm.late"))
		}
		sc.Rows = nil
		sc.line(M("undo.ask"))
		sc.row(Button{Label: M("button.undosure"), Data: undoTap(key, "2"), Style: Stop}, button(M("button.back"), undoTap(key, "0")))
	case stage == 2:
		t.undo(back, sh, after)
		sc = undoneScreen(line, back, sh, after)
	default:
		t.toast(M("tap.unknown"))
		return
	}
	show()
}

// undo books the counter-entry and tells the shop.
func (t *turn) undo(back topup.Transaction, sh topup.Shop, after topup.Wallet) {
	t.toast(M("credit.toast"))
	t.do(Book{Transaction: back})
	var note Screen
	note.line(undoMsg(back))
	standLines(&note, after, back)
	t.do(Show{Chat: sh.Chat, Panel: t.env.NewID(), Screen: note, Class: ClassMoney})
	if back.On(sh.ID.Available()) > 0 {
		t.do(Wake{Shop: sh.ID})
	}
}

// undoMsg tells a shop what was undone.
func undoMsg(back topup.Transaction) Msg {
	_, key := topup.SplitKey(back.Key)
	back.Key = key
	e := entryOf(back)
	if e.Kind == topup.EntryDebit && back.On(back.Shop.Owed()) != 0 {
		e.Method = topup.OnAccount
	}
	return M(wordsOf(e).undone, "Amount", e.Amount)
}

// undoneScreen is the receipt of what was undone.
func undoneScreen(line, undone topup.Transaction, sh topup.Shop, w topup.Wallet) Screen {
	sc := receiptScreen(line, sh, w)
	sc.Rows = nil
	sc.line(M("undo.done", "Time", undone.At))
	sc.row(button(M("card.open"), cardTap(sh, "below")), homeButton())
	return sc
}
