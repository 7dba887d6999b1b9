// Package page is the browser page of the offline demo: the chats of a shopkeeper, an owner and a customer side by side, and a
// group chat of all three, as Telegram would show them, with a panel to break the services behind the bot.
//
// The page talks to its server in JSON and follows the chats by server-sent events. A stream ends with the context of
// its request only, so a graceful shutdown of the HTTP server must cancel its base context.
//
// The server is meant for the loopback interface. It refuses a Host that is no loopback name, so that no foreign site
// can reach it by a name of its own, and a POST that comes from another site or is not JSON. Requests without the
// browser's Origin and Sec-Fetch-Site headers, such as a script's, are let in.
//
// # The server's calls
//
//	GET  /api/people                 the bot, the people of the page and the hints
//	GET  /api/chat/{id}              person, messages, commands, open reply keyboard, about
//	GET  /api/group                  messages and commands of the group chat, has_bot
//	POST /api/group/send             {"as", "text", "to"}      gives {"message_id"}
//	POST /api/group/press            {"as", "message_id", "data"}  gives {"query_id"}
//	POST /api/group/add              {"as", "payload"}         brings the bot in; gives {"message_id"} of the /start
//	GET  /api/gallery                the chapters of the page "/gallery"
//	GET  /api/events                 events "ready" (read everything anew), "change" (of a chat), "panel"
//	POST /api/chat/{id}/send         {"text"}                  gives {"message_id"}
//	POST /api/chat/{id}/press        {"message_id", "data"}    gives {"query_id"}
//	POST /api/chat/{id}/contact      {}                        gives {"message_id"}
//	POST /api/chat/{id}/start        {"payload"}               gives {"message_id"}
//	POST /api/chat/{id}/sticker      {}                        gives {"message_id"}
//	POST /api/chat/{id}/voice        {}                        gives {"message_id"}
//	POST /api/chat/{id}/photo        {"caption"}               gives {"message_id"}
//	POST /api/chat/{id}/forward      {"text"}                  gives {"message_id"}
//	POST /api/chat/{id}/edit         {"message_id", "text"}    gives {"message_id"}
//	GET  /api/file/{file_id}         the bytes of a picture or document
//	GET  /api/faults                 the faults and the provider's speed
//	POST /api/faults                 {"name", "on"} or {"all_well": true}, gives the same as GET
//	POST /api/speed                  {"factor"}, gives the same as GET /api/faults
//
// An error is {"error": "..."} with a fitting status.
//
// # What tests may rely on
//
// The nodes that a script from outside needs to find keep these marks:
//
//	[data-person="<id>"]         a person's phone
//	[data-person="<group's id>"] the group chat, which is a phone of its own; .message.out is what its speaker wrote
//	button[data-speaker="<id>"]  makes a person the group's speaker: who types and taps there
//	.add-bot                     brings the bot into the group, as the speaker
//	.answer                      on a message of the group: what is typed next answers it
//	[data-tab="<id>"]            its tab in a narrow window; "panel" for the panel
//	[data-message="<id>"]        a message, within its phone; class "in" or "out", "revealed" once its spoilers are
//	button[data-callback]        an inline button, with its callback data; class "busy" until the press is answered
//	.inline-keyboard .copy       a copy button
//	.spoiler                     a hidden part of a text
//	.reply-keyboard button       a reply button; [data-request-contact] when it shares the phone number
//	textarea[data-composer]      the field to write in
//	button[data-send]            sends it
//	button[data-attach]          opens the list of what else can be sent
//	button[data-thing="<name>"]  sends it: sticker, voice, photo, forward; or edit, which puts the last text into the field
//	.toast                       a passing notice
//	.alert, .question            a window that waits for an answer; its buttons stand in .answers
//	.scan                        opens the link of a QR picture as the customer
//	[data-control="<name>"]      a fault's switch, "calm", or "speed-<factor>"
//	[data-cell="<tag>"]          a screen of the gallery in a language
//	[data-language="<tag>"]      a button for the page's language: ar, fr, en
package page
