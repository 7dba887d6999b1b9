// Package flows holds the conversations: what a person sees and what a tap or
// a text makes of it. A turn is a plain function of what is known (a [View]),
// of its surroundings (an [Env]), of where the conversation stands (a
// [Session]) and of what the person did (an [Input]); it gives the next
// session and the effects to apply. It sends nothing and writes nothing, and
// knows no database, no language and no library of Telegram: words are message
// IDs with data, rendered elsewhere. What it does know are Telegram's limits
// and habits, because screens are made for them: 64 bytes of callback data, 256
// letters that a button copies, spoilers, colours of buttons, links to t.me.
//
// Four tables say what there is, each joined in tables.go:
//
//   - the conversations, with the steps of each ([Step]);
//   - the goods that are sold, each in files of its own;
//   - the commands, which are the menus and most of the buttons, too;
//   - the buttons of orders and of the owners' decisions.
//
// Who may do what is said by topup's table of rights alone: every row of these
// tables names its topup.Act.
package flows
