// Package postgres keeps a till in a PostgreSQL database: the same rows as
// package bolt keeps in a file, in tables that the database itself defends and
// that an accountant can read (migrations/). It offers whole business
// transactions, not tables; who may do what, and what it means, is not known
// here.
//
// One process writes, and in it one goroutine: it leads by a lease (lease.go),
// and every commit checks that the writer's epoch is still the newest one
// ([DB]). The lock of its session keeps out what knows of no lease; who takes
// the lease ends the session that still holds it.
package postgres
