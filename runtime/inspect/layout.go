package inspect

import (
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"sluice/runtime/msg"
)

// Parts is a container whose parts are printed.
type Parts struct {
	Texts         []string
	Base          string // before the opening: "[Function: f]"
	Open, Shut    string // such as "Map(1) {" and "}"
	Indent        int    // columns to the left of the container
	Levels        int    // of containers below, where the printing last went down
	List, Numbers bool   // has elements; these are numbers all
}

// Layout puts parts that are few, short and shallow on one line, long lists in
// columns, and all else one below the other.
func (o *Options) Layout(c Parts) string {
	rows := c.Texts
	if c.List && len(rows) > 6 && o.Compact > 0 {
		rows = o.columns(c)
	}
	head := c.Open
	if c.Base != "" {
		head = c.Base + " " + c.Open
	}
	if c.Levels < o.Compact && len(rows) == len(c.Texts) && o.fits(c) {
		if one := strings.Join(rows, ", "); !strings.Contains(one, "\n") {
			return head + " " + one + " " + c.Shut
		}
	}
	space := "\n" + strings.Repeat(" ", c.Indent)
	return head + space + "  " + strings.Join(rows, ","+space+"  ") + space + c.Shut
}

func (o *Options) fits(c Parts) bool {
	total := 2*len(c.Texts) + c.Indent + msg.UTF16Len(c.Open) + msg.UTF16Len(c.Base) + 10
	for _, s := range c.Texts {
		total += msg.UTF16Len(s)
	}
	return total <= o.BreakLength && !strings.Contains(c.Base, "\n")
}

const gap = 2 // columns that ", " takes

// columns joins the parts of a list into rows whose columns line up.
func (o *Options) columns(c Parts) []string {
	n := len(c.Texts)
	if n > o.MaxElements {
		n-- // the last one counts the rest
	}
	widths := make([]int, n)
	total, longest := 0, 0
	for i, s := range c.Texts[:n] {
		widths[i] = columnsOf(s) + gap
		total += widths[i]
		longest = max(longest, widths[i])
	}
	count := o.columnCount(c, total, longest, n)
	if count <= 1 {
		return c.Texts
	}
	column := make([]int, count)
	for i, w := range widths {
		column[i%count] = max(column[i%count], w)
	}
	var rows []string
	for start := 0; start < n; start += count {
		var row strings.Builder
		end := min(start+count, n)
		for i := start; i < end; i++ {
			pad := strings.Repeat(" ", column[i-start]-widths[i])
			last := i == end-1
			if c.Numbers {
				row.WriteString(pad)
			}
			row.WriteString(c.Texts[i])
			if !last {
				row.WriteString(", ")
			}
			if !c.Numbers && !last {
				row.WriteString(pad)
			}
		}
		rows = append(rows, row.String())
	}
	return append(rows, c.Texts[n:]...)
}

// columnCount gives about as many columns as make a square of n parts, a character
// being 2.5 times as high as it is wide, and 1 where parts are too long or too uneven.
func (o *Options) columnCount(c Parts, total, longest, n int) int {
	even := float64(total)/float64(longest) > 5 || longest-gap <= 6
	if longest*3+c.Indent >= o.BreakLength || !even {
		return 1
	}
	bias := math.Sqrt(float64(longest) - float64(total)/float64(len(c.Texts)))
	biased := max(float64(longest)-3-bias, 1)
	square := math.Floor(math.Sqrt(2.5*biased*float64(n))/biased + 0.5)
	return min(int(square), (o.BreakLength-c.Indent)/longest, o.Compact*4, 15)
}

// columnsOf is how many columns of a terminal a text takes.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x80:
			n++
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		default:
			n++
			if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
				n++
			}
		}
	}
	return n
}
