package httpfile

import (
	"slices"
	"strconv"
	"strings"
)

// Range is a part of a file, both ends included.
type Range struct{ Start, End int64 }

// maxRanges bounds the ranges that one header asks for; more are served as none.
const maxRanges = 100

// OneRange reads a Range header as npm's send does. ok means that exactly this part
// is to be sent; several that overlap or touch count as one, and what cannot be read
// as one range asks for the whole file. unsatisfiable means status 416.
func OneRange(header string, size int64) (part Range, ok, unsatisfiable bool) {
	spec, isBytes := strings.CutPrefix(header, "bytes=")
	if !isBytes {
		return part, false, false
	}
	var parts []Range
	for text := range strings.SplitSeq(spec, ",") {
		if len(parts) == maxRanges {
			return part, false, false
		}
		from, to, _ := strings.Cut(text, "-")
		start, startErr := strconv.ParseInt(strings.TrimSpace(from), 10, 64)
		end, endErr := strconv.ParseInt(strings.TrimSpace(to), 10, 64)
		switch {
		case startErr != nil && endErr != nil:
			continue
		case startErr != nil: // the last bytes
			start, end = size-end, size-1
		case endErr != nil:
			end = size - 1
		}
		if end = min(end, size-1); start > end || start < 0 {
			continue
		}
		parts = append(parts, Range{start, end})
	}
	if len(parts) == 0 {
		return part, false, true
	}
	slices.SortFunc(parts, func(a, b Range) int { return int(min(max(a.Start-b.Start, -1), 1)) })
	part = parts[0]
	for _, next := range parts[1:] {
		if next.Start > part.End+1 {
			return part, false, false
		}
		part.End = max(part.End, next.End)
	}
	return part, true, false
}
