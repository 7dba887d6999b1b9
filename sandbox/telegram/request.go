package telegram

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxRequest is the largest body, a document of 50 MB with its parameters.
const maxRequest = 50<<20 + 1<<20

// upload is a file part of a multipart request.
type upload struct {
	name string
	mime string
	data []byte
}

// params are a request's parameters, decoded from wherever they stood.
type params struct {
	method  string
	values  map[string]string
	uploads map[string]upload
	unfit   []string // rules broken that Telegram itself overlooks
	failed  *failure // the first parameter that could not be read
}

var errTooLarge = errors.New("request entity too large")

// readParams decodes the query, and a urlencoded, multipart or JSON body.
func readParams(r *http.Request) (*params, error) {
	p := &params{values: map[string]string{}, uploads: map[string]upload{}}
	for name, values := range r.URL.Query() {
		p.values[name] = values[0]
	}
	if r.Body == nil {
		return p, nil
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxRequest)
	err := p.readBody(r)
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return nil, errTooLarge
	}
	return p, err
}

func (p *params) readBody(r *http.Request) error {
	body := bufio.NewReader(r.Body)
	if _, err := body.Peek(1); err == io.EOF {
		return nil // clients send a form's header also when they have nothing to fill in
	}
	kind, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		_, err = io.Copy(io.Discard, body)
		return err
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		return p.readForm(body)
	case "multipart/form-data":
		return p.readMultipart(multipart.NewReader(body, options["boundary"]))
	case "application/json":
		return p.readJSON(body)
	}
	return nil
}

func (p *params) readForm(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(data))
	for name, values := range form {
		p.values[name] = values[0]
	}
	return err
}

func (p *params) readMultipart(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() == "" {
			p.values[part.FormName()] = string(data)
		} else {
			p.uploads[part.FormName()] = upload{part.FileName(), part.Header.Get("Content-Type"), data}
		}
	}
}

func (p *params) readJSON(body io.Reader) error {
	data, err := io.ReadAll(body)
	if err != nil || len(bytes.TrimSpace(data)) == 0 {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		p.failed = bad("can't parse JSON in the request body")
		return nil
	}
	for name, raw := range fields {
		var text string
		if raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		p.values[name] = text
	}
	return nil
}

func (p *params) has(name string) bool { return p.values[name] != "" }

func (p *params) fail(f *failure) {
	if p.failed == nil {
		p.failed = f
	}
}

// complain notes a rule that Telegram lets pass.
func (p *params) complain(text string) { p.unfit = append(p.unfit, text) }

func (p *params) text(name string) string {
	v := p.values[name]
	if !utf8.ValidString(v) {
		p.fail(bad("strings must be encoded in UTF-8"))
	}
	return v
}

func (p *params) integer(name string, absent int64) int64 {
	v := p.values[name]
	if v == "" {
		return absent
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		p.complain(name + " is not an integer: " + strconv.Quote(v))
		return absent
	}
	return n
}

func (p *params) boolean(name string) bool {
	switch strings.ToLower(p.values[name]) {
	case "true", "1", "yes":
		return true
	case "", "false", "0", "no":
	default:
		p.complain(name + " is not a boolean: " + strconv.Quote(p.values[name]))
	}
	return false
}

// object decodes a JSON parameter and tells whether it was there. A field that the type does not have is noted, not
// refused; refusal is what Telegram says when the JSON does not fit.
func (p *params) object(name string, into any, refusal string) bool {
	v := p.values[name]
	if v == "" {
		return false
	}
	if v == "null" {
		p.fail(bad(refusal))
		return true
	}
	strict := json.NewDecoder(strings.NewReader(v))
	strict.DisallowUnknownFields()
	err := strict.Decode(into)
	if err != nil && strings.Contains(err.Error(), "unknown field") {
		p.complain(name + " has an " + strings.TrimPrefix(err.Error(), "json: "))
		err = json.Unmarshal([]byte(v), into)
	}
	if err != nil {
		p.fail(bad(refusal))
	}
	return true
}

func (p *params) stringList(name string) (list []string, given bool) {
	given = p.object(name, &list, "can't parse "+name+" JSON object")
	return list, given
}
