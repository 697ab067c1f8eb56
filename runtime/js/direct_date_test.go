package js

import (
	"testing"
	"time"
	_ "time/tzdata" // the answers are Node's in Berlin
)

func TestDatesOfCompiledBodies(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	defer func(was *time.Location) { time.Local = was }(time.Local)
	time.Local = berlin
	playAsInNode(t, returning([][2]string{
		{`[0, 1711846799999, 1711846800000, 1729987200000, 1729990800000, -1, -62198755200000, 8.64e15, 951782400001].map(t => { const d = new Date(t); return [d.getFullYear(), d.getMonth(), d.getDate(), d.getDay(), d.getHours(), d.getMinutes(), d.getSeconds(), d.getMilliseconds(), d.getYear(), d.getTimezoneOffset()] })`, `[[1970,0,1,4,1,0,0,0,70,-60],[2024,2,31,0,1,59,59,999,124,-60],[2024,2,31,0,3,0,0,0,124,-120],[2024,9,27,0,2,0,0,0,124,-120],[2024,9,27,0,2,0,0,0,124,-60],[1970,0,1,4,0,59,59,999,70,-60],[-1,0,1,5,0,53,28,0,-1901,-53],[275760,8,13,6,2,0,0,0,273860,-120],[2000,1,29,2,1,0,0,1,100,-60]]`},
		{`[0, 1711846799999, 1711846800000, 1729987200000, 1729990800000, -1, -62198755200000, 8.64e15, 951782400001].map(t => { const d = new Date(t); return [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCDay(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds(), d.getUTCMilliseconds()] })`, `[[1970,0,1,4,0,0,0,0],[2024,2,31,0,0,59,59,999],[2024,2,31,0,1,0,0,0],[2024,9,27,0,0,0,0,0],[2024,9,27,0,1,0,0,0],[1969,11,31,3,23,59,59,999],[-1,0,1,5,0,0,0,0],[275760,8,13,6,0,0,0,0],[2000,1,29,2,0,0,0,1]]`},
		{`[0, 1711846799999, 1711846800000, 1729987200000, 1729990800000, -1, -62198755200000, 8.64e15, 951782400001].map(t => { const d = new Date(t); return [d.toISOString(), d.toString(), d.toDateString(), d.toTimeString(), d.toUTCString(), d.toGMTString(), d.toJSON()] })`, `[["1970-01-01T00:00:00.000Z","Thu Jan 01 1970 01:00:00 GMT+0100 (Central European Standard Time)","Thu Jan 01 1970","01:00:00 GMT+0100 (Central European Standard Time)","Thu, 01 Jan 1970 00:00:00 GMT","Thu, 01 Jan 1970 00:00:00 GMT","1970-01-01T00:00:00.000Z"],["2024-03-31T00:59:59.999Z","Sun Mar 31 2024 01:59:59 GMT+0100 (Central European Standard Time)","Sun Mar 31 2024","01:59:59 GMT+0100 (Central European Standard Time)","Sun, 31 Mar 2024 00:59:59 GMT","Sun, 31 Mar 2024 00:59:59 GMT","2024-03-31T00:59:59.999Z"],["2024-03-31T01:00:00.000Z","Sun Mar 31 2024 03:00:00 GMT+0200 (Central European Summer Time)","Sun Mar 31 2024","03:00:00 GMT+0200 (Central European Summer Time)","Sun, 31 Mar 2024 01:00:00 GMT","Sun, 31 Mar 2024 01:00:00 GMT","2024-03-31T01:00:00.000Z"],["2024-10-27T00:00:00.000Z","Sun Oct 27 2024 02:00:00 GMT+0200 (Central European Summer Time)","Sun Oct 27 2024","02:00:00 GMT+0200 (Central European Summer Time)","Sun, 27 Oct 2024 00:00:00 GMT","Sun, 27 Oct 2024 00:00:00 GMT","2024-10-27T00:00:00.000Z"],["2024-10-27T01:00:00.000Z","Sun Oct 27 2024 02:00:00 GMT+0100 (Central European Standard Time)","Sun Oct 27 2024","02:00:00 GMT+0100 (Central European Standard Time)","Sun, 27 Oct 2024 01:00:00 GMT","Sun, 27 Oct 2024 01:00:00 GMT","2024-10-27T01:00:00.000Z"],["1969-12-31T23:59:59.999Z","Thu Jan 01 1970 00:59:59 GMT+0100 (Central European Standard Time)","Thu Jan 01 1970","00:59:59 GMT+0100 (Central European Standard Time)","Wed, 31 Dec 1969 23:59:59 GMT","Wed, 31 Dec 1969 23:59:59 GMT","1969-12-31T23:59:59.999Z"],["-000001-01-01T00:00:00.000Z","Fri Jan 01 -0001 00:53:28 GMT+0053 (Central European Standard Time)","Fri Jan 01 -0001","00:53:28 GMT+0053 (Central European Standard Time)","Fri, 01 Jan -0001 00:00:00 GMT","Fri, 01 Jan -0001 00:00:00 GMT","-000001-01-01T00:00:00.000Z"],["+275760-09-13T00:00:00.000Z","Sat Sep 13 275760 02:00:00 GMT+0200 (Central European Summer Time)","Sat Sep 13 275760","02:00:00 GMT+0200 (Central European Summer Time)","Sat, 13 Sep 275760 00:00:00 GMT","Sat, 13 Sep 275760 00:00:00 GMT","+275760-09-13T00:00:00.000Z"],["2000-02-29T00:00:00.001Z","Tue Feb 29 2000 01:00:00 GMT+0100 (Central European Standard Time)","Tue Feb 29 2000","01:00:00 GMT+0100 (Central European Standard Time)","Tue, 29 Feb 2000 00:00:00 GMT","Tue, 29 Feb 2000 00:00:00 GMT","2000-02-29T00:00:00.001Z"]]`},
		{`[0, 1711846799999, 1729990800000, 951782400001].map(t => { const d = new Date(t); return [d.toLocaleString(), d.toLocaleDateString("en-US"), d.toLocaleTimeString()] })`, `[["1/1/1970, 1:00:00 AM","1/1/1970","1:00:00 AM"],["3/31/2024, 1:59:59 AM","3/31/2024","1:59:59 AM"],["10/27/2024, 2:00:00 AM","10/27/2024","2:00:00 AM"],["2/29/2000, 1:00:00 AM","2/29/2000","1:00:00 AM"]]`},
		{`[new Date(NaN)].map(d => [String(d.getTime()), String(d.getHours()), String(d.getUTCDay()), d.toString(), d.toDateString(), d.toTimeString(), d.toUTCString(), d.toLocaleString(), d.toJSON(), String(d.getTimezoneOffset()), String(d.getYear())])[0]`, `["NaN","NaN","NaN","Invalid Date","Invalid Date","Invalid Date","Invalid Date","Invalid Date",null,"NaN","NaN"]`},
		{`[new Date(2024, 0), new Date(2024, 1, 30), new Date(99, 5), new Date(100, 0), new Date(2024, 2, 31, 2, 30), new Date(2024, 9, 27, 2, 30), new Date(2024, 0, 1, 25, 61, 61, 1001), new Date(1893, 3, 1), new Date("2024", "5"), new Date(2024.9, 1.9, 3.9, 4.9), new Date(2024, 0, 1, 1, 2, 3, 4, 5), new Date(1970, 0, 1, 0, 0, 0, -0.5)].map(Number)`, `[1704063600000,1709247600000,928188000000,-59011462408000,1711848600000,1729989000000,1704157322001,-2422054408000,1717192800000,1706929200000,1704067323004,-3600000]`},
		{`[new Date(2024, NaN), new Date(2024, undefined), new Date(1e6, 0), new Date(275760, 8, 14), new Date(2024, 1e8), new Date("x"), new Date(undefined), new Date(8.64e15 + 1), new Date({})].map(String)`, `["Invalid Date","Invalid Date","Invalid Date","Invalid Date","Invalid Date","Invalid Date","Invalid Date","Invalid Date","Invalid Date"]`},
		{`[new Date("2024-01-02T03:04:05.678Z"), new Date("2024-01-02"), new Date("2024-01-02T03:04"), new Date("Jan 2, 2024 5:00 PM"), new Date("2024-03-31T02:30"), new Date(null), new Date(true), new Date(1.9), new Date(-1.9), new Date([2024]), new Date(new Date(5))].map(Number)`, `[1704164645678,1704153600000,1704161040000,1704211200000,1711848600000,0,1,1,-1,1704067200000,5]`},
		{`[Date.UTC(2024), Date.UTC(2024, 1, 29, 12, 30, 15, 500), Date.UTC(99), Date.UTC(2024, 13, -1), Date.parse("2024-02-31T00:00:00Z"), Date.parse("1 Jan 2024 GMT"), Date.UTC(1970, 0, 1, 0, 0, 0, 1.9)]`, `[1704067200000,1709209815500,915148800000,1738195200000,1709337600000,1704067200000,1]`},
		{`[Date.UTC(), Date.UTC(NaN), Date.parse(), Date.parse("x"), Date.parse("2024-13-01T00:00:00Z"), Date.UTC(2024, 0, 1e17)].map(String)`, `["NaN","NaN","NaN","NaN","NaN","NaN"]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setFullYear(2024, 1, 29)), String(d.getTime())] })`, `[["1709164800000","1709164800000"],["1709172000000","1709172000000"],["1709168400000","1709168400000"],["1709161200000","1709161200000"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setFullYear(2023)), String(d.getTime())] })`, `[["1672531200000","1672531200000"],["1680224400000","1680224400000"],["1698364800000","1698364800000"],["1672527600000","1672527600000"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setMonth(13)), String(d.getTime())] })`, `[["34214400000","34214400000"],["1740967200000","1740967200000"],["1740618000000","1740618000000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setMonth(1, 31)), String(d.getTime())] })`, `[["5270400000","5270400000"],["1709344800000","1709344800000"],["1709341200000","1709341200000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setDate(0)), String(d.getTime())] })`, `[["-86400000","-86400000"],["1709172000000","1709172000000"],["1727654400000","1727654400000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setDate(-400)), String(d.getTime())] })`, `[["-34646400000","-34646400000"],["1674612000000","1674612000000"],["1693094400000","1693094400000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setHours(2, 30)), String(d.getTime())] })`, `[["5400000","5400000"],["1711848600000","1711848600000"],["1729989000000","1729989000000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setHours(25, 61, 61, 1001)), String(d.getTime())] })`, `[["90122001","90122001"],["1711929722001","1711929722001"],["1730077322001","1730077322001"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setMinutes(-1)), String(d.getTime())] })`, `[["-60000","-60000"],["1711850340000","1711850340000"],["1729987140000","1729987140000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setSeconds(3600, 5)), String(d.getTime())] })`, `[["3600005","3600005"],["1711850400005","1711850400005"],["1729994400005","1729994400005"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setMilliseconds(1500.9)), String(d.getTime())] })`, `[["1500","1500"],["1711846801500","1711846801500"],["1729987201500","1729987201500"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setUTCFullYear(-1)), String(d.getTime())] })`, `[["-62198755200000","-62198755200000"],["-62191062000000","-62191062000000"],["-62172921600000","-62172921600000"],["-62198755200000","-62198755200000"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setUTCMonth(5)), String(d.getTime())] })`, `[["13046400000","13046400000"],["1719795600000","1719795600000"],["1719446400000","1719446400000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setUTCDate(31)), String(d.getTime())] })`, `[["2592000000","2592000000"],["1711846800000","1711846800000"],["1730332800000","1730332800000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setUTCHours(1, 2, 3, 4)), String(d.getTime())] })`, `[["3723004","3723004"],["1711846923004","1711846923004"],["1729990923004","1729990923004"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setUTCMinutes(90)), String(d.getTime())] })`, `[["5400000","5400000"],["1711852200000","1711852200000"],["1729992600000","1729992600000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setUTCSeconds(-1)), String(d.getTime())] })`, `[["-1000","-1000"],["1711846799000","1711846799000"],["1729987199000","1729987199000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setUTCMilliseconds(-1)), String(d.getTime())] })`, `[["-1","-1"],["1711846799999","1711846799999"],["1729987199999","1729987199999"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setTime(1e12)), String(d.getTime())] })`, `[["1000000000000","1000000000000"],["1000000000000","1000000000000"],["1000000000000","1000000000000"],["1000000000000","1000000000000"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setYear(99)), String(d.getTime())] })`, `[["915148800000","915148800000"],["922842000000","922842000000"],["940982400000","940982400000"],["915145200000","915145200000"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setHours()), String(d.getTime())] })`, `[["NaN","NaN"],["NaN","NaN"],["NaN","NaN"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setMonth(1, NaN)), String(d.getTime())] })`, `[["NaN","NaN"],["NaN","NaN"],["NaN","NaN"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setDate("5")), String(d.getTime())] })`, `[["345600000","345600000"],["1709604000000","1709604000000"],["1728086400000","1728086400000"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setFullYear(275761)), String(d.getTime())] })`, `[["NaN","NaN"],["NaN","NaN"],["NaN","NaN"],["NaN","NaN"]]`},
		{`[0, 1711846800000, 1729987200000, NaN].map(t => { const d = new Date(t); return [String(d.setTime(8.64e15 + 1)), String(d.getTime())] })`, `[["NaN","NaN"],["NaN","NaN"],["NaN","NaN"],["NaN","NaN"]]`},
		{`[new Date(5)].map(d => [d - 1, d + 1, "" + d, d == d, d < new Date(6), +d, d.valueOf(), typeof d, d instanceof Date, JSON.stringify({d}), new Date(d) - d, d === d, typeof Date(), Date().length > 20, Math.abs(Date.now() - new Date()) < 60000, typeof Date])[0]`, `[4,"Thu Jan 01 1970 01:00:00 GMT+0100 (Central European Standard Time)1","Thu Jan 01 1970 01:00:00 GMT+0100 (Central European Standard Time)",true,true,5,5,"object",true,"{\"d\":\"1970-01-01T00:00:00.005Z\"}",0,true,"string",true,true,"function"]`},
	}))
}

func TestDatesInMessages(t *testing.T) {
	playCompiled(t, nil, []string{
		`msg.d.setUTCHours(1); return msg`,
		`const d = msg.d; d.setTime(d.getTime() + 1); msg.again = d; return {payload: [msg.d === d, msg]}`,
		`const d = new Date(msg.d); d.setUTCDate(1); return {payload: [d, msg.d, d > msg.d]}`,
		`flow.set("d", msg.d); msg.d.setTime(0); return msg`,
		`msg.d.setTime("x"); return {payload: [msg.d.getTime() !== msg.d.getTime(), msg.d.toJSON(), JSON.stringify(msg.d)]}`,
	})
}

// TestOddDatesAreLeft plays what a VM must do, after something that is to be taken back.
func TestOddDatesAreLeft(t *testing.T) {
	for _, body := range []string{
		`msg.d.setTime(msg.d.getTime() + 1); msg.d.setUTCDate(50); return {payload: new Date(NaN).toISOString()}`,
		`msg.d.setTime(NaN); return {payload: msg.d.toISOString()}`,
		`return {payload: new Date(5).toLocaleString("de-DE")}`,
		`return {payload: new Date(5).toLocaleDateString(undefined, {year: "numeric"})}`,
		`return {payload: new Date(5n)}`,
	} {
		if left, _ := (scene{body: body}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}
