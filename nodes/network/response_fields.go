package network

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"sluice/internal/http1"
)

// The header of an answer is its lines, as they will go out: Node keeps the order
// and spelling that a flow gives, and a map would have to be kept beside them.

// sameName tells whether two names are of the same header.
func sameName(a, b string) bool { return len(a) == len(b) && (a == b || strings.EqualFold(a, b)) }

// findLocked returns where the lines of a header are: fields[i:j], at the end if there are none.
func (res *response) findLocked(name string) (i, j int) {
	for i < len(res.fields) && !sameName(res.fields[i].Name, name) {
		i++
	}
	for j = i; j < len(res.fields) && sameName(res.fields[j].Name, name); j++ {
	}
	return i, j
}

// firstLocked returns the first line of a header, "" if there is none.
func (res *response) firstLocked(name string) string {
	if i, j := res.findLocked(name); i < j {
		return res.fields[i].Value
	}
	return ""
}

// valuesLocked returns the lines of a header.
func (res *response) valuesLocked(name string) []string {
	i, j := res.findLocked(name)
	values := make([]string, 0, j-i)
	for _, f := range res.fields[i:j] {
		values = append(values, f.Value)
	}
	return values
}

// putLocked sets a header to values known to be good, whatever has been settled: where
// it was first set, in its latest spelling, as in Node.
func (res *response) putLocked(name string, values ...string) {
	res.disownLocked()
	if res.fields == nil {
		res.fields = res.memory[:0]
	}
	i, j := res.findLocked(name)
	for k, v := range values {
		f := http1.Field{Name: name, Value: v}
		switch at := i + k; {
		case at < j:
			res.fields[at] = f
		case at == len(res.fields):
			res.fields = append(res.fields, f)
		default:
			res.fields = slices.Insert(res.fields, at, f)
		}
	}
	if i+len(values) < j {
		res.fields = slices.Delete(res.fields, i+len(values), j)
	}
}

// dropLocked removes a header.
func (res *response) dropLocked(name string) {
	if i, j := res.findLocked(name); i < j {
		res.disownLocked()
		res.fields = slices.Delete(res.fields, i, j)
	}
}

// disownLocked leaves the lines that have been settled to flush, which reads them without the lock.
func (res *response) disownLocked() {
	if res.committed {
		res.fields = slices.Clone(res.fields)
	}
}

// headerLocked returns the header as net/http has it.
func (res *response) headerLocked() http.Header {
	h := make(http.Header, len(res.fields))
	addFields(h, res.fields)
	return h
}

func addFields(h http.Header, fields []http1.Field) {
	for _, f := range fields {
		key := canonicalHeader(f.Name)
		h[key] = append(h[key], f.Value)
	}
}

// givenOrder is how Express and npm's cors order what they set before a flow answers.
var givenOrder = []string{"X-Powered-By", "Access-Control-Allow-Origin", "Vary", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"}

// begin takes over what has been set in the header before the flow.
func (ex *transaction) begin() {
	res := &ex.res
	res.status = http.StatusOK
	var h http.Header
	if ex.wire != nil {
		h = ex.wire.Given()
	} else {
		h = ex.w.Header()
	}
	if len(h) == 0 {
		return
	}
	for _, name := range givenOrder {
		if values := h[name]; len(values) > 0 {
			res.putLocked(name, values...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if !slices.Contains(givenOrder, name) {
			res.putLocked(name, h[name]...)
		}
	}
	ex.given = slices.Clone(res.fields)
}

// writeHeader writes the header.
func (ex *transaction) writeHeader(status int, a http1.Answer) {
	if ex.wire != nil {
		if status == http.StatusNoContent {
			a.Empty = slices.ContainsFunc(a.Fields, func(f http1.Field) bool { return f.Value == "0" && sameName(f.Name, "Content-Length") })
		}
		ex.wire.Answer(a)
	} else {
		ex.fill(a)
	}
	ex.w.WriteHeader(status)
}

// fill puts the header where net/http looks for it.
func (ex *transaction) fill(a http1.Answer) {
	h := ex.w.Header()
	clear(h)
	addFields(h, a.Fields)
	if h["Content-Type"] == nil {
		h["Content-Type"] = nil // no guessing
	}
	if a.Dateless && h["Date"] == nil {
		h["Date"] = nil // none
	}
}
