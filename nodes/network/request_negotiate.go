package network

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"sluice/internal/httpfile"
	"sluice/runtime/msg"
)

// Content negotiation as npm's accepts and negotiator do it.

// preference is one entry of an Accept header.
type preference struct {
	text    string      // without parameters
	value   string      // likewise, in lower case
	params  [][2]string // in front of q; names in lower case
	quality float64
	order   int
}

// maxPreferences bounds the entries of one header.
const maxPreferences = 100

// preferences reads an Accept header; entries with q=0 are kept.
func preferences(header string) []preference {
	var list []preference
	for _, part := range splitUnquoted(header, ',') {
		text, params, _ := strings.Cut(part, ";")
		text = strings.TrimSpace(text)
		p := preference{text: text, value: strings.ToLower(text), quality: 1, order: len(list)}
		for _, param := range splitUnquoted(params, ';') {
			name, value, _ := strings.Cut(param, "=")
			name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
			if name == "" {
				continue
			}
			if n := len(value); n > 1 && value[0] == '"' && value[n-1] == '"' {
				value = value[1 : n-1]
			}
			if name == "q" {
				p.quality, _ = strconv.ParseFloat(value, 64)
				break
			}
			p.params = append(p.params, [2]string{name, value})
		}
		if p.value != "" && len(list) < maxPreferences {
			list = append(list, p)
		}
	}
	return list
}

// splitUnquoted splits at the separators that are not within quotes.
func splitUnquoted(s string, separator byte) []string {
	var parts []string
	quoted, from := false, 0
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}

// fit tells how closely an entry names an offer (in lower case), 0 if it does not.
type fit func(p preference, offer string) int

// mediaFit has an entry with parameters name only offers that have them too.
func mediaFit(p preference, offer string) int {
	offer, params, _ := strings.Cut(offer, ";")
	offer = strings.TrimSpace(offer)
	main, _, ok := strings.Cut(offer, "/")
	closeness := 0
	switch {
	case !ok:
	case p.value == offer:
		closeness = 7
	case p.value == main+"/*":
		closeness = 5
	case p.value == "*/*":
		closeness = 1
	}
	if closeness == 0 || len(p.params) == 0 {
		return closeness
	}
	has := preferences(offer + ";" + params)
	for _, want := range p.params {
		if want[1] != "*" && (len(has) == 0 || !slices.ContainsFunc(has[0].params, func(got [2]string) bool {
			return got[0] == want[0] && strings.EqualFold(got[1], want[1])
		})) {
			return 0
		}
	}
	return closeness + 1
}

func plainFit(p preference, offer string) int {
	switch p.value {
	case offer:
		return 2
	case "*":
		return 1
	}
	return 0
}

func languageFit(p preference, offer string) int {
	pattern := p.value
	patternMain, _, _ := strings.Cut(pattern, "-")
	offerMain, _, _ := strings.Cut(offer, "-")
	switch {
	case pattern == offer:
		return 4
	case patternMain == offer:
		return 3
	case pattern == offerMain:
		return 2
	case pattern == "*":
		return 1
	}
	return 0
}

// rank returns the places of the offers that are acceptable, best first: the
// higher quality, then the closer entry, then the earlier entry, then the earlier offer.
func rank(prefs []preference, offers []string, fits fit) []int {
	type choice struct {
		preference
		closeness, offer int
	}
	var choices []choice
	for i, offer := range offers {
		c := choice{offer: i}
		for _, p := range prefs {
			closeness := fits(p, strings.ToLower(offer))
			if closeness > c.closeness || closeness > 0 && closeness == c.closeness && p.quality >= c.quality {
				c.preference, c.closeness = p, closeness
			}
		}
		if c.closeness > 0 && c.quality > 0 {
			choices = append(choices, c)
		}
	}
	slices.SortStableFunc(choices, func(a, b choice) int {
		switch {
		case a.quality > b.quality:
			return -1
		case a.quality < b.quality:
			return 1
		case a.closeness != b.closeness:
			return b.closeness - a.closeness
		}
		return a.order - b.order
	})
	places := make([]int, len(choices))
	for i, c := range choices {
		places[i] = c.offer
	}
	return places
}

// acceptHeader returns one of the request's Accept headers.
func (q *request) acceptHeader(name string) string {
	return strings.Join(q.ex.r.Header[name], ", ")
}

// acceptedType returns the offer, a media type or a short name such as "html",
// that the request prefers. ok is false if it accepts none.
func (q *request) acceptedType(offers []string) (string, bool) {
	header := q.acceptHeader("Accept")
	if header == "" {
		return offers[0], true
	}
	types := make([]string, len(offers))
	for i, offer := range offers {
		if types[i] = offer; !strings.Contains(offer, "/") {
			types[i], _ = httpfile.Lookup(offer) // no entry names what is not known
		}
	}
	places := rank(preferences(header), types, mediaFit)
	if len(places) == 0 {
		return "", false
	}
	return offers[places[0]], true
}

// offersOf reads the arguments of req.accepts: names, or a list of them.
func offersOf(args []any) []string {
	if list, ok := arg(args, 0).(*msg.Array); ok {
		return headerTexts(list)
	}
	var offers []string
	for _, a := range args {
		offers = append(offers, msg.ToString(a))
	}
	return offers
}

func acceptsTypes(q *request, args []any) (any, error) {
	offers := offersOf(args)
	if len(offers) == 0 {
		if q.ex.r.Header["Accept"] == nil {
			return msg.NewArray("*/*"), nil
		}
		return acceptedAll(q.acceptHeader("Accept"), isMediaRange), nil
	}
	if best, ok := q.acceptedType(offers); ok {
		return best, nil
	}
	return false, nil
}

// acceptsNames makes req.acceptsCharsets, acceptsEncodings and acceptsLanguages.
func acceptsNames(header, absent string, fits fit) func(q *request, args []any) (any, error) {
	return func(q *request, args []any) (any, error) {
		text := q.acceptHeader(header)
		if header == "Accept-Encoding" {
			text = withIdentity(text)
		} else if q.ex.r.Header[header] == nil {
			text = absent
		}
		offers := offersOf(args)
		if len(offers) == 0 {
			return acceptedAll(text, func(string) bool { return true }), nil
		}
		if places := rank(preferences(text), offers, fits); len(places) > 0 {
			return offers[places[0]], nil
		}
		return false, nil
	}
}

// withIdentity adds the encoding that is always acceptable unless it is refused.
func withIdentity(header string) string {
	lowest := 1.0
	for _, p := range preferences(header) {
		if p.value == "identity" || p.value == "*" {
			return header
		}
		if p.quality > 0 {
			lowest = min(lowest, p.quality)
		}
	}
	return header + ",identity;q=" + strconv.FormatFloat(lowest, 'g', -1, 64)
}

func isMediaRange(s string) bool { return strings.Contains(s, "/") }

// acceptedAll lists the well-formed entries of what a header accepts, best first.
func acceptedAll(header string, valid func(string) bool) *msg.Array {
	prefs := preferences(header)
	slices.SortStableFunc(prefs, func(a, b preference) int {
		switch {
		case a.quality > b.quality:
			return -1
		case a.quality < b.quality:
			return 1
		}
		return 0
	})
	list := msg.NewArray()
	for _, p := range prefs {
		if p.quality > 0 && valid(p.value) {
			list.Append(p.text)
		}
	}
	return list
}

// isType is req.is: the first of the given types that the body has, or false;
// null if there is no body.
func isType(q *request, args []any) (any, error) {
	if !hasBody(q.ex.r) {
		return nil, nil
	}
	t, err := parseMediaType(q.ex.r.Header.Get("Content-Type"))
	if err != nil && t.name == "" || !strings.Contains(t.name, "/") {
		return false, nil
	}
	offers := offersOf(args)
	if len(offers) == 0 {
		return t.name, nil
	}
	for _, offer := range offers {
		if typeMatches(offer, t.name) {
			if strings.Contains(offer, "*") || strings.HasPrefix(offer, "+") {
				return t.name, nil
			}
			return offer, nil
		}
	}
	return false, nil
}

// typeMatches compares a short name or pattern of type-is with a media type.
func typeMatches(pattern, name string) bool {
	switch {
	case pattern == "urlencoded":
		pattern = "application/x-www-form-urlencoded"
	case pattern == "multipart":
		pattern = "multipart/*"
	case strings.HasPrefix(pattern, "+"):
		pattern = "*/*" + pattern
	case !strings.Contains(pattern, "/"):
		known, ok := httpfile.ByExtension(pattern)
		if !ok {
			return false
		}
		pattern = known
	}
	wantMain, wantSub, _ := strings.Cut(strings.ToLower(pattern), "/")
	main, sub, _ := strings.Cut(name, "/")
	if wantMain != "*" && wantMain != main {
		return false
	}
	if suffix, ok := strings.CutPrefix(wantSub, "*+"); ok {
		return strings.HasSuffix(sub, "+"+suffix)
	}
	return wantSub == "*" || wantSub == sub
}

// rangeOf is req.range(size): the ranges asked for, -1 if none can be served,
// -2 if the header is malformed, undefined without one.
func rangeOf(q *request, args []any) (any, error) {
	header := q.ex.r.Header.Get("Range")
	if header == "" {
		return msg.Undefined, nil
	}
	_, spec, ok := strings.Cut(header, "=")
	if !ok {
		return msg.Number(-2), nil
	}
	size := msg.ToNumber(arg(args, 0))
	var ranges []requestedRange
	for part := range strings.SplitSeq(spec, ",") {
		from, to, ok := strings.Cut(part, "-")
		if len(ranges) >= maxPreferences {
			return msg.Number(-2), nil
		}
		if !ok {
			to = ""
		}
		start, end := msg.ParseInt(from, 10), msg.ParseInt(to, 10)
		switch {
		case start != start:
			start, end = size-end, size-1
		case end != end:
			end = size - 1
		}
		end = min(end, size-1)
		if start != start || end != end || start > end || start < 0 {
			continue
		}
		ranges = append(ranges, requestedRange{start, end, len(ranges)})
	}
	if len(ranges) == 0 {
		return msg.Number(-1), nil
	}
	if msg.ToBool(objectArg(args, 1).Value("combine")) {
		ranges = combine(ranges)
	}
	list := msg.NewArray()
	for _, r := range ranges {
		list.Append(msg.NewObject("start", msg.Number(r.start), "end", msg.Number(r.end)))
	}
	return list, nil
}

type requestedRange struct {
	start, end float64
	place      int // in the header
}

// combine joins ranges that overlap or touch; each comes where its first part stood.
func combine(ranges []requestedRange) []requestedRange {
	slices.SortStableFunc(ranges, func(a, b requestedRange) int { return cmp.Compare(a.start, b.start) })
	joined := ranges[:1]
	for _, r := range ranges[1:] {
		switch last := &joined[len(joined)-1]; {
		case r.start > last.end+1:
			joined = append(joined, r)
		case r.end > last.end:
			last.end, last.place = r.end, min(last.place, r.place)
		}
	}
	slices.SortFunc(joined, func(a, b requestedRange) int { return cmp.Compare(a.place, b.place) })
	return joined
}
