// Package provider is a stand-in for the OneClickDz reseller API v3: the same
// paths under /v3, envelopes, errors and lifecycles, with its variants of
// spelling and with faults on demand. README.md says what is the provider's
// documented behaviour and what is ours.
//
// It shares no code with the bot. Status follows from the age of an order in
// provider time, so nothing runs in the background, and it works behind a
// port as well as inside a testing/synctest bubble.
package provider
