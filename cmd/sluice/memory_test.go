package main

import (
	"testing"
	"time"
)

func TestSmallHeapsThatAreCollectedOftenGetRoom(t *testing.T) {
	for _, tc := range []struct {
		name    string
		percent int
		since   time.Duration
		live    uint64
		want    int
	}{
		{"often", 400, time.Millisecond, 1 << 20, 800},
		{"often, with as much room as there is", 1000, time.Millisecond, 1 << 20, 1000},
		{"now and then", 800, 200 * time.Millisecond, 1 << 20, 800},
		{"seldom", 800, 2 * time.Second, 1 << 20, 400},
		{"seldom, with no room to give back", 400, time.Hour, 1 << 20, 400},
		{"often, and a fifth of the room is live", 400, time.Millisecond, 8 << 20, 500},
		{"often, but large", 400, time.Millisecond, 20 << 20, 400},
		{"grown large", 1000, 200 * time.Millisecond, 100 << 20, 400},
	} {
		if got := pace(tc.percent, tc.since, tc.live); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}
