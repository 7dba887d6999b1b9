package telegram_test

import (
	"strings"
	"testing"

	"hanout/sandbox/telegram"
)

// menu names the commands of a list.
func menu(list []telegram.Command) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Command)
	}
	return strings.Join(names, " ")
}

func TestCommandsFallBack(t *testing.T) {
	r := newRig(t, unlimited())
	set := func(name, scope, lang string) {
		r.call("setMyCommands", "commands", `[{"command":"`+name+`","description":"d"}]`, "scope", scope, "language_code", lang).into(t, new(bool))
	}
	mine := `{"type":"chat","chat_id":1001}`
	private := `{"type":"all_private_chats"}`
	steps := []struct{ name, scope, lang string }{
		{"plain", "", ""}, {"plain_ar", "", "ar"}, {"private", private, ""}, {"private_ar", private, "ar"},
		{"mine", mine, ""}, {"mine_ar", mine, "ar"},
	}
	if got := r.Chats.Commands(amina, "ar"); got != nil {
		t.Errorf("before: %v", got)
	}
	for _, step := range steps { // each is stronger than the one before
		set(step.name, step.scope, step.lang)
		if got := menu(r.Chats.Commands(amina, "ar-DZ")); got != step.name {
			t.Errorf("after %s the menu is %s", step.name, got)
		}
	}
	for _, tt := range []struct {
		chat int64
		lang string
		want string
	}{{amina, "fr", "mine"}, {karim, "ar", "private_ar"}, {karim, "fr", "private"}, {group, "ar", "plain_ar"}, {group, "", "plain"}} {
		if got := menu(r.Chats.Commands(tt.chat, tt.lang)); got != tt.want {
			t.Errorf("chat %d in %q sees %s, want %s", tt.chat, tt.lang, got, tt.want)
		}
	}
	var list []telegram.Command
	r.call("getMyCommands", "scope", mine, "language_code", "fr").into(t, &list)
	if len(list) != 0 {
		t.Errorf("getMyCommands falls back: %v", list)
	}
	r.call("getMyCommands", "scope", mine, "language_code", "ar").into(t, &list)
	if menu(list) != "mine_ar" {
		t.Errorf("getMyCommands gave %v", list)
	}
	r.call("deleteMyCommands", "scope", mine, "language_code", "ar").into(t, new(bool))
	if got := menu(r.Chats.Commands(amina, "ar")); got != "mine" {
		t.Errorf("after the deletion: %s", got)
	}
	r.clean()
}

func TestCommandRefusals(t *testing.T) {
	r := newRig(t, unlimited())
	ok := `[{"command":"a","description":"d"}]`
	for _, tt := range []struct{ commands, scope, lang, want string }{
		{`[{"command":"Sell","description":"d"}]`, "", "", "BOT_COMMAND_INVALID"},
		{`[{"command":"a-b","description":"d"}]`, "", "", "BOT_COMMAND_INVALID"},
		{`[{"command":"` + strings.Repeat("a", 33) + `","description":"d"}]`, "", "", "BOT_COMMAND_INVALID"},
		{`[{"command":"a","description":""}]`, "", "", "BOT_COMMAND_DESCRIPTION_INVALID"},
		{`[{"command":"a","description":"` + strings.Repeat("م", 257) + `"}]`, "", "", "BOT_COMMAND_DESCRIPTION_INVALID"},
		{"[" + strings.TrimSuffix(strings.Repeat(`{"command":"a","description":"d"},`, 101), ",") + "]", "", "", "BOT_COMMANDS_TOO_MUCH"},
		{`{}`, "", "", "can't parse commands JSON object"},
		{ok, `{"type":"everybody"}`, "", "can't parse BotCommandScope: Unsupported type specified"},
		{ok, `{"type":"chat"}`, "", "chat_id is empty"},
		{ok, `{"type":"chat","chat_id":42}`, "", "chat not found"},
		{ok, `{"type":"chat_member","chat_id":1001}`, "", "can't parse BotCommandScope: Invalid user_id specified"},
		{ok, "", "fr-DZ", "invalid language code specified"},
	} {
		r.wantError(r.call("setMyCommands", "commands", tt.commands, "scope", tt.scope, "language_code", tt.lang), 400, "Bad Request: "+tt.want)
	}
}

func TestDescriptionsAndMenuButton(t *testing.T) {
	r := newRig(t, unlimited())
	r.call("setMyDescription", "description", "what it does").into(t, new(bool))
	r.call("setMyDescription", "description", "ماذا يفعل", "language_code", "ar").into(t, new(bool))
	r.call("setMyShortDescription", "short_description", "short").into(t, new(bool))
	r.call("setChatMenuButton", "menu_button", `{"type":"commands"}`).into(t, new(bool))
	r.call("setChatMenuButton", "chat_id", "1001", "menu_button", `{"type":"web_app","text":"Open","web_app":{"url":"https://a.dz/"}}`).into(t, new(bool))
	if r.Chats.Description("description", "ar-DZ") != "ماذا يفعل" || r.Chats.Description("description", "fr") != "what it does" ||
		r.Chats.Description("short_description", "ar") != "short" {
		t.Error("a description was not kept")
	}
	r.clean()
	r.wantError(r.call("setMyShortDescription", "short_description", strings.Repeat("x", 121)), 400, "Bad Request: bot short_description is too long")
	r.wantError(r.call("setChatMenuButton", "menu_button", `{"type":"disco"}`), 400, "Bad Request: can't parse menu button: Unsupported type specified")
}
