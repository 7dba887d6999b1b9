//go:build rigs

package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"hanout/sandbox/telegram"
	"hanout/topup"
)

// keeper is one who sells in a shop all the time: a line, a look at the card, a
// tap on its ✅, again where nothing comes of it, and the next. No number is
// typed twice, so that what is made of each wish can be counted.
type keeper struct {
	shop      topup.ShopID
	chat      int64
	messenger *telegram.Server
	dice      *rand.Rand

	mu     sync.Mutex
	wishes []wish
}

// wish is one sale that a keeper wants, known by its number.
type wish struct {
	number string
	taps   []string // of its ✅
}

const (
	cardMost = 12 * time.Second // then a keeper gives up on a card
	saleMost = 20 * time.Second // then it lets a sale be, whatever became of it
	tapAgain = 3 * time.Second
	looks    = 100 * time.Millisecond
)

// asShown is a number as people read it.
func asShown(number string) string {
	return number[:4] + " " + number[4:6] + " " + number[6:8] + " " + number[8:]
}

// What a shop reads, and what it is told by that.
const (
	readsCard      = "Confirmer la vente"
	readsUnderWay  = "En cours"
	readsDelivered = "Opération réussie"
	readsRefunded  = "Échec de l'opération"
	readsSent      = "Opération envoyée" // the answer to a tap
)

func (k *keeper) sells(ctx context.Context) {
	for ctx.Err() == nil {
		k.sell(ctx)
		sleeps(ctx, time.Duration(k.dice.IntN(500))*time.Millisecond)
	}
}

func sleeps(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// types writes a line for a new number.
func (k *keeper) types() (n int, number string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	n = len(k.wishes)
	number = fmt.Sprintf("079%d%06d", k.shop, n)
	k.wishes = append(k.wishes, wish{number: number})
	k.messenger.People.Type(k.chat, number+" 200")
	return n, number
}

// taps presses ✅ for a wish, if it is still there.
func (k *keeper) taps(n, message int, data string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if query, err := k.messenger.People.Press(k.chat, message, data); err == nil {
		k.wishes[n].taps = append(k.wishes[n].taps, query)
	}
}

// all are the wishes so far.
func (k *keeper) all() []wish {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.wishes)
}

func (k *keeper) sell(ctx context.Context) {
	n, number := k.types()
	began, tapped := time.Now(), time.Time{}
	for ctx.Err() == nil {
		m, there := k.shown(number)
		switch data := confirms(m); {
		case there && data == "": // under way, or over
			return
		case there && time.Since(tapped) > tapAgain:
			sleeps(ctx, time.Second) // the card is read
			k.taps(n, m.MessageID, data)
			tapped = time.Now()
		case tapped.IsZero() && time.Since(began) > cardMost, time.Since(began) > saleMost:
			return
		}
		sleeps(ctx, looks)
	}
}

// shown is the newest message about a number.
func (k *keeper) shown(number string) (m telegram.Message, there bool) {
	all := k.messenger.Chats.Messages(k.chat)
	for i := len(all) - 1; i >= 0 && i >= len(all)-12; i-- {
		if all[i].From != nil && all[i].From.IsBot && strings.Contains(plainText(all[i].Text), asShown(number)) {
			return all[i], true
		}
	}
	return m, false
}

// confirms is what the ✅ of a card says to the bot; "" where there is none.
func confirms(m telegram.Message) string {
	if m.ReplyMarkup == nil || !strings.Contains(plainText(m.Text), readsCard) {
		return ""
	}
	for _, row := range m.ReplyMarkup.InlineKeyboard {
		for _, b := range row {
			if strings.Contains(b.Text, "✅") {
				return b.CallbackData
			}
		}
	}
	return ""
}

// told is all that shops were told of a sale, whatever came of the call that
// told it.
type told struct {
	underWay, delivered, refunded bool
	taken                         string // what a receipt says that it took
}

var (
	numberIn = regexp.MustCompile(`0\d{3} \d{2} \d{2} \d{2}`)
	takenIn  = regexp.MustCompile(`Débité : ([\d ]+) DA`)
)

// reads takes note of a call that Telegram has carried out.
func (t *told) reads(text string) {
	switch {
	case strings.Contains(text, readsDelivered):
		t.delivered = true
		if m := takenIn.FindStringSubmatch(text); m != nil {
			t.taken = m[1]
		}
	case strings.Contains(text, readsRefunded):
		t.refunded = true
	case strings.Contains(text, readsUnderWay):
		t.underWay = true
	}
}

// ear hears what shops are told, and nothing twice.
type ear struct {
	heard int // calls
	sales map[string]*told
}

// hears reads what was said since.
func (e *ear) hears(messenger *telegram.Server) {
	all := messenger.Journal.All()
	for _, c := range all[e.heard:] {
		if c.Method != "sendMessage" && c.Method != "editMessageText" || !strings.Contains(string(c.Response), `"ok":true`) {
			continue
		}
		text := plainText(c.Params["text"])
		number := strings.ReplaceAll(numberIn.FindString(text), " ", "")
		if number == "" {
			continue
		}
		if e.sales[number] == nil {
			e.sales[number] = &told{}
		}
		e.sales[number].reads(text)
	}
	e.heard = len(all)
}

// ends counts the sales whose end was told.
func (e *ear) ends() (n int) {
	for _, t := range e.sales {
		if t.delivered || t.refunded {
			n++
		}
	}
	return n
}
