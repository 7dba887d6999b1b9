// Package postgres keeps a till in a PostgreSQL database: the same rows as
// package bolt keeps in a file, in tables that the database itself defends and
// that an accountant can read (migrations/). It offers whole business
// transactions, not tables; who may do what, and what it means, is not known
// here.
//
// One process writes, and in it one goroutine: a lock of the session keeps a
// second one out, and every commit checks that the writer's epoch is still the
// newest one ([DB]).
package postgres
