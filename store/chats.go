package store

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"time"

	"hanout/topup"
)

// Chat is what is remembered of a chat with a person.
type Chat struct {
	ID        int64     `json:"id"`
	Language  string    `json:"language,omitempty"` // chosen; "" until then
	Guess     string    `json:"guess,omitempty"`    // Telegram's language_code
	FirstSeen time.Time `json:"first_seen,omitzero"`
	Blocked   bool      `json:"blocked,omitempty"`   // the person blocked us
	LastPanel string    `json:"last_card,omitempty"` // the last message owed anew
	// Guesses counts unknown customer links opened since GuessedFrom.
	Guesses     int       `json:"guesses,omitempty"`
	GuessedFrom time.Time `json:"guessed_from,omitzero"`
}

// Chat reads a chat.
func (t *Tx) Chat(id int64) (Chat, bool, error) {
	var c Chat
	ok, err := t.getJSON(bChats, i64(id), &c)
	return c, ok, err
}

// PutChat stores a chat.
func (t *Tx) PutChat(c Chat) error { return t.putJSON(bChats, i64(c.ID), c) }

// Session reads the talk with a chat, as it was stored; nil when there is
// none.
func (t *Tx) Session(chat int64) ([]byte, error) {
	b, err := t.get(bSessions, i64(chat))
	if err != nil || len(b) == 0 {
		return nil, err
	}
	if b[0] == vaultFormat && t.vault != nil {
		return t.vault.Open(b, talkContext(chat))
	}
	return bytes.Clone(b), nil
}

func talkContext(chat int64) string { return "talk with " + strconv.FormatInt(chat, 10) }

// Sessions lists the chats with which there is a talk.
func (t *Tx) Sessions() (chats []int64, err error) {
	c := t.bucket(bSessions).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if len(k) != 8 {
			return nil, corrupt(bSessions, k, "a key has the wrong length")
		}
		chats = append(chats, fromI64(k))
	}
	return chats, nil
}

// PutSession stores the talk with a chat; nil ends it.
func (t *Tx) PutSession(chat int64, b []byte) error {
	if b == nil {
		return t.delete(bSessions, i64(chat))
	}
	if t.vault != nil {
		b = t.vault.Seal(b, talkContext(chat))
	}
	return t.put(bSessions, i64(chat), b)
}

// PutShop stores a shop and finds it by its chat from now on.
func (t *Tx) PutShop(s topup.Shop) error {
	if err := t.put(bShopChat, i64(s.Chat), u64(uint64(s.ID))); err != nil {
		return err
	}
	stored := storedShop{Shop: s}
	stored.Phone, stored.SealedPhone = t.hide(s.Phone, phoneContext(s.ID))
	return t.putJSON(bShops, u64(uint64(s.ID)), stored)
}

// storedShop is a shop as it lies on disk: its phone sealed.
type storedShop struct {
	topup.Shop
	Phone       string `json:"phone,omitempty"`
	SealedPhone []byte `json:"sealed_phone,omitempty"`
}

func phoneContext(id topup.ShopID) string {
	return "phone of shop " + strconv.FormatUint(uint64(id), 10)
}

// Shop reads a shop by its number.
func (t *Tx) Shop(id topup.ShopID) (topup.Shop, bool, error) {
	var s storedShop
	ok, err := t.getJSON(bShops, u64(uint64(id)), &s)
	if err != nil || !ok {
		return topup.Shop{}, false, err
	}
	s.Shop.Phone, err = t.reveal(s.Phone, s.SealedPhone, phoneContext(id))
	return s.Shop, true, err
}

// ShopByChat reads a shop by its chat.
func (t *Tx) ShopByChat(chat int64) (topup.Shop, bool, error) {
	id, ok, err := t.number(bShopChat, i64(chat))
	if err != nil || !ok {
		return topup.Shop{}, false, err
	}
	s, ok, err := t.Shop(topup.ShopID(id))
	if err == nil && !ok {
		err = corrupt(bShopChat, i64(chat), "a shop is missing")
	}
	return s, ok, err
}

// Shops walks the shops in the order of their numbers until fn says stop.
func (t *Tx) Shops(fn func(topup.Shop) (more bool)) error {
	c := t.bucket(bShops).Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if len(k) != 8 {
			return corrupt(bShops, k, "a key has the wrong length")
		}
		s, _, err := t.Shop(topup.ShopID(binary.BigEndian.Uint64(k)))
		if err != nil {
			return err
		}
		if !fn(s) {
			return nil
		}
	}
	return nil
}

// Setting reads a named JSON value into v; false leaves v as it is.
func (t *Tx) Setting(name string, v any) (bool, error) {
	return t.getJSON(bSettings, []byte(name), v)
}

// PutSetting stores a named JSON value.
func (t *Tx) PutSetting(name string, v any) error {
	return t.putJSON(bSettings, []byte(name), v)
}

// Names of the cached lists among the settings.
const (
	settingPlans     = "plans"
	settingCatalogue = "catalogue"
)

// Plans reads the cached price list in its order.
func (t *Tx) Plans() ([]topup.Plan, error) {
	var p []topup.Plan
	_, err := t.Setting(settingPlans, &p)
	completePlans(p)
	return p, err
}

// PutPlans stores the price list.
func (t *Tx) PutPlans(p []topup.Plan) error { return t.PutSetting(settingPlans, p) }

// cachedCatalogue are the gift cards, as read at a time.
type cachedCatalogue struct {
	At   time.Time        `json:"at"`
	List []topup.Category `json:"list"`
}

// Catalogue reads the cached gift cards in their order.
func (t *Tx) Catalogue() ([]topup.Category, error) {
	var c cachedCatalogue
	_, err := t.Setting(settingCatalogue, &c)
	completeCatalogue(c.List)
	return c.List, err
}

// PutCatalogue stores the gift cards, as read at a time.
func (t *Tx) PutCatalogue(list []topup.Category, at time.Time) error {
	return t.PutSetting(settingCatalogue, cachedCatalogue{At: at, List: list})
}
