package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"hanout/redact"
	"hanout/render"
	"hanout/till"
)

// DefaultServer is Telegram's own Bot API.
const DefaultServer = "https://api.telegram.org"

const (
	callTimeout   = 20 * time.Second
	uploadTimeout = 60 * time.Second
	answerMost    = 1 << 20 // bytes of one answer; a sent message is some KiB

	alienPause = 30 * time.Second // after a 429 that does not say for how long
)

// API calls the methods of the Bot API. Each call is one request, never
// repeated here. Every error is a [*Fail].
type API struct {
	client   *tg.Bot
	redactor *redact.Redactor
}

// NewAPI makes an API for a bot's token. An empty serverURL means Telegram's
// own server, a nil rt the network. It makes no request; the error says what is
// wrong with the arguments, without the token.
func NewAPI(token, serverURL string, rt http.RoundTripper) (*API, error) {
	token = strings.TrimSpace(token)
	if !redact.TokenForm.MatchString(token) {
		return nil, errors.New("bot: the token does not have the form of a bot token")
	}
	server, err := serverAddress(serverURL)
	if err != nil {
		return nil, err
	}
	client, err := tg.New(token,
		tg.WithSkipGetMe(),
		tg.WithServerURL(server),
		tg.WithHTTPClient(time.Minute, &witness{newHTTPClient(rt)}),
		// The library's own handlers print to the standard log.
		tg.WithErrorsHandler(func(error) {}),
		tg.WithDebugHandler(func(string, ...any) {}),
		tg.WithDefaultHandler(func(context.Context, *tg.Bot, *models.Update) {}),
	)
	redactor := redact.New(token)
	if err != nil {
		return nil, fmt.Errorf("bot: %s", redactor.Clean(err.Error()))
	}
	return &API{client: client, redactor: redactor}, nil
}

// serverAddress checks the base URL of a Bot API server.
func serverAddress(s string) (string, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "/")
	if s == "" {
		return DefaultServer, nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("bot: the Bot API server is not an http or https address")
	}
	return s, nil
}

// Transport is a way to Telegram over the network. Idle connections are closed
// before Telegram does it: a request that meets a closing connection fails
// without our knowing whether it was served.
func Transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns:        64,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     15 * time.Second,
	}
}

// newHTTPClient makes a client for one kind of traffic. It follows no
// redirects, since the token in the path would go to the other host.
func newHTTPClient(rt http.RoundTripper) *http.Client {
	if rt == nil {
		rt = Transport()
	}
	return &http.Client{
		Transport:     rt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// envelope is what every answer of the Bot API is wrapped in.
type envelope struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"` // seconds
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// reply is an answer as it came over the wire.
type reply struct {
	status int // of HTTP; 0 when none came
	envelope
}

// readEnvelope reads an answer; false when it is none of the Bot API, which
// gives every refusal an error_code. Proxies and portals have pages, and JSON,
// of their own: their 403 must not pass for a person's block.
func readEnvelope(body []byte) (envelope, bool) {
	var e envelope
	if json.Unmarshal(body, &e) != nil || (!e.OK && e.Code == 0) {
		return envelope{}, false
	}
	return e, true
}

type replyKey struct{}

// witness is the library's HTTP client. It notes each answer in the [reply] of
// the request's context: the library keeps only a text of most answers, and
// reports a message that was sent, but has a shape it does not know, as an
// error.
type witness struct{ client *http.Client }

func (w *witness) Do(req *http.Request) (*http.Response, error) {
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerMost))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if r, ok := req.Context().Value(replyKey{}).(*reply); ok {
		r.status = resp.StatusCode
		r.envelope, _ = readEnvelope(body)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// call makes one request and gives what the server said to it, or a *Fail.
func (a *API) call(ctx context.Context, timeout time.Duration, method string, request func(context.Context) error) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r := &reply{}
	err := request(context.WithValue(ctx, replyKey{}, r))
	switch {
	case r.OK:
		return r, nil
	case r.Code != 0:
		return nil, refused(method, r.envelope, a.redactor)
	case r.status != 0:
		return nil, alien(method, r.status)
	case err == nil:
		err = errors.New("no answer")
	}
	return nil, &Fail{Kind: FailTemporary, Method: method, Text: short(a.redactor, bareCause(err).Error())}
}

// alien is an answer of something between us and Telegram. Nothing of it is
// quoted: such pages like to repeat the path of the request, token and all.
func alien(method string, status int) *Fail {
	f := &Fail{Kind: FailTemporary, Method: method, Code: status, Text: "no answer of the Bot API"}
	if status == http.StatusTooManyRequests {
		f.Kind, f.RetryAfter = FailThrottled, alienPause
	}
	return f
}

// bareCause takes the request's URL, which holds the token, off an error.
func bareCause(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// refused is the Fail of an answer with ok:false.
func refused(method string, e envelope, r *redact.Redactor) *Fail {
	f := &Fail{Kind: failKind(e.Code, e.Description), Method: method, Code: e.Code, Text: short(r, e.Description)}
	if f.Kind == FailThrottled {
		f.RetryAfter = max(time.Duration(e.Parameters.RetryAfter)*time.Second, time.Second)
	}
	if e.Parameters.MigrateTo != 0 {
		f.Kind, f.NewChat = FailMigrated, e.Parameters.MigrateTo
	}
	return f
}

// short makes a foreign text fit for an error.
func short(r *redact.Redactor, text string) string {
	const most = 200
	text = strings.Join(strings.Fields(r.Clean(text)), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// Me gives the bot's own user ID and username.
func (a *API) Me(ctx context.Context) (id int64, username string, err error) {
	r, err := a.call(ctx, callTimeout, "getMe", func(ctx context.Context) error {
		_, err := a.client.GetMe(ctx)
		return err
	})
	if err != nil {
		return 0, "", err
	}
	var me struct {
		ID       int64  `json:"id"`
		Username string `json:"username"`
	}
	if json.Unmarshal(r.Result, &me) != nil || me.ID == 0 {
		return 0, "", &Fail{Kind: FailTemporary, Method: "getMe", Text: "the answer has an unknown shape"}
	}
	return me.ID, me.Username, nil
}

// Send sends a new message and gives its ID. A *Fail of kind [FailSentBlind]
// means that the message is out, but nothing can be read of its ID.
func (a *API) Send(ctx context.Context, chat int64, m render.Message) (messageID int, err error) {
	method, timeout, request := a.sending(chat, m)
	r, err := a.call(ctx, timeout, method, request)
	if err != nil {
		return 0, err
	}
	var sent struct {
		MessageID int `json:"message_id"`
	}
	if json.Unmarshal(r.Result, &sent) != nil || sent.MessageID <= 0 {
		return 0, &Fail{Kind: FailSentBlind, Method: method, Text: "sent, but the answer has an unknown shape"}
	}
	return sent.MessageID, nil
}

// sending picks the method for what the message carries.
func (a *API) sending(chat int64, m render.Message) (method string, timeout time.Duration, request func(context.Context) error) {
	var answers *models.ReplyParameters
	if m.ReplyTo != 0 {
		answers = &models.ReplyParameters{MessageID: m.ReplyTo, AllowSendingWithoutReply: true}
	}
	switch {
	case len(m.Photo) > 0 || m.PhotoID != "":
		return "sendPhoto", uploadTimeout, func(ctx context.Context) error {
			var photo models.InputFile = &models.InputFileString{Data: m.PhotoID}
			if m.PhotoID == "" {
				photo = upload("photo.png", m.Photo)
			}
			_, err := a.client.SendPhoto(ctx, &tg.SendPhotoParams{
				ChatID: chat, Photo: photo, Caption: m.Text, ParseMode: parseMode(m),
				DisableNotification: m.Silent, ProtectContent: m.Protect, ReplyParameters: answers, ReplyMarkup: markup(m),
			})
			return err
		}
	case len(m.File) > 0:
		return "sendDocument", uploadTimeout, func(ctx context.Context) error {
			_, err := a.client.SendDocument(ctx, &tg.SendDocumentParams{
				ChatID: chat, Document: upload(m.FileName, m.File), Caption: m.Text, ParseMode: parseMode(m),
				DisableNotification: m.Silent, ProtectContent: m.Protect, ReplyParameters: answers, ReplyMarkup: markup(m),
			})
			return err
		}
	}
	return "sendMessage", callTimeout, func(ctx context.Context) error {
		_, err := a.client.SendMessage(ctx, &tg.SendMessageParams{
			ChatID: chat, Text: m.Text, ParseMode: parseMode(m), LinkPreviewOptions: noPreview(),
			DisableNotification: m.Silent, ProtectContent: m.Protect, ReplyParameters: answers, ReplyMarkup: markup(m),
		})
		return err
	}
}

// parseMode is how Telegram is to read the text.
func parseMode(m render.Message) models.ParseMode {
	if m.Plain {
		return ""
	}
	return models.ParseModeHTML
}

// upload makes a file for one request; its reader is used up by it.
func upload(name string, content []byte) *models.InputFileUpload {
	return &models.InputFileUpload{Filename: name, Data: bytes.NewReader(content)}
}

func noPreview() *models.LinkPreviewOptions {
	return &models.LinkPreviewOptions{IsDisabled: tg.True()}
}

// Edit replaces text and inline buttons of a sent text message. A message that
// says the same already is a *Fail of kind [FailNotModified].
func (a *API) Edit(ctx context.Context, chat int64, messageID int, m render.Message) error {
	return a.plain(ctx, "editMessageText", func(ctx context.Context) error {
		_, err := a.client.EditMessageText(ctx, &tg.EditMessageTextParams{
			ChatID: chat, MessageID: messageID, Text: m.Text, ParseMode: parseMode(m),
			LinkPreviewOptions: noPreview(), ReplyMarkup: markup(render.Message{Rows: m.Rows}),
		})
		return err
	})
}

// plain is a call whose result does not matter.
func (a *API) plain(ctx context.Context, method string, request func(context.Context) error) error {
	_, err := a.call(ctx, callTimeout, method, request)
	return err
}

// Delete deletes messages of one chat, at most 100. Of several, those that are
// gone or too old are passed over in silence.
func (a *API) Delete(ctx context.Context, chat int64, ids ...int) error {
	switch len(ids) {
	case 0:
		return nil
	case 1:
		return a.plain(ctx, "deleteMessage", func(ctx context.Context) error {
			_, err := a.client.DeleteMessage(ctx, &tg.DeleteMessageParams{ChatID: chat, MessageID: ids[0]})
			return err
		})
	}
	return a.plain(ctx, "deleteMessages", func(ctx context.Context) error {
		_, err := a.client.DeleteMessages(ctx, &tg.DeleteMessagesParams{ChatID: chat, MessageIDs: ids})
		return err
	})
}

// DropButtons takes the buttons off a message, and leaves the rest (Bot API,
// editMessageReplyMarkup without one).
func (a *API) DropButtons(ctx context.Context, chat int64, messageID int) error {
	return a.plain(ctx, "editMessageReplyMarkup", func(ctx context.Context) error {
		_, err := a.client.EditMessageReplyMarkup(ctx, &tg.EditMessageReplyMarkupParams{ChatID: chat, MessageID: messageID})
		return err
	})
}

// GroupChat tells what a group chat is called, and whether a person is one of its
// administrators.
func (a *API) GroupChat(ctx context.Context, chat, person int64) (title string, admin bool, err error) {
	r, err := a.call(ctx, callTimeout, "getChat", func(ctx context.Context) error {
		_, err := a.client.GetChat(ctx, &tg.GetChatParams{ChatID: chat})
		return err
	})
	if err != nil {
		return "", false, err
	}
	var chatOf struct {
		Title string `json:"title"`
	}
	if json.Unmarshal(r.Result, &chatOf) != nil {
		return "", false, &Fail{Kind: FailTemporary, Method: "getChat", Text: "the answer has an unknown shape"}
	}
	r, err = a.call(ctx, callTimeout, "getChatAdministrators", func(ctx context.Context) error {
		_, err := a.client.GetChatAdministrators(ctx, &tg.GetChatAdministratorsParams{ChatID: chat})
		return err
	})
	if err != nil {
		return "", false, err
	}
	var list []struct {
		User till.User `json:"user"`
	}
	if json.Unmarshal(r.Result, &list) != nil {
		return "", false, &Fail{Kind: FailTemporary, Method: "getChatAdministrators", Text: "the answer has an unknown shape"}
	}
	for _, m := range list {
		admin = admin || m.User.ID == person
	}
	return chatOf.Title, admin, nil
}

// Answer ends the waiting of a pressed button, with a text of at most 200
// characters or none; alert shows it in a window to be closed by hand.
func (a *API) Answer(ctx context.Context, queryID, text string, alert bool) error {
	return a.plain(ctx, "answerCallbackQuery", func(ctx context.Context) error {
		_, err := a.client.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{
			CallbackQueryID: queryID, Text: text, ShowAlert: alert,
		})
		return err
	})
}

// SetCommands sets the command menu of a chat, or of all private chats when
// chat is 0. The language is a two-letter code; "" is for all without a menu of
// their own. An empty list takes the menu away.
func (a *API) SetCommands(ctx context.Context, chat int64, language string, cmds []till.Command) error {
	var scope models.BotCommandScope = &models.BotCommandScopeAllPrivateChats{}
	if chat != 0 {
		scope = &models.BotCommandScopeChat{ChatID: chat}
	}
	if len(cmds) == 0 {
		return a.plain(ctx, "deleteMyCommands", func(ctx context.Context) error {
			_, err := a.client.DeleteMyCommands(ctx, &tg.DeleteMyCommandsParams{Scope: scope, LanguageCode: language})
			return err
		})
	}
	list := make([]models.BotCommand, len(cmds))
	for i, c := range cmds {
		list[i] = models.BotCommand{Command: c.Name, Description: c.Description}
	}
	return a.plain(ctx, "setMyCommands", func(ctx context.Context) error {
		_, err := a.client.SetMyCommands(ctx, &tg.SetMyCommandsParams{Commands: list, Scope: scope, LanguageCode: language})
		return err
	})
}

// SetAbout sets what the bot says of itself: short, at most 120 characters, on
// its profile and where it is shared, and long, at most 512, in a chat that is
// still empty (Bot API, setMyShortDescription and setMyDescription). The language
// is as for [API.SetCommands].
func (a *API) SetAbout(ctx context.Context, language, short, long string) error {
	err := a.plain(ctx, "setMyShortDescription", func(ctx context.Context) error {
		_, err := a.client.SetMyShortDescription(ctx, &tg.SetMyShortDescriptionParams{ShortDescription: short, LanguageCode: language})
		return err
	})
	if err != nil {
		return err
	}
	return a.plain(ctx, "setMyDescription", func(ctx context.Context) error {
		_, err := a.client.SetMyDescription(ctx, &tg.SetMyDescriptionParams{Description: long, LanguageCode: language})
		return err
	})
}

// markup is what hangs under a message: the button that asks for the contact,
// the removal of that button, inline buttons, or nothing. Telegram takes only
// one of them; the first in this order counts.
func markup(m render.Message) models.ReplyMarkup {
	switch {
	case m.AskContact != "":
		return contactKeyboard{
			Rows:   [][]contactButton{{{Text: m.AskContact, RequestContact: true}}},
			Resize: true, OneTime: true,
		}
	case m.RemoveKeyboard:
		return keyboardRemoval{Remove: true}
	}
	var rows [][]inlineButton
	for _, row := range m.Rows {
		var out []inlineButton
		for _, b := range row {
			button := inlineButton{Text: b.Text, Data: b.Data, URL: b.URL, Style: b.Style}
			if b.Copy != "" {
				button.Copy = &copyText{b.Copy}
			}
			out = append(out, button)
		}
		if len(out) > 0 {
			rows = append(rows, out)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return inlineKeyboard{rows}
}

// The library's own button type sends an empty copy_text with every button.
type (
	inlineKeyboard struct {
		Rows [][]inlineButton `json:"inline_keyboard"`
	}
	inlineButton struct {
		Text  string    `json:"text"`
		Data  string    `json:"callback_data,omitempty"`
		URL   string    `json:"url,omitempty"`
		Copy  *copyText `json:"copy_text,omitempty"`
		Style string    `json:"style,omitempty"`
	}
	copyText struct {
		Text string `json:"text"`
	}
	contactKeyboard struct {
		Rows    [][]contactButton `json:"keyboard"`
		Resize  bool              `json:"resize_keyboard"`
		OneTime bool              `json:"one_time_keyboard"`
	}
	contactButton struct {
		Text           string `json:"text"`
		RequestContact bool   `json:"request_contact"`
	}
	keyboardRemoval struct {
		Remove bool `json:"remove_keyboard"`
	}
)

// FailKind says what a failed call means for the caller.
type FailKind string

// The kinds of failure.
const (
	FailTemporary    FailKind = "temporary"    // no answer, 5xx, a page of a proxy: it may have been done, or not
	FailThrottled    FailKind = "throttled"    // 429: the whole token waits for RetryAfter
	FailBlocked      FailKind = "blocked"      // the person blocked the bot, never started it, or is gone
	FailChatGone     FailKind = "chat_gone"    // no such chat, or the bot may not write there
	FailMigrated     FailKind = "migrated"     // the group is now the supergroup NewChat
	FailNotModified  FailKind = "not_modified" // an edit that changes nothing: as good as done
	FailGone         FailKind = "gone"         // the message to edit or delete is gone, or is none that can be
	FailMarkup       FailKind = "markup"       // Telegram refuses the content: our fault, and for ever
	FailStale        FailKind = "stale"        // the button press is too old to be answered
	FailUnauthorized FailKind = "unauthorized" // the token is not, or no longer, valid
	FailConflict     FailKind = "conflict"     // another process uses the token
	FailSentBlind    FailKind = "sent_blind"   // the message is out, its ID unknown
)

// Fail is a call that did not succeed.
type Fail struct {
	Kind       FailKind
	Method     string        // of the Bot API
	Code       int           // of the answer; 0 when none came
	RetryAfter time.Duration // only for FailThrottled, at least a second
	NewChat    int64         // only for FailMigrated
	// Text is what the server or the network said, short and without secrets.
	// It may quote a part of the message.
	Text string
}

func (f *Fail) Error() string {
	return fmt.Sprintf("telegram: %s: %s (%d): %s", f.Method, f.Kind, f.Code, f.Text)
}

// failOf gives the Fail of an error of the API; any other error is temporary.
func failOf(err error) *Fail {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Fail](err); ok {
		return f
	}
	return &Fail{Kind: FailTemporary, Text: err.Error()}
}

// failTexts tells the refusals with code 400 apart. The Bot API documents no
// codes for them: these are the server's own words.
var failTexts = []struct {
	part string
	kind FailKind
}{
	{"message is not modified", FailNotModified},
	{"query is too old", FailStale},
	{"query id is invalid", FailStale},
	{"message to edit not found", FailGone},
	{"message can't be edited", FailGone},
	{"there is no text in the message to edit", FailGone},
	{"message_id_invalid", FailGone},
	{"message to delete not found", FailGone},
	{"message can't be deleted", FailGone},
	{"chat not found", FailChatGone},
	{"user not found", FailChatGone},
	{"peer_id_invalid", FailChatGone},
	{"chat_write_forbidden", FailChatGone},
	{"group chat was deactivated", FailChatGone},
	{"not enough rights", FailChatGone},
	{"have no rights", FailChatGone},
	{"topic_closed", FailChatGone},
	{"topic_deleted", FailChatGone},
}

func failKind(code int, description string) FailKind {
	switch {
	case code == http.StatusTooManyRequests:
		return FailThrottled
	case code == http.StatusForbidden:
		return FailBlocked
	case code == http.StatusUnauthorized, code == http.StatusNotFound:
		return FailUnauthorized
	case code == http.StatusConflict:
		return FailConflict
	case code < 400 || code > 499:
		return FailTemporary
	}
	description = strings.ToLower(description)
	for _, t := range failTexts {
		if strings.Contains(description, t.part) {
			return t.kind
		}
	}
	return FailMarkup
}
