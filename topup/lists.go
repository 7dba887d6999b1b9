package topup

// ListDiff counts what a refresh of a list changed.
type ListDiff struct {
	Total                int // entries now listed
	Added, Changed, Gone int
}

// Same reports that nothing changed.
func (d ListDiff) Same() bool { return d.Added+d.Changed+d.Gone == 0 }

// diff compares two lists by what key names; of entries with one key the
// first counts.
func diff[T comparable, K comparable](cached, fresh []T, key func(T) K) ListDiff {
	index := func(list []T) map[K]T {
		m := make(map[K]T, len(list))
		for _, v := range list {
			if _, twice := m[key(v)]; !twice {
				m[key(v)] = v
			}
		}
		return m
	}
	before, now := index(cached), index(fresh)
	d := ListDiff{Total: len(now)}
	for k, v := range now {
		switch old, had := before[k]; {
		case !had:
			d.Added++
		case old != v:
			d.Changed++
		}
	}
	for k := range before {
		if _, still := now[k]; !still {
			d.Gone++
		}
	}
	return d
}
