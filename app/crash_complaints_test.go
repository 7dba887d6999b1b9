package app

import (
	"bytes"
	picture "image"
	"image/png"
	"testing"
	"time"

	"hanout/till"
	"hanout/topup"
)

// grieving is the scenario of a complaint: of a sale that is over the shop
// writes, and sends a photo; the owner answers, makes the message to the
// provider's support, and closes it with a word.
var grieving = plot{before: (*life).hasSold, play: (*life).complains, verdict: (*life).complaintVerdict}

func (l *life) hasSold() {
	l.start()
	l.settle(2 * time.Second)
	l.openShop("fr", 5000)
	l.types(shopID, "0778037340 500", "Confirmer la vente")
	l.taps(shopID, "✅ Confirmer", "Opération n° 1")
	l.await(func() bool { return l.shows(shopID, "Opération réussie") })
	if err := l.halt(); err != nil {
		l.t.Fatal(err)
	}
	l.settle(3 * time.Second)
}

func (l *life) complains() {
	var photo bytes.Buffer
	if err := png.Encode(&photo, picture.NewGray(picture.Rect(0, 0, 40, 30))); err != nil {
		l.t.Fatal(err)
	}
	l.taps(shopID, "🙋 Souci", "Écrivez ce qui ne va pas")
	l.types(shopID, "Nothing came.", "Transmis à l'administrateur")
	l.await(func() bool { return l.shows(ownerID, "Nothing came.") })
	l.until(func() error { l.telegram.People.SendPhoto(shopID, "x.png", photo.Bytes(), "See here."); return nil },
		func() bool { return l.shows(shopID, "See here.\n✅ Transmis") })
	l.taps(shopID, "✔️ C'est tout", "a votre réclamation")
	l.await(func() bool { return l.shows(ownerID, "See here.\n[💬") })
	l.taps(ownerID, "💬 Répondre", "Que répondez-vous")
	l.types(ownerID, "We look.", "Réponse envoyée")
	l.await(func() bool { return l.shows(shopID, "We look.") })
	l.taps(ownerID, "📨 Au fournisseur", "un client conteste")
	l.taps(ownerID, "✔️ Fermer", "Comment finit")
	l.taps(ownerID, "✅ réglée", "Un mot pour le magasin")
	l.types(ownerID, "It came.", "le magasin est prévenu")
	l.await(func() bool { return l.shows(shopID, "est fermée : ✅ réglée") })
}

func (l *life) complaintVerdict() {
	if !l.sound() {
		return
	}
	orders := l.orders()
	if len(orders) != 1 || orders[0].State != topup.Delivered {
		l.problem("the orders are %+v", orders)
		return
	}
	l.inside(func(tx till.Tx) error {
		c, _, err := tx.Complaint(orders[0].ID)
		if err != nil {
			return err
		}
		if c.State != topup.ComplaintSettled || c.Disputed.IsZero() {
			l.problem("the complaint ends as %s, disputed at %v", c.State, c.Disputed)
		}
		said := ""
		for _, r := range c.Thread {
			said += r.Text + "|"
			if (r.Photo != "") != (r.Text == "See here.") {
				l.problem("the remark %q has the photo %q", r.Text, r.Photo)
			}
		}
		if said != "Nothing came.|See here.|We look.|It came.|" {
			l.problem("what was said is %q", said)
		}
		return nil
	})
	l.manners()
}

// TestComplaintSurvives kills the bot at points spread over a complaint: what
// was said once is kept once, told, and closed.
func TestComplaintSurvives(t *testing.T) {
	calm := calmIn(t, grieving)
	if calm.repeats > 0 {
		t.Fatalf("%d repeats without a death", calm.repeats)
	}
	sweepIn(t, grieving, calm, complaintStride)
}

// complaintStride is the distance of the points in a plain test run.
const complaintStride = 19
