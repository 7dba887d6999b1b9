package flows

import "hanout/topup"

// The tables of what there is.
var (
	goods     []good
	steps     map[Step]step
	commands  []command
	orderTaps map[string]orderTap // by verb
)

// They name functions that look things up in them, which a compiler takes for
// a circle; so they are joined at the start. Here is every good's one row.
func init() { join(mobileGood(), internetGood(), giftCardGood()) }

// join makes the tables for these goods, in the order of the menus.
func join(list ...good) {
	goods = list
	steps = map[Step]step{}
	for _, c := range allConversations() {
		for name, st := range c.steps {
			st.of = &c
			steps[name] = st
		}
	}
	commands = allCommands()
	orderTaps = allOrderTaps()
}

// allConversations lists what there is beside a sale, what all sales share, and
// the sales.
func allConversations() []conversation {
	all := []conversation{applying(), finding(), lookingUp(), seekingShop(), suspending(), renaming(), limiting(), writing(topup.ActWrite, StepWrite), writing(topup.ActAnswer, StepAnswer), settling(), adjusting(), askingCredit(), choosingLow(), choosingMarkup(), grouping(), rulesetting(), broadcasting(), opening(), catchingUp(), confirming(), sellingMany(),
		joining(), addingGroupChat(), staffing(topup.ActCashiers, false), staffing(topup.ActTeam, true), complaining(), answeringComplaints(), namingFavourite(), listingFavourites()}
	for _, g := range goods {
		all = append(all, g.conversation())
	}
	return all
}
