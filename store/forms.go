package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"hanout/topup"
)

// How rows with secrets lie in any database, as JSON: each secret is sealed
// for its row, so that it opens nowhere else. Without a vault (tools and
// tests) nothing is sealed, and what is stays closed.

// hide seals a short text that must not lie readable.
func (v *Vault) hide(text, context string) (clear string, sealed []byte) {
	if v == nil || text == "" {
		return text, nil
	}
	return "", v.Seal([]byte(text), context)
}

// reveal is the reverse of hide. Without a vault a sealed text stays empty.
func (v *Vault) reveal(clear string, sealed []byte, context string) (string, error) {
	if len(sealed) == 0 || v == nil {
		return clear, nil
	}
	b, err := v.Open(sealed, context)
	return string(b), err
}

// OrderForm is an order as it lies in a database: the customer's number
// sealed, the words of the provider and of who decided, which may hold it, and
// the vouchers. Rows of before have the words as they are, until they are
// written again.
type OrderForm struct {
	topup.Order
	To            string `json:"to,omitempty"`
	SealedTo      []byte `json:"sealed_to,omitempty"`
	Message       string `json:"message,omitempty"`
	SealedMessage []byte `json:"sealed_message,omitempty"`
	SealedNote    []byte `json:"sealed_note,omitempty"` // of its decision
	Vouchers      []byte `json:"sealed,omitempty"`
}

func toContext(id topup.OrderID) string { return "number of " + string(id) }

func messageContext(id topup.OrderID) string { return "words on " + string(id) }

func noteContext(id topup.OrderID) string { return "decision on " + string(id) }

func vouchersContext(id topup.OrderID) string { return "cards of " + string(id) }

// SealOrder makes the form of an order, with vouchers that are sealed already.
func SealOrder(v *Vault, o topup.Order, vouchers []byte) OrderForm {
	f := OrderForm{Order: o, Vouchers: vouchers}
	f.To, f.SealedTo = v.hide(o.To, toContext(o.ID))
	f.Message, f.SealedMessage = v.hide(o.Message, messageContext(o.ID))
	if o.Decision != nil {
		d := *o.Decision
		d.Note, f.SealedNote = v.hide(d.Note, noteContext(o.ID))
		f.Order.Decision = &d
	}
	return f
}

// Reveal is the reverse of [SealOrder], for the order that the row is of. What
// the key does not open gives ErrSealed, with the rest of the order.
func (f OrderForm) Reveal(v *Vault, id topup.OrderID) (o topup.Order, err error) {
	o = f.Order
	o.Coded = len(f.Vouchers) > 0
	if o.To, err = v.reveal(f.To, f.SealedTo, toContext(id)); err != nil {
		return o, err
	}
	if o.Message, err = v.reveal(f.Message, f.SealedMessage, messageContext(id)); err == nil && o.Decision != nil {
		o.Decision.Note, err = v.reveal(o.Decision.Note, f.SealedNote, noteContext(id))
	}
	return o, err
}

// SealVouchers seals an order's codes. They never lie open: without a vault it
// gives ErrSealed.
func SealVouchers(v *Vault, id topup.OrderID, list []topup.Voucher) ([]byte, error) {
	if v == nil {
		return nil, fmt.Errorf("%w: no key to seal the codes of %s with", ErrSealed, id)
	}
	b, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return v.Seal(b, vouchersContext(id)), nil
}

// OpenVouchers is the reverse; none came when there is nothing.
func OpenVouchers(v *Vault, id topup.OrderID, sealed []byte) (list []topup.Voucher, err error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	if v == nil {
		return nil, ErrSealed
	}
	b, err := v.Open(sealed, vouchersContext(id))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, ErrSealed
	}
	return list, nil
}

// NumberMark stands for a customer's number in an index.
func NumberMark(v *Vault, to string) string {
	if v == nil || to == "" {
		return to
	}
	return v.Mark(to)
}

// NameMark stands for a secret in the name of a setting.
func NameMark(v *Vault, secret string) string {
	if v == nil {
		return secret
	}
	return v.Mark("name " + secret)
}

// SumMark is the digest of a text as it is kept: keyed, for a text holds
// numbers that could be tried one by one. After a change of the key no old
// digest fits, which costs an edit.
func SumMark(v *Vault, sum string) string {
	if v == nil || sum == "" {
		return sum
	}
	return v.Mark("text " + sum)
}

// ShopForm is a shop as it lies in a database: its phone sealed, and its
// favourites as one text.
type ShopForm struct {
	topup.Shop
	Phone       string `json:"phone,omitempty"`
	SealedPhone []byte `json:"sealed_phone,omitempty"`

	Favourites       string `json:"favourites,omitempty"`
	SealedFavourites []byte `json:"sealed_favourites,omitempty"`
}

func phoneContext(id topup.ShopID) string {
	return "phone of shop " + strconv.FormatUint(uint64(id), 10)
}

func favouritesContext(id topup.ShopID) string {
	return "favourites of shop " + strconv.FormatUint(uint64(id), 10)
}

// SealShop makes the form of a shop.
func SealShop(v *Vault, s topup.Shop) (ShopForm, error) {
	f := ShopForm{Shop: s}
	f.Phone, f.SealedPhone = v.hide(s.Phone, phoneContext(s.ID))
	if len(s.Favourites) == 0 {
		return f, nil
	}
	list, err := json.Marshal(s.Favourites)
	f.Favourites, f.SealedFavourites = v.hide(string(list), favouritesContext(s.ID))
	return f, err
}

// Reveal is the reverse of [SealShop], for the shop that the row is of.
// Favourites that do not decode give ErrDamaged.
func (f ShopForm) Reveal(v *Vault, id topup.ShopID) (s topup.Shop, err error) {
	s = f.Shop
	if s.Phone, err = v.reveal(f.Phone, f.SealedPhone, phoneContext(id)); err != nil {
		return s, err
	}
	list, err := v.reveal(f.Favourites, f.SealedFavourites, favouritesContext(id))
	if err != nil || list == "" {
		return s, err
	}
	if json.Unmarshal([]byte(list), &s.Favourites) != nil {
		return s, Corrupt("shops", []byte(strconv.FormatUint(uint64(id), 10)), "its favourites do not read")
	}
	return s, nil
}

// OwedForm is a message as it lies in a database: its body sealed.
type OwedForm struct {
	Owed
	Sealed bool `json:"sealed,omitempty"` // the vault sealed the body, for this panel
}

// SealOwed makes the form of a message.
func SealOwed(v *Vault, o Owed) OwedForm {
	if v == nil {
		return OwedForm{Owed: o}
	}
	o.Body = v.Seal(o.Body, o.Panel)
	return OwedForm{o, true}
}

// Reveal is the reverse of [SealOwed]. Without a vault a sealed body comes as it
// lies there; one that the key does not open comes empty, with ErrSealed.
func (f OwedForm) Reveal(v *Vault) (_ Owed, err error) {
	if f.Sealed && v != nil {
		f.Body, err = v.Open(f.Body, f.Panel)
	}
	return f.Owed, err
}

// UndeliveredForm is an undelivered message as it lies in a database.
type UndeliveredForm struct {
	OwedForm
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// Reveal gives the message, as [OwedForm.Reveal] does.
func (f UndeliveredForm) Reveal(v *Vault) (Undelivered, error) {
	o, err := f.OwedForm.Reveal(v)
	return Undelivered{Owed: o, Why: f.Why, At: f.At}, err
}

// ComplaintForm is a complaint as it lies in a database: what was said is
// sealed.
type ComplaintForm struct {
	topup.Complaint
	Thread       json.RawMessage `json:"thread,omitempty"`
	SealedThread []byte          `json:"sealed_thread,omitempty"`
}

func complaintContext(id topup.OrderID) string { return "complaint of " + string(id) }

// SealComplaint makes the form of a complaint.
func SealComplaint(v *Vault, c topup.Complaint) (ComplaintForm, error) {
	thread, err := json.Marshal(c.Thread)
	if err != nil {
		return ComplaintForm{}, err
	}
	f := ComplaintForm{Complaint: c}
	if v == nil {
		f.Thread = thread
	} else {
		f.SealedThread = v.Seal(thread, complaintContext(c.Order))
	}
	return f, nil
}

// Reveal is the reverse of [SealComplaint], for the order that the row is of. One
// whose thread the key does not open comes with ErrSealed and the rest; a
// thread that does not decode gives ErrDamaged.
func (f ComplaintForm) Reveal(v *Vault, id topup.OrderID) (_ topup.Complaint, err error) {
	c, thread := f.Complaint, []byte(f.Thread)
	if len(f.SealedThread) > 0 {
		if v == nil {
			return c, nil
		}
		if thread, err = v.Open(f.SealedThread, complaintContext(id)); err != nil {
			return c, err
		}
	}
	if json.Unmarshal(thread, &c.Thread) != nil {
		return c, Corrupt("complaints", []byte(id), "a thread does not decode")
	}
	return c, nil
}

func sessionContext(chat int64) string { return "talk with " + strconv.FormatInt(chat, 10) }

// SealSession makes the form of a chat's session.
func SealSession(v *Vault, chat int64, b []byte) []byte {
	if v == nil {
		return b
	}
	return v.Seal(b, sessionContext(chat))
}

// OpenSession is the reverse.
func OpenSession(v *Vault, chat int64, b []byte) ([]byte, error) {
	if LooksSealed(b) && v != nil {
		return v.Open(b, sessionContext(chat))
	}
	return b, nil
}

func letterContext(updateID int64) string { return "update " + strconv.FormatInt(updateID, 10) }

// SealLetter makes the form of an update that was set aside.
func SealLetter(v *Vault, d DeadLetter) DeadLetter {
	if v != nil {
		d.Raw = v.Seal(d.Raw, letterContext(d.UpdateID))
	}
	return d
}

// OpenLetter is the reverse.
func OpenLetter(v *Vault, d DeadLetter) (_ DeadLetter, err error) {
	if v != nil {
		d.Raw, err = v.Open(d.Raw, letterContext(d.UpdateID))
	}
	return d, err
}
