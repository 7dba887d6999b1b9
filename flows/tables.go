package flows

// The tables of what there is. They name functions that look things up in
// them, which a compiler takes for a circle; so they are joined at the start.
var (
	goods    []good
	steps    map[Step]step
	commands []command
)

func init() {
	goods = []good{mobileGood(), internetGood(), giftCardGood()}

	all := []conversation{applying(), finding(), adjusting(), opening(), confirming()}
	for _, g := range goods {
		all = append(all, g.conversation())
	}
	steps = map[Step]step{}
	for i := range all {
		for name, st := range all[i].steps {
			st.of = &all[i]
			steps[name] = st
		}
	}

	commands = allCommands()
}
