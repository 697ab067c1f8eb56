package jsonata

import (
	"math"
	"strings"

	"sluice/runtime/msg"
)

// zone is an offset from UTC as a picture shows it: +hhmm.
type zone struct{ hours, minutes float64 }

func newZone(text any) zone {
	s, ok := text.(string)
	if !ok {
		return zone{}
	}
	// For offsets west of Greenwich that are no whole hours, both parts are
	// negative and the hours rounded down: an oddity of the original.
	n := msg.ParseInt(s, 0)
	return zone{math.Floor(n / 100), math.Mod(n, 100)}
}

func formatDate(ms float64, picture, timezone any) (string, error) {
	text, ok := picture.(string)
	if !ok {
		if timezone == undefined {
			if s, ok := (&msg.Date{Ms: timeClip(ms)}).ISO(); ok && len(s) == len("0000-00-00T00:00:00.000Z") {
				return s, nil // years beyond four digits go the long way
			}
		}
		text = isoPicture
	}
	parts, err := datePictures.get(text)
	if err != nil {
		return "", err
	}
	z := newZone(timezone)
	date := timeClip(ms + (60*z.hours+z.minutes)*60_000)
	var b strings.Builder
	for _, p := range parts {
		if p.component == 0 {
			b.WriteString(p.literal)
			continue
		}
		text, err := p.format(date, z)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (p *datePart) format(date float64, z zone) (string, error) {
	switch p.component {
	case 'Z', 'z':
		return p.formatZone(z)
	case 'C', 'E':
		return "ISO", nil
	case 'P':
		text := "am"
		if dateComponent(date, 'H') >= 12 {
			text = "pm"
		}
		if p.names == namesUpper {
			text = strings.ToUpper(text)
		}
		return text, nil
	case 'Y', 'M', 'D', 'd', 'F', 'W', 'w', 'X', 'x', 'H', 'h', 'm', 's', 'f':
	default:
		return "undefined", nil // shown, but not computed
	}
	value := dateComponent(date, p.component)
	if p.component == 'Y' && p.digits != -1 {
		value = math.Mod(value, math.Pow(10, p.digits))
	}
	switch {
	case p.names == noNames:
		return p.integer.format(value)
	case p.component == 'f':
		return "", typeError("Cannot read properties of undefined (reading 'primary')")
	}
	return p.formatName(value)
}

func (p *datePart) formatName(value float64) (string, error) {
	var names []string
	switch p.component {
	case 'M', 'x':
		names = monthNames
		value--
	case 'F':
		names = dayNames
	default:
		return "", newError("D3133", string(p.component))
	}
	if math.IsNaN(value) {
		switch {
		case p.names == namesUpper:
			return "", typeError("Cannot read properties of undefined (reading 'toUpperCase')")
		case p.names == namesLower:
			return "", typeError("Cannot read properties of undefined (reading 'toLowerCase')")
		case p.width != nil:
			return "", typeError("Cannot read properties of undefined (reading 'length')")
		}
		return "undefined", nil
	}
	name := names[int(value)]
	switch p.names {
	case namesUpper:
		name = strings.ToUpper(name)
	case namesLower:
		name = strings.ToLower(name)
	}
	if p.width != nil && p.width.hasMax && float64(len(name)) > p.width.max {
		name = name[:max(int(p.width.max), 0)]
	}
	return name, nil
}

func (p *datePart) formatZone(z zone) (text string, err error) {
	offset := z.hours*100 + z.minutes
	n := p.integer.mandatory
	switch {
	case p.integer.regular > 0, n == 3, n == 4:
		text, err = p.integer.format(offset)
	case n == 1 || n == 2:
		if text, err = p.integer.format(z.hours); err == nil && z.minutes != 0 {
			f, _ := newIntegerFormat("00")
			minutes, _ := f.format(math.Floor(z.minutes))
			text += ":" + minutes
		}
	default:
		value := undefined
		if !math.IsNaN(n) {
			value = msg.Number(n)
		}
		return "", newError("D3134", value)
	}
	if offset >= 0 {
		text = "+" + text
	}
	if p.component == 'z' {
		text = "GMT" + text
	}
	if offset == 0 && p.timezoneT {
		text = "Z"
	}
	return text, err
}
