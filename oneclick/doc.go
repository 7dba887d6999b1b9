// Package oneclick speaks the OneClickDz reseller API v3. [Client] implements
// [topup.Provider]: it turns wire answers into the words of package topup and
// knows nothing of wallets, stores or people.
//
// What an answer proves is decided in one file, outcome.go. Everything else
// here only carries, reads and bounds: no call is retried, no POST can be
// replayed by net/http, redirects are not followed, and neither the key nor a
// voucher code nor a full number gets into an error or a log line.
//
// Each good has a file of its own (mobile.go, internet.go, giftcard.go) with
// its endpoints, what is sent and how it is read, and a row in the one table
// of good.go. What is the provider's own way of spelling or limiting things
// stays here: references (reference.go), families of plans (mobile.go), the
// category that holds no gifts (giftcard.go), prefixes and test numbers
// (numbering.go), its limits (limits.go).
//
// The wire differs between the provider's own pages; where they disagree,
// every spelling seen is read. Numbers are decimals from the first byte to
// [topup.Money], never floats.
package oneclick
