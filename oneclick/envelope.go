package oneclick

import (
	"encoding/json"
	"strings"
)

// envelope is what every documented answer comes in. The bare body of the
// provider's framework has no "success" and is none.
type envelope struct {
	Success *bool           `json:"success"`
	Data    json.RawMessage `json:"data"`
	Error   struct {
		Code    text            `json:"code"`
		Details json.RawMessage `json:"details"`
	} `json:"error"`
	Meta      json.RawMessage `json:"meta"`
	RequestID text            `json:"requestId"`
}

// requestID is at the top level on most endpoints and in meta on some.
func (e *envelope) requestID() string {
	if e.RequestID != "" {
		return e.RequestID.short()
	}
	var meta struct {
		RequestID text `json:"requestId"`
	}
	_ = into(e.Meta, &meta)
	return meta.RequestID.short()
}

// code is the error code with its spellings made one: DUPLICATED-REF is
// DUPLICATED_REF.
func (e *envelope) code() string {
	return strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToUpper(string(e.Error.Code)))
}

// shownCode is the code as an error may show it: empty unless it is made of
// letters like every code known, for nothing else the provider says may be
// trusted to hold no secret.
func (e *envelope) shownCode() string {
	code := e.code()
	if len(code) > 40 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return ""
	}
	return code
}

// into decodes raw whole. Its error is always [errForm]: the errors of package
// json quote values.
func into(raw []byte, v any) error {
	if json.Unmarshal(raw, v) != nil {
		return errForm
	}
	return nil
}
