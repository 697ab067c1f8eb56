package main

import "testing"

func TestPacerGivesRoomToHeapsThatAreSmallOrWorkHard(t *testing.T) {
	for _, tc := range []struct {
		name    string
		percent int
		share   float64
		live    uint64
		want    int
	}{
		{"a small heap at rest", 0, 0, 1 << 20, 800},
		{"a small heap at work", 800, 0.2, 1 << 20, 1200},
		{"a small heap with all the room there is", 1600, 0.2, 1 << 20, 1600},
		{"a small heap that has got enough", 1200, 0.07, 1 << 20, 1200},
		{"a small heap at rest again", 1200, 0.01, 1 << 20, 800},
		{"a heap that has grown", 1600, 0.07, 16 << 20, 400},
		{"a large heap at rest", 100, 0, 1 << 30, 100},
		{"a large heap at work", 100, 0.3, 1 << 30, 150},
		{"a large heap that works hard", 200, 0.3, 1 << 30, 200},
	} {
		if got := pace(tc.percent, tc.share, tc.live); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}
