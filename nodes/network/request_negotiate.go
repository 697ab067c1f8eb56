package network

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// preference is one entry of an Accept header.
type preference struct {
	value   string // lower case, without q
	quality float64
	order   int
}

// preferences reads an Accept header; entries with q=0 are kept.
func preferences(header string) []preference {
	var list []preference
	for part := range strings.SplitSeq(header, ",") {
		value, params, _ := strings.Cut(strings.ToLower(part), ";")
		p := preference{value: strings.TrimSpace(value), quality: 1, order: len(list)}
		for param := range strings.SplitSeq(params, ";") {
			if name, q, ok := strings.Cut(param, "="); ok && strings.TrimSpace(name) == "q" {
				p.quality, _ = strconv.ParseFloat(strings.TrimSpace(q), 64)
			}
		}
		if p.value != "" {
			list = append(list, p)
		}
	}
	return list
}

// accepted returns the media type of offers that the request prefers, or "".
func accepted(r *http.Request, offers ...string) string {
	header := strings.Join(r.Header["Accept"], ", ")
	if header == "" {
		return offers[0]
	}
	return best(preferences(header), offers, mediaFit)
}

// mediaFit tells how closely an entry of Accept names a media type, 0 if it does not.
func mediaFit(pattern, offer string) int {
	main, _, _ := strings.Cut(offer, "/")
	switch {
	case pattern == strings.ToLower(offer):
		return 3
	case pattern == strings.ToLower(main)+"/*":
		return 2
	case pattern == "*/*":
		return 1
	}
	return 0
}

// best picks the offer of the highest quality; then the entry's place, then the offer's decides.
func best(prefs []preference, offers []string, fit func(pattern, offer string) int) string {
	ranked := rank(prefs, offers, fit)
	if len(ranked) == 0 {
		return ""
	}
	return ranked[0]
}

// rank returns the offers that are acceptable, best first.
func rank(prefs []preference, offers []string, fit func(pattern, offer string) int) []string {
	type choice struct {
		offer               string
		quality             float64
		closeness, at, rank int
	}
	var choices []choice
	for i, offer := range offers {
		c := choice{offer: offer, rank: i}
		for _, p := range prefs {
			if closeness := fit(p.value, offer); closeness > c.closeness {
				c.closeness, c.quality, c.at = closeness, p.quality, p.order
			}
		}
		if c.closeness > 0 && c.quality > 0 {
			choices = append(choices, c)
		}
	}
	slices.SortStableFunc(choices, func(a, b choice) int {
		switch {
		case a.quality != b.quality:
			if a.quality > b.quality {
				return -1
			}
			return 1
		case a.closeness != b.closeness:
			return b.closeness - a.closeness
		case a.at != b.at:
			return a.at - b.at
		}
		return a.rank - b.rank
	})
	out := make([]string, len(choices))
	for i, c := range choices {
		out[i] = c.offer
	}
	return out
}
