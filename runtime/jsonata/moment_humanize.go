package jsonata

import (
	"fmt"
	"math"

	format "sluice/runtime/moment"
)

func (m *moment) format(layout string) string {
	if !m.valid {
		return "Invalid date"
	}
	return format.Format(m.t, layout)
}

// humanize says in words how far m is from base, with its direction unless bare.
func humanize(m, base *moment, bare bool) string {
	if !m.valid || !base.valid {
		return "Invalid date"
	}
	ms := m.ms() - base.ms()
	seconds := math.Round(math.Abs(ms) / 1000)
	minutes := math.Round(math.Abs(ms) / 60_000)
	hours := math.Round(math.Abs(ms) / 3_600_000)
	days := math.Round(math.Abs(ms) / msPerDay)
	months := math.Round(math.Abs(ms) / msPerDay * 4800 / 146097)
	years := math.Round(math.Abs(ms) / msPerDay * 400 / 146097)
	var text string
	switch {
	case seconds <= 44:
		text = "a few seconds"
	case minutes <= 1:
		text = "a minute"
	case minutes < 45:
		text = fmt.Sprintf("%g minutes", minutes)
	case hours <= 1:
		text = "an hour"
	case hours < 22:
		text = fmt.Sprintf("%g hours", hours)
	case days <= 1:
		text = "a day"
	case days < 26:
		text = fmt.Sprintf("%g days", days)
	case months <= 1:
		text = "a month"
	case months < 11:
		text = fmt.Sprintf("%g months", months)
	case years <= 1:
		text = "a year"
	default:
		text = fmt.Sprintf("%g years", years)
	}
	switch {
	case bare:
		return text
	case ms > 0:
		return "in " + text
	}
	return text + " ago"
}
