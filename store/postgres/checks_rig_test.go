//go:build rigs

package postgres_test

const checks = 100
