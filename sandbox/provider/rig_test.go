package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"hanout/sandbox/provider"
)

const anyNumber = "0778037340"

// rig is a caller of the fake, without a network.
type rig struct {
	t *testing.T
	*provider.Server
	key string
}

func newRig(t *testing.T, o provider.Options) *rig {
	return &rig{t: t, Server: provider.New(o), key: provider.SandboxKey}
}

// as gives the same fake for another key.
func (r *rig) as(key string) *rig { return &rig{r.t, r.Server, key} }

// reply is an answer, or the break of the connection.
type reply struct {
	status int
	header http.Header
	body   string
	broken bool
}

// call makes a request; a line is a method, a path below /v3 and, for a POST,
// a body.
func (r *rig) call(line string) (got reply) {
	r.t.Helper()
	method, rest, _ := strings.Cut(line, " ")
	path, body, _ := strings.Cut(rest, " ")
	q := httptest.NewRequestWithContext(r.t.Context(), method, "/v3"+path, strings.NewReader(body))
	if r.key != "" {
		q.Header.Set("X-Access-Token", r.key)
	}
	w := httptest.NewRecorder()
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			got = reply{broken: true}
		default:
			panic(p)
		}
	}()
	r.ServeHTTP(w, q)
	return reply{status: w.Code, header: w.Header(), body: w.Body.String()}
}

// data is the data of an answer that must succeed.
func (r *rig) data(line string) map[string]any {
	r.t.Helper()
	got := r.call(line)
	var a struct {
		Success bool
		Data    map[string]any
	}
	if err := json.Unmarshal([]byte(got.body), &a); err != nil || got.status != http.StatusOK || !a.Success {
		r.t.Fatalf("%s: %d %s", line, got.status, got.body)
	}
	return a.Data
}

// id sends and gives the new order's ID.
func (r *rig) id(line string) string {
	r.t.Helper()
	data := r.data(line)
	if id, ok := data["orderId"].(string); ok {
		return id
	}
	return data["topupId"].(string)
}

// refused fails unless the answer is a refusal with this status and code.
func (r *rig) refused(line string, status int, code string) {
	r.t.Helper()
	got := r.call(line)
	var a struct {
		Success *bool
		Error   struct{ Code string }
	}
	if err := json.Unmarshal([]byte(got.body), &a); err != nil || a.Success == nil || *a.Success || got.status != status || a.Error.Code != code {
		r.t.Errorf("%s: want %d %s, got %d %s", line, status, code, got.status, got.body)
	}
}

func topUp(plan, to string, amount int, ref string) string {
	return fmt.Sprintf(`POST /mobile/send {"plan_code":%q,"MSSIDN":%q,"amount":%d,"ref":%q}`, plan, to, amount, ref)
}

func card(kind, to string, value int, ref string) string {
	return fmt.Sprintf(`POST /internet/send {"type":%q,"number":%q,"value":%d,"ref":%q}`, kind, to, value, ref)
}

func gift(product, typeID string, quantity int) string {
	return fmt.Sprintf(`POST /gift-cards/placeOrder {"productId":%q,"typeId":%q,"quantity":%d}`, product, typeID, quantity)
}

var (
	someID      = regexp.MustCompile(`6911aa00e9e8[0-9a-f]{12}`)
	someRequest = regexp.MustCompile(`req_[0-9]+_[0-9a-f]+`)
)

// same compares JSON, whatever the order of fields; IDs of orders stand as
// ID, those of requests as REQ.
func same(t *testing.T, what, got, want string) {
	t.Helper()
	read := func(s string) (v any) {
		s = someRequest.ReplaceAllString(someID.ReplaceAllString(s, "ID"), "REQ")
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v in %s", what, err, s)
		}
		return v
	}
	if !reflect.DeepEqual(read(got), read(want)) {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}
