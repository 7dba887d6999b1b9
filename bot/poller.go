package bot

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hanout/redact"
	"hanout/till"
)

// Updates in. The rules:
//
//   - the result is split raw, and each update is read alone into narrow types:
//     one that can't be read stops no other;
//   - the next offset, which makes Telegram forget what came, is asked for only
//     when the till has the batch on disk;
//   - no offset is kept across starts, and IDs are never compared by order:
//     after a quiet week Telegram numbers its updates anew.

// What ends a poller for good.
var (
	ErrConflict     = errors.New("bot: another process takes updates with the same token")
	ErrWebhook      = errors.New("bot: a webhook is set for this token and must be deleted first")
	ErrUnauthorized = errors.New("bot: Telegram does not accept the token")
)

const (
	pollSeconds  = 50 // Telegram cuts longer polls to this
	pollTimeout  = 65 * time.Second
	pollMost     = 100 // updates in a batch
	pollBodyMost = 16 << 20

	shortestRetry = 500 * time.Millisecond
	longestRetry  = 30 * time.Second
	longestPause  = time.Hour
)

// Poller takes updates from Telegram by long polling. It shares nothing with
// the API's client, so that neither waits for the other.
type Poller struct {
	client   *http.Client
	url      string
	wrong    error // in the arguments
	redactor *redact.Redactor
	log      *slog.Logger
	clock    func(ahead time.Duration) // is told of each answer; nil for none
	waits    func() bool               // whether the till waits; nil: not asked
	behind   func([]till.Update)       // is shown what comes meanwhile
}

// NewPoller makes a poller for a bot's token. An empty serverURL means
// Telegram's own server, a nil rt the network. Wrong arguments are the error of
// Run.
func NewPoller(token, serverURL string, rt http.RoundTripper, log *slog.Logger) *Poller {
	token = strings.TrimSpace(token)
	in := &Poller{client: newHTTPClient(rt), redactor: redact.New(token), log: log}
	server, err := serverAddress(serverURL)
	if err == nil && !redact.TokenForm.MatchString(token) {
		err = ErrUnauthorized
	}
	in.url, in.wrong = server+"/bot"+token+"/getUpdates", err
	return in
}

// Run hands each batch of updates to take, by increasing ID, and asks for the
// next one, which makes Telegram forget the former, only after take has
// returned nil. An empty batch is handed on too: it tells that the line is
// alive. more tells that the batch was as long as it may be, so that others
// wait behind it. The same update may come again, after a restart above all.
//
// Run ends with nil when ctx is done; with the error of take; with
// [ErrConflict], [ErrWebhook] or [ErrUnauthorized]. Everything else is tried
// again.
func (in *Poller) Run(ctx context.Context, take func(ctx context.Context, batch []till.Update, more bool) error) error {
	if in.wrong != nil {
		return in.wrong
	}
	// No offset is kept across starts: after a quiet week Telegram starts its
	// IDs anew, and a stored one could then confirm what nobody has seen.
	var offset int64
	limit, failures := pollMost, 0
	seconds := 0 // the first poll is answered at once: until then nothing is sold
	for ctx.Err() == nil {
		batch, more, err := in.poll(ctx, offset, limit, seconds)
		if err == nil {
			seconds = pollSeconds
			if failures > 0 {
				in.log.Info("updates arrive again", "after_failures", failures)
			}
			failures, limit = 0, pollMost
			if err := in.hand(ctx, take, batch, more, offset); err != nil {
				return err
			}
			if n := len(batch); n > 0 {
				offset = batch[n-1].ID + 1
			}
			continue
		}
		if ctx.Err() != nil {
			break
		}
		if errors.Is(err, ErrConflict) || errors.Is(err, ErrWebhook) || errors.Is(err, ErrUnauthorized) {
			return err
		}
		if errors.Is(err, errTooLarge) {
			limit = max(limit/4, 1)
		}
		wait := retryWait(failures, shortestRetry, longestRetry)
		if f, ok := errors.AsType[*Fail](err); ok && f.Kind == FailThrottled {
			wait = min(f.RetryAfter, longestPause)
		}
		failures++
		in.log.Warn("updates can't be taken", "error", err, "failures", failures, "retry_in", wait)
		rest(ctx, wait)
	}
	return nil
}

const (
	lookBehind = time.Second // how often, while the till waits
	lookMost   = 5 * time.Second
)

// ShowBehind has shown what comes behind a batch while the till waits and does
// not take it. Telegram does not forget it by that, and gives it again.
func (in *Poller) ShowBehind(waits func() bool, show func([]till.Update)) {
	in.waits, in.behind = waits, show
}

// hand has take take a batch.
func (in *Poller) hand(ctx context.Context, take func(context.Context, []till.Update, bool) error, batch []till.Update, more bool, offset int64) error {
	if in.waits == nil {
		return take(ctx, batch, more)
	}
	taken := make(chan error, 1)
	go func() { taken <- take(ctx, batch, more) }()
	tick := time.NewTicker(lookBehind)
	defer tick.Stop()
	for {
		select {
		case err := <-taken:
			return err
		case <-tick.C:
		}
		if !in.waits() {
			continue
		}
		brief, cancel := context.WithTimeout(ctx, lookMost)
		if behind, _, err := in.poll(brief, offset, pollMost, 0); err == nil {
			in.behind(behind)
		}
		cancel()
	}
}

// retryWait doubles from shortest to longest, with up to a quarter on top so
// that not all who wait come back at once.
func retryWait(failures int, shortest, longest time.Duration) time.Duration {
	wait := longest
	if failures < 16 {
		wait = min(shortest<<failures, longest)
	}
	return wait + rand.N(wait/4)
}

// rest waits, or until ctx is done.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

var (
	errTooLarge   = errors.New("telegram: the batch of updates is too large")
	errUnreadable = errors.New("telegram: no update of the batch has a readable ID")
)

// poll asks once and gives the batch by increasing ID; more tells that it is
// full.
func (in *Poller) poll(ctx context.Context, offset int64, limit, seconds int) (batch []till.Update, more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	ask, err := json.Marshal(struct {
		Offset  int64    `json:"offset,omitempty"`
		Limit   int      `json:"limit"`
		Timeout int      `json:"timeout"`
		Allowed []string `json:"allowed_updates"`
	}{offset, limit, seconds, []string{"message", "edited_message", "callback_query", "my_chat_member"}})
	if err != nil {
		return nil, false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, in.url, bytes.NewReader(ask))
	if err != nil {
		return nil, false, in.unreached(err)
	}
	req.Header.Set("Content-Type", "application/json")
	asked := time.Now()
	resp, err := in.client.Do(req)
	if err != nil {
		return nil, false, in.unreached(err)
	}
	if ahead, told := aheadOf(resp.Header.Get("Date"), asked, time.Now()); told && in.clock != nil {
		in.clock(ahead)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, pollBodyMost+1))
	if err != nil {
		return nil, false, in.unreached(err)
	}
	if len(body) > pollBodyMost {
		return nil, false, errTooLarge
	}
	batch, count, err := in.read(resp.StatusCode, body)
	return batch, count >= limit, err
}

// TellClock has told with every answer by how much our clock is ahead of the
// server's.
func (in *Poller) TellClock(told func(ahead time.Duration)) { in.clock = told }

// aheadOf tells by how much our clock is ahead of one that stamped an answer
// between two of our times, and false when it did not. A long poll is stamped
// when it is answered. The stamp has no parts of a second.
func aheadOf(stamp string, asked, answered time.Time) (time.Duration, bool) {
	theirs, err := http.ParseTime(stamp)
	switch {
	case err != nil:
		return 0, false
	case theirs.Add(time.Second).Before(asked), theirs.After(answered):
		return answered.Sub(theirs), true
	}
	return 0, true
}

// unreached is an error of the way to Telegram, without the token.
func (in *Poller) unreached(err error) error {
	return &Fail{Kind: FailTemporary, Method: "getUpdates", Text: short(in.redactor, bareCause(err).Error())}
}

// read takes the batch out of an answer; count is how many updates it had, the
// unreadable ones included.
func (in *Poller) read(status int, body []byte) (batch []till.Update, count int, err error) {
	e, ok := readEnvelope(body)
	switch {
	case !ok:
		return nil, 0, alien("getUpdates", status)
	case !e.OK:
		return nil, 0, in.refused(e)
	}
	var list []json.RawMessage
	if json.Unmarshal(e.Result, &list) != nil {
		return nil, 0, errors.New("telegram: getUpdates: the result is not a list")
	}
	batch = make([]till.Update, 0, len(list))
	for _, raw := range list {
		u := decodeUpdate(raw)
		if u.ID == 0 {
			in.log.Error("an update without a readable ID is skipped", "bytes", len(raw))
			continue
		}
		batch = append(batch, u)
	}
	if len(batch) == 0 && len(list) > 0 {
		return nil, 0, errUnreadable
	}
	slices.SortStableFunc(batch, func(a, b till.Update) int { return cmp.Compare(a.ID, b.ID) })
	return batch, len(list), nil
}

// refused is the error of an answer with ok:false.
func (in *Poller) refused(e envelope) error {
	f := refused("getUpdates", e, in.redactor)
	switch {
	case f.Kind == FailConflict && strings.Contains(f.Text, "webhook"):
		return ErrWebhook
	case f.Kind == FailConflict:
		return ErrConflict
	case f.Kind == FailUnauthorized:
		return ErrUnauthorized
	}
	return f
}

// The wire types are narrow on purpose: what the bot does not use can't break
// the reading of what it does, whatever later versions of the API bring.
type (
	wireUpdate struct {
		ID       int64           `json:"update_id"`
		Message  json.RawMessage `json:"message"`
		Edited   json.RawMessage `json:"edited_message"`
		Callback json.RawMessage `json:"callback_query"`
		Member   json.RawMessage `json:"my_chat_member"`
	}
	wireMessage struct {
		MessageID  int             `json:"message_id"`
		Chat       till.Chat       `json:"chat"`
		From       till.User       `json:"from"`
		Date       int64           `json:"date"` // Unix seconds
		Text       string          `json:"text"`
		Contact    *till.Contact   `json:"contact"`
		Photo      json.RawMessage `json:"photo"`
		Caption    string          `json:"caption"`     // of a photo or a document
		SenderChat json.RawMessage `json:"sender_chat"` // in whose name it was said, instead of a person's
		ReplyTo    json.RawMessage `json:"reply_to_message"`
		MovedTo    int64           `json:"migrate_to_chat_id"`
		MovedFrom  int64           `json:"migrate_from_chat_id"`
		wireThings
	}
	// wireThings are what somebody may send without a word.
	wireThings struct {
		Sticker   json.RawMessage `json:"sticker"`
		Voice     json.RawMessage `json:"voice"`
		VideoNote json.RawMessage `json:"video_note"`
		Audio     json.RawMessage `json:"audio"`
		Video     json.RawMessage `json:"video"`
		Animation json.RawMessage `json:"animation"`
		Document  json.RawMessage `json:"document"`
		Location  json.RawMessage `json:"location"`
		Poll      json.RawMessage `json:"poll"`
		Dice      json.RawMessage `json:"dice"`
		Story     json.RawMessage `json:"story"`
	}
	wireCallback struct {
		ID      string          `json:"id"`
		From    till.User       `json:"from"`
		Message json.RawMessage `json:"message"`
		Data    string          `json:"data"`
	}
	wirePlace struct {
		MessageID int       `json:"message_id"`
		Chat      till.Chat `json:"chat"`
	}
	wireMember struct {
		Chat till.Chat `json:"chat"`
		New  struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	}
)

// decodeUpdate reads one update; its ID is 0 when not even that can be read.
func decodeUpdate(raw json.RawMessage) till.Update {
	u := till.Update{Raw: raw}
	var w wireUpdate
	err := json.Unmarshal(raw, &w)
	if u.ID = w.ID; u.ID <= 0 {
		u.ID = scanUpdateID(raw)
	}
	switch {
	case err != nil:
		u.Broken = misfit("update", err)
	case given(w.Message):
		readMessage(&u, w.Message)
	case given(w.Edited):
		readEdited(&u, w.Edited)
	case given(w.Callback):
		readCallback(&u, w.Callback)
	case given(w.Member):
		readMember(&u, w.Member)
	}
	return u
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

var updateID = regexp.MustCompile(`"update_id"\s*:\s*"?(\d{1,18})\b`)

// scanUpdateID finds the ID in an update of a wrong shape. In a text of the
// update the quotes would be escaped, so that it can't be taken for the ID.
func scanUpdateID(raw []byte) int64 {
	m := updateID.FindSubmatch(raw)
	if m == nil {
		return 0
	}
	id, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// misfit tells where an update is not as expected, without what stands there.
func misfit(what string, err error) string {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		return what + ": wrong type of " + t.Field
	}
	return what + ": wrong shape"
}

func readMessage(u *till.Update, raw json.RawMessage) {
	var w wireMessage
	if err := json.Unmarshal(raw, &w); err != nil {
		u.Broken = misfit("message", err)
		return
	}
	if w.Chat.ID == 0 {
		u.Broken = "message: no chat"
		return
	}
	switch {
	case w.MovedTo != 0:
		u.Moved = &till.Move{From: w.Chat.ID, To: w.MovedTo}
		return
	case w.MovedFrom != 0:
		u.Moved = &till.Move{From: w.MovedFrom, To: w.Chat.ID}
		return
	}
	u.Message = &till.Incoming{
		MessageID: w.MessageID, Chat: w.Chat, From: w.From, Date: time.Unix(w.Date, 0),
		Text: cmp.Or(w.Text, w.Caption), Contact: w.Contact, Photo: largest(w.Photo), Thing: w.some(),
		Nameless: given(w.SenderChat) && w.Chat.Type != "private", ReplyTo: answered(w.ReplyTo),
	}
}

// some tells whether there is one of them.
func (t wireThings) some() bool {
	return slices.ContainsFunc([]json.RawMessage{t.Sticker, t.Voice, t.VideoNote, t.Audio, t.Video, t.Animation,
		t.Document, t.Location, t.Poll, t.Dice, t.Story}, given)
}

// readEdited takes a message that was written anew as one that is written now;
// what hangs on it was there before. A live location moves without a word.
func readEdited(u *till.Update, raw json.RawMessage) {
	readMessage(u, raw)
	m := u.Message
	if m == nil {
		return
	}
	if m.Text == "" {
		u.Message = nil
		return
	}
	var at struct {
		EditDate int64 `json:"edit_date"`
	}
	if json.Unmarshal(raw, &at) == nil && at.EditDate > 0 {
		m.Date = time.Unix(at.EditDate, 0)
	}
	m.Contact, m.Photo, m.Thing = nil, "", false
}

// answered names the bot that a message answers; "" for a person, and for what
// does not read.
func answered(raw json.RawMessage) string {
	var to struct {
		From struct {
			IsBot    bool   `json:"is_bot"`
			Username string `json:"username"`
		} `json:"from"`
	}
	if !given(raw) || json.Unmarshal(raw, &to) != nil || !to.From.IsBot {
		return ""
	}
	return to.From.Username
}

// photoNameMost bounds the name of a photo; Telegram's are under a hundred
// signs.
const photoNameMost = 256

// largest names the largest size of a photo, which comes last; "" for none, and
// for what does not read as one: the message counts without it.
func largest(raw json.RawMessage) string {
	var sizes []struct {
		ID string `json:"file_id"`
	}
	if !given(raw) || json.Unmarshal(raw, &sizes) != nil || len(sizes) == 0 || len(sizes[len(sizes)-1].ID) > photoNameMost {
		return ""
	}
	return sizes[len(sizes)-1].ID
}

func readCallback(u *till.Update, raw json.RawMessage) {
	var w wireCallback
	if err := json.Unmarshal(raw, &w); err != nil {
		u.Broken = misfit("callback_query", err)
		return
	}
	if w.ID == "" || w.From.ID == 0 {
		u.Broken = "callback_query: no ID or sender"
		return
	}
	u.Callback = &till.Callback{ID: w.ID, From: w.From, Data: w.Data}
	var place wirePlace
	if given(w.Message) && json.Unmarshal(w.Message, &place) == nil {
		u.Callback.ChatID, u.Callback.ChatType = place.Chat.ID, place.Chat.Type
	}
}

func readMember(u *till.Update, raw json.RawMessage) {
	var w wireMember
	if err := json.Unmarshal(raw, &w); err != nil {
		u.Broken = misfit("my_chat_member", err)
		return
	}
	var out bool
	switch w.New.Status {
	case "kicked", "left":
		out = true
	case "member", "administrator", "creator", "restricted":
	default:
		return
	}
	u.Chat, u.Blocked = w.Chat, &out
}
