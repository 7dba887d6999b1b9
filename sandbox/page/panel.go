package page

import (
	"net/http"
	"sync"

	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
)

// speeds are the factors of provider time that the page offers.
var speeds = []float64{1, 10, 60, 600}

// panel keeps what is broken, and how fast the provider's time runs.
type panel struct {
	telegram *telegram.Server
	provider *provider.Server

	mu     sync.Mutex
	on     map[string]bool
	speed  float64
	usual  float64       // the speed when all is well
	turned chan struct{} // closed at the next change
}

func newPanel(t *telegram.Server, p *provider.Server, speed float64) *panel {
	return &panel{telegram: t, provider: p, on: map[string]bool{}, speed: speed, usual: speed, turned: make(chan struct{})}
}

// panelState is the panel as the browser gets it.
type panelState struct {
	Faults []panelFault `json:"faults"`
	Speed  float64      `json:"speed"`
	Speeds []float64    `json:"speeds"`
}

type panelFault struct {
	Name string `json:"name"`
	Side string `json:"side"` // "provider" or "telegram"
	On   bool   `json:"on"`
}

// state gives the panel as it is, and a channel that is closed at the next change.
func (p *panel) state() (panelState, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := panelState{Speed: p.speed, Speeds: speeds}
	for _, b := range breakages {
		now.Faults = append(now.Faults, panelFault{Name: b.name, Side: b.side(), On: p.on[b.name]})
	}
	return now, p.turned
}

// turn switches one breakage; false when there is none of this name.
func (p *panel) turn(name string, on bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range breakages {
		if b.name == name {
			p.on[name] = on
			p.apply(b.side())
			return true
		}
	}
	return false
}

// calm ends everything that the panel has done.
func (p *panel) calm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.on)
	p.speed = p.usual
	p.provider.SetSpeed(p.speed)
	p.apply("provider")
	p.apply("telegram")
}

func (p *panel) hurry(factor float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.speed = factor
	p.provider.SetSpeed(factor)
	p.touch()
}

// apply puts the breakages of one side into force; the caller holds the lock.
func (p *panel) apply(side string) {
	if side == "provider" {
		p.provider.ClearFaults()
	} else {
		p.telegram.Faults.Clear()
	}
	for _, b := range breakages {
		if b.side() != side || !p.on[b.name] {
			continue
		}
		for _, f := range b.provider {
			p.provider.SetFault(f)
		}
		for _, f := range b.telegram {
			p.telegram.Faults.Set(f)
		}
	}
	p.touch()
}

// touch tells the open pages; the caller holds the lock.
func (p *panel) touch() {
	close(p.turned)
	p.turned = make(chan struct{})
}

func (s *server) faults(w http.ResponseWriter, _ *http.Request) {
	now, _ := s.panel.state()
	answer(w, now)
}

func (s *server) setFault(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Name    string `json:"name"`
		On      bool   `json:"on"`
		AllWell bool   `json:"all_well"`
	}
	if !decode(w, r, &in) {
		return
	}
	if in.AllWell {
		s.panel.calm()
	} else if !s.panel.turn(in.Name, in.On) {
		fail(w, http.StatusBadRequest, "no fault of this name")
		return
	}
	s.faults(w, r)
}

func (s *server) setSpeed(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Factor float64 `json:"factor"`
	}
	if !decode(w, r, &in) {
		return
	}
	if in.Factor <= 0 || in.Factor > speeds[len(speeds)-1] {
		fail(w, http.StatusBadRequest, "the factor must be above 0 and at most 600")
		return
	}
	s.panel.hurry(in.Factor)
	s.faults(w, r)
}
