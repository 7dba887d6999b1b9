package topup_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hanout/topup"
)

var sold = topup.Order{ID: "o1", No: 7, Shop: 3}

func remark(text string, after time.Duration) topup.Remark {
	return topup.Remark{At: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC).Add(after), By: 5, Name: "Nour", Text: text}
}

// TestComplaintGoesOn: it is raised, answered, closed, and raised again on the
// same thread; what was closed takes no answer and no second end.
func TestComplaintGoesOn(t *testing.T) {
	c, ok := topup.Complaint{}.Complain(sold, remark("nothing came", 0))
	if !ok || !c.Open() || c.Order != "o1" || c.No != 7 || c.Shop != 3 || c.Valid() != nil {
		t.Fatalf("raised: %+v %v", c, c.Valid())
	}
	before := c
	c, ok = c.Answer(remark("we look", time.Hour))
	if !ok || len(c.Thread) != 2 || !c.Thread[1].Desk || len(before.Thread) != 1 {
		t.Fatalf("answered: %+v", c)
	}
	if _, ok := c.Close("lost", remark("", time.Hour)); ok {
		t.Error("it is closed with no outcome")
	}
	c, ok = c.Close(topup.ComplaintSettled, remark("", 2*time.Hour))
	if !ok || c.Open() || c.State != topup.ComplaintSettled || c.Thread[2].Outcome != topup.ComplaintSettled || c.Valid() != nil {
		t.Fatalf("closed: %+v %v", c, c.Valid())
	}
	if _, ok := c.Close(topup.ComplaintRejected, remark("no", 2*time.Hour)); ok {
		t.Error("it is closed twice")
	}
	if _, ok := c.Answer(remark("more", 3*time.Hour)); ok {
		t.Error("a closed one is answered")
	}
	c, ok = c.Complain(sold, remark("again", 4*time.Hour))
	if !ok || !c.Open() || !c.Closed.IsZero() || len(c.Thread) != 4 || !c.Opened.Equal(remark("", 4*time.Hour).At) || c.Valid() != nil {
		t.Errorf("raised again: %+v %v", c, c.Valid())
	}
}

// TestComplaintIsBounded: whatever both sides do, it stays one that can be
// kept, and an open one can be closed.
func TestComplaintIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c topup.Complaint
		asked, answered := 0, 0
		for i := range rapid.IntRange(1, 200).Draw(t, "things") {
			r := remark(strings.Repeat("x", topup.RemarkMost), time.Duration(i)*time.Minute)
			was, ok := c, false
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1:
				if c, ok = c.Complain(sold, r); ok {
					asked++
				}
			case 2, 3:
				if c, ok = c.Answer(r); ok {
					answered++
				}
			default:
				if c, ok = c.Close(topup.ComplaintVoid, r); ok != was.Open() {
					t.Fatalf("an open one can't be closed: %+v", was)
				}
			}
			if c.State != "" && c.Valid() != nil {
				t.Fatalf("%v: %+v", c.Valid(), c)
			}
			if !ok && len(c.Thread) != len(was.Thread) {
				t.Fatal("what is refused is kept")
			}
			if asked > topup.RemarksMost || answered > topup.RemarksMost {
				t.Fatalf("%d remarks and %d answers", asked, answered)
			}
		}
	})
}

func TestRemarkFits(t *testing.T) {
	for text, fits := range map[string]bool{
		strings.Repeat("ن", topup.RemarkMost): true, strings.Repeat("ن", topup.RemarkMost+1): false,
		strings.Repeat("🌙", topup.RemarkMost/2): true, strings.Repeat("🌙", topup.RemarkMost/2+1): false,
	} {
		if topup.RemarkFits(text) != fits {
			t.Errorf("%d bytes fit: %t", len(text), !fits)
		}
	}
	c, _ := topup.Complaint{}.Complain(sold, remark(strings.Repeat("x", topup.RemarkMost+1), 0))
	if err := c.Valid(); !errors.Is(err, topup.ErrComplaint) {
		t.Errorf("too long a remark: %v", err)
	}
}
