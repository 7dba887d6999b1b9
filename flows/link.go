package flows

import (
	"crypto/sha256"
	"regexp"
	"strings"

	"hanout/topup"
)

// A customer's link. The rules: codes come at once, and a language is asked for
// after them; what waits is the link's hash, never the link; who guesses is
// answered like who was wrong once.

// StepClaim is an invitation that waits for a language.
const StepClaim Step = "claim"

// GuessesMost is how many unknown links a chat may open before all links are
// unknown to it for a while; see [Claims].
const GuessesMost = 5

// tokenForm is what follows /start in a customer's link: 128 bits in
// base64url.
var tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)

// OpensLink tells whether a text is the command by which Telegram opens a
// customer's link.
func OpensLink(text string) bool {
	head, token, _ := strings.Cut(strings.TrimSpace(text), " ")
	return strings.HasPrefix(strings.ToLower(head), "/start") && tokenForm.MatchString(strings.TrimSpace(token))
}

// TokenHash is under what a link's token is kept. Being a hash of 128 random
// bits, it is looked up as it is: nothing about a token can be learnt from how
// long that takes.
func TokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

func opening() conversation {
	return conversation{
		needs: topup.ActOpenLink, holds: func(s Session) bool { return len(s.Claim) > 0 },
		steps: map[Step]step{StepClaim: {
			show:      (*turn).language,
			spoken:    func(t *turn) { t.openClaim(t.s.Claim) },
			panelless: true,
		}},
	}
}

// claim opens a customer's link.
func (t *turn) claim(token string) {
	t.dropQuietly()
	hash := TokenHash(token)
	if _, invited := t.v.Claims.Invite(hash); invited && !t.spoken() && t.v.Claims.Guesses(t.in.Chat) < GuessesMost {
		// Who joins is asked for the language first; only the link's hash
		// waits, so that the session on disk opens nothing.
		t.begin(StepClaim)
		t.s.Claim = hash
		t.language()
		return
	}
	t.openClaim(hash)
}

func (t *turn) openClaim(hash []byte) {
	t.s = t.blank()
	c, ok := topup.Claim{}, false
	i, invited := topup.Invite{}, false
	if t.v.Claims.Guesses(t.in.Chat) < GuessesMost {
		if c, ok = t.v.Claims.Claim(hash); !ok {
			i, invited = t.v.Claims.Invite(hash)
		}
	}
	o, _ := t.v.Orders.Order(c.Order)
	switch {
	case !ok && invited:
		t.openInvite(i, hash)
	case !ok:
		t.do(Guess{Chat: t.in.Chat})
		t.sayLines(M("claim.unknown"))
	case t.who.MayFor(topup.ActHistory, c.Shop) && c.Live(t.env.Now): // whoever works there, whatever they may see
		t.sayLines(M("claim.own"))
	case c.State == topup.ClaimRedeemed && c.By == t.in.Chat:
		t.sayLines(M("claim.mine", "Count", linked(o), "Time", c.Redeemed))
	case c.Opened() && c.By == t.in.Chat:
		t.sayLines(M("claim.coming", "Count", linked(o)))
	case c.Opened():
		t.sayLines(M("claim.used"))
	case c.Live(t.env.Now):
		t.do(RedeemClaim{Hash: hash, Chat: t.in.Chat})
		if !t.spoken() {
			t.language()
		}
	default:
		t.sayLines(M("claim.ended"))
	}
}
