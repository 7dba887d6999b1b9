package oneclick

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"hanout/topup"
)

func TestWeather(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		down       []topup.Operator
		fault      bool
	}{
		{"one down", `{"api":"ok","operators":{"mobilis":"up","ooredoo":"up","djezzy":"down","mobilisFixedPlans":"up"}}`, []topup.Operator{"Djezzy"}, false},
		{"fixed plans are Pixx", `{"api":"ok","operators":{"mobilisFixedPlans":"down"}}`, []topup.Operator{"Pixx"}, false},
		{"not named, not down", `{"api":"ok","operators":{}}`, nil, false},
		{"no operators", `{"api":"ok"}`, nil, false},
		{"capitals", `{"api":"OK","operators":{"mobilis":"DOWN"}}`, []topup.Operator{"Mobilis"}, false},
		{"words and operators not known", `{"api":"ok","operators":{"mobilis":"slow","sama":"down","djezzy":7,"ooredoo":null}}`, nil, false},
		{"itself in trouble", `{"api":"error","operators":{"mobilis":"up"}}`, []topup.Operator{"Djezzy", "Mobilis", "Ooredoo", "Pixx"}, false},
		{"empty", `{}`, nil, true},
		{"a list", `[]`, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, d := serve(t, success(tt.data))
			w, err := c.Weather(t.Context())
			if (err != nil) != tt.fault {
				t.Fatal(err)
			}
			if got := slices.Sorted(maps.Keys(w.Down)); !slices.Equal(got, tt.down) {
				t.Errorf("down %v, want %v", got, tt.down)
			}
			if !tt.fault && time.Since(w.At) > time.Minute {
				t.Errorf("at %s", w.At)
			}
			if r := d.only(t); r.Method != "GET" || r.URI != "/v3/ping" {
				t.Errorf("asked %s %s", r.Method, r.URI)
			}
		})
	}
}

func TestAccount(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       topup.Account
		fault      bool
	}{
		{"sandbox", `{"username":"+213660000000","apiKey":{"key":"k","isEnabled":true,"type":"SANDBOX","allowedips":[],"scope":"READ-WRITE"}}`,
			topup.Account{Username: "+213660000000", Enabled: true, Test: true}, false},
		{"subset of the quickstart", `{"username":"+213660000000","apiKey":{"isEnabled":true,"type":"PRODUCTION","scope":"READ-WRITE"}}`,
			topup.Account{Username: "+213660000000", Enabled: true}, false},
		{"read only", `{"username":"u","apiKey":{"isEnabled":true,"type":"SANDBOX","scope":"read_only"}}`,
			topup.Account{Username: "u", Enabled: true, Test: true, ReadOnly: true}, false},
		{"disabled", `{"username":"u","apiKey":{"isEnabled":false,"type":"SANDBOX"}}`,
			topup.Account{Username: "u", Test: true}, false},
		{"nothing said is a live key", `{"username":"u","apiKey":{}}`, topup.Account{Username: "u", Enabled: true}, false},
		{"no key", `{"username":"u"}`, topup.Account{}, true},
		{"null", `null`, topup.Account{}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, d := serve(t, reply(200, `{"success":true,"data":`+tt.data+`}`))
			got, err := c.Account(t.Context())
			if (err != nil) != tt.fault {
				t.Fatal(err)
			}
			if err == nil && got.At.IsZero() {
				t.Error("no time")
			}
			got.At = time.Time{}
			if got != tt.want {
				t.Errorf("%+v", got)
			}
			if r := d.only(t); r.URI != "/v3/validate" {
				t.Errorf("asked %s", r.URI)
			}
		})
	}
}

func TestFloat(t *testing.T) {
	for data, want := range map[string]topup.Money{
		`{"balance":48210.55}`:              4821055,
		`{"balance":1326.13,"currency":""}`: 132613,
		`{"balance":"1326.13"}`:             132613,
		`{"balance":0}`:                     0,
		`{"balance":9.2e1}`:                 9200,
		`{"balance":-12.5}`:                 -1250,
	} {
		c, d := serve(t, success(data))
		got, err := c.Float(t.Context())
		if err != nil || got != want {
			t.Errorf("%s: %d, %v", data, got, err)
		}
		if r := d.only(t); r.URI != "/v3/account/balance" {
			t.Errorf("asked %s", r.URI)
		}
	}
	for _, data := range []string{`{}`, `{"balance":null}`, `{"balance":"x"}`, `{"balance":"--5"}`, `{"balance":1e300}`, `{"balance":true}`, `7`} {
		c, _ := serve(t, success(data))
		_, err := c.Float(t.Context())
		var f *topup.Fault
		if !errors.As(err, &f) || f.Kind != topup.FaultUnavailable {
			t.Errorf("%s: %v", data, err)
		}
	}
}
