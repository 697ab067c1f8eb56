package httpfile

import (
	"strconv"
	"strings"
	"time"

	"sluice/runtime/msg"
)

// Age reads a number, or a text as npm's ms does: "1d", "2 hours".
func Age(v any) time.Duration {
	text, isText := v.(string)
	if !isText {
		if n := msg.ToNumber(v); n == n {
			return time.Duration(min(n, 1e12)) * time.Millisecond
		}
		return 0
	}
	digits := strings.TrimLeft(text, "0123456789.")
	n, err := strconv.ParseFloat(text[:len(text)-len(digits)], 64)
	unit, known := agesByUnit[strings.ToLower(strings.TrimSpace(digits))]
	if err != nil || !known {
		return 0
	}
	return time.Duration(min(n, 1e6) * float64(unit))
}

var agesByUnit = map[string]time.Duration{
	"": time.Millisecond, "ms": time.Millisecond, "s": time.Second, "sec": time.Second, "seconds": time.Second, "m": time.Minute, "min": time.Minute,
	"minutes": time.Minute, "h": time.Hour, "hour": time.Hour, "hours": time.Hour, "d": 24 * time.Hour, "day": 24 * time.Hour, "days": 24 * time.Hour,
	"w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour, "weeks": 7 * 24 * time.Hour, "y": 365.25 * 24 * time.Hour, "year": 365.25 * 24 * time.Hour, "years": 365.25 * 24 * time.Hour,
}
