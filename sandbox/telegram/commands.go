package telegram

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// menuKey is one list of commands: a scope written out, and a language or "".
type menuKey struct{ scope, language string }

// textKey is one of the bot's texts about itself.
type textKey struct{ name, language string }

func chatScope(kind string, chat int64) string { return kind + " " + strconv.FormatInt(chat, 10) }

// primary is the language of a tag, without its country: "ar" of "ar-DZ".
func primary(tag string) string {
	language, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(language)
}

var (
	commandName  = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	languageCode = regexp.MustCompile(`^([a-z]{2})?$`)
)

func checkLanguage(code string) *failure {
	if !languageCode.MatchString(code) {
		return bad("invalid language code specified")
	}
	return nil
}

// menu reads scope and language_code.
func (s *Server) menu(p *params) (menuKey, *failure) {
	var scope struct {
		Type   string          `json:"type"`
		ChatID json.RawMessage `json:"chat_id"`
		UserID int64           `json:"user_id"`
	}
	given := p.object("scope", &scope, "can't parse BotCommandScope JSON object")
	language := p.text("language_code")
	if p.failed != nil {
		return menuKey{}, p.failed
	}
	if f := checkLanguage(language); f != nil {
		return menuKey{}, f
	}
	if !given {
		scope.Type = "default"
	}
	switch scope.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return menuKey{scope.Type, language}, nil
	case "chat", "chat_administrators", "chat_member":
	default:
		return menuKey{}, bad("can't parse BotCommandScope: Unsupported type specified")
	}
	c, f := s.chatByText(strings.Trim(string(scope.ChatID), `"`))
	if f != nil {
		return menuKey{}, f
	}
	name := chatScope(scope.Type, c.ID)
	if scope.Type == "chat_member" {
		if scope.UserID <= 0 {
			return menuKey{}, bad("can't parse BotCommandScope: Invalid user_id specified")
		}
		name = chatScope(name, scope.UserID)
	}
	return menuKey{name, language}, nil
}

func (s *Server) setMyCommands(p *params) (any, *failure) {
	key, f := s.menu(p)
	if f != nil {
		return nil, f
	}
	var list []Command
	p.object("commands", &list, "can't parse commands JSON object")
	if p.failed != nil {
		return nil, p.failed
	}
	if len(list) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for i := range list {
		c := &list[i]
		c.Command = strings.TrimPrefix(c.Command, "/")
		if !commandName.MatchString(c.Command) {
			return nil, bad("BOT_COMMAND_INVALID")
		}
		if n := utf16Len(c.Description); n < 1 || n > 256 {
			return nil, bad("BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	s.menus[key] = list
	s.publish(Event{Kind: EventCommands})
	return true, nil
}

func (s *Server) deleteMyCommands(p *params) (any, *failure) {
	key, f := s.menu(p)
	if f != nil {
		return nil, f
	}
	delete(s.menus, key)
	s.publish(Event{Kind: EventCommands})
	return true, nil
}

func (s *Server) getMyCommands(p *params) (any, *failure) {
	key, f := s.menu(p)
	if f != nil {
		return nil, f
	}
	return append([]Command{}, s.menus[key]...), nil
}
