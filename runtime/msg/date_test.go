package msg

import (
	"math"
	"testing"
	"time"
	_ "time/tzdata" // the tables below were made in Berlin
)

func berlin(t testing.TB) *time.Location {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// Answers of Node 24 with TZ=Europe/Berlin.
func TestParseDateAnswersAsNode(t *testing.T) {
	loc := berlin(t)
	for _, tc := range []struct {
		in   string
		want float64
	}{
		{"2024", 1704067200000},
		{"2024-01", 1704067200000},
		{"2024-01-02", 1704153600000},
		{"2024-07-01T12:00", 1719828000000},
		{"2024-01-02T03:04:05", 1704161045000},
		{"2024-01-02T03:04:05.678Z", 1704164645678},
		{"2024-01-02T03:04:05.6789012345Z", 1704164645678},
		{"2024-01-02T03:04+01:30", 1704159240000},
		{"2024-01-02T03:04-0100", 1704168240000},
		{"2024-01-02T24:00Z", 1704240000000},
		{"2024-01-02T24:01Z", math.NaN()},
		{"2024-01-02T25:00Z", math.NaN()},
		{"2024-01-02T03Z", math.NaN()},
		{"2024-01-02T03:04 Z", math.NaN()},
		{"2024-13-01", math.NaN()},
		{"2024-02-31", 1709337600000},
		{"2024-02-31T00:00Z", 1709337600000},
		{"+012024-01-01", 317273587200000},
		{"-000001-01-01", -62198755200000},
		{"-000000-01-01", 978303600000},
		{"2024-1-2", 1704150000000},
		{"2024-01-02 10:11:12", 1704186672000},
		{"2024-01-02 10:11:12.5", 1704186672500},
		{"2024-06-15 12:00 -0700", 1718478000000},
		{"2024-06-15 12:00 UTC+3", 1718442000000},
		{"2024-06-15 12:00Z", 1718452800000},
		{"2024/01/02 10:11:12", 1704186672000},
		{"01/02/2024", 1704150000000},
		{"1/2/24", 1704150000000},
		{"1/2/50", -631069200000},
		{"13/2/2024", math.NaN()},
		{"12-25-1995", 819846000000},
		{"1.2.2024", 1704150000000},
		{"20240102", math.NaN()},
		{"Jan 2, 2024", 1704150000000},
		{"January 2, 2024 3:04 PM", 1704204240000},
		{"2 January 2024 12:00 am", 1704150000000},
		{"Jan 2 2024 12:00 PM", 1704193200000},
		{"Jan 2 2024 13:00 PM", math.NaN()},
		{"Jan 2 2024 5pm", math.NaN()},
		{"2.Jan.2024", 1704150000000},
		{"Jan", math.NaN()},
		{"Jan 5", 978649200000},
		{"5", 988668000000},
		{"12", 1007161200000},
		{"32", 1956524400000},
		{"12:30", math.NaN()},
		{"Tue, 02 Jan 2024 03:04:05 GMT", 1704164645000},
		{"Tue, 02 Jan 2024 03:04:05 +0430", 1704148445000},
		{"Tue Jan 02 2024 03:04:05 GMT+0100 (Central European Standard Time)", 1704161045000},
		{"Dec 25, 1995 13:30 PST", 819927000000},
		{"Thu, 01 Jan 1970 00:00:00 EDT", 14400000},
		{"1 Jan 2024 10:00 CET", math.NaN()},
		{"foo 2024", 1704063600000},
		{"foo2024", math.NaN()},
		{"2024 foo", math.NaN()},
		{"2024 (comment (nested)) Jan", 1704063600000},
		{"2024-03-31T02:30", 1711848600000},
		{"2024-10-27T02:30", 1729989000000},
		{"1900-01-01T00:00", -2208992400000},
		{"Sat Sep 13 275760 00:00:00 GMT", 8640000000000000},
		{"Sat Sep 13 275760 00:00:01 GMT", math.NaN()},
		{"1 Jan 100", -59011462408000},
		{"10:20:30.5 1/2/2024", 1704187230500},
		{"", math.NaN()},
		{"x", math.NaN()},
		{"-", math.NaN()},
		{"2024-", 1704063600000},
		{"(", math.NaN()},
		{")", math.NaN()},
		{"1/2/2024)", math.NaN()},
		{"1 2 3 4", math.NaN()},
	} {
		if got := ParseDate(tc.in, loc); got != tc.want && (got == got || tc.want == tc.want) {
			t.Errorf("Date.parse(%q) = %s (%s), want %s", tc.in, FormatNumber(got), (&Date{got}).Format(loc), FormatNumber(tc.want))
		}
	}
}

// Answers of Node 24 with TZ=Europe/Berlin: toISOString and toString.
func TestDatesPrintAsNode(t *testing.T) {
	loc := berlin(t)
	for _, tc := range []struct {
		ms        float64
		iso, text string
	}{
		{0, "1970-01-01T00:00:00.000Z", "Thu Jan 01 1970 01:00:00 GMT+0100 (Central European Standard Time)"},
		{1719828000000, "2024-07-01T10:00:00.000Z", "Mon Jul 01 2024 12:00:00 GMT+0200 (Central European Summer Time)"},
		{1704164645678, "2024-01-02T03:04:05.678Z", "Tue Jan 02 2024 04:04:05 GMT+0100 (Central European Standard Time)"},
		{-62198755200000, "-000001-01-01T00:00:00.000Z", "Fri Jan 01 -0001 00:53:28 GMT+0053 (Central European Standard Time)"},
		{-100000000000000, "-001199-02-15T14:13:20.000Z", "Thu Feb 15 -1199 15:06:48 GMT+0053 (Central European Standard Time)"},
		{200000000000000, "8307-10-01T19:33:20.000Z", "Tue Oct 01 8307 21:33:20 GMT+0200 (Central European Summer Time)"},
		{-2208988800000, "1900-01-01T00:00:00.000Z", "Mon Jan 01 1900 01:00:00 GMT+0100 (Central European Standard Time)"},
	} {
		d := &Date{tc.ms}
		if got, ok := d.ISO(); got != tc.iso || !ok {
			t.Errorf("%v as ISO: %s, want %s", tc.ms, got, tc.iso)
		}
		if got := d.Format(loc); got != tc.text {
			t.Errorf("%v as text: %s, want %s", tc.ms, got, tc.text)
		}
	}
	if _, ok := (&Date{math.NaN()}).ISO(); ok {
		t.Error("an invalid date has an ISO form")
	}
	if d := NewDate(time.UnixMicro(1234567)); d.Ms != 1234 || !d.Valid() {
		t.Errorf("NewDate: %v", d.Ms)
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2024-01-02T03:04:05.678+01:00", "2024-02-31T23:59:59.999Z", "0000-12-01T00:00:00Z", "Jan 2, 2024 3:04 PM", "Tue, 02 Jan 2024 03:04:05 GMT", "1/2/24 (x", "+012024-01-01"} {
		f.Add(s)
	}
	loc := berlin(f)
	f.Fuzz(func(t *testing.T, s string) {
		ms := ParseDate(s, loc)
		if quick, ok := printedISO(s); ok {
			p := dateParser{tokens: dateTokens(s)}
			if !p.iso() || p.result(loc) != quick {
				t.Fatalf("%q is %v, token by token %v", s, quick, p.result(loc))
			}
		}
		if ms != ms {
			return
		}
		d := &Date{ms}
		iso, ok := d.ISO()
		if !ok || ParseDate(iso, loc) != ms {
			t.Fatalf("%q is %v, whose ISO form %q reads as %v", s, ms, iso, ParseDate(iso, loc))
		}
		if d.Time().In(loc).Year() > 100 && math.Mod(ms, 1000) == 0 && ms > 0 {
			if back := ParseDate(d.Format(loc), loc); back != ms {
				t.Fatalf("%q is %v, whose text %q reads as %v", s, ms, d.Format(loc), back)
			}
		}
	})
}
