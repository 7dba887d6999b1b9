package topup

// ListDiff counts what a refresh of a list changed.
type ListDiff struct {
	Total                int // entries now listed
	Added, Changed, Gone int
}

// Same reports that nothing changed.
func (d ListDiff) Same() bool { return d.Added+d.Changed+d.Gone == 0 }

// DiffProducts compares two readings of internet cards, by type and value.
func DiffProducts(cached, fresh []InternetProduct) ListDiff {
	type key struct {
		lineType string
		value    Money
	}
	return diff(cached, fresh, func(p InternetProduct) key { return key{p.Type, p.Value} })
}

// DiffCatalogue compares two readings of the gift cards, by product.
func DiffCatalogue(cached, fresh []Category) ListDiff {
	return diff(shelved(cached), shelved(fresh), func(p shelvedProduct) string { return p.ID })
}

// shelvedProduct is a product with the category it stands in.
type shelvedProduct struct {
	GiftProduct
	category string
}

func shelved(list []Category) (out []shelvedProduct) {
	for _, c := range list {
		for _, p := range c.Products {
			out = append(out, shelvedProduct{p, c.Title})
		}
	}
	return out
}

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
