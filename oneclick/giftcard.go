package oneclick

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"hanout/topup"
)

// giftCard is how gift cards are traded. The provider takes their reference,
// but finds no order by it.
var giftCard = good{
	send: "/gift-cards/placeOrder", byID: "/gift-cards/checkOrder/", list: "/gift-cards/list",
	body: func(o topup.Order, ref string) (any, bool) {
		return giftSend{ProductID: o.Product, TypeID: o.TypeID, Quantity: o.Quantity, Ref: ref}, o.Quantity > 0
	},
	read:  readGiftOrder,
	parts: true,
}

// noGifts is the title of a category whose goods are no gift cards: they are
// traded by endpoints of their own.
const noGifts = "Mobile & Internet"

// Catalogue asks GET /gift-cards/catalog. Products that can't be read are left
// out; a catalogue without a readable one is a fault.
func (c *Client) Catalogue(ctx context.Context) ([]topup.Category, error) {
	a := c.do(ctx, list("/gift-cards/catalog", nil))
	if !a.ok() {
		return nil, a.fault()
	}
	shelves, skipped, err := readCatalogue(a.Data)
	if err != nil {
		return nil, a.unreadable(err)
	}
	c.skipped(ctx, "gift cards", skipped)
	return shelves, nil
}

// readCatalogue takes a category's label as title or as name.
func readCatalogue(data []byte) (shelves []topup.Category, skipped int, err error) {
	var d struct {
		Categories []json.RawMessage `json:"categories"`
	}
	if err := into(data, &d); err != nil {
		return nil, 0, err
	}
	for _, raw := range d.Categories {
		var s struct {
			Title    text              `json:"title"`
			Name     text              `json:"name"`
			Products []json.RawMessage `json:"products"`
		}
		if into(raw, &s) != nil {
			skipped++
			continue
		}
		shelf := topup.Category{Title: cmp.Or(s.Title.trimmed(), s.Name.trimmed())}
		if shelf.Title == "" {
			skipped++
			continue
		}
		shelf.Elsewhere = strings.EqualFold(shelf.Title, noGifts)
		for _, raw := range s.Products {
			if p, ok := readGiftProduct(raw); ok {
				shelf.Products = append(shelf.Products, p)
			} else {
				skipped++
			}
		}
		if len(shelf.Products) > 0 {
			shelves = append(shelves, shelf)
		}
	}
	if len(shelves) == 0 {
		return nil, skipped, errForm
	}
	return shelves, skipped, nil
}

func readGiftProduct(raw []byte) (topup.GiftProduct, bool) {
	var d struct {
		ID      text `json:"id"`
		Title   text `json:"title"`
		Region  text `json:"region"`
		Enabled flag `json:"enabled"`
	}
	if into(raw, &d) != nil {
		return topup.GiftProduct{}, false
	}
	p := topup.GiftProduct{ID: d.ID.id(), Title: d.Title.trimmed(), Region: d.Region.trimmed(), Enabled: d.Enabled.value}
	return p, p.ID != "" && p.Title != ""
}

// Stock asks GET /gift-cards/checkProduct. Denominations that can't be read,
// or have no price, are left out.
func (c *Client) Stock(ctx context.Context, productID string) (topup.GiftStock, error) {
	id := text(productID).id()
	if id == "" {
		return topup.GiftStock{}, refusedHere()
	}
	a := c.do(ctx, get("/gift-cards/checkProduct/"+id, nil))
	if !a.ok() {
		return topup.GiftStock{}, a.fault()
	}
	stock, skipped, err := readStock(a.Data, id)
	if err != nil {
		return topup.GiftStock{}, a.unreadable(err)
	}
	c.skipped(ctx, "denominations", skipped)
	return stock, nil
}

// readStock reads the answer about the product asked for; another product's
// is none.
func readStock(data []byte, asked string) (stock topup.GiftStock, skipped int, err error) {
	var d struct {
		ID    text              `json:"productId"`
		Title text              `json:"productTitle"`
		Types []json.RawMessage `json:"types"`
	}
	if err := into(data, &d); err != nil {
		return stock, 0, err
	}
	if d.ID != "" && string(d.ID) != asked {
		return stock, 0, errOther
	}
	if d.Types == nil {
		return stock, 0, errForm
	}
	stock = topup.GiftStock{ProductID: asked, Title: d.Title.trimmed()}
	for _, raw := range d.Types {
		if t, ok := readGiftType(raw); ok {
			stock.Types = append(stock.Types, t)
		} else {
			skipped++
		}
	}
	if len(stock.Types) == 0 && skipped > 0 {
		return topup.GiftStock{}, skipped, errForm
	}
	return stock, skipped, nil
}

func readGiftType(raw []byte) (topup.GiftType, bool) {
	var d struct {
		ID       text   `json:"id"`
		Name     text   `json:"name"`
		Price    number `json:"price"`
		Quantity number `json:"quantity"`
	}
	if into(raw, &d) != nil {
		return topup.GiftType{}, false
	}
	t := topup.GiftType{ID: d.ID.id(), Name: d.Name.trimmed(), Quantity: d.Quantity.count()}
	var ok bool
	t.Cost, ok = d.Price.money()
	return t, ok && t.ID != "" && t.Name != ""
}

// giftSend is the body of POST /gift-cards/placeOrder. The reference goes
// along because one page of the documentation has it; nothing relies on it.
type giftSend struct {
	ProductID string `json:"productId"`
	TypeID    string `json:"typeId"`
	Quantity  int    `json:"quantity"`
	Ref       string `json:"ref"`
}

// readGiftOrder reads what only an order of gift cards says.
func readGiftOrder(raw []byte, s *topup.Status) error {
	var w struct {
		Product  text   `json:"product"`
		Type     text   `json:"type"`
		Quantity number `json:"quantity"`
		Done     number `json:"fulfilled_quantity"`
		Paid     number `json:"fulfilled_amount"`
		Cards    []struct {
			Value  text `json:"value"`
			Serial text `json:"serial"`
		} `json:"cards"`
	}
	if err := into(raw, &w); err != nil {
		return err
	}
	s.Plan, s.TypeID = string(w.Product), string(w.Type)
	s.Charged, s.ChargedKnown = w.Paid.money()
	s.Quantity, s.DoneQty = w.Quantity.count(), w.Done.count()
	for _, card := range w.Cards {
		if code := card.Value.trimmed(); code != "" {
			s.Vouchers = append(s.Vouchers, topup.Voucher{Code: code, Serial: card.Serial.trimmed()})
		}
	}
	return nil
}
