package flows

import (
	"strings"
	"unicode"

	"hanout/topup"
)

// The words of the counter, as people write them in French, Arabic and Darija.
// All are written folded: see fold.

var foldings = strings.NewReplacer(
	"à", "a", "â", "a", "ä", "a", "á", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "î", "i", "ï", "i", "í", "i",
	"ô", "o", "ö", "o", "ó", "o", "û", "u", "ù", "u", "ü", "u", "œ", "oe",
	"ã", "a", "å", "a", "ì", "i", "ñ", "n", "ò", "o", "õ", "o", "ú", "u", "ý", "y", "ÿ", "y", "ک", "ك", "ی", "ي",
	"أ", "ا", "إ", "ا", "آ", "ا", "ٱ", "ا", "ة", "ه", "ى", "ي", "ـ", "", "ڨ", "ق", "ڤ", "ف", "پ", "ب",
	"€", " eur ", "$", " usd ", "£", " gbp ", "×", "x", "✖", "x", "٬", " ", "٫", ".",
)

// fold makes spellings alike: plain digits, lower case, no accents, no vowel
// signs, and a space for whatever only stands between words.
func fold(text string) string {
	s := foldings.Replace(strings.ToLower(topup.PlainDigits(text)))
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
			return -1
		case unicode.In(r, unicode.So, unicode.Sk), unicode.IsSpace(r), unicode.IsControl(r),
			strings.ContainsRune(":;=<>|\"'«»“”’‘!?_&@[]{}`~^\\،؛؟•·→—…", r):
			return ' '
		}
		return r
	}, s)
}

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

var (
	// units follow an amount of dinars.
	units = wordSet("da dzd dinar dinars دج د.ج دينار دنانير دنار")
	// others follow an amount of what is not dinars, and currencies name a gift
	// card's value.
	currencies = wordSet("eur euro euros usd dollar dollars gbp pound pounds uc diamond diamonds diamant diamants robux coins points شده شدات جوهره جواهر يورو اورو دولار جنيه")
	// numerals are amounts in words. Thousands are said in centimes as often as
	// in dinars, so none of them is ever read.
	numerals = wordSet(`mille mil cent cents deux trois quatre cinq six dix vingt trente cinquante million millions
		centime centimes douro duro dourou frank franc francs alf alaf myat mya mia miya mitin miyatin khamsmya
		الف الفين الاف ميه ميا مايه مئه مائه ميتين مئتين مائتين خمسمئه خمسميه خمسمائه مليون سنتيم سنتيمات دورو فرنك عشرالاف`)
	// families name something else than prepaid credit of a mobile line.
	families = wordSet(`facture factures postpaye postpayee postpaid abonnement international roaming pack packs forfait forfaits
		data internet net offre offres bonus فاتوره الفاتوره فاتورتي دولي باقه الباقه باقات عرض العرض انترنت نت اشتراك`)
	// fillers say nothing of what is sold.
	fillers = wordSet(`carte cartes card cards cadeau cadeaux gift code codes bita9a bitaqa bitaka carta karta un une le la les de du des
		pour a au svp stp merci salam bonjour bonsoir slm cc khoya kho sahbi 3afak 3afek ta3 taa nta3 dyal fi f el al l o et je veux
		flexy flexi flexily recharge recharger credit voudrais donne achete acheter besoin moi valeur quantite pcs piece pieces
		بطاقه بطاقات البطاقه كارت كارطه كارتا هديه هدايا رمز كود قسيمه من فضلك سلام السلام عليكم في الي على علي ل و اريد بغيت نتاع تاع متاع
		فليكسي فلكسي تعبئه شحن اشحن كريدي خويا صاحبي شكرا قيمه عدد حبه`)
)

// operatorWords are the operators as they are called.
var operatorWords = map[string]topup.Operator{
	"mobilis": topup.Mobilis, "mob": topup.Mobilis, "موبيليس": topup.Mobilis, "موبليس": topup.Mobilis, "موبيلس": topup.Mobilis,
	"djezzy": topup.Djezzy, "djezi": topup.Djezzy, "djezy": topup.Djezzy, "jezzy": topup.Djezzy, "جيزي": topup.Djezzy, "جازي": topup.Djezzy,
	"ooredoo": topup.Ooredoo, "oredoo": topup.Ooredoo, "ouredoo": topup.Ooredoo, "nedjma": topup.Ooredoo,
	"اوريدو": topup.Ooredoo, "اوريدوو": topup.Ooredoo, "نجمه": topup.Ooredoo,
	"pixx": topup.Pixx, "pix": topup.Pixx, "بيكس": topup.Pixx,
}

// commandWords are commands that are said instead of typed.
var commandWords = map[string]string{
	"solde": "balance", "mon solde": "balance", "balance": "balance", "portefeuille": "balance", "sold": "balance",
	"رصيد": "balance", "الرصيد": "balance", "رصيدي": "balance", "محفظه": "balance", "المحفظه": "balance", "كم رصيدي": "balance",
	"historique": "history", "history": "history", "ventes": "history", "سجل": "history", "السجل": "history", "العمليات": "history",
	"aujourd hui": "today", "aujourdhui": "today", "jour": "today", "rapport": "today", "today": "today",
	"اليوم": "today", "تقرير": "today", "تقرير اليوم": "today", "مبيعات اليوم": "today",
	"chercher": "find", "recherche": "find", "بحث": "find", "ابحث": "find",
	"aide": "help", "help": "help", "مساعده": "help", "menu": "start", "accueil": "start", "القائمه": "start", "قائمه": "start",
	"annuler": "cancel", "annule": "cancel", "الغاء": "cancel", "الغ": "cancel", "langue": "language", "اللغه": "language", "لغه": "language",
	"flexy": "mobile", "flexi": "mobile", "recharge": "mobile", "mobile": "mobile", "فليكسي": "mobile", "فلكسي": "mobile", "تعبئه": "mobile", "شحن": "mobile",
	"internet": "internet", "adsl": "internet", "4g": "internet", "idoom": "internet", "انترنت": "internet", "الانترنت": "internet", "ايدوم": "internet",
	"carte": "cards", "cartes": "cards", "carte cadeau": "cards", "cartes cadeaux": "cards", "gift card": "cards", "gift cards": "cards",
	"بطاقه": "cards", "بطاقات": "cards", "بطاقه هديه": "cards", "بطاقات هدايا": "cards",
}

// brands are other names of what the catalogue calls by the second. A name of
// several words stands before those it is made of.
var brands = []struct{ said, means string }{
	{"playstation network", "psn"}, {"play station", "psn"}, {"playstation", "psn"}, {"بلاي ستيشن", "psn"}, {"بلايستيشن", "psn"},
	{"بلايستايشن", "psn"}, {"بلاي ستايشن", "psn"}, {"بي اس ان", "psn"}, {"ps4", "psn"}, {"ps5", "psn"}, {"سوني", "psn"},
	{"i tunes", "itunes"}, {"ايتونز", "itunes"}, {"اي تونز", "itunes"}, {"ايتيونز", "itunes"},
	{"ستيم", "steam"}, {"x box", "xbox"}, {"اكس بوكس", "xbox"}, {"اكسبوكس", "xbox"},
	{"googleplay", "google play"}, {"جوجل بلاي", "google play"}, {"قوقل بلاي", "google play"}, {"غوغل بلاي", "google play"},
	{"نينتندو", "nintendo"}, {"روبلوكس", "roblox"}, {"روبلكس", "roblox"}, {"ببجي", "pubg"}, {"بوبجي", "pubg"},
	{"freefire", "free fire"}, {"فري فاير", "free fire"}, {"موبايل ليجند", "mobile legends"}, {"فورتنايت", "fortnite"},
	{"فالورانت", "valorant"}, {"رايزر", "razer"}, {"نتفليكس", "netflix"}, {"نتفلكس", "netflix"}, {"امازون", "amazon"}, {"ابل", "apple"},
	{"united kingdom", "uk"}, {"royaume uni", "uk"}, {"angleterre", "uk"}, {"england", "uk"}, {"بريطانيا", "uk"}, {"انجلترا", "uk"},
	{"united states", "usa"}, {"etats unis", "usa"}, {"amerique", "usa"}, {"امريكا", "usa"}, {"us", "usa"},
	{"fr", "france"}, {"allemagne", "germany"}, {"المانيا", "germany"}, {"فرنسا", "france"}, {"turquie", "turkey"}, {"تركيا", "turkey"},
	{"espagne", "spain"}, {"اسبانيا", "spain"}, {"italie", "italy"}, {"ايطاليا", "italy"},
}
