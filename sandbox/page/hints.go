package page

// Hint is a line of the "what to try" card: a text to send, and what will come of it.
type Hint struct {
	Role string            `json:"role"`           // on whose phone
	Send string            `json:"send"`           // what is put into the field to write in
	Text map[string]string `json:"text"`           // the explanation by language: "ar", "fr", "en"
	Said map[string]string `json:"said,omitempty"` // by language, where it differs from Send
}

// CreditSaid is the command that credits the first shop, in each language.
var CreditSaid = map[string]string{"en": "/credit 1 5000 cash", "ar": "/credit 1 5000 نقدا", "fr": "/credit 1 5000 espèces"}

// DefaultHints leads from the opening of a shop through the provider's special numbers to a gift card.
func DefaultHints() []Hint {
	return []Hint{
		{Role: RoleShop, Send: "/start", Text: map[string]string{
			"ar": "افتح البوت واطلب فتح محلّك.",
			"fr": "Ouvrez le bot et demandez l'ouverture de votre magasin.",
			"en": "Open the bot and ask to become a shop.",
		}},
		{Role: RoleOwner, Send: "/credit 1 5000 cash", Said: CreditSaid, Text: map[string]string{
			"ar": "اقبل المحل من طلبه، ثم اشحن محفظته.",
			"fr": "Acceptez le magasin par sa demande, puis créditez son portefeuille.",
			"en": "Approve the shop on its request, then credit its wallet.",
		}},
		{Role: RoleShop, Send: "0778037340 500", Text: map[string]string{
			"ar": "تعبئة تنجح بعد نحو عشرين ثانية.",
			"fr": "Recharge réussie au bout d'une vingtaine de secondes.",
			"en": "A top-up delivered after some twenty seconds.",
		}},
		{Role: RoleShop, Send: "0600000001 500", Text: map[string]string{
			"ar": "لا تتم العملية ويُعاد المبلغ إلى المحفظة.",
			"fr": "Échec\u00a0: le montant revient au portefeuille.",
			"en": "It fails and the money goes back to the wallet.",
		}},
		{Role: RoleShop, Send: "0600000002 500", Text: map[string]string{
			"ar": "يُعاد المبلغ مع عروض بديلة لهذا الرقم.",
			"fr": "Remboursé, avec d'autres offres pour ce numéro.",
			"en": "Refunded, with other offers for this number.",
		}},
		{Role: RoleShop, Send: "0600000003 500", Text: map[string]string{
			"ar": "قيد التحقق: يبقى المبلغ محجوزًا حتى نعرف.",
			"fr": "En vérification\u00a0: le montant reste bloqué jusqu'à la réponse.",
			"en": "Under verification: the money stays held until we know.",
		}},
		{Role: RoleShop, Send: "/internet", Text: map[string]string{
			"ar": "بطاقة إنترنت للرقم 036362608، ثم امسح رمزها كزبون.",
			"fr": "Carte internet pour la ligne 036362608, puis scannez son QR en tant que client.",
			"en": "An internet card for the line 036362608; then scan its QR code as the customer.",
		}},
		{Role: RoleShop, Send: "/cards", Text: map[string]string{
			"ar": "بِع بطاقة هدية، ثم امسح رمزها كزبون.",
			"fr": "Vendez une carte cadeau, puis scannez son QR en tant que client.",
			"en": "Sell a gift card, then scan its QR code as the customer.",
		}},
		{Role: RoleShop, Send: "/cashiers", Text: map[string]string{
			"ar": "أضف البوت إلى مجموعة من زر «البيع من مجموعة»، وبِع فيها.",
			"fr": "Ajoutez le bot à un groupe par «\u00a0Vendre depuis un groupe\u00a0», et vendez-y.",
			"en": "Add the bot to a group by the button with 💬, and sell there.",
		}},
	}
}
