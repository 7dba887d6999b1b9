package flows

import (
	"strconv"
	"time"

	"hanout/topup"
)

// The safety copies as the business's owners see them.

// recipientSetting is where the key stands for which copies are sealed.
const recipientSetting = "HANOUT_BACKUP_RECIPIENT"

// sendCopy sends a copy to the owner's chat.
func (t *turn) sendCopy(name string) {
	_, _, ours := topup.ReadCopyName(name)
	switch {
	case !ours:
		t.toast(M("tap.unknown"))
	case !t.v.Safety.Copies().Sends:
		t.alert(M("parcel.nokey", "Setting", Latin(recipientSetting)))
	default:
		t.toast(M("parcel.waits"))
		t.do(SendCopy{Name: name, Chat: t.in.Chat})
	}
}

// practised notes that the restore was practised. The button says since when it
// was not, so that one of a former month, and a second tap, note nothing.
func (t *turn) practised(since string) {
	c := t.v.Safety.Copies()
	if since != drillMark(c) {
		if c.Drill.IsZero() {
			t.toast(M("tap.unknown"))
		} else {
			t.toast(M("drill.noted", "Time", c.Drill))
		}
		return
	}
	t.toast(M("drill.thanks"))
	t.do(Practised{At: t.env.Now})
	if c.Asked.After(c.Drill) {
		c.Drill = t.env.Now
		for _, owner := range t.v.People.Owners() {
			t.do(Show{Chat: owner, Panel: DrillPanel(c.Asked, owner), Screen: DrillScreen(c), Class: ClassNotices})
		}
	}
}

func drillMark(c topup.Copies) string { return strconv.FormatInt(max(c.Drill.Unix(), 0), 10) }

func drillButton(c topup.Copies) Button {
	return button(M("button.drill"), menuTap("drill", drillMark(c)))
}

// DrillPanel names the panel by which an owner is asked to practise.
func DrillPanel(asked time.Time, owner int64) string {
	return "drill/" + strconv.FormatInt(asked.Unix(), 10) + "/" + strconv.FormatInt(owner, 10)
}

// DrillScreen asks an owner to practise the restore, or tells that it was done.
func DrillScreen(c topup.Copies) Screen {
	if !c.Drill.Before(c.Asked) {
		return Screen{Lines: []Msg{M("drill.noted", "Time", c.Drill)}}
	}
	var sc Screen
	sc.line(M("drill.ask"), M("drill.how", "Command", Latin("hanout open-copy")), M("drill.copy", "Time", c.Last.At), drillLine(c))
	sc.row(drillButton(c))
	return sc
}

func drillLine(c topup.Copies) Msg {
	if c.Drill.IsZero() {
		return M("drill.never")
	}
	return M("drill.last", "Time", c.Drill)
}

// BackupScreen tells an owner how a copy ended, and what there was before;
// made has no name when it failed.
func BackupScreen(made topup.SafetyCopy, before topup.Copies) Screen {
	var sc Screen
	if made.Name == "" {
		sc.line(M("backup.failed"))
	} else {
		sc.line(M("backup.done", "File", Latin(made.Name), "Seq", number(made.Seq)))
	}
	if before.Last.Name == "" {
		sc.line(M("backup.first"))
	} else {
		sc.line(M("backup.last", "Time", before.Last.At))
	}
	sc.line(drillLine(before))
	switch {
	case made.Name == "":
	case before.Sends:
		sc.row(button(M("button.sendcopy"), menuTap("sendcopy", made.Name)))
	default:
		sc.line(M("backup.stays", "Setting", Latin(recipientSetting)))
	}
	sc.row(drillButton(before), homeButton())
	return sc
}

// ParcelCaption stands under a copy in an owner's chat: one file of several.
func ParcelCaption(c topup.SafetyCopy, part, parts int) Screen {
	var sc Screen
	sc.line(M("parcel.title", "Time", c.At), M("parcel.seq", "Seq", number(c.Seq)))
	if c.Seq == 0 {
		sc.Lines = sc.Lines[:1]
	}
	if parts > 1 {
		sc.line(M("parcel.part", "Part", number(uint64(part)), "Parts", number(uint64(parts))))
	}
	sc.line(M("parcel.open", "Command", Latin("hanout open-copy")))
	return sc
}

// ParcelScreen tells an owner how far a copy is on its way.
func ParcelScreen(c topup.SafetyCopy, sent, parts int) Screen {
	m := M("parcel.waits")
	switch {
	case parts > 0 && sent >= parts:
		m = M("parcel.sent", "Time", c.At)
	case parts > 1:
		m = M("parcel.going", "Sent", number(uint64(sent)), "Parts", number(uint64(parts)))
	}
	return Screen{Lines: []Msg{m}}
}

// ParcelLostScreen tells an owner that a copy will not come.
func ParcelLostScreen(c topup.SafetyCopy) Screen {
	return Screen{Lines: []Msg{M("parcel.lost", "Time", c.At)}}
}
