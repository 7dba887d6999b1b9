package oneclick

import (
	"time"

	"hanout/topup"
)

// Limits are what the provider bears, as far as it is known: 60 requests a
// minute, and an address that showed five wrong keys is shut out for a quarter
// of an hour. The rest is our own measure.
func Limits() topup.Limits {
	return topup.Limits{PerMinute: 60, Burst: 10, AtOnce: 8, LockOut: 15 * time.Minute}
}
