package oneclick

import (
	"strings"

	"hanout/topup"
)

// The provider puts "API-<account>-" before some of our references, and looks
// an order up under one of the two spellings: its pages disagree on which.

const rewritten = "API-"

// References lists the spellings under which an order may be found: as sent,
// and as the provider rewrites it. Goods without a reference have none; of an
// account whose name is not known only the first can be spelt.
func (c *Client) References(o topup.Order, account string) []string {
	if goods[o.Good].byRef == "" {
		return nil
	}
	refs := []string{string(o.ID)}
	if account != "" {
		refs = append(refs, rewritten+account+"-"+string(o.ID))
	}
	return refs
}

// ownID is our order ID in a reference of the provider's. It has no '-' in it,
// an account's name may. What is not spelt as ours comes back as it is.
func ownID(ref string) topup.OrderID {
	if strings.HasPrefix(ref, rewritten) {
		ref = ref[strings.LastIndexByte(ref, '-')+1:]
	}
	return topup.OrderID(ref)
}
