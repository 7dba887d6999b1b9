//go:build !rigs

package postgres_test

// checks is how many cases a property is tried with: with the tag rigs more.
const checks = 5
