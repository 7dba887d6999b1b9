package app

import (
	"slices"
	"strings"

	"hanout/locales"
	"hanout/sandbox/page"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
)

// demoSteps lead a first visitor from an empty chat to a code on the customer's
// phone. Each is done when the fakes have seen what it leads to.
func demoSteps(t *telegram.Server, p *provider.Server) []page.Step {
	credited := creditWords()
	heard := func(chat int64, is func(telegram.Message) bool) func() bool {
		return func() bool { return slices.ContainsFunc(t.Chats.Messages(chat), is) }
	}
	sold := func(kinds ...string) func() bool {
		return func() bool {
			return slices.ContainsFunc(p.Book().Orders, func(o provider.Order) bool { return slices.Contains(kinds, o.Kind) })
		}
	}
	return []page.Step{
		{Role: page.RoleShop, Text: map[string]string{
			"ar": "اضغط «ابدأ»، اختر اللغة، ثم أرسل اسم محل ورقم الهاتف بالزر.",
			"fr": "Appuyez sur «\u00a0Démarrer\u00a0», choisissez la langue, envoyez un nom de magasin, puis votre numéro par le bouton.",
			"en": "Press Start, choose a language, send a shop's name, then your phone number with the button.",
		}, Done: heard(demoShop, func(m telegram.Message) bool { return m.Contact != nil })},
		{Role: page.RoleOwner, Text: map[string]string{
			"ar": "اضغط «ابدأ»، ثم اقبل المحل بالزر الأخضر.",
			"fr": "Appuyez sur «\u00a0Démarrer\u00a0», puis acceptez le magasin avec le bouton vert.",
			"en": "Press Start, then accept the shop with the green button.",
		}, Done: func() bool {
			return slices.ContainsFunc(t.Chats.Commands(demoShop, ""), func(c telegram.Command) bool { return c.Command == "mobile" })
		}},
		{Role: page.RoleOwner, Send: "/credit 1 5000 cash", Said: page.CreditSaid, Text: map[string]string{
			"ar": "اشحن محفظة المحل بـ 5000 دج وأكّد.",
			"fr": "Créditez le portefeuille du magasin de 5 000 DA, et confirmez.",
			"en": "Credit the shop's wallet with 5,000 DA, and confirm.",
		}, Done: heard(demoShop, func(m telegram.Message) bool {
			return slices.ContainsFunc(credited, func(words string) bool { return strings.HasPrefix(m.Text, words) })
		})},
		{Role: page.RoleShop, Send: "0661234567 500", Text: map[string]string{
			"ar": "بِع: أرسل الرقم والمبلغ ثم أكّد. الوصل يأتي في نفس الرسالة.",
			"fr": "Vendez\u00a0: envoyez le numéro et le montant, puis confirmez. Le reçu vient dans le même message.",
			"en": "Sell: send the number and the amount, then confirm. The receipt comes in the same message.",
		}, Done: sold("mobile")},
		{Role: page.RoleShop, Send: "/internet", Text: map[string]string{
			"ar": "بِع بطاقة إنترنت: ADSL، الرقم 036362608، ثم القيمة. يصلك الرمز هنا.",
			"fr": "Vendez une carte internet\u00a0: ADSL, ligne 036362608, une valeur. Le code arrive ici.",
			"en": "Sell an internet card: ADSL, line 036362608, a value. The code comes here.",
		}, Done: sold("internet", "giftcard")},
		{Role: page.RoleShop, Text: map[string]string{
			"ar": "تحت العملية اضغط «رابط للزبون» 🎁، ثم امسح الصورة: يصل الرمز إلى هاتف الزبون.",
			"fr": "Sous l'opération, touchez «\u00a0Lien client\u00a0» 🎁, puis scannez l'image\u00a0: le code arrive chez le client.",
			"en": "Below the sale press the link 🎁, then scan the picture: the code comes to the customer's phone.",
		}, Done: heard(demoCustomer, func(m telegram.Message) bool { return m.HasProtectedContent })},
	}
}

// creditWords are what a shop reads first when its wallet was credited, in each
// language.
func creditWords() (list []string) {
	texts, err := locales.Load()
	if err != nil {
		return nil // the bot will not start either
	}
	for _, lang := range locales.Codes {
		if said, err := texts.Say(lang, "credit.told", nil, map[string]string{"Amount": "<b>"}); err == nil {
			words, _, _ := strings.Cut(said, "<b>")
			list = append(list, words)
		}
	}
	return list
}
