// Package telegram is a strict stand-in for the Telegram Bot API: an http.Handler that a bot talks to as if it were
// api.telegram.org, and a set of Go methods by which the people on the other side type, press buttons ([People],
// [Groups]) and look at their chats ([Chats]).
//
// It keeps the rules of Telegram that a bot can break without noticing: lengths in UTF-16 units after the markup is
// parsed, keyboards, who may write to whom, the confirmation of updates, one poll at a time, flood limits. A broken
// rule is answered with Telegram's own error and kept in [Journal.Violations]; a test of a bot ends by asking that this
// list is empty. It can also fail the way the real service does, see [Faults].
//
// All waiting goes by package time and by channels, and the server keeps no goroutine of its own, so it runs inside a
// testing/synctest bubble (through [Server.Transport]) as well as behind a listener.
//
// # What is its own
//
// Telegram leaves some numbers unpublished. Chosen here: at most 8 buttons in a row and 100 in a keyboard, the bursts
// of [DefaultLimits], and the time a callback query can be answered, [DefaultCallbackWindow]. Links in texts are found
// by a simple rule (http, https, tg, t.me), mentions, hashtags, commands and e-mail addresses likewise; phone numbers
// and bank cards are not looked for. Other parse modes than HTML are refused; quotes, replies across chats, rich
// messages and files by address are not modelled, and a bot that uses them finds a line in Violations. Polling the same
// offset in quick succession is not slowed down.
package telegram
