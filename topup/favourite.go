package topup

import (
	"slices"
	"time"
)

// Favourite is a number or line that a shop gave a name to, and what is usually
// sold to it.
type Favourite struct {
	Name     string `json:"name"`
	Good     Good   `json:"good"`
	To       string `json:"to"` // as orders spell it
	LineType string `json:"line_type,omitempty"`
	// Used is when something was sold to it last, or when it got its name.
	Used  time.Time `json:"used,omitzero"`
	Usual Usual     `json:"usual,omitzero"`
}

// Usual is what is sold to a favourite more often than anything else, as far as
// that can be told without keeping its sales.
type Usual struct {
	Operator Operator `json:"operator,omitempty"`
	Plan     string   `json:"plan,omitempty"`
	Face     Money    `json:"face,omitempty"` // 0: nothing was sold yet
	// Votes are the sales of it that others have not outweighed.
	Votes int `json:"votes,omitempty"`
}

const (
	// FavouritesMost is how many a shop may have: they lie in its one row, which
	// every turn reads.
	FavouritesMost = 30
	// votesMost is how long what was usual stands against what is new.
	votesMost = 3
)

// after is what is usual after one sale more.
func (u Usual) after(o Order) Usual {
	switch {
	case u.Plan == o.Plan && u.Face == o.Face && u.Votes > 0:
		u.Operator, u.Votes = o.Operator, min(u.Votes+1, votesMost)
		return u
	case u.Votes > 1:
		u.Votes--
		return u
	}
	return Usual{Operator: o.Operator, Plan: o.Plan, Face: o.Face, Votes: 1}
}

// Favourites are all of a shop's, the last used first.
type Favourites []Favourite

// Of is what the shop calls a number or line; false when it has no name for it.
func (l Favourites) Of(to string) (Favourite, bool) {
	for _, f := range l {
		if f.To == to && to != "" {
			return f, true
		}
	}
	return Favourite{}, false
}

// With has one more, or one anew; it comes first. False when there is no room.
func (l Favourites) With(f Favourite) (Favourites, bool) {
	list := l.Without(f.To)
	if len(list) >= FavouritesMost {
		return l, false
	}
	return append(Favourites{f}, list...), true
}

// Without has one less.
func (l Favourites) Without(to string) Favourites {
	return slices.DeleteFunc(slices.Clone(l), func(f Favourite) bool { return f.To == to })
}

// Sold are they after a sale; what was offered to a number alone is not usual.
func (l Favourites) Sold(o Order) Favourites {
	f, known := l.Of(o.To)
	if !known || f.Good != o.Good {
		return l
	}
	f.Used = o.Placed
	if !o.Unlisted {
		f.Usual = f.Usual.after(o)
	}
	l, _ = l.With(f)
	return l
}
