package jsonata

import (
	"strings"
	"sync"

	"sluice/runtime/msg"
)

// datePart is a piece of an analysed date picture, after XPath's
// fn:format-dateTime (F&O 9.8): literal text or a component such as [M01].
type datePart struct {
	literal   string
	component byte // 0 for a literal
	names     nameStyle
	timezoneT bool // Z for an offset of zero
	width     *width
	integer   *integerFormat
	digits    float64 // years: how many digits to show, -1 for all
}

type nameStyle uint8

const (
	noNames nameStyle = iota
	namesLower
	namesTitle
	namesUpper
)

// width is a width modifier; NaN is one that is no number.
type width struct {
	min, max       float64
	hasMin, hasMax bool
}

var (
	dayNames   = strings.Fields("- Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
	monthNames = strings.Fields("January February March April May June July August September October November December")
)

// defaultPresentation is how a component is shown if its marker does not say.
var defaultPresentation = map[byte]string{
	'Y': "1", 'M': "1", 'D': "1", 'd': "1", 'F': "n", 'W': "1", 'w': "1", 'X': "1", 'x': "1", 'H': "1", 'h': "1",
	'P': "n", 'm': "01", 's': "01", 'f': "1", 'Z': "01:01", 'z': "01:01", 'C': "n", 'E': "n",
}

// datePictures keeps what formatting has analysed.
var datePictures = pictureCache{known: make(map[string][]*datePart)}

// pictureCache is bounded: it forgets everything when it is full.
type pictureCache struct {
	mu    sync.RWMutex
	known map[string][]*datePart // guarded by mu
}

const (
	maxPictures = 256
	maxPicture  = 256 // bytes
)

func (c *pictureCache) get(picture string) ([]*datePart, error) {
	c.mu.RLock()
	parts, ok := c.known[picture]
	c.mu.RUnlock()
	if ok {
		return parts, nil
	}
	parts, err := newDatePicture(picture)
	if err != nil || len(picture) > maxPicture {
		return parts, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= maxPictures {
		clear(c.known)
	}
	c.known[picture] = parts
	return parts, nil
}

const isoPicture = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]"

func newDatePicture(picture string) ([]*datePart, error) {
	var parts []*datePart
	literal := func(s string) {
		if s != "" {
			parts = append(parts, &datePart{literal: strings.ReplaceAll(s, "]]", "]")})
		}
	}
	for {
		before, rest, ok := strings.Cut(picture, "[")
		literal(before)
		if !ok {
			return parts, nil
		}
		if strings.HasPrefix(rest, "[") {
			parts = append(parts, &datePart{literal: "["})
			picture = rest[1:]
			continue
		}
		marker, after, ok := strings.Cut(rest, "]")
		if !ok {
			return nil, newError("D3135", undefined)
		}
		part, err := newDatePart(strings.Join(strings.Fields(marker), ""))
		if err != nil {
			return nil, err
		}
		// Numbers with nothing between them need a width to be told apart.
		if part.integer != nil && part.component != 'Z' && part.component != 'z' && len(parts) > 0 {
			if last := parts[len(parts)-1]; last.integer != nil {
				last.integer.parseWidth = last.integer.mandatory
			}
		}
		parts = append(parts, part)
		picture = after
	}
}

func newDatePart(marker string) (*datePart, error) {
	p := &datePart{digits: -1}
	if marker == "" {
		return nil, newError("D3132", "")
	}
	p.component = marker[0]
	presentation := marker[1:]
	if comma := strings.LastIndexByte(marker, ','); comma > 0 {
		p.width = newWidth(marker[comma+1:])
		presentation = marker[1:comma]
	}
	second := ""
	if n := len(presentation); n > 1 && strings.IndexByte("atco", presentation[n-1]) >= 0 {
		second = presentation[n-1:]
		presentation = presentation[:n-1]
	} else if n == 0 {
		var ok bool
		if presentation, ok = defaultPresentation[p.component]; !ok {
			return nil, newError("D3132", firstCharacter(marker))
		}
	}
	p.timezoneT = second == "t"
	var err error
	switch {
	case strings.HasPrefix(presentation, "Nn"):
		p.names = namesTitle
	case strings.HasPrefix(presentation, "N"):
		p.names = namesUpper
	case strings.HasPrefix(presentation, "n"):
		p.names = namesLower
	case strings.IndexByte("YMDdFWwXxHhmsf", p.component) >= 0:
		picture := presentation
		if second != "" {
			picture += ";" + second
		}
		if p.integer, err = newIntegerFormat(picture); err != nil {
			return nil, err
		}
		if p.width != nil && p.width.hasMin && p.integer.mandatory < p.width.min {
			p.integer.mandatory = p.width.min
		}
		if p.component == 'Y' {
			p.yearDigits()
		}
	}
	if p.component == 'Z' || p.component == 'z' {
		p.integer, err = newIntegerFormat(presentation)
	}
	return p, err
}

func firstCharacter(s string) string {
	u, _ := msg.UTF16At(s, 0)
	return msg.FromUTF16([]uint16{u})
}

// yearDigits finds out how many digits of the year to show.
func (p *datePart) yearDigits() {
	if p.width != nil && p.width.hasMax {
		p.digits, p.integer.mandatory = p.width.max, p.width.max
	} else if n := p.integer.mandatory + p.integer.optional; n >= 2 {
		p.digits = n
	}
}

func newWidth(text string) *width {
	w := &width{}
	least, most, ok := strings.Cut(text, "-")
	if w.hasMin = least != "*"; w.hasMin {
		w.min = msg.ParseInt(least, 0)
	}
	if w.hasMax = ok && most != "*"; w.hasMax {
		w.max = msg.ParseInt(most, 0)
	}
	return w
}
