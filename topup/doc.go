// Package topup is the business of Hanout: its words and its rules, as data
// and plain functions. It knows no Telegram, no database, no HTTP, no language
// and no provider's spelling; it starts nothing, waits for nothing and logs
// nothing. It imports nothing else of ours; everything else imports it. The
// one thing that is not a function of what it is given is the minting of an
// order's name; see [NewID].
//
// Each good has a file of its own (mobile.go, internet.go, giftcard.go) with
// its words, its price list and its rules, and a row in the one table of good.go.
//
// # Glossary: the trade
//
//   - shop: a counter that sells; [Shop], [ShopID], [ShopState]. It has a
//     wallet and members.
//   - member: a person who works for a shop: its keeper, who answers for it,
//     or a cashier; [Member]. What a person is to the business is a [Role],
//     what they can want an [Act], and who may do what one table; [Actor].
//     Which codes cashiers may see again is the keeper's [Sharing]. What a shop
//     or a cashier sold on a day, under a limit or not, are its [Takings].
//   - group chat: a chat of many in Telegram, where a shop's people sell, too.
//     Only the place is shared: rights, wallet and codes are as elsewhere.
//   - owner: who owns the business, its float and its key. The founders are
//     those of the configuration, who appoint others; a helper decides on shops
//     and moves money up to a limit, a viewer looks.
//   - invite: a one-use link by which somebody gets a place with a shop or with
//     the business; [Invite].
//   - good: what can be sold, by its nature: a top-up, an internet card, a
//     gift card; [Good].
//   - number, line: where a good goes: a mobile number [MSISDN], a fixed or 4G
//     internet line [Line].
//   - favourite: a number or line to which a shop gave a name; [Favourite],
//     [Favourites]. What is mostly sold to it is its [Usual].
//   - plan: what an operator ([Operator]) sells on a mobile line; [Plan]. It is
//     dynamic (any amount between limits), fixed (one amount) or a look-up
//     (sells nothing, tells what a line may buy); [PlanKind]. Shopkeepers speak
//     of its family; [PlanFamily].
//   - voucher: a code, with a serial or not, that a customer paid for;
//     [Voucher]. "Card" is only part of a good's name.
//   - order: one sale, from the tap on confirm to its end; [Order], [OrderID].
//     Where it stands is its [State].
//   - batch: the orders that one tap on confirm made, of several lines of one
//     text; [Batch].
//   - face value, cost, price, commission: what the customer's line receives;
//     what the provider charges the owner; what the shop pays; face − price.
//     From cost to price lead [Pricing] and its rules; [PriceRule]. What one is
//     for is its [Scope], what it asks its [Terms].
//   - group: a label of shops, for prices of their own. A group chat is none.
//   - float: the owner's money at the provider. How it shrinks is its
//     [FloatWatch], made of [FloatReading]s.
//   - wallet: the money a shop has prepaid: available + held; [Wallet].
//   - method: how money came from a shop, or went back: cash, by a slip of the
//     post, or on account; [Method]. What an owner books of it is an [Entry].
//   - letter: what a shop's people and the owners write one another; [Letters]
//     counts them.
//   - request for credit: what a shop asks the owners to credit, with a slip or
//     its photo; [CreditRequest].
//   - debt: what a shop took on account and has not paid back; [Debt],
//     [DebtReading]. Its ceiling is how much that may be.
//   - hold, capture, release: a sale moves its price from available to held; a
//     proven delivery captures it (in part for a part delivery), a proven
//     refusal releases it. Nothing else does either.
//   - journal: all that was ever posted; it only grows. A line of it is a
//     [Transaction], whose [Posting]s to accounts ([AccountID]) sum to zero.
//   - report: what was sold within a span of days ([Span]); [Report]. Its [Sums]
//     stand for all, for a part of the goods ([Kind]), and for a shop, a seller
//     or a day ([Part]). People ask for it by a [Period].
//   - statement: what became of a shop's money within a span, a line a sale,
//     with the balance after each; [Statement], [Row].
//   - reconciliation: our books beside the provider's; [Reconciliation]. Theirs
//     are the lines of its statement ([StatementLine]) and its lists, together
//     [Books]; of ours it asks by [OurBooks], and proves first that wallets and
//     journal agree; [JournalProof]. Where they differ is a [Difference].
//   - moment: one thing that happened to an order, and when; [Moment]. All of
//     them are its history.
//   - complaint: what a shop has against a sale, with all that was said of it;
//     [Complaint]. Where it stands is its [ComplaintState], a message of its
//     thread a [Remark].
//   - weather: which operators are up; [Weather]. Pulse: how an operator's
//     newest top-ups ended; [Pulse], [Beat].
//   - inquiry: a question, by a look-up plan, for the offers that a number may
//     take; [Inquiry]. All that is kept of them is [Inquiries]. What the provider
//     offered to one number, by that or with a refund, is [Suggested].
//   - ring: a short message beside a sale's panel that tells how it ended, or
//     that it takes long; [Ring].
//   - news: what an owner tells the shops; [News].
//   - claim: a one-use link by which a customer gets vouchers; [Claim].
//   - showing: one time that vouchers were shown to somebody; [Showing].
//   - ticket: what a customer is given of a sale, printed or forwarded. It never
//     says what the shop paid.
//   - reference: an order's ID as the provider has it, minted before the money
//     moves, so that a lost answer can be looked up.
//   - evidence: what the provider said that proves a delivery or a refusal;
//     [Evidence].
//   - review: an order waits for the owner's decision; its money stays held.
//     What they decided, and on what ground, is kept; [Decision].
//   - stray: an order at the provider that a till which goes on from a copy of
//     its file does not know: it was sold since; [Stray]. Such a till is
//     marked; [Restored].
//   - copy: the till's file, copied and proved; [SafetyCopy]. What is known of
//     them is [Copies], which of them stay says [Keep]. A drill is an owner's
//     practice of the restore.
//   - dispute: the provider contradicts a final state; no money moves twice.
//
// # Glossary: the machine
//
//   - provider: whose API sells us the goods; [Provider]. What it says of a
//     send is a [Verdict], of one of its orders a [Status], of a read that
//     failed a [Fault].
//   - caller: makes all calls to the provider, under its limits; [Call],
//     [Answer], [Limits]. What a call is for, and for whom, is its [Work].
//   - change: what an answer, or a person, makes of an order, with its line of
//     the journal; [Change].
//   - till: the one writer. All that happens reaches it as an event; a batch is
//     the events that share one commit.
//   - conversation: what the bot and one chat have under way; its session is
//     its state on disk, a step where it stands.
//   - effect: something that a step of a conversation wants done.
//   - screen: what is to be shown, before it is put into words.
//   - panel: a message that lives: it is edited until something is said below.
//   - outbox: the messages owed to people, kept until Telegram has them.
//   - slot: what the sender remembers of one panel.
//   - poller: fetches the updates from Telegram.
//   - parcel: a copy on its way out of the machine, compressed and sealed for
//     the owner's key alone.
//   - safeguards: what the server of a database does so that nothing committed
//     is lost; [Safeguards].
//   - dead letter: an update that no step could take, set aside for a person.
//   - pause: a time in which nothing is sent, because the other side asked.
//   - try of the key: one call that finds out whether the provider takes it;
//     what is known against it is its [KeyState].
//   - test key: a key of the provider's with which nothing is really sold; see
//     [Account].
//   - sandbox: our own fakes of Telegram and the provider.
package topup
