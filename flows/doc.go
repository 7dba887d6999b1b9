// Package flows holds the conversations: what a person sees and what a tap
// or a text makes of it. A step is a plain function of what is known (a
// [View]), where the talk stands (a [Session]) and what the person did (an
// [Input]); it gives the next session and the effects to apply. It sends
// nothing and writes nothing, knows no Telegram, no database and no language:
// words are message IDs with data, rendered elsewhere.
package flows
