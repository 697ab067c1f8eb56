package network

import "strings"

// topicMatches tells whether a topic is one that a subscription asks for, as
// Node-RED judges it: unlike in MQTT + does not stand for an empty level, and # covers all topics.
func topicMatches(filter, topic string) bool {
	if filter == "#" {
		return true
	}
	if rest, ok := strings.CutPrefix(filter, "$share/"); ok { // shared: $share/name/filter
		if name, inner, ok := strings.Cut(rest, "/"); ok && name != "" && !strings.ContainsAny(name, "#+") {
			filter = inner
		}
	}
	for {
		want, filterRest, moreFilter := strings.Cut(filter, "/")
		level, topicRest, moreTopic := strings.Cut(topic, "/")
		if want != level && (want != "+" || level == "") {
			return false
		}
		switch {
		case !moreFilter:
			return !moreTopic
		case filterRest == "#":
			return true // also of the level itself
		case !moreTopic:
			return false
		}
		filter, topic = filterRest, topicRest
	}
}

// validFilter tells whether a subscription may ask for it: + is a whole level, # the last.
func validFilter(filter string) bool {
	levels := strings.Split(filter, "/")
	for i, level := range levels {
		if strings.ContainsAny(level, "+#") && level != "+" && (level != "#" || i < len(levels)-1) {
			return false
		}
	}
	return true
}

// validTopic tells whether a message may be published to it.
func validTopic(topic string) bool {
	return topic != "" && !strings.ContainsAny(topic, "+#\b\f\n\r\t\v\x00")
}
