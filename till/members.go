package till

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"hanout/flows"
	"hanout/locales"
	"hanout/topup"
)

// People of shops and of the business, and the links by which they come. The
// rules:
//
//   - a place in a shop is a row of the store; those in the business are few,
//     and one setting;
//   - a link lies under a mark of its token, in the one list of its shop, which
//     is short; what is over goes when the next one is made;
//   - what became of a sale counts for the day of its shop and its cashier, in
//     the same commit.

// settingTeam is who works for the business beside its founders.
const settingTeam = "team"

// invitesOf and inviteAt are where the links of a shop lie (0: of the
// business), and whose one is.
func invitesOf(shop topup.ShopID) string { return fmt.Sprintf("invites/%d", shop) }
func inviteAt(mark string) string        { return "invite/" + mark }

// dayOf names the day of a time, in Algiers.
func dayOf(at time.Time) string { return at.In(locales.Algiers).Format(time.DateOnly) }

// team reads who was appointed, once.
func (r *reading) team() []topup.Member {
	if !r.teamRead {
		_, err := r.tx.Setting(settingTeam, &r.mates)
		r.note(err)
		r.teamRead = true
	}
	return r.mates
}

func (p people) Team() []topup.Member { return slices.Clone(p.team()) }

func (p people) Founders() []int64 { return p.owners }

func (p people) Owners() []int64 { return p.having(topup.Owner) }

func (p people) Deciders() []int64 { return p.having(topup.Owner, topup.Helper) }

// having lists the founders, and who else has one of the roles.
func (p people) having(roles ...topup.Role) []int64 {
	list := slices.Clone(p.owners)
	for _, m := range p.team() {
		if slices.Contains(roles, m.Role) && !slices.Contains(list, m.Person) {
			list = append(list, m.Person)
		}
	}
	return list
}

func (p people) Member(person int64) topup.Member {
	m, _, err := p.tx.Member(person)
	p.note(err)
	return m.On(dayOf(p.now))
}

func (p people) Members(shop topup.ShopID) (list []topup.Member) {
	for m, err := range p.tx.Members(shop) {
		if p.note(err); err != nil {
			break
		}
		list = append(list, m.On(dayOf(p.now)))
	}
	return list
}

// owners lists who owns the business.
func (e *Engine) owners(tx Tx) ([]int64, error) {
	r := e.reading(tx, time.Time{})
	return people{r}.Owners(), r.err
}

// insiders lists everybody who has a command menu of their own.
func (e *Engine) insiders(tx Tx) ([]int64, error) {
	r := e.reading(tx, time.Time{})
	list := people{r}.having(topup.Owner, topup.Helper, topup.Viewer)
	for s, err := range tx.Shops() {
		if err != nil {
			return nil, err
		}
		if !s.Admitted() {
			continue
		}
		for m, err := range tx.Members(s.ID) {
			if err != nil {
				return nil, err
			}
			list = append(list, m.Person)
		}
	}
	return list, r.err
}

// saveMember stores a place in a shop or in the business.
func saveMember(tx Tx, m topup.Member) error {
	if m.Shop != 0 {
		return tx.PutMember(m)
	}
	return changeTeam(tx, m.Person, &m)
}

// removeMember takes it away.
func removeMember(tx Tx, m topup.Member) error {
	if m.Shop == 0 {
		return changeTeam(tx, m.Person, nil)
	}
	if old, _, err := tx.Member(m.Person); err != nil || old.Shop != m.Shop {
		return err
	}
	return tx.RemoveMember(m.Person)
}

// changeTeam gives a person a place in the business in place of another, or
// none.
func changeTeam(tx Tx, person int64, place *topup.Member) error {
	var list []topup.Member
	if _, err := tx.Setting(settingTeam, &list); err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(m topup.Member) bool { return m.Person == person })
	switch {
	case at >= 0 && place == nil:
		list = slices.Delete(list, at, at+1)
	case at >= 0:
		list[at] = *place
	case place != nil:
		list = append(list, *place)
	}
	return tx.PutSetting(settingTeam, list)
}

// takePlace gives a person the place of a link, which is gone then. Who asked
// for a shop of their own and was refused may work for another.
func takePlace(tx Tx, a *after, ef flows.TakePlace) error {
	if err := dropInvite(tx, ef.Invite); err != nil {
		return err
	}
	if ef.Invite.Place.Shop != 0 {
		if err := tx.RemoveMember(ef.Person); err != nil {
			return err
		}
	}
	return saveMember(tx, ef.Invite.Taken(ef.Person, a.now))
}

// makeInvite makes a link that gives a place. The token leaves only in the
// message.
func (e *Engine) makeInvite(tx Tx, a *after, ef flows.MakeInvite) error {
	token, link, picture, err := e.newLink()
	if err != nil {
		return err
	}
	i := ef.Invite
	i.Mark = markOf(tx, flows.TokenHash(token))
	var list []topup.Invite
	if _, err := tx.Setting(invitesOf(i.Place.Shop), &list); err != nil {
		return err
	}
	for _, old := range list {
		if !a.now.Before(old.Expires) {
			if err := tx.DropSetting(inviteAt(old.Mark)); err != nil {
				return err
			}
		}
	}
	list = slices.DeleteFunc(list, func(old topup.Invite) bool { return !a.now.Before(old.Expires) })
	if err := tx.PutSetting(invitesOf(i.Place.Shop), append(list, i)); err != nil {
		return err
	}
	if err := tx.PutSetting(inviteAt(i.Mark), i.Place.Shop); err != nil {
		return err
	}
	r := e.reading(tx, a.now)
	shop, _ := people{r}.Shop(i.Place.Shop)
	if r.err != nil {
		return r.err
	}
	return e.owe(tx, a, owing{chat: i.By, panel: flows.InvitePanel(i), class: flows.ClassCodes,
		screen: flows.InviteScreen(i, shop, link, picture)})
}

func markOf(tx Tx, hash []byte) string { return tx.Mark(hex.EncodeToString(hash)) }

// saveInvite writes down who opened a link.
func saveInvite(tx Tx, i topup.Invite) error {
	return changeInvites(tx, i, func(list []topup.Invite, at int) []topup.Invite { list[at] = i; return list })
}

func dropInvite(tx Tx, i topup.Invite) error {
	if err := tx.DropSetting(inviteAt(i.Mark)); err != nil {
		return err
	}
	return changeInvites(tx, i, func(list []topup.Invite, at int) []topup.Invite { return slices.Delete(list, at, at+1) })
}

func changeInvites(tx Tx, i topup.Invite, change func([]topup.Invite, int) []topup.Invite) error {
	var list []topup.Invite
	if _, err := tx.Setting(invitesOf(i.Place.Shop), &list); err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(old topup.Invite) bool { return old.ID == i.ID })
	if at < 0 {
		return nil
	}
	return tx.PutSetting(invitesOf(i.Place.Shop), change(list, at))
}

// Invite reads a link by the hash of its token.
func (c claims) Invite(hash []byte) (topup.Invite, bool) {
	var shop topup.ShopID
	mark := markOf(c.tx, hash)
	found, err := c.tx.Setting(inviteAt(mark), &shop)
	if c.note(err); err != nil || !found {
		return topup.Invite{}, false
	}
	for _, i := range c.invites(shop) {
		if i.Mark == mark {
			return i, true
		}
	}
	return topup.Invite{}, false
}

func (c claims) Invites(shop topup.ShopID) []topup.Invite {
	return slices.DeleteFunc(c.invites(shop), func(i topup.Invite) bool { return !c.now.Before(i.Expires) })
}

func (c claims) invites(shop topup.ShopID) (list []topup.Invite) {
	_, err := c.tx.Setting(invitesOf(shop), &list)
	c.note(err)
	return list
}

// seller is the cashier who made a sale; false for anybody else, and for one
// who is gone.
func seller(tx Tx, o topup.Order) (topup.Member, bool, error) {
	m, ok, err := tx.Member(o.By)
	return m, ok && m.Shop == o.Shop && m.Role == topup.Cashier, err
}

// took counts a sale for the day of its shop, and of its cashier.
func took(tx Tx, o topup.Order) error {
	s, ok, err := tx.Shop(o.Shop)
	if _, favourite := s.Favourites.Of(o.To); err == nil && ok && favourite {
		s.Favourites = s.Favourites.Sold(o)
		err = tx.PutShop(s)
	}
	if err != nil {
		return err
	}
	return counted(tx, o, func(t topup.Takings) topup.Takings { return t.Took(o.Price, dayOf(o.Placed)) })
}

// counted changes the takings that a sale belongs to.
func counted(tx Tx, o topup.Order, change func(topup.Takings) topup.Takings) error {
	s, ok, err := tx.Shop(o.Shop)
	if err == nil && ok {
		s.Today = change(s.Today)
		err = tx.PutShop(s)
	}
	if err != nil {
		return err
	}
	m, ok, err := seller(tx, o)
	if err != nil || !ok {
		return err
	}
	m.Takings = change(m.Takings)
	return tx.PutMember(m)
}

// gaveBack takes off what was given back of it.
func gaveBack(tx Tx, was, o topup.Order) error {
	back := o.Price - o.Captured
	if was.State.Final() || !o.State.Final() || back <= 0 {
		return nil
	}
	return counted(tx, o, func(t topup.Takings) topup.Takings {
		return t.GaveBack(back, o.State == topup.Refunded, dayOf(o.Placed))
	})
}

// codesChat is the chat that a sale's codes go to: the seller's, and the
// keeper's when its person works there no more.
func codesChat(tx Tx, o topup.Order) (int64, error) {
	m, ok, err := tx.Member(o.By)
	if err != nil || (ok && m.Shop == o.Shop) {
		return sellerChat(o), err
	}
	s, ok, err := tx.Shop(o.Shop)
	if err != nil || !ok {
		return sellerChat(o), err
	}
	return s.Chat, nil
}

// cashierLost tells a keeper that a cashier can't be reached, once until they
// come back.
func (e *Engine) cashierLost(tx Tx, a *after, cashier int64) error {
	m, _, err := tx.Member(cashier)
	if err != nil {
		return err
	}
	s, ok, err := tx.Shop(m.Shop)
	if err != nil || !ok {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: s.Chat, Panel: fmt.Sprintf("unreachable/%d", cashier), Fresh: true,
		Class: flows.ClassNotices, Screen: flows.Screen{Lines: []flows.Msg{flows.M("cashiers.unreachable", "Person", flows.Name(m.Name))}}})
}
