// Package store is what a till keeps, for any database: the rows that are not
// the business's own words, the errors, the rules that every store enforces
// before it writes, the sealing of what must not lie readable ([Vault]), and
// the check that proves a whole store ([Check]). It opens no file: package
// bolt, below, keeps all of it in one, and package storetest says what any
// other must do.
package store
