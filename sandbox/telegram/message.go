package telegram

// User is a person or the bot itself, as the Bot API shows it.
type User struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

// Chat is a conversation: "private" with one person (its ID is the person's), "group" or "supergroup".
type Chat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	Username  string `json:"username,omitempty"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
}

// Message is a message in its current state. It marshals as the Bot API's Message, with one thing more: ReplyMarkup
// also holds reply keyboards, which the Bot API gives to people's apps only.
type Message struct {
	MessageID             int            `json:"message_id"`
	From                  *User          `json:"from,omitempty"`
	SenderChat            *Chat          `json:"sender_chat,omitempty"`
	Chat                  Chat           `json:"chat"`
	Date                  int64          `json:"date"`
	EditDate              int64          `json:"edit_date,omitempty"`
	ReplyToMessage        *Message       `json:"reply_to_message,omitempty"`
	HasProtectedContent   bool           `json:"has_protected_content,omitempty"`
	EffectID              string         `json:"effect_id,omitempty"`
	Text                  string         `json:"text,omitempty"`
	Entities              []Entity       `json:"entities,omitempty"`
	LinkPreviewOptions    *LinkPreview   `json:"link_preview_options,omitempty"`
	Photo                 []PhotoSize    `json:"photo,omitempty"`
	Document              *Document      `json:"document,omitempty"`
	Caption               string         `json:"caption,omitempty"`
	CaptionEntities       []Entity       `json:"caption_entities,omitempty"`
	ShowCaptionAboveMedia bool           `json:"show_caption_above_media,omitempty"`
	HasMediaSpoiler       bool           `json:"has_media_spoiler,omitempty"`
	Contact               *Contact       `json:"contact,omitempty"`
	Sticker               *Sticker       `json:"sticker,omitempty"`
	Voice                 *Voice         `json:"voice,omitempty"`
	ForwardOrigin         *ForwardOrigin `json:"forward_origin,omitempty"`
	PinnedMessage         *Message       `json:"pinned_message,omitempty"`
	MigrateToChatID       int64          `json:"migrate_to_chat_id,omitempty"`
	MigrateFromChatID     int64          `json:"migrate_from_chat_id,omitempty"`
	ReplyMarkup           *Markup        `json:"reply_markup,omitempty"`
}

// Entity is a special part of a text; Offset and Length count UTF-16 code units.
type Entity struct {
	Type           string `json:"type"`
	Offset         int    `json:"offset"`
	Length         int    `json:"length"`
	URL            string `json:"url,omitempty"`
	User           *User  `json:"user,omitempty"`
	Language       string `json:"language,omitempty"`
	CustomEmojiID  string `json:"custom_emoji_id,omitempty"`
	UnixTime       int64  `json:"unix_time,omitempty"`
	DateTimeFormat string `json:"date_time_format,omitempty"`
}

// LinkPreview says how the preview of a link in a text is shown.
type LinkPreview struct {
	IsDisabled       bool   `json:"is_disabled,omitempty"`
	URL              string `json:"url,omitempty"`
	PreferSmallMedia bool   `json:"prefer_small_media,omitempty"`
	PreferLargeMedia bool   `json:"prefer_large_media,omitempty"`
	ShowAboveText    bool   `json:"show_above_text,omitempty"`
}

// PhotoSize is one size of a photo; [Chats.File] gives its bytes.
type PhotoSize struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
	FileSize     int    `json:"file_size,omitempty"`
}

// Document is a file sent as it is; [Chats.File] gives its bytes.
type Document struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	FileName     string `json:"file_name,omitempty"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size,omitempty"`
}

// Contact is a shared phone number; UserID is zero for a number outside Telegram.
type Contact struct {
	PhoneNumber string `json:"phone_number"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name,omitempty"`
	UserID      int64  `json:"user_id,omitempty"`
}

// Sticker is a small picture that stands for an emoji.
type Sticker struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Type         string `json:"type"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
	IsAnimated   bool   `json:"is_animated"`
	IsVideo      bool   `json:"is_video"`
	Emoji        string `json:"emoji,omitempty"`
}

// Voice is a voice note.
type Voice struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Duration     int    `json:"duration"` // in seconds
	MimeType     string `json:"mime_type,omitempty"`
}

// ForwardOrigin says who wrote a forwarded message; of one who hides, there is only the name.
type ForwardOrigin struct {
	Type           string `json:"type"`
	Date           int64  `json:"date"`
	SenderUserName string `json:"sender_user_name,omitempty"`
}

// Markup is what hangs under a message: an inline keyboard, a reply keyboard, its removal or a forced reply.
type Markup struct {
	InlineKeyboard        [][]InlineButton   `json:"inline_keyboard,omitempty"`
	Keyboard              [][]KeyboardButton `json:"keyboard,omitempty"`
	IsPersistent          bool               `json:"is_persistent,omitempty"`
	ResizeKeyboard        bool               `json:"resize_keyboard,omitempty"`
	OneTimeKeyboard       bool               `json:"one_time_keyboard,omitempty"`
	RemoveKeyboard        bool               `json:"remove_keyboard,omitempty"`
	ForceReply            bool               `json:"force_reply,omitempty"`
	InputFieldPlaceholder string             `json:"input_field_placeholder,omitempty"`
	Selective             bool               `json:"selective,omitempty"`
}

// InlineButton is a button under a message; besides Text, IconCustomEmojiID and Style exactly one field is set.
type InlineButton struct {
	Text                         string    `json:"text"`
	IconCustomEmojiID            string    `json:"icon_custom_emoji_id,omitempty"`
	Style                        string    `json:"style,omitempty"`
	URL                          string    `json:"url,omitempty"`
	CallbackData                 string    `json:"callback_data,omitempty"`
	WebApp                       *WebApp   `json:"web_app,omitempty"`
	SwitchInlineQuery            *string   `json:"switch_inline_query,omitempty"`
	SwitchInlineQueryCurrentChat *string   `json:"switch_inline_query_current_chat,omitempty"`
	CopyText                     *CopyText `json:"copy_text,omitempty"`
}

// KeyboardButton is a button in place of the phone's keyboard.
type KeyboardButton struct {
	Text              string  `json:"text"`
	IconCustomEmojiID string  `json:"icon_custom_emoji_id,omitempty"`
	Style             string  `json:"style,omitempty"`
	RequestContact    bool    `json:"request_contact,omitempty"`
	RequestLocation   bool    `json:"request_location,omitempty"`
	WebApp            *WebApp `json:"web_app,omitempty"`
}

// WebApp names the page that a button opens.
type WebApp struct {
	URL string `json:"url"`
}

// CopyText is the text that a button puts on the clipboard.
type CopyText struct {
	Text string `json:"text"`
}

// Command is an entry of the "/" menu, its name without the slash.
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

// CallbackAnswer is what a person sees after a press: nothing when Text and URL are empty, a passing notice, or with
// ShowAlert a window to close.
type CallbackAnswer struct {
	QueryID   string `json:"callback_query_id"`
	Person    int64  `json:"person"`
	Text      string `json:"text,omitempty"`
	ShowAlert bool   `json:"show_alert,omitempty"`
	URL       string `json:"url,omitempty"`
}
