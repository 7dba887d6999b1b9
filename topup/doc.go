// Package topup is the business of Hanout and its words. It knows no
// Telegram, no database, no HTTP and no language, and imports nothing else
// of ours; everything else imports it.
//
// # Glossary
//
//   - shop: a counter that sells. It has one chat, one wallet, an owner.
//   - wallet: the money a shop has prepaid; available + held.
//   - hold, capture, release: a sale moves its price from available to held;
//     a proven delivery captures it (in part for a part delivery), a proven
//     refusal releases it. Nothing else does either.
//   - entry: one posting of an account; a transaction is a list of postings
//     that sums to zero. The journal only grows.
//   - float: the owner's own money at the provider.
//   - face value: what the customer's line receives. Cost: what the provider
//     charges the owner. Price: what the shop pays. Commission: face − price.
//   - plan: what the provider sells for mobile lines: dynamic (any amount
//     between limits), fixed (one amount), look-up (asks what a line may buy).
//   - MSISDN: a mobile number in the national form, 0 and nine digits.
//   - order: one sale, from the tap on confirm to its end; see [State].
//   - reference: the order's ID, minted before the money moves and sent to
//     the provider, so that a lost answer can be looked up.
//   - evidence: what the provider said that proves a refusal or a delivery.
package topup
