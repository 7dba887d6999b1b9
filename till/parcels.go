package till

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"hanout/flows"
	"hanout/store"
	"hanout/topup"
)

// Copies on their way to the owners' chats. The rules:
//
//   - a copy leaves packed and sealed, for a key that is not on this machine,
//     and goes beside the outbox: a database must not lie in itself;
//   - what is packed, and which parts have gone where, lies on disk: a restart
//     goes on with the next part, and repeats at most the one under way;
//   - parts of two packings do not fit together, so that what has to be packed
//     anew is sent anew;
//   - of the copies that were made by themselves only the newest is worth
//     sending; what can't be sent for two days is given up, and told.

// Packer makes a copy ready to leave the machine.
type Packer interface {
	// Pack makes a parcel of a file in a folder of its own, in place of what
	// that had, and gives the names of its parts.
	Pack(ctx context.Context, file, folder string) (parts []string, err error)
}

const (
	settingParcels = "parcels"
	parcelFolder   = "hanout-parcel"
	parcelsMost    = 8              // that wait: more taps send nothing more
	parcelWithin   = 48 * time.Hour // it is given up after that
	parcelAgain    = 5 * time.Minute
	parcelRarest   = 3 * time.Hour
)

// parcel is one copy on its way.
type parcel struct {
	Copy  topup.SafetyCopy `json:"copy"`
	To    []int64          `json:"to"`
	Panel string           `json:"panel,omitempty"` // where an owner sees how far it is; "" when nobody asked for it
	Since time.Time        `json:"since"`
	Parts []part           `json:"parts,omitempty"` // once it is packed
	Sent  map[int64]int    `json:"sent,omitempty"`  // parts that a chat has
	Tries int              `json:"tries,omitempty"` // that failed, in a row
	Again time.Time        `json:"again,omitzero"`
}

// part is a file of it.
type part struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	ID   string `json:"id,omitempty"` // Telegram's, once it has it
}

// same tells whether two are the same wish.
func (p parcel) same(q parcel) bool {
	return p.Panel == q.Panel && (p.Panel == "" || p.Copy.Name == q.Copy.Name)
}

// due tells whether it may be tried now; a time that is too far away is of a
// clock that was ahead.
func (p parcel) due(now time.Time) bool {
	wait := p.Again.Sub(now)
	return wait <= 0 || wait > parcelRarest
}

func parcels(tx Tx) (list []parcel, err error) {
	_, err = tx.Setting(settingParcels, &list)
	return list, err
}

// addParcel has a copy sent. One that was made by itself takes the place of the
// one before.
func addParcel(tx Tx, p parcel) error {
	list, err := parcels(tx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, p.same)
	switch {
	case at < 0 && len(list) >= parcelsMost, at >= 0 && p.Panel != "":
		return nil
	case at >= 0:
		list[at] = p
	default:
		list = append(list, p)
	}
	return tx.PutSetting(settingParcels, list)
}

// sendCopy is an owner's wish to have a copy.
func (e *Engine) sendCopy(tx Tx, a *after, s flows.SendCopy) error {
	p := parcel{Copy: topup.SafetyCopy{Name: s.Name}, To: []int64{s.Chat}, Panel: "parcel/" + number(s.Chat) + "/" + s.Name, Since: a.now}
	at, _, ok := topup.ReadCopyName(s.Name)
	c, err := copies(tx)
	if err != nil || !ok || e.cfg.Safety.Packer == nil {
		return err
	}
	if p.Copy.At = at; c.Last.Name == s.Name {
		p.Copy = c.Last
	}
	if err := addParcel(tx, p); err != nil {
		return err
	}
	a.move("copies", a.now)
	return e.show(tx, a, flows.Show{Chat: s.Chat, Panel: p.Panel, Screen: flows.ParcelScreen(p.Copy, 0, 0), Class: flows.ClassAnswer, Fresh: true})
}

// sendParcels sends what waits, one after the other. What can't be sent now
// waits longer each time.
func (e *Engine) sendParcels() {
	folder := e.copyPath(parcelFolder)
	for e.stopping.Err() == nil {
		var list []parcel
		if err := e.db.View(func(tx Tx) (err error) { list, err = parcels(tx); return err }); err != nil {
			e.later(fault{err})
			return
		}
		if len(list) == 0 || e.cfg.Safety.Packer == nil {
			if err := os.RemoveAll(folder); err != nil {
				e.log.Error("the folder of a parcel can't be removed", "error", err)
			}
			return
		}
		now := time.Now()
		at := slices.IndexFunc(list, func(p parcel) bool { return p.due(now) })
		if at < 0 {
			return
		}
		p := list[at]
		err := e.sendParcel(&p, folder)
		var then event = parcelOver{p}
		switch {
		case e.stopping.Err() != nil:
			return
		case err != nil && (errors.Is(err, os.ErrNotExist) || now.Sub(p.Since) > parcelWithin):
			e.log.Error("a safety copy is not sent", "file", p.Copy.Name, "error", err)
			then = parcelLost{p}
		case err != nil:
			e.log.Warn("a safety copy can't be sent now", "file", p.Copy.Name, "error", err)
			p.Again = now.Add(min(parcelAgain<<min(p.Tries, 8), parcelRarest))
			p.Tries++
			then = parcelAt{p}
		}
		if e.settled(then) != nil {
			return
		}
	}
}

// sendParcel packs a parcel, unless that is done, and sends what its chats do
// not have. A chat that can't be reached is passed over.
func (e *Engine) sendParcel(p *parcel, folder string) error {
	file := e.copyPath(p.Copy.Name)
	if _, err := os.Stat(file); err != nil {
		return err
	}
	if err := e.packed(p, file, folder); err != nil {
		return err
	}
	for _, chat := range p.To {
		for n := p.Sent[chat]; n < len(p.Parts); n++ {
			caption, err := e.caption(chat, flows.ParcelCaption(p.Copy, n+1, len(p.Parts)))
			if err != nil {
				return err
			}
			part := &p.Parts[n]
			id, err := e.messenger.SendFile(e.stopping, File{Chat: chat, Path: filepath.Join(folder, part.Name), ID: part.ID, Caption: caption, Silent: p.Panel == ""})
			switch {
			case errors.Is(err, ErrUnreachable):
				e.log.Warn("a safety copy can't be sent to an owner", "chat", chat)
				n = len(p.Parts) - 1
			case err != nil:
				return err
			case id != "":
				part.ID = id
			}
			p.Sent[chat], p.Tries = n+1, 0
			if err := e.settled(parcelAt{*p}); err != nil {
				return err
			}
		}
	}
	return nil
}

// packed makes sure that the parcel lies in the folder as it was packed.
func (e *Engine) packed(p *parcel, file, folder string) error {
	there := len(p.Parts) > 0
	for _, part := range p.Parts {
		info, err := os.Stat(filepath.Join(folder, part.Name))
		there = there && err == nil && info.Size() == part.Size
	}
	if p.Sent == nil {
		p.Sent = map[int64]int{}
	}
	if there {
		return nil
	}
	names, err := e.cfg.Safety.Packer.Pack(e.stopping, file, folder)
	if err != nil {
		return err
	}
	p.Parts, p.Sent = nil, map[int64]int{}
	for _, name := range names {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		p.Parts = append(p.Parts, part{Name: name, Size: info.Size()})
	}
	return e.settled(parcelAt{*p})
}

// caption puts a screen into a chat's language.
func (e *Engine) caption(chat int64, sc flows.Screen) (string, error) {
	var c store.Chat
	err := e.db.View(func(tx Tx) (err error) { c, _, err = tx.Chat(chat); return err })
	return e.render.Screen(language(c.Language, c.Guess, e.cfg.Language), sc).Text, err
}

// parcelAt is how far a parcel is.
type parcelAt struct{ parcel }

func (p parcelAt) apply(e *Engine, tx Tx, a *after) error {
	list, err := parcels(tx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, p.is)
	if at < 0 {
		return nil // a newer copy took its place
	}
	list[at] = p.parcel
	if err := tx.PutSetting(settingParcels, list); err != nil || p.Panel == "" {
		return err
	}
	return e.show(tx, a, flows.Show{Chat: p.To[0], Panel: p.Panel, Screen: flows.ParcelScreen(p.Copy, p.Sent[p.To[0]], len(p.Parts)), Class: flows.ClassNotices})
}

// is finds the parcel itself among those that wait.
func (p parcel) is(q parcel) bool { return p.Panel == q.Panel && p.Copy.Name == q.Copy.Name }

// parcelOver is one that has gone to all its chats.
type parcelOver struct{ parcel }

func (p parcelOver) apply(e *Engine, tx Tx, a *after) error {
	if err := p.forget(tx); err != nil {
		return err
	}
	return e.over(tx, a, troubleSend)
}

// parcelLost is one that is given up.
type parcelLost struct{ parcel }

func (p parcelLost) apply(e *Engine, tx Tx, a *after) error {
	if err := p.forget(tx); err != nil {
		return err
	}
	if p.Panel == "" {
		return e.notice(tx, a, troubleSend, "")
	}
	return e.show(tx, a, flows.Show{Chat: p.To[0], Panel: p.Panel, Screen: flows.ParcelLostScreen(p.Copy), Class: flows.ClassNotices})
}

func (p parcel) forget(tx Tx) error {
	list, err := parcels(tx)
	if err != nil {
		return err
	}
	return tx.PutSetting(settingParcels, slices.DeleteFunc(list, p.is))
}
