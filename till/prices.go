package till

import (
	"fmt"
	"time"

	"hanout/flows"
	"hanout/topup"
)

// The rules of prices. Those that count lie together, in one row that every
// quote reads; each that no longer does lies in a row of its own, by its number.

const (
	settingPricing = "pricing"
	settingFormer  = "pricing/former/" // and a rule's number
)

func pricing(tx Tx) (topup.Pricing, error) {
	p := topup.DefaultPricing
	_, err := tx.Setting(settingPricing, &p)
	return p, err
}

// Pricing is what a shop of this number is asked for; 0 is one of no group.
func (s shelf) Pricing(shop topup.ShopID) topup.Pricing {
	if s.prices == nil {
		p, err := pricing(s.tx)
		s.note(err)
		s.reading.prices = &p
	}
	sh, _ := people(s).Shop(shop)
	return s.prices.For(sh.Group)
}

// FormerRule is a rule of prices that no longer counts.
func (s shelf) FormerRule(no int) (r topup.PriceRule, ok bool) {
	ok, err := s.tx.Setting(formerKey(no), &r)
	s.note(err)
	return r, ok
}

func formerKey(no int) string { return settingFormer + number(int64(no)) }

// setPrice makes a rule count, and keeps what it takes the place of.
func setPrice(tx Tx, r topup.PriceRule) error {
	p, err := pricing(tx)
	if err != nil {
		return err
	}
	next, former := p.With(r)
	if !r.Valid() || len(next.Rules) > topup.RulesMost {
		return fmt.Errorf("till: rule %d of prices can't be kept", next.Last)
	}
	for _, old := range former {
		if err := tx.PutSetting(formerKey(old.No), old); err != nil {
			return err
		}
	}
	return tx.PutSetting(settingPricing, next)
}

// endPrice ends a rule, and keeps it.
func endPrice(tx Tx, now time.Time, ef flows.EndPrice) error {
	p, err := pricing(tx)
	if err != nil {
		return err
	}
	next, former, ok := p.Without(ef.No, ef.By, now)
	if !ok {
		return nil // another owner did
	}
	if err := tx.PutSetting(formerKey(former.No), former); err != nil {
		return err
	}
	return tx.PutSetting(settingPricing, next)
}
