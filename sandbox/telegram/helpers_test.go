package telegram_test

import (
	"strconv"
	"unicode/utf16"
)

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func utf16Len(s string) int { return len(utf16.Encode([]rune(s))) }
