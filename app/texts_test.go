package app

import (
	"strings"
	"testing"
	"time"
)

func TestLongAndStrangeTexts(t *testing.T) {
	texts := map[string]string{
		"letters":   strings.Repeat("a", 4096),
		"digits":    strings.Repeat("7", 4096),
		"numbers":   strings.Repeat("0778037340 ", 372),
		"emoji":     strings.Repeat("👨‍👩‍👧‍👦", 500),
		"markup":    strings.Repeat("<b>&amp;</i>", 300),
		"bidi":      "\u202e\u2066" + strings.Repeat("0778037340\u200f", 20),
		"combining": "a" + strings.Repeat("\u0301", 3000),
		"lines":     strings.Repeat("0778037340 500\n", 200),
		"nul":       "0778037340\x00 500",
		"slash":     "/" + strings.Repeat("/", 4000),
		"command":   "/mobile" + strings.Repeat(" 0778037340 500", 200),
		"credit":    "/credit 1 99999999999999999999999999 " + strings.Repeat("\u202e<b>", 500),
	}
	bubble(t, "fr", func(r *rig) {
		r.say(shopID, texts["bidi"]) // before anything else is known
		r.openShop("fr", 5000)
		for name, text := range texts {
			for _, step := range []string{"/mobile", "0778037340", "0661234567 500", "/find", "/cancel"} {
				r.say(shopID, step)
				r.say(shopID, text)
				r.settle(5 * time.Second)
			}
			r.say(ownerID, text)
			if len(r.orders()) > 0 {
				r.t.Errorf("an order came of %s", name)
			}
		}
		r.allAnswered()
		r.expect(5000, 0, 0)
	})
}

// A name is shown as it was meant, but can't turn or mark up what stands
// around it.
func TestNames(t *testing.T) {
	for name, shown := range map[string]string{
		"<b>Nour</b> & <a href=\"x\">fils</a>": "<b>Nour</b> & <a href=\"x\">fils</a>",
		"\u202eruoN\u2066 \u200f\u200bSARL":    "ruoN SARL",
		"  متجر\n النور\t🌙  ":                  "متجر النور 🌙",
		strings.Repeat("ن", 4096):              strings.Repeat("ن", 39) + "…",
		"📱📱 Nour 7":                            "📱📱 Nour 7",
	} {
		t.Run(shown, func(t *testing.T) {
			t.Parallel()
			bubble(t, "fr", func(r *rig) {
				for _, p := range []int64{ownerID, strangerID} {
					r.say(p, "/start")
					r.tap(p, "Français")
				}
				r.say(strangerID, name)
				r.telegram.People.ShareContact(strangerID)
				r.settle(time.Second)
				r.sees(ownerID, shown+" (n° 1)\nDemandeur : <b>Eve</b>\n")
				for _, m := range r.telegram.Chats.Messages(ownerID) {
					if strings.ContainsAny(m.Text, "\u202e\u200f\u200b") {
						r.t.Errorf("a control of a name has come through: %q", m.Text)
					}
				}
				r.tap(ownerID, "✅")
				r.sees(strangerID, "Votre magasin "+shown+" est accepté")
			})
		})
	}
}

func TestAmounts(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		for _, c := range []struct{ typed, answer string }{
			{"0", "Montant hors limites"}, {"-5", "Montant hors limites"}, {"1e9", "Ce n'est pas un montant"},
			{"500,5", "dinars entiers"}, {"500.00", "dinars entiers"}, {"٥٠٠", "Le client paie : 500 DA"}, {"۵۰۰ دج", "Le client paie : 500 DA"},
			{"５００", "Le client paie : 500 DA"}, {"1 000 DA", "Le client paie : 1 000 DA"}, {"10000", "Solde insuffisant"},
			{"10001", "Montant hors limites"}, {"99", "Montant hors limites"}, {"99999999999999999999", "Montant hors limites"},
			{"9223372036854775807", "Montant hors limites"}, {"-٥٠٠", "Montant hors limites"}, {"0x64", "Ce n'est pas un montant"},
			{"+500", "Ce n'est pas un montant"}, {"500 500", "Montant hors limites"}, {"5 00", "Ce n'est pas un montant"},
			{"NaN", "Ce n'est pas un montant"}, {"½", "Ce n'est pas un montant"}, {"500€", "en dinars"},
		} {
			r.say(shopID, "0778037340")
			r.say(shopID, c.typed)
			r.settle(5 * time.Second)
			if got := r.last(shopID); !strings.Contains(got, c.answer) {
				r.t.Errorf("%q brought, instead of %q:\n%s", c.typed, c.answer, got)
			}
			r.expect(5000, 0, 0)
			r.say(shopID, "/cancel")
			r.settle(5 * time.Second)
		}
	})
}

func TestNumbers(t *testing.T) {
	bubble(t, "fr", func(r *rig) {
		r.openShop("fr", 5000)
		const no, short, long = "Ce n'est pas un numéro mobile", "Il manque un chiffre", "un chiffre de trop"
		for _, c := range []struct{ typed, answer string }{
			{"077803734O", no}, {"0778o37340", no}, {"O778037340", no}, {"07780373401", long}, {"077803734", short}, {"+33778037340", no},
			{"0778037340a", no}, {"a0778037340", no}, {"٠٧٧٨٠٣٧٣٤ 500", short}, {"00330778037340", no}, {"0021307780373400", long},
			{"0478037340", "Carte internet"}, {"0778037340 500 0661234567", "Deux numéros"},
			{"0778037340 0", "ne se vend pas"}, {"0778037340 -500", "ne se vend pas"}, {"0778037340 5e2", "pas le montant"},
			{"tel:0778037340", "Choisissez le montant"},
			{"0778037340,200", "Confirmer la vente"}, {"0778037340 500 DA!", "Confirmer la vente"}, {"0778037340;500", "Confirmer la vente"},
		} {
			r.say(shopID, c.typed)
			r.settle(5 * time.Second)
			if got := r.last(shopID); !strings.Contains(got, c.answer) {
				r.t.Errorf("%q brought, instead of %q:\n%s", c.typed, c.answer, got)
			}
			r.say(shopID, "/cancel")
			r.settle(5 * time.Second)
		}
		r.expect(5000, 0, 0)
	})
}
