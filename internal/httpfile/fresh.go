// Package httpfile decides about files over HTTP what npm's send, fresh,
// range-parser and mime decide for Express: types, conditions and ranges.
//
// It opens nothing and writes nothing.
package httpfile

import (
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sluice/runtime/msg"
)

var noCache = regexp.MustCompile(`(?:^|,)\s*?no-cache\s*?(?:,|$)`)

// Fresh tells whether a conditional request is satisfied by what the client
// has, as npm's fresh decides: a tag and a date must both agree where both are given.
func Fresh(request, response http.Header) bool {
	since, none := request.Get("If-Modified-Since"), request.Get("If-None-Match")
	if since == "" && none == "" {
		return false
	}
	if cc := strings.Join(request["Cache-Control"], ", "); cc != "" && noCache.MatchString(cc) {
		return false
	}
	if none != "" && none != "*" && !matchesTag(strings.Join(request["If-None-Match"], ", "), tagOf(response)) {
		return false
	}
	if since != "" {
		modified := response.Get("Last-Modified")
		if modified == "" || !(parseDate(modified) <= parseDate(since)) {
			return false
		}
	}
	return true
}

func matchesTag(list, tag string) bool {
	if tag == "" {
		return false
	}
	for one := range strings.SplitSeq(list, ",") {
		one = strings.Trim(one, " ")
		if one == tag || one == "W/"+tag || "W/"+one == tag {
			return true
		}
	}
	return false
}

// Tag is the entity tag of a file, as npm's send makes it of size and time.
func Tag(size int64, modified time.Time) string {
	return `W/"` + strconv.FormatInt(size, 16) + "-" + strconv.FormatInt(modified.UnixMilli(), 16) + `"`
}

func parseDate(s string) float64 {
	if s == "" {
		return math.NaN()
	}
	return msg.ParseDate(s, time.Local)
}

// tagOf reads the entity tag, which some handlers spell as Node does.
func tagOf(h http.Header) string {
	for name, values := range h {
		if strings.EqualFold(name, "ETag") && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// Failed tells whether a condition of the request forbids to send the file (npm's
// send: If-Match, else If-Unmodified-Since).
func Failed(request, response http.Header) bool {
	if match := strings.Join(request["If-Match"], ", "); match != "" {
		tag := tagOf(response)
		return tag == "" || match != "*" && !matchesTag(match, tag)
	}
	if since := parseDate(request.Get("If-Unmodified-Since")); since == since {
		return !(parseDate(response.Get("Last-Modified")) <= since)
	}
	return false
}

// RangeFresh tells whether If-Range lets a part be sent.
func RangeFresh(request, response http.Header) bool {
	condition := request.Get("If-Range")
	switch {
	case condition == "":
		return true
	case strings.Contains(condition, `"`):
		tag := tagOf(response)
		return tag != "" && strings.Contains(condition, tag)
	}
	return parseDate(response.Get("Last-Modified")) <= parseDate(condition)
}
