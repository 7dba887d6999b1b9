// Package bolt keeps a till in one bbolt file: shops and their people,
// wallets, the journal, orders, sessions, what is owed to Telegram, and the
// provider's cached lists. It offers whole business transactions, not keys;
// who may do what, and what it means, is not known here.
//
// One process writes ([Open] holds a lock of its own beside bbolt's), and in
// it one goroutine. Every value carries a CRC over its bucket, key and
// content, because bbolt has no page checksums: a flipped bit would read as
// good money.
package bolt
