package common

import (
	"errors"
	"testing"
	"time"
)

// The times are those of cronosjs.
func TestCronNext(t *testing.T) {
	const layout = "2006-01-02 15:04:05 -0700"
	for _, tc := range []struct{ expr, zone, after, want string }{
		{"* * * * *", "UTC", "2024-01-01 00:00:30 +0000", "2024-01-01 00:01:00 +0000"},
		{"*/15 * * * *", "UTC", "2024-01-01 00:45:00 +0000", "2024-01-01 01:00:00 +0000"},
		{"*/20 * * * * *", "UTC", "2024-01-01 00:00:41 +0000", "2024-01-01 00:01:00 +0000"},
		{"0 0 1 1 * 0 2030", "UTC", "2024-01-01 00:00:00 +0000", "2030-01-01 01:00:00 +0000"},
		{"0 9 * * mon-fri", "UTC", "2024-01-05 10:00:00 +0000", "2024-01-08 09:00:00 +0000"},
		{"0 0 * * 7", "UTC", "2024-01-01 00:00:00 +0000", "2024-01-07 00:00:00 +0000"},
		{"0 22-2 * * *", "UTC", "2024-01-01 02:00:00 +0000", "2024-01-01 22:00:00 +0000"},
		{"0 0 * * 5-1", "UTC", "2024-01-02 00:00:00 +0000", "2024-01-05 00:00:00 +0000"},
		{"0 0 L * *", "UTC", "2024-02-01 00:00:00 +0000", "2024-02-29 00:00:00 +0000"},
		{"0 0 LW * *", "UTC", "2024-03-01 00:00:00 +0000", "2024-03-29 00:00:00 +0000"},
		{"0 0 15W * *", "UTC", "2024-06-01 00:00:00 +0000", "2024-06-14 00:00:00 +0000"},
		{"0 0 1W * *", "UTC", "2024-06-01 00:00:00 +0000", "2024-06-03 00:00:00 +0000"},
		{"0 0 * * 5L", "UTC", "2024-01-01 00:00:00 +0000", "2024-01-26 00:00:00 +0000"},
		{"0 0 * * 1#2", "UTC", "2024-01-01 00:00:00 +0000", "2024-01-08 00:00:00 +0000"},
		{"0 0 13 * 5", "UTC", "2024-01-01 00:00:00 +0000", "2024-01-05 00:00:00 +0000"},
		{"0 0 * * 6/7", "UTC", "2024-01-01 00:00:00 +0000", "2024-01-06 00:00:00 +0000"},
		{"0 0 29 2 *", "UTC", "2024-03-01 00:00:00 +0000", "2028-02-29 00:00:00 +0000"},
		{"@weekly", "UTC", "2024-01-01 00:00:00 +0000", "2024-01-07 00:00:00 +0000"},
		{"0 0 ? JAN,jul ?", "UTC", "2024-02-01 00:00:00 +0000", "2024-07-01 00:00:00 +0000"},
		// The hour from 2 is skipped on March 31, and repeated on October 27.
		{"30 2 * * *", "Europe/Berlin", "2024-03-30 12:00:00 +0100", "2024-03-31 03:00:00 +0200"},
		{"*/10 * * * *", "Europe/Berlin", "2024-03-31 01:50:00 +0100", "2024-03-31 03:00:00 +0200"},
		{"30 2 * * *", "Europe/Berlin", "2024-10-26 12:00:00 +0200", "2024-10-27 02:30:00 +0200"},
		{"30 2 * * *", "Europe/Berlin", "2024-10-27 02:30:00 +0200", "2024-10-28 02:30:00 +0100"},
		{"30 * * * *", "Europe/Berlin", "2024-10-27 02:30:00 +0100", "2024-10-27 03:30:00 +0100"},
	} {
		zone, err := time.LoadLocation(tc.zone)
		if err != nil {
			t.Skip("this machine has no time zones")
		}
		s, err := parseCron(tc.expr)
		if err != nil {
			t.Errorf("%s: %v", tc.expr, err)
			continue
		}
		after, err := time.Parse(layout, tc.after)
		if err != nil {
			t.Fatal(err)
		}
		next, ok := s.next(after.In(zone))
		if got := next.Format(layout); got != tc.want || !ok {
			t.Errorf("%s after %s: got %s, want %s", tc.expr, tc.after, got, tc.want)
		}
	}
}

func TestCronThatNeverComes(t *testing.T) {
	s, err := parseCron("0 0 30 2 *")
	if err != nil {
		t.Fatal(err)
	}
	if next, ok := s.next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)); ok {
		t.Errorf("a 30th of February on %s", next)
	}
}

func TestCronRefuses(t *testing.T) {
	for expr, want := range map[string]error{
		"* * * *": errCronFields, "@reboot": errCronFields, "": errCronFields,
		"x * * * *": errCronItem, "*/0 * * * *": errCronItem, "* * * * L": errCronItem,
		"60 * * * *": errCronValue, "* * 0 * *": errCronValue, "* * 99999999999999999999 * *": errCronValue,
		"* * 5-1 * *": errCronRange, "* * * * 1#6": errCronNth,
	} {
		if _, err := parseCron(expr); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", expr, err, want)
		}
	}
}

func FuzzCron(f *testing.F) {
	for _, expr := range []string{"* * * * *", "0 0 L,15W * 5L,1#2", "1/3 22-2/2 * jan-mar mon 2020-2030/2", "@daily"} {
		f.Add(expr)
	}
	after := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr string) {
		s, err := parseCron(expr)
		if err != nil {
			return
		}
		if next, ok := s.next(after); ok && !next.After(after) {
			t.Errorf("%q: %s is not after %s", expr, next, after)
		}
	})
}
