package moment

import (
	"testing"
	"time"
)

// The answers are moment 2.30.1's, in UTC.
func TestFormatWritesWhatMomentWrites(t *testing.T) {
	for _, tc := range []struct {
		ms           int64
		layout, want string
	}{
		{1709214307089, `YYYY-MM-DD HH:mm:ss.SSS Z`, `2024-02-29 13:45:07.089 +00:00`},
		{1709214307089, `Do MMMM YY, h:mm a`, `29th February 24, 1:45 pm`},
		{1709214307089, `dddd D/M/Y ddd dd d e E`, `Thursday 29/2/2024 Thu Th 4 4 4`},
		{1709214307089, `DDD DDDo DDDD`, `60 60th 060`},
		{1709214307089, `Q Qo w wo ww W Wo WW GG GGGG gg gggg`, `1 1st 9 9th 09 9 9th 09 24 2024 24 2024`},
		{1709214307089, `[at] HH [o'clock]`, `at 13 o'clock`},
		{1709214307089, `L LT LTS LL LLL LLLL l ll lll llll`, `02/29/2024 1:45 PM 1:45:07 PM February 29, 2024 February 29, 2024 1:45 PM Thursday, February 29, 2024 1:45 PM 2/29/2024 Feb 29, 2024 Feb 29, 2024 1:45 PM Thu, Feb 29, 2024 1:45 PM`},
		{1709214307089, `X x`, `1709214307 1709214307089`},
		{1709214307089, `kk k A`, `13 13 PM`},
		{1709214307089, `ZZ`, `+0000`},
		{1709214307089, `SSSSSS S SS`, `089000 0 08`},
		{1709214307089, `YYYYY N NN NNNN`, `02024 AD AD Anno Domini`},
		{1709214307089, `a.b-c`, `pm.b-c`},
		{1709214307089, `\Y YYYY`, `Y 2024`},
		{1709214307089, `[unclosed YYYY`, `[unc2/29/2024o744 2024`},
		{1709214307089, `Mo do`, `2nd 4th`},
		{1709214307089, `H:m:s hmm Hmm hmmss Hmmss`, `13:45:7 145 1345 14507 134507`},
		{978307199000, `YYYY-MM-DD HH:mm:ss.SSS Z`, `2000-12-31 23:59:59.000 +00:00`},
		{978307199000, `Do MMMM YY, h:mm a`, `31st December 00, 11:59 pm`},
		{978307199000, `dddd D/M/Y ddd dd d e E`, `Sunday 31/12/2000 Sun Su 0 0 7`},
		{978307199000, `DDD DDDo DDDD`, `366 366th 366`},
		{978307199000, `Q Qo w wo ww W Wo WW GG GGGG gg gggg`, `4 4th 1 1st 01 52 52nd 52 00 2000 01 2001`},
		{978307199000, `[at] HH [o'clock]`, `at 23 o'clock`},
		{978307199000, `L LT LTS LL LLL LLLL l ll lll llll`, `12/31/2000 11:59 PM 11:59:59 PM December 31, 2000 December 31, 2000 11:59 PM Sunday, December 31, 2000 11:59 PM 12/31/2000 Dec 31, 2000 Dec 31, 2000 11:59 PM Sun, Dec 31, 2000 11:59 PM`},
		{978307199000, `X x`, `978307199 978307199000`},
		{978307199000, `kk k A`, `23 23 PM`},
		{978307199000, `ZZ`, `+0000`},
		{978307199000, `SSSSSS S SS`, `000000 0 00`},
		{978307199000, `YYYYY N NN NNNN`, `02000 AD AD Anno Domini`},
		{978307199000, `a.b-c`, `pm.b-c`},
		{978307199000, `\Y YYYY`, `Y 2000`},
		{978307199000, `[unclosed YYYY`, `[unc12/31/2000o5900 2000`},
		{978307199000, `Mo do`, `12th 0th`},
		{978307199000, `H:m:s hmm Hmm hmmss Hmmss`, `23:59:59 1159 2359 115959 235959`},
		{1735689600000, `YYYY-MM-DD HH:mm:ss.SSS Z`, `2025-01-01 00:00:00.000 +00:00`},
		{1735689600000, `Do MMMM YY, h:mm a`, `1st January 25, 12:00 am`},
		{1735689600000, `dddd D/M/Y ddd dd d e E`, `Wednesday 1/1/2025 Wed We 3 3 3`},
		{1735689600000, `DDD DDDo DDDD`, `1 1st 001`},
		{1735689600000, `Q Qo w wo ww W Wo WW GG GGGG gg gggg`, `1 1st 1 1st 01 1 1st 01 25 2025 25 2025`},
		{1735689600000, `[at] HH [o'clock]`, `at 00 o'clock`},
		{1735689600000, `L LT LTS LL LLL LLLL l ll lll llll`, `01/01/2025 12:00 AM 12:00:00 AM January 1, 2025 January 1, 2025 12:00 AM Wednesday, January 1, 2025 12:00 AM 1/1/2025 Jan 1, 2025 Jan 1, 2025 12:00 AM Wed, Jan 1, 2025 12:00 AM`},
		{1735689600000, `X x`, `1735689600 1735689600000`},
		{1735689600000, `kk k A`, `24 24 AM`},
		{1735689600000, `ZZ`, `+0000`},
		{1735689600000, `SSSSSS S SS`, `000000 0 00`},
		{1735689600000, `YYYYY N NN NNNN`, `02025 AD AD Anno Domini`},
		{1735689600000, `a.b-c`, `am.b-c`},
		{1735689600000, `\Y YYYY`, `Y 2025`},
		{1735689600000, `[unclosed YYYY`, `[unc1/1/2025o033 2025`},
		{1735689600000, `Mo do`, `1st 3rd`},
		{1735689600000, `H:m:s hmm Hmm hmmss Hmmss`, `0:0:0 1200 000 120000 00000`},
	} {
		if got := Format(time.UnixMilli(tc.ms).UTC(), tc.layout); got != tc.want {
			t.Errorf("%d by %q:\n got %q\nwant %q", tc.ms, tc.layout, got, tc.want)
		}
	}
}

func FuzzFormatTakesAnyLayout(f *testing.F) {
	f.Add(int64(0), "YYYY-MM-DD")
	f.Add(int64(-1), "[a")
	f.Fuzz(func(_ *testing.T, ms int64, layout string) { Format(time.UnixMilli(ms%1e15), layout) })
}
