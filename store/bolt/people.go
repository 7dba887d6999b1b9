package bolt

import (
	"bytes"
	"encoding/binary"
	"iter"

	"hanout/store"
	"hanout/topup"
)

// Chat reads a chat.
func (t *Tx) Chat(id int64) (store.Chat, bool, error) {
	var c store.Chat
	ok, err := t.getJSON(bChats, i64(id), &c)
	return c, ok, err
}

// PutChat stores a chat.
func (t *Tx) PutChat(c store.Chat) error { return t.putJSON(bChats, i64(c.ID), c) }

// Chats lists chats in the order of their IDs, those above one, at most limit
// of them; 0 stands for below all.
func (t *Tx) Chats(above int64, limit int) (list []store.Chat, err error) {
	c := t.bucket(bChats).Cursor()
	k, _ := c.First()
	if above != 0 {
		if k, _ = c.Seek(i64(above)); bytes.Equal(k, i64(above)) {
			k, _ = c.Next()
		}
	}
	for ; k != nil && len(list) < limit; k, _ = c.Next() {
		chat, err := getRow[store.Chat](t, bChats, k)
		if err != nil {
			return nil, err
		}
		list = append(list, chat)
	}
	return list, nil
}

// ForgetChat forgets a chat and its session.
func (t *Tx) ForgetChat(id int64) error {
	if err := t.delete(bSessions, i64(id)); err != nil {
		return err
	}
	return t.delete(bChats, i64(id))
}

// Session reads the session of a chat, as it was stored; nil when there is
// none.
func (t *Tx) Session(chat int64) ([]byte, error) {
	b, err := t.get(bSessions, i64(chat))
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return store.OpenSession(t.vault, chat, bytes.Clone(b))
}

// Sessions lists the chats that have a session.
func (t *Tx) Sessions() (chats []int64, err error) {
	for _, k := range t.keys(bSessions) {
		if len(k) != 8 {
			return nil, store.Corrupt(bSessions, k, "a key has the wrong length")
		}
		chats = append(chats, fromI64(k))
	}
	return chats, nil
}

// PutSession seals and stores the session of a chat; nil ends it.
func (t *Tx) PutSession(chat int64, b []byte) error {
	if b == nil {
		return t.delete(bSessions, i64(chat))
	}
	return t.put(bSessions, i64(chat), store.SealSession(t.vault, chat, b))
}

// PutShop stores a shop and finds it by its chat from now on.
func (t *Tx) PutShop(s topup.Shop) error {
	f, err := store.SealShop(t.vault, s)
	if err != nil {
		return err
	}
	return t.writeShop(f)
}

// writeShop writes the row itself.
func (t *Tx) writeShop(f store.ShopForm) error {
	if err := t.put(bShopChat, i64(f.Chat), u64(uint64(f.ID))); err != nil {
		return err
	}
	return t.putJSON(bShops, u64(uint64(f.ID)), f)
}

// Shop reads a shop by its number.
func (t *Tx) Shop(id topup.ShopID) (topup.Shop, bool, error) {
	var f store.ShopForm
	ok, err := t.getJSON(bShops, u64(uint64(id)), &f)
	if err != nil || !ok {
		return topup.Shop{}, false, err
	}
	s, err := f.Reveal(t.vault, id)
	return s, true, err
}

// ShopByChat reads a shop by its chat.
func (t *Tx) ShopByChat(chat int64) (topup.Shop, bool, error) {
	id, ok, err := t.number(bShopChat, i64(chat))
	if err != nil || !ok {
		return topup.Shop{}, false, err
	}
	s, ok, err := t.Shop(topup.ShopID(id))
	if err == nil && !ok {
		err = store.Corrupt(bShopChat, i64(chat), "a shop is missing")
	}
	return s, ok, err
}

// Shops walks the shops in the order of their numbers.
func (t *Tx) Shops() iter.Seq2[topup.Shop, error] {
	return walk(t, bShops, func(k []byte) (topup.Shop, error) {
		if len(k) != 8 {
			return topup.Shop{}, store.Corrupt(bShops, k, "a key has the wrong length")
		}
		s, _, err := t.Shop(topup.ShopID(binary.BigEndian.Uint64(k)))
		return s, err
	})
}

// PutMember stores a person's place in a shop. A person has one place, and a
// shop one keeper; another gives store.ErrMember, and nothing is written.
func (t *Tx) PutMember(m topup.Member) error {
	if err := store.MayJoin(t, m); err != nil {
		return err
	}
	if err := t.put(bShopMember, shopMemberKey(m.Shop, m.Person), nil); err != nil {
		return err
	}
	return t.putJSON(bMembers, i64(m.Person), m)
}

func shopMemberKey(s topup.ShopID, person int64) []byte {
	return append(u64(uint64(s)), i64(person)...)
}

// Member reads a person's place in a shop.
func (t *Tx) Member(person int64) (topup.Member, bool, error) {
	var m topup.Member
	ok, err := t.getJSON(bMembers, i64(person), &m)
	return m, ok, err
}

// RemoveMember takes a person's place away.
func (t *Tx) RemoveMember(person int64) error {
	m, has, err := t.Member(person)
	if err != nil || !has {
		return err
	}
	if err := t.delete(bShopMember, shopMemberKey(m.Shop, person)); err != nil {
		return err
	}
	return t.delete(bMembers, i64(person))
}

// Members walks the people of a shop.
func (t *Tx) Members(s topup.ShopID) iter.Seq2[topup.Member, error] {
	return func(yield func(topup.Member, error) bool) {
		prefix := u64(uint64(s))
		c := t.bucket(bShopMember).Cursor()
		for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if !yield(t.shopMember(k)) {
				return
			}
		}
	}
}

func (t *Tx) shopMember(key []byte) (topup.Member, error) {
	if len(key) != 16 {
		return topup.Member{}, store.Corrupt(bShopMember, key, "a key has the wrong length")
	}
	m, ok, err := t.Member(fromI64(key[8:]))
	if err == nil && !ok {
		err = store.Corrupt(bShopMember, key, "a member is missing")
	}
	return m, err
}
