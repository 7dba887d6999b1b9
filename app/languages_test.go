//go:build !race

package app

import "hanout/locales"

// languagesOf are the languages in which a script is played.
func languagesOf(int) []string { return locales.Codes }
