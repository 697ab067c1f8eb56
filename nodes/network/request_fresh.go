package network

import (
	"math"
	"net/http"
	"regexp"
	"strings"
	"time"

	"sluice/runtime/msg"
)

var noCache = regexp.MustCompile(`(?:^|,)\s*?no-cache\s*?(?:,|$)`)

// isFresh tells whether a conditional request is satisfied by what the client
// has, as npm's fresh decides: a tag and a date must both agree where both are given.
func isFresh(request, response http.Header) bool {
	since, none := request.Get("If-Modified-Since"), request.Get("If-None-Match")
	if since == "" && none == "" {
		return false
	}
	if cc := strings.Join(request["Cache-Control"], ", "); cc != "" && noCache.MatchString(cc) {
		return false
	}
	if none != "" && none != "*" && !matchesTag(strings.Join(request["If-None-Match"], ", "), first(response["ETag"])) {
		return false
	}
	if since != "" {
		modified := first(response["Last-Modified"])
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

func parseDate(s string) float64 {
	if s == "" {
		return math.NaN()
	}
	return msg.ParseDate(s, time.Local)
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
