package msg

import (
	"encoding/hex"
	"slices"
	"testing"
)

// Answers of Node 24: Buffer.from(text, encoding) in hex.
func TestDecodeTextAnswersAsNode(t *testing.T) {
	for _, tc := range []struct{ text, encoding, want string }{
		{"é😀", "utf8", "c3a9f09f9880"},
		{"a\xed\xa0\x80b", "UTF-8", "61efbfbd62"},
		{"é😀", "utf16le", "e9003dd800de"},
		{"é😀", "latin1", "e93d00"},
		{"é\u20ac", "ascii", "e9ac"},
		{"é", "binary", "e9"},
		{"YWJj", "base64", "616263"},
		{"YW Jj\nZA==", "base64", "61626364"},
		{"_-8", "base64", "ffef"},
		{"+/8=", "base64url", "fbff"},
		{"YQ==YQ==", "base64", "61"},
		{"Y", "base64", ""},
		{"YWJjZ", "base64", "616263"},
		{"=YQ", "base64", ""},
		{"Y*W\u20acJj", "base64", "616263"},
		{"616263", "hex", "616263"},
		{"61626", "hex", "6162"},
		{"61zz62", "hex", "61"},
		{"6A6b", "HEX", "6a6b"},
	} {
		b, ok := DecodeText(tc.text, tc.encoding)
		if got := hex.EncodeToString(b); !ok || got != tc.want {
			t.Errorf("Buffer.from(%q, %s) = %s, want %s", tc.text, tc.encoding, got, tc.want)
		}
	}
}

// Answers of Node 24: Buffer.from(hex, "hex").toString(encoding).
func TestEncodeBytesAnswersAsNode(t *testing.T) {
	for _, tc := range []struct{ hex, encoding, want string }{
		{"c3a9f09f9880", "utf8", "é😀"},
		{"e28261", "utf8", "\ufffda"},
		{"f09f9841", "utf-8", "\ufffdA"},
		{"eda080", "utf8", "\ufffd\ufffd\ufffd"},
		{"c0af", "utf8", "\ufffd\ufffd"},
		{"f4908080", "utf8", "\ufffd\ufffd\ufffd\ufffd"},
		{"ff41c3", "utf8", "\ufffdA\ufffd"},
		{"efbbbf41", "utf8", "\ufeffA"},
		{"e9003dd800de41", "utf16le", "é😀"},
		{"3dd841", "ucs2", "\xed\xa0\xbd"},
		{"e9ff41", "latin1", "éÿA"},
		{"e9ff41", "ascii", "i\u007fA"},
		{"fbff61", "base64", "+/9h"},
		{"fbff61", "base64url", "-_9h"},
		{"fb", "base64", "+w=="},
		{"fb", "base64url", "-w"},
		{"00fb", "hex", "00fb"},
	} {
		b, err := hex.DecodeString(tc.hex)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := EncodeBytes(b, tc.encoding); !ok || got != tc.want {
			t.Errorf("%s in %s = %q, want %q", tc.hex, tc.encoding, got, tc.want)
		}
	}
}

func TestUnknownEncodingsAreRefused(t *testing.T) {
	if _, ok := DecodeText("a", "utf7"); ok {
		t.Error("DecodeText takes utf7")
	}
	if _, ok := EncodeBytes(nil, ""); ok {
		t.Error("EncodeBytes takes no name")
	}
}

func FuzzEncoding(f *testing.F) {
	f.Add([]byte("h\xc3\xa9llo\xff"), "YQ==")
	f.Add([]byte{0xed, 0xa0, 0x80, 0}, "6g")
	f.Fuzz(func(t *testing.T, b []byte, s string) {
		for _, enc := range []string{"base64", "base64url", "hex", "latin1"} {
			text, _ := EncodeBytes(b, enc)
			if back, _ := DecodeText(text, enc); string(back) != string(b) {
				t.Errorf("%x in %s is %q, and back %x", b, enc, text, back)
			}
		}
		if text, _ := EncodeBytes(b, "utf16le"); len(b)%2 == 0 {
			if back, _ := DecodeText(text, "utf16le"); string(back) != string(b) {
				t.Errorf("%x in utf16le is %q, and back %x", b, text, back)
			}
		}
		text, _ := EncodeBytes(b, "utf8")
		if taken := TextOf(slices.Clone(b)); taken != text {
			t.Fatalf("TextOf(%x) = %q, want %q", b, taken, text)
		}
		if again, _ := EncodeBytes([]byte(text), "utf8"); again != text {
			t.Errorf("%x in utf8 is %q, then %q", b, text, again)
		}
		for _, enc := range []string{"utf8", "utf16le", "latin1", "ascii", "base64", "hex"} {
			DecodeText(s, enc)
			EncodeBytes(b, enc)
		}
	})
}

func TestBytesThatAreTextAreToldAsByIsUTF8(t *testing.T) {
	for _, tc := range []struct {
		in   string
		want bool
	}{
		{"", true},
		{"a\tb\r\n", true},
		{"é\u20ac😀", true},
		{"a\x00", false},
		{"\x1b[0m", false},
		{"\x7f", false},
		{"\xe9", false},
		{"\xc0\x80", false},
		{"\xed\xa0\x80", false},
		{"\xf4\x90\x80\x80", false},
	} {
		if got := IsText([]byte(tc.in)); got != tc.want {
			t.Errorf("%q: got %v", tc.in, got)
		}
	}
}
