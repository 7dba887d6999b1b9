package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"hanout/sandbox/telegram"
)

// newClient is the client a real bot would use, over the in-memory transport.
func newClient(t *testing.T, r *rig, options ...bot.Option) *bot.Bot {
	t.Helper()
	options = append([]bot.Option{
		bot.WithServerURL("http://telegram.test"),
		bot.WithHTTPClient(30*time.Second, &http.Client{Transport: r.Transport()}),
	}, options...)
	b, err := bot.New(r.Token(), options...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestClientSends(t *testing.T) {
	r := newRig(t, unlimited())
	b, ctx := newClient(t, r), t.Context()
	sent, err := b.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: int64(amina), Text: "<b>رصيد</b> <tg-spoiler>1234</tg-spoiler>", ParseMode: models.ParseModeHTML, ProtectContent: true,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: bot.True()},
		ReplyParameters:    &models.ReplyParameters{MessageID: 1, AllowSendingWithoutReply: true},
		ReplyMarkup: &models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{
			{{Text: "ok", CallbackData: "ok", Style: "success"}, {Text: "copy", CopyText: models.CopyTextButton{Text: "1234"}}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(sent.Entities) != 2 || sent.Entities[1].Type != models.MessageEntityTypeSpoiler || sent.Entities[1].Offset != 5 {
		t.Errorf("entities %+v", sent.Entities)
	}
	if _, err = b.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: int64(amina), MessageID: sent.ID, Text: "edited"}); err != nil {
		t.Error(err)
	}
	_, err = b.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: int64(amina), MessageID: sent.ID, Text: "edited"})
	if !errors.Is(err, bot.ErrorBadRequest) || !strings.Contains(err.Error(), "message is not modified") {
		t.Errorf("got %v", err)
	}
	photo, err := b.SendPhoto(ctx, &bot.SendPhotoParams{
		ChatID: int64(amina), Caption: "<i>QR</i>", ParseMode: models.ParseModeHTML,
		Photo: &models.InputFileUpload{Filename: "qr.png", Data: bytes.NewReader(picture(t, 20, 20))},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = b.EditMessageMedia(ctx, &bot.EditMessageMediaParams{ChatID: int64(amina), MessageID: photo.ID, Media: &models.InputMediaDocument{
		Media: "attach://report.csv", Caption: "report", MediaAttachment: strings.NewReader("a,b\n"),
	}}); err != nil {
		t.Error(err)
	}
	if _, err = b.SendDocument(ctx, &bot.SendDocumentParams{
		ChatID: int64(amina), Document: &models.InputFileUpload{Filename: "day.csv", Data: strings.NewReader("a,b\n")},
	}); err != nil {
		t.Error(err)
	}
	if _, err = b.SendChatAction(ctx, &bot.SendChatActionParams{ChatID: int64(amina), Action: models.ChatActionTyping}); err != nil {
		t.Error(err)
	}
	if _, err = b.SetMyCommands(ctx, &bot.SetMyCommandsParams{
		Commands: []models.BotCommand{{Command: "menu", Description: "القائمة"}}, LanguageCode: "ar",
		Scope: &models.BotCommandScopeChat{ChatID: int64(amina)},
	}); err != nil {
		t.Error(err)
	}
	if got := menu(r.Chats.Commands(amina, "ar")); got != "menu" {
		t.Errorf("menu %q", got)
	}
	if _, err = b.DeleteMessage(ctx, &bot.DeleteMessageParams{ChatID: int64(amina), MessageID: photo.ID}); err != nil {
		t.Error(err)
	}
	if c, err := b.GetChat(ctx, &bot.GetChatParams{ChatID: int64(amina)}); err != nil || c.FirstName != "Amina" {
		t.Errorf("GetChat gave %+v, %v", c, err)
	}
	r.clean()
}

func TestClientSeesErrorsByKind(t *testing.T) {
	r := newRig(t, unlimited())
	b, ctx := newClient(t, r), t.Context()
	send := func(chat int64) error {
		_, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: "x"})
		return err
	}
	if err := send(nadia); !errors.Is(err, bot.ErrorForbidden) {
		t.Errorf("got %v", err)
	}
	r.Faults.Set(telegram.Fault{Kind: telegram.FaultFlood, RetryAfter: 5 * time.Second, Times: 1})
	var flood *bot.TooManyRequestsError
	if err := send(amina); !errors.As(err, &flood) || flood.RetryAfter != 5 {
		t.Errorf("got %v", err)
	}
	r.Groups.Add(telegram.Group{ID: group, Title: "Shop", Members: []int64{amina}})
	r.Groups.Migrate(group, -1000000000500)
	var moved *bot.MigrateError
	if err := send(group); !errors.As(err, &moved) || moved.MigrateToChatID != -1000000000500 {
		t.Errorf("got %v", err)
	}
	before := len(r.Chats.Messages(amina))
	for _, kind := range []telegram.FaultKind{telegram.FaultLostAnswer, telegram.FaultBrokenAnswer, telegram.FaultStrangeAnswer, telegram.FaultBadGateway} {
		r.Faults.Set(telegram.Fault{Method: "sendMessage", Kind: kind, Times: 1})
		if err := send(amina); err == nil {
			t.Errorf("%s: no error", kind)
		}
	}
	if got := len(r.Chats.Messages(amina)) - before; got != 3 {
		t.Errorf("%d messages posted, want those of three lost answers", got)
	}
	// A typed nil goes out as "null", which Telegram refuses.
	var none *models.InlineKeyboardMarkup
	_, err := b.SendMessage(ctx, &bot.SendMessageParams{ChatID: int64(amina), Text: "x", ReplyMarkup: none})
	if !errors.Is(err, bot.ErrorBadRequest) {
		t.Errorf("got %v", err)
	}
}

func TestClientPollsAndAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, unlimited())
		r.forget()
		var heard []string
		b := newClient(t, r, bot.WithNotAsyncHandlers(), bot.WithDefaultHandler(func(ctx context.Context, b *bot.Bot, u *models.Update) {
			switch {
			case u.Message != nil:
				heard = append(heard, u.Message.Text)
				_, _ = b.SendMessage(ctx, &bot.SendMessageParams{ChatID: u.Message.Chat.ID, Text: "sell?", ReplyMarkup: &models.InlineKeyboardMarkup{
					InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "Yes", CallbackData: "yes"}}},
				}})
			case u.CallbackQuery != nil:
				heard = append(heard, "pressed "+u.CallbackQuery.Data)
				_, _ = b.AnswerCallbackQuery(ctx, &bot.AnswerCallbackQueryParams{CallbackQueryID: u.CallbackQuery.ID, Text: "sold"})
			}
		}))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { b.Start(ctx); close(ended) }()

		time.Sleep(5 * time.Minute) // many idle polls
		r.People.Type(amina, "0778037340")
		synctest.Wait()
		if err := r.People.PressButton(amina, "Yes"); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		stop()
		<-ended
		if got := strings.Join(heard, ", "); got != "0778037340, pressed yes" {
			t.Errorf("the bot heard %s", got)
		}
		r.clean()
	})
}
