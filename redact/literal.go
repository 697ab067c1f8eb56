package redact

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// index finds literals by their last eight bytes: secrets of one vendor begin
// alike ("github_pat_"), but end in what makes them secret. One hash of a window
// that slides over the text, checked against a bit set, decides at nearly every
// position that nothing ends there.
type index struct {
	bits   [filterBits / 64]uint64
	byTail map[uint64][]string // longest first
}

const filterBits = 1 << 14

func newIndex(secrets []string) *index {
	x := &index{byTail: map[uint64][]string{}}
	for _, s := range secrets {
		for _, form := range forms(s) {
			tail := tailOf(form)
			x.byTail[tail] = append(x.byTail[tail], form)
			x.bits[hash(tail)/64] |= 1 << (hash(tail) % 64)
		}
	}
	for tail, list := range x.byTail {
		slices.SortFunc(list, func(a, b string) int {
			return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
		})
		x.byTail[tail] = slices.Compact(list)
	}
	return x
}

// hash of a window, below filterBits (Fibonacci hashing).
func hash(window uint64) uint64 { return window * 0x9E3779B97F4A7C15 >> 50 }

func tailOf(s string) (window uint64) {
	for i := len(s) - MinLiteral; i < len(s); i++ {
		window = window<<8 | uint64(s[i])
	}
	return window
}

// replace puts the mask in the place of every literal in s. Where literals
// overlap, all of what they cover goes.
func (x *index) replace(s string) string {
	if x == nil || len(x.byTail) == 0 || len(s) < MinLiteral {
		return s
	}
	var found [][2]int // begin and end, by end
	var window uint64
	for i := range len(s) {
		window = window<<8 | uint64(s[i])
		if h := hash(window); i < MinLiteral-1 || x.bits[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, literal := range x.byTail[window] {
			if strings.HasSuffix(s[:i+1], literal) {
				found = append(found, [2]int{i + 1 - len(literal), i + 1})
				break
			}
		}
	}
	return mask(s, found)
}

// mask replaces spans, which are sorted by their ends.
func mask(s string, spans [][2]int) string {
	if len(spans) == 0 {
		return s
	}
	merged := spans[:0]
	for _, span := range spans {
		for len(merged) > 0 && span[0] < merged[len(merged)-1][1] {
			span[0] = min(span[0], merged[len(merged)-1][0])
			merged = merged[:len(merged)-1]
		}
		merged = append(merged, span)
	}
	var b strings.Builder
	at := 0
	for _, span := range merged {
		b.WriteString(s[at:span[0]] + Mask)
		at = span[1]
	}
	return b.String() + s[at:]
}

// forms are the spellings in which a secret may show up, each long enough to look for.
func forms(s string) []string {
	if len(s) > maxLiteral {
		s = s[:maxLiteral]
	}
	list := []string{s, url.QueryEscape(s), url.PathEscape(s), strings.ReplaceAll(url.QueryEscape(s), "+", "%20"), hexLower(url.QueryEscape(s))}
	quoted := strconv.Quote(s)
	list = append(list, quoted[1:len(quoted)-1])
	if text, err := json.Marshal(s); err == nil {
		list = append(list, string(text[1:len(text)-1]))
	}
	for lead := range 3 {
		list = append(list, inBase64(s, lead, base64.StdEncoding), inBase64(s, lead, base64.URLEncoding))
	}
	return slices.DeleteFunc(list, func(form string) bool { return len(form) < MinLiteral })
}

// inBase64 is what s always looks like in the base64 of a longer text, of which
// lead bytes (modulo three) come before it: "user:password" of Basic, for one. The
// characters that mix with the neighbours are left out.
func inBase64(s string, lead int, enc *base64.Encoding) string {
	text := enc.WithPadding(base64.NoPadding).EncodeToString([]byte("\x00\x00"[:lead] + s))
	first := [...]int{0, 2, 3}[lead]
	if (lead+len(s))%3 != 0 {
		text = text[:len(text)-1]
	}
	return text[min(first, len(text)):]
}

// hexLower spells the escapes of a URL in lower case, as some programs do.
func hexLower(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}
