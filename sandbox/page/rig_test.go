package page_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"hanout/sandbox/page"
	"hanout/sandbox/provider"
	"hanout/sandbox/telegram"
)

const (
	shop     = 101
	owner    = 102
	customer = 103
	group    = -401
)

// rig is a page with the services behind it, served on a loopback port.
type rig struct {
	telegram *telegram.Server
	provider *provider.Server
	*httptest.Server
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{
		telegram: telegram.New(telegram.Options{BotUsername: "hanout_bot", BotName: "حانوت"}),
		provider: provider.New(provider.Options{}),
	}
	r.telegram.People.Add(telegram.Person{ID: shop, FirstName: "ياسين", LastName: "ب.", LanguageCode: "ar", Phone: "213661000001"})
	r.telegram.People.Add(telegram.Person{ID: owner, FirstName: "Nadia", LastName: "K.", LanguageCode: "fr", Phone: "213770000002"})
	r.telegram.People.Add(telegram.Person{ID: customer, FirstName: "Amine", LanguageCode: "fr", Phone: "213550000003"})
	r.Server = httptest.NewServer(newPage(r))
	t.Cleanup(func() {
		r.CloseClientConnections()
		r.Close()
	})
	return r
}

func newPage(r *rig, hosts ...string) http.Handler {
	return page.New(page.Options{
		Telegram: r.telegram,
		Provider: r.provider,
		People:   []page.Card{{ID: shop, Role: page.RoleShop}, {ID: owner, Role: page.RoleOwner}, {ID: customer, Role: page.RoleCustomer}},
		Hosts:    hosts,
	})
}

// picture is a PNG that looks a little like a QR code.
func picture(t *testing.T) []byte {
	t.Helper()
	const side, cell = 320, 16
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			c := color.Gray{Y: 255}
			if margin := cell * 2; x >= margin && y >= margin && x < side-margin && y < side-margin && (x/cell*7+y/cell*13+(x/cell)*(y/cell))%5 < 2 {
				c.Y = 0
			}
			img.SetGray(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bot calls a method of the Bot API as the bot would and gives the result.
func (r *rig) bot(t *testing.T, method string, params map[string]any) json.RawMessage {
	t.Helper()
	body, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	return r.call(t, method, "application/json", bytes.NewReader(body))
}

// upload is bot with a file in the field named.
func (r *rig) upload(t *testing.T, method, field, name string, data []byte, params map[string]string) json.RawMessage {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for k, v := range params {
		_ = form.WriteField(k, v)
	}
	part, err := form.CreateFormFile(field, name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(data)
	_ = form.Close()
	return r.call(t, method, form.FormDataContentType(), &body)
}

func (r *rig) call(t *testing.T, method, kind string, body io.Reader) json.RawMessage {
	t.Helper()
	result, err := r.request(t.Context(), method, kind, body)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (r *rig) request(ctx context.Context, method, kind string, body io.Reader) (json.RawMessage, error) {
	url := "http://telegram/bot" + r.telegram.Token() + "/" + method
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", kind)
	client := http.Client{Transport: r.telegram.Transport()}
	answer, err := client.Do(q)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var got struct {
		OK          bool            `json:"ok"`
		Result      json.RawMessage `json:"result"`
		Description string          `json:"description"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil {
		return nil, err
	}
	if !got.OK {
		return nil, fmt.Errorf("%s: %s", method, got.Description)
	}
	return got.Result, nil
}
