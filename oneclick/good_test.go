package oneclick

import "testing"

// Every good can be sent, read and listed.
func TestRowsOfGoods(t *testing.T) {
	for name, g := range goods {
		if name == "" || g.send == "" || g.byID == "" || g.list == "" || g.body == nil || g.read == nil {
			t.Errorf("%q lacks something: %+v", name, g)
		}
	}
}
