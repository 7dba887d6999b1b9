package postgres

import (
	"bytes"
	"iter"
	"strconv"

	"github.com/jackc/pgx/v5"

	"hanout/store"
	"hanout/topup"
)

var (
	shops = newTable("shops", 1, `id chat name state ceiling asked decided`, func(f store.ShopForm) []any {
		return []any{number(f.ID), f.Chat, text(f.Name), text(f.State), int64(f.Ceiling), when(f.Asked), when(f.Decided)}
	}).ofItsOwn()
	shopsByChat = byKey("shops", "chat", "bigint", "id::text")
	members     = newTable("members", 1, `person shop role name since`, func(m topup.Member) []any {
		return []any{m.Person, number(m.Shop), text(m.Role), text(m.Name), when(m.Since)}
	})
	chats = newTable("chats", 1, `id language heard`, func(c store.Chat) []any {
		return []any{c.ID, text(c.Language), when(c.Heard)}
	}).ofItsOwn()
	sessions = byKey("sessions", "chat", "bigint", "body")
)

// Chat reads a chat.
func (t *Tx) Chat(id int64) (store.Chat, bool, error) { return chats.read(t, id) }

// PutChat stores a chat.
func (t *Tx) PutChat(c store.Chat) error { return chats.write(t, c) }

// Chats lists chats in the order of their IDs, those above one, at most limit
// of them; 0 stands for below all.
func (t *Tx) Chats(above int64, limit int) ([]store.Chat, error) {
	if above == 0 {
		return list[store.Chat](t, chats.name, `SELECT doc FROM chats ORDER BY id LIMIT $1`, limit)
	}
	return list[store.Chat](t, chats.name, `SELECT doc FROM chats WHERE id > $1 ORDER BY id LIMIT $2`, above, limit)
}

// ForgetChat forgets a chat and its session.
func (t *Tx) ForgetChat(id int64) error {
	t.endSession(id)
	chats.delete(t, id)
	return nil
}

// Session reads the session of a chat, as it was stored; nil when there is
// none.
func (t *Tx) Session(chat int64) ([]byte, error) {
	b, _, err := sessions.row(t, keyText(chat))
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return store.OpenSession(t.vault, chat, bytes.Clone(b))
}

// Sessions lists the chats that have a session.
func (t *Tx) Sessions() (chats []int64, err error) {
	err = t.read(func(rows pgx.Rows) error {
		var chat int64
		err := rows.Scan(&chat)
		chats = append(chats, chat)
		return err
	}, `SELECT chat FROM sessions ORDER BY chat`)
	return chats, err
}

// PutSession seals and stores the session of a chat; nil ends it.
func (t *Tx) PutSession(chat int64, b []byte) error {
	if b == nil {
		t.endSession(chat)
		return nil
	}
	sealed := bytes.Clone(store.SealSession(t.vault, chat, b))
	sessions.put(t, keyText(chat), sealed)
	t.writeRow("sessions "+keyText(chat), `INSERT INTO sessions (chat, body) VALUES ($1, $2) ON CONFLICT (chat) DO UPDATE SET body = excluded.body`, chat, sealed)
	return nil
}

func (t *Tx) endSession(chat int64) {
	sessions.gone(t, keyText(chat))
	t.writeRow("sessions "+keyText(chat), `DELETE FROM sessions WHERE chat = $1`, chat)
}

// PutShop stores a shop and finds it by its chat from now on.
func (t *Tx) PutShop(s topup.Shop) error {
	f, err := store.SealShop(t.vault, s)
	if err != nil {
		return err
	}
	if t.mem != nil {
		old, known, err := shops.read(t, number(s.ID))
		switch {
		case err != nil:
			return err
		case !known:
			t.lines = nil // its lines must come after it
		case old.Chat != s.Chat:
			shopsByChat.gone(t, keyText(old.Chat))
		}
		shopsByChat.put(t, keyText(s.Chat), []byte(keyText(number(s.ID))))
	}
	return shops.write(t, f)
}

// openShop opens a shop's form.
func (t *Tx) openShop(f store.ShopForm) (topup.Shop, error) { return f.Reveal(t.vault, f.ID) }

// Shop reads a shop by its number.
func (t *Tx) Shop(id topup.ShopID) (topup.Shop, bool, error) {
	f, ok, err := shops.read(t, number(id))
	if err != nil || !ok {
		return topup.Shop{}, false, err
	}
	s, err := f.Reveal(t.vault, id)
	return s, true, err
}

// ShopByChat reads a shop by its chat.
func (t *Tx) ShopByChat(chat int64) (topup.Shop, bool, error) {
	id, ok, err := shopsByChat.row(t, keyText(chat))
	if err != nil || !ok {
		return topup.Shop{}, false, err
	}
	n, err := strconv.ParseUint(string(id), 10, 64)
	if err != nil {
		return topup.Shop{}, false, err
	}
	return t.Shop(topup.ShopID(n))
}

// Shops walks the shops in the order of their numbers.
func (t *Tx) Shops() iter.Seq2[topup.Shop, error] {
	return each(shops.name, walk(t, by[int64], `SELECT id, doc FROM shops WHERE id > $1 ORDER BY id LIMIT $2`, lowest), t.openShop)
}

// PutMember stores a person's place in a shop. A person has one place, and a
// shop one keeper; another gives store.ErrMember, and nothing is written.
func (t *Tx) PutMember(m topup.Member) error {
	if err := store.MayJoin(t, m); err != nil {
		return err
	}
	return members.write(t, m)
}

// Member reads a person's place in a shop.
func (t *Tx) Member(person int64) (topup.Member, bool, error) { return members.read(t, person) }

// RemoveMember takes a person's place away.
func (t *Tx) RemoveMember(person int64) error {
	members.delete(t, person)
	return nil
}

// Members walks the people of a shop.
func (t *Tx) Members(s topup.ShopID) iter.Seq2[topup.Member, error] {
	return each(members.name, walk(t, byBoth[int64, int64], `SELECT shop, person, doc FROM members WHERE shop = $1 AND person > $2 ORDER BY person LIMIT $3`,
		number(s), lowest), asIs[topup.Member])
}
