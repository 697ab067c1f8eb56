package jsonata

import (
	"testing"

	"sluice/runtime/msg"
)

// The answers are those of moment 2.30 with moment-timezone.
func TestMoment(t *testing.T) {
	for _, tc := range []struct{ expr, want string }{
		{`$moment(1520000000123).toISOString()`, `"2018-03-02T14:13:20.123Z"`},
		{`$moment("2018-03-02T14:13:20.123+01:00").valueOf()`, `1519996400123`},
		{`$moment("2018-W09-5T00:00:00Z").toISOString()`, `"2018-03-02T00:00:00.000Z"`},
		{`$moment("2018-060T00:00:00Z").toISOString()`, `"2018-03-01T00:00:00.000Z"`},
		{`$moment("2018-13-01").isValid()`, `false`},
		{`$moment("2018-13-01").format()`, `"Invalid date"`},
		{`$moment("02.03.2018 +00:00", "DD.MM.YYYY Z").toISOString()`, `"2018-03-02T00:00:00.000Z"`},
		{`$moment("Mar 5th 2019", "MMM Do YYYY").format("YYYY-MM-DD")`, `"2019-03-05"`},
		{`$moment("3:07 PM", "h:mm A").format("HH:mm")`, `"15:07"`},
		{`$moment("1520000000", "X").unix()`, `1520000000`},
		{`$moment([2018, 1, 14, 15]).format("YYYY-MM-DD HH")`, `"2018-02-14 15"`},
		{`$moment(1520000000123).utc().format()`, `"2018-03-02T14:13:20Z"`},
		{`$moment(1520000000123).utc().format("dddd, MMMM Do YYYY, h:mm:ss a")`, `"Friday, March 2nd 2018, 2:13:20 pm"`},
		{`$moment(1520000000123).utc().format("[Q]Q DDD w W gg E d SSS x")`, `"Q1 61 9 9 18 5 5 123 1520000000123"`},
		{`$moment(1520000000123).utc().format("LLLL | L LTS")`, `"Friday, March 2, 2018 2:13 PM | 03/02/2018 2:13:20 PM"`},
		{`$moment(1520000000123).utcOffset(-330).format()`, `"2018-03-02T08:43:20-05:30"`},
		{`$moment(1520000000123).tz("America/New_York").format("YYYY-MM-DD HH:mm z Z")`, `"2018-03-02 09:13 EST -05:00"`},
		{`$moment("2018-01-31T00:00:00Z").utc().add(1, "month").format("YYYY-MM-DD")`, `"2018-02-28"`},
		{`$moment("2018-03-24T12:00:00Z").tz("Europe/Berlin").add(1, "d").format()`, `"2018-03-25T13:00:00+02:00"`},
		{`$moment(0).utc().subtract(90, "minutes").toISOString()`, `"1969-12-31T22:30:00.000Z"`},
		{`$moment("2018-03-02T14:13:20Z").utc().startOf("isoWeek").format()`, `"2018-02-26T00:00:00Z"`},
		{`$moment("2018-03-02T14:13:20Z").utc().endOf("month").toISOString()`, `"2018-03-31T23:59:59.999Z"`},
		{`$moment("2018-03-30T06:00:00Z").utc().diff("2018-02-27T00:00:00Z", "months", true)`, `1.043103448275862`},
		{`$moment("2018-03-02T00:00:00Z").utc().diff("2018-02-28T12:00:00Z", "days")`, `1`},
		{`$moment("2018-03-02T10:00:00Z").utc().isSame("2018-03-02T23:00:00Z", "day")`, `true`},
		{`$moment("2018-03-02T10:00:00Z").isBefore("2018-03-02T23:00:00Z")`, `true`},
		{`$moment("2018-03-02T10:00:00Z").isBetween("2018-03-01T00:00:00Z", "2018-03-03T00:00:00Z")`, `true`},
		{`$moment("2018-03-02T00:00:00Z").from("2018-03-05T00:00:00Z")`, `"3 days ago"`},
		{`$moment("2018-03-02T00:00:00Z").utc().year(2020).month(1).date(29).dayOfYear()`, `60`},
		{`($m := $moment(0).utc(); $c := $m.clone(); $m.add(1, "s"); [$m.valueOf(), $c.valueOf()])`, `[1000,0]`},
		{`$moment(0)`, `"1970-01-01T00:00:00.000Z"`},
		{`{"at": [$moment(0)]}`, `{"at":["1970-01-01T00:00:00.000Z"]}`},
		{`$string({"at": $moment(0)})`, `"{\"at\":\"1970-01-01T00:00:00.000Z\"}"`},
		{`$moment().nope()`, `Attempted to invoke a non-function`},
		{`$moment().tz("Mars/Olympus")`, `$moment: unknown time zone Mars/Olympus`},
	} {
		x, err := Prepare(tc.expr, nil)
		if err != nil {
			t.Fatal(err)
		}
		v, err := x.Eval(t.Context(), &msg.Object{}, nil)
		got := show(v)
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.expr, got, tc.want)
		}
	}
}
