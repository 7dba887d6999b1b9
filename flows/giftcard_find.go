package flows

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"hanout/topup"
)

// Gift cards by their names, as people write them.

// cardWords are the words of a text, brands and countries by one name each.
func cardWords(text string) []string {
	s := " " + strings.Join(strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ") + " "
	for _, b := range brands {
		s = strings.ReplaceAll(s, " "+b.said+" ", " "+b.means+" ")
	}
	return strings.Fields(s)
}

// cardsNamed are the products that all of the words fit: each is one of the
// product's, its category's or its region's, or begins one of them.
func (t *turn) cardsNamed(words []string) (found []topup.GiftProduct) {
	said := cardWords(strings.Join(words, " "))
	if len(said) == 0 {
		return nil
	}
	for _, s := range t.shelves() {
		for _, p := range s.Products {
			has := cardWords(CleanName(p.Title, 100) + " " + s.Title + " " + regionName(p.Region))
			fits := !slices.ContainsFunc(said, func(w string) bool { return !slices.ContainsFunc(has, func(h string) bool { return begins(h, w) }) })
			if fits && !slices.ContainsFunc(found, func(q topup.GiftProduct) bool { return q.ID == p.ID }) {
				found = append(found, p)
			}
		}
	}
	return found
}

// begins reports whether a word is meant by another: itself, or its beginning
// when that is long enough to mean no other.
func begins(word, by string) bool {
	return word == by || (len([]rune(by)) >= 4 && strings.HasPrefix(word, by))
}

// cardsFound are the products that a search finds: by a part of the name, or by
// words. beside are the figures that stand beside the words.
func (t *turn) cardsFound(text string) (found []topup.GiftProduct, beside string) {
	part := strings.ToLower(CleanName(text, searchMost))
	if part == "" {
		return nil, ""
	}
	for _, s := range t.shelves() {
		for _, p := range s.Products {
			if strings.Contains(strings.ToLower(CleanName(p.Title, 100)), part) &&
				!slices.ContainsFunc(found, func(q topup.GiftProduct) bool { return q.ID == p.ID }) {
				found = append(found, p)
			}
		}
	}
	if len(found) > 0 {
		return found, ""
	}
	r := Read(text)
	return t.cardsNamed(r.Words), r.Value
}

// typedGift takes a text that names a card at any moment.
func typedGift(t *turn, text string, shared bool) bool {
	r := Read(text)
	found := t.cardsNamed(r.Words)
	if shared || len(found) == 0 {
		return false
	}
	d := giftCard{Value: r.Value, Many: r.Quantity}
	if len(found) == 1 {
		d.Product = found[0].ID
	} else {
		d.Search = CleanName(strings.Join(r.Words, " "), searchMost)
	}
	beginGiftCard(t, d)
	return true
}

func (d *giftCard) searched(t *turn, text string) bool {
	if t.numberElsewhere(text) {
		return false
	}
	found, _ := t.cardsFound(text)
	if len(found) == 0 && said(text) != "" {
		return false
	}
	d.search(t, text)
	return true
}

// search looks for products by their names. What names one only is that one.
func (d *giftCard) search(t *turn, text string) {
	d.Page = 0
	found, value := t.cardsFound(text)
	d.Value, d.Many = value, Read(text).Quantity
	d.Search = CleanName(text, searchMost)
	switch {
	case len(found) == 0:
		d.askShelf(t, M("gift.notfound"))
	case len(found) == 1:
		d.productPicked(t, found[0].ID)
	default:
		d.askProduct(t, Msg{})
	}
}

// recentMost is how many of the last sold cards are offered at once.
const recentMost = 3

// recentCards are buttons of the cards that this shop sold last.
func (d *giftCard) recentCards(t *turn) (b []Button) {
	d.Recent = nil
	for _, o := range t.v.Orders.OrdersOf(t.who.Shop, 0, 20) {
		_, there := t.product(o.Product)
		key := o.Product + "/" + o.TypeID
		if o.Good != topup.GiftCard || !there || o.State == topup.Refunded || slices.Contains(d.Recent, key) {
			continue
		}
		b = append(b, button(M("shelf.recent", "Plan", Name(o.PlanName)), t.s.tap("r", strconv.Itoa(len(d.Recent)))))
		if d.Recent = append(d.Recent, key); len(d.Recent) == recentMost {
			break
		}
	}
	return b
}

func (d *giftCard) recentPicked(t *turn, n int) {
	if n < 0 || n >= len(d.Recent) {
		t.toast(M("tap.unknown"))
		return
	}
	product, kind, _ := strings.Cut(d.Recent[n], "/")
	d.TypeID, d.Quantity = kind, 1
	d.productGiven(t, product)
}

// priced are the denominations that may be sold.
func (d *giftCard) priced(t *turn) (list []topup.GiftType) {
	for _, ty := range d.Types {
		if _, ok := d.priceOf(t, ty); ok {
			list = append(list, ty)
		}
	}
	return list
}

// valued are those of them whose name has these figures.
func (d *giftCard) valued(t *turn, figures string) (list []topup.GiftType) {
	for _, ty := range d.priced(t) {
		of := strings.FieldsFunc(fold(ty.Name), func(r rune) bool { return r < '0' || r > '9' })
		if slices.Contains(of, figures) {
			list = append(list, ty)
		}
	}
	return list
}

// chooseType goes on from the stock: with the one denomination that was said,
// or that there is, else with the question.
func (d *giftCard) chooseType(t *turn) {
	list := d.priced(t)
	if d.Value != "" {
		if list = d.valued(t, d.Value); len(list) == 0 {
			d.askType(t, M("type.novalue", "Name", Name(d.Value)))
			return
		}
	}
	if len(list) != 1 || list[0].Quantity == 0 {
		d.askType(t, Msg{})
		return
	}
	n := max(d.Many, 1)
	d.TypeID, d.Many = list[0].ID, 0
	if n > quantityLimit(list[0]) {
		d.askQuantity(t, M("quantity.range", "Max", quantityLimit(list[0])))
		return
	}
	d.Quantity = n
	t.quote(Msg{})
}

// typeTyped takes a denomination by the figures in its name.
func (d *giftCard) typeTyped(t *turn, text string) bool {
	if t.numberElsewhere(text) {
		return false
	}
	p := parse(text)
	if len(text) <= lineMost && len(p.words) == 0 && len(p.runs) == 1 && len(p.runs[0]) == 1 {
		if list := d.valued(t, p.runs[0][0]); len(list) == 1 {
			d.typeGiven(t, list[0].ID)
			return true
		}
	}
	if len(p.words) > 0 && t.sellsTyped(text, false) {
		return true
	}
	d.askType(t, M("type.bad"))
	return true
}
