package store

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// A till that moves from one store to another is marked in both, so that at
// most one of them sells, whenever the move is cut short. The new one has a
// mark before its first row and until it is whole and the old one has its own;
// the old one keeps its mark for ever. Neither opens for a bot.

const (
	// SettingMoving marks a store into which a till is being carried, until it
	// is whole; it holds a [Move].
	SettingMoving = "moving"
	// SettingMoved marks a store whose till was carried elsewhere; it holds a
	// [Move].
	SettingMoved = "moved"
)

// Move is a till's way from one store to another. The ID tells it from all
// others between the same two.
type Move struct {
	ID string    `json:"id"`
	To string    `json:"to"` // as people read it
	At time.Time `json:"at"`
}

// MovedError is a store whose till is elsewhere now.
type MovedError struct{ Move }

// Error says where.
func (e *MovedError) Error() string {
	return fmt.Sprintf("store: it moved to %s, on %s", e.To, e.At.UTC().Format(time.DateTime))
}

// Standing gives what a store that is opened says of a move: an error where a
// bot must not work on it. One that was carried elsewhere may still be read.
func Standing(setting func(name string, v any) (bool, error), readOnly bool) error {
	var m Move
	if half, err := setting(SettingMoving, &m); err != nil || half {
		if half {
			err = ErrUnfinished
		}
		return err
	}
	if gone, err := setting(SettingMoved, &m); err != nil || !gone || readOnly {
		return err
	}
	return &MovedError{m}
}

// Carried are the rows that a move carries: all but its own marks.
func Carried(rows Rows) Rows {
	return func(yield func(any, error) bool) {
		for row, err := range rows {
			if v, is := row.(Value); is && (v.Name == SettingMoving || v.Name == SettingMoved) {
				continue
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// Marked are the rows that a move carries, and its mark.
func Marked(rows Rows, m Move) Rows {
	return func(yield func(any, error) bool) {
		b, err := json.Marshal(m)
		if !yield(Value{SettingMoving, b}, err) || err != nil {
			return
		}
		Carried(rows)(yield)
	}
}

// Tally is how many rows there are, and a digest of all they say, to the last
// byte: two stores with one tally hold the same.
type Tally struct {
	Rows int
	Sum  [sha256.Size]byte
}

// Count makes the tally of the rows that a move carries.
func Count(rows Rows) (t Tally, err error) {
	h := sha256.New()
	for row, err := range Carried(rows) {
		if err != nil {
			return t, err
		}
		b, err := json.Marshal(row)
		if err != nil {
			return t, err
		}
		fmt.Fprintf(h, "%T %d %s\n", row, len(b), b)
		t.Rows++
	}
	h.Sum(t.Sum[:0])
	return t, nil
}
