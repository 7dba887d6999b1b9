package flows

import (
	"crypto/sha256"
	"regexp"
	"strconv"
	"unicode/utf8"

	"hanout/topup"
)

// guessesMost is how many unknown links a chat may open before all links are
// unknown to it for a while; see [View.Guesses].
const guessesMost = 5

// cardsInMessage is how many cards one message shows; more come as a file.
const vouchersInMessage = 10

// tokenForm is what follows /start in a customer's link: 128 bits in
// base64url.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)

// TokenHash is under what a link's token is kept. Being a hash of 128 random
// bits, it is looked up as it is: nothing about a token can be learnt from how
// long that takes.
func TokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Secret is a code or serial: under a spoiler, left to right.
type Secret string

// The effects of this file.
type (
	// ShowCodes sends an order's codes to its shop once more.
	ShowCodes struct {
		Order topup.OrderID
		By    int64
	}
	// MakeClaim makes a new link for an order's customer, in place of a
	// former one.
	MakeClaim struct {
		Order topup.OrderID
		Panel string
	}
	// RevokeClaim ends an order's link.
	RevokeClaim struct{ Order topup.OrderID }
	// TakeClaim gives the codes behind a link to a chat.
	RedeemClaim struct {
		Hash []byte
		Chat int64
	}
	// Guess counts an unknown link against a chat.
	Guess struct{ Chat int64 }
)

func (ShowCodes) effect()   {}
func (MakeClaim) effect()   {}
func (RevokeClaim) effect() {}
func (RedeemClaim) effect() {}
func (Guess) effect()       {}

// codeRows are the buttons of a delivered order that has codes.
func codeRows(sc *Screen, o topup.Order) {
	if o.State != topup.Delivered || !o.HasVouchers() {
		return
	}
	sc.line(M("codes.sent"))
	id := string(o.ID)
	sc.row(button(M("button.codes"), encodeTap("o", id, "codes")), button(M("button.customer"), encodeTap("o", id, "claim")))
}

// codesTapped takes the buttons about an order's codes; false for others.
func (t *turn) codesTapped(o topup.Order, verb, arg string) bool {
	if !o.HasVouchers() {
		return false
	}
	switch verb {
	case "codes":
		last := t.v.Showings(o.ID, 1)
		if len(last) == 0 {
			t.do(ShowCodes{Order: o.ID, By: t.in.Person.ID})
			return true
		}
		card := t.in.NewID()
		sc := Screen{Lines: []Msg{M("codes.again", "No", number(o.No), "Time", last[0])}}
		sc.row(Button{Label: M("button.showcodes"), Data: encodeTap("o", string(o.ID), "codes2", card), Style: Go},
			Button{Label: M("button.cancel"), Data: encodeTap("o", string(o.ID), "codes0", card), Style: Stop})
		t.do(Show{Chat: t.in.Chat, Panel: card, Screen: sc, Class: ClassAnswer})
	case "codes0", "codes2":
		if arg == "" {
			return false
		}
		done := Screen{Lines: []Msg{M("cancel.done.plain")}}
		if verb == "codes2" {
			done = Screen{Lines: []Msg{M("codes.below", "No", number(o.No))}}
			t.do(ShowCodes{Order: o.ID, By: t.in.Person.ID})
		}
		t.do(Show{Chat: t.in.Chat, Panel: arg, Screen: done, Class: ClassAnswer})
	case "claim":
		if t.in.BotName == "" {
			t.alert(M("claim.notyet"))
			return true
		}
		if c, ok := t.v.ClaimOf(o.ID); ok && c.State == topup.ClaimRedeemed {
			t.alert(M("claim.was", "Time", c.Redeemed))
			return true
		}
		t.do(MakeClaim{Order: o.ID, Panel: t.in.NewID()})
	case "revoke":
		c, ok := t.v.ClaimOf(o.ID)
		switch {
		case !ok || c.State != topup.ClaimOpen:
			t.alert(M("claim.over"))
		default:
			t.toast(M("claim.revoked"))
			t.do(RevokeClaim{Order: o.ID})
		}
	default:
		return false
	}
	return true
}

// CodesScreen shows codes: under spoilers, each with a button that copies it.
// how adds, for a customer, how to use them.
func CodesScreen(o topup.Order, cards []topup.Voucher, shop string, customer bool) Screen {
	sc := Screen{Protect: true}
	if customer {
		sc.line(M("codes.customer", "Shop", Name(shop)))
	} else {
		sc.line(M("codes.title", "No", number(o.No)))
	}
	orderItem(&sc, o)
	if len(cards) > vouchersInMessage {
		sc.line(M("codes.file", "Count", len(cards)))
		sc.File = codesFile(o, cards)
		sc.FileName = "codes-" + number(o.No) + ".txt"
	} else {
		for i, c := range cards {
			n := strconv.Itoa(i + 1)
			line, copyCode, copySerial := M("codes.code", "Number", n, "Code", Secret(c.Code)),
				M("button.copy", "Number", n), M("button.copyserial", "Number", n)
			if len(cards) == 1 {
				line, copyCode, copySerial = M("codes.one", "Code", Secret(c.Code)), M("button.copyone"), M("button.copyoneserial")
			}
			sc.line(line)
			row := copyButton(copyCode, c.Code)
			if c.Serial != "" {
				sc.line(M("codes.serial", "Serial", Secret(c.Serial)))
				row = append(row, copyButton(copySerial, c.Serial)...)
			}
			if len(row) > 0 {
				sc.row(row...)
			}
		}
	}
	if o.Transaction != "" {
		sc.line(M("order.transaction", "Ref", Latin(o.Transaction)))
	}
	if customer {
		sc.line(M("codes.use." + string(o.Good)))
		return sc
	}
	sc.row(button(M("button.customer"), encodeTap("o", string(o.ID), "claim")))
	return sc
}

// copyMost is the longest text that a button copies (Bot API, CopyTextButton).
const copyMost = 256

func copyButton(label Msg, text string) []Button {
	if utf8.RuneCountInString(text) > copyMost {
		return nil
	}
	return []Button{{Label: label, Copy: text}}
}

// codesFile lists many cards, one a line, code then serial.
func codesFile(o topup.Order, cards []topup.Voucher) []byte {
	b := []byte(o.PlanName + "\n")
	for i, c := range cards {
		b = append(b, strconv.Itoa(i+1)+"\t"+c.Code...)
		if c.Serial != "" {
			b = append(b, "\t"+c.Serial...)
		}
		b = append(b, '\n')
	}
	return b
}

// ClaimScreen is the shop's message about a link: the QR and the link while
// it is open, what became of it afterwards.
func ClaimScreen(o topup.Order, c topup.Claim, link string, qr []byte) Screen {
	var sc Screen
	no := number(o.No)
	again := button(M("button.newlink"), encodeTap("o", string(o.ID), "claim"))
	switch c.State {
	case topup.ClaimOpen:
		sc.Photo = qr
		sc.line(M("claim.open", "No", no), M("claim.until", "Time", c.Expires))
		sc.row(Button{Label: M("button.openlink"), URL: link}, Button{Label: M("button.copylink"), Copy: link})
		sc.row(Button{Label: M("button.revoke"), Data: encodeTap("o", string(o.ID), "revoke"), Style: Stop})
	case topup.ClaimRedeemed:
		sc.line(M("claim.taken", "No", no), M("order.time", "Time", c.Redeemed))
	case topup.ClaimRevoked:
		sc.line(M("claim.isrevoked", "No", no))
		sc.row(again)
	default:
		sc.line(M("claim.isexpired", "No", no))
		sc.row(again)
	}
	return sc
}

// ReminderMost is how many sales a reminder lists.
const ReminderMost = 10

// ReminderScreen lists sales whose links nobody opened; count is how many
// there are in all.
func ReminderScreen(orders []topup.Order, count int) Screen {
	sc := Screen{Lines: []Msg{M("reminder.title", "Count", count)}}
	for _, o := range orders {
		sc.row(button(historyLine(o), encodeTap("o", string(o.ID), "show")))
	}
	return sc
}

// claim opens a customer's link.
func (t *turn) claim(token string) {
	t.dropQuietly()
	hash := TokenHash(token)
	if t.v.Language(t.in.Chat) == "" {
		// The language is asked once, then the link goes on; only its hash
		// waits, so that the talk on disk opens nothing.
		t.begin(StepClaim)
		t.s.Claim = hash
		t.language()
		return
	}
	t.openClaim(hash)
}

func (t *turn) openClaim(hash []byte) {
	t.s = Session{Version: t.s.Version}
	c, ok := topup.Claim{}, false
	if t.v.Guesses(t.in.Chat) < guessesMost {
		c, ok = t.v.Claim(hash)
	}
	sh, own := t.v.ShopOf(t.in.Chat)
	switch {
	case !ok:
		t.do(Guess{Chat: t.in.Chat})
		t.sayLines(M("claim.unknown"))
	case own && sh.ID == c.Shop:
		t.sayLines(M("claim.own"))
	case c.State == topup.ClaimRedeemed && c.By == t.in.Chat:
		t.sayLines(M("claim.mine", "Time", c.Redeemed))
	case c.State == topup.ClaimRedeemed:
		t.sayLines(M("claim.used"))
	case c.Live(t.in.Now):
		t.do(RedeemClaim{Hash: hash, Chat: t.in.Chat})
	default:
		t.sayLines(M("claim.ended"))
	}
}
