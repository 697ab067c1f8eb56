package storage

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"sluice/runtime/msg"
)

// charset turns text into bytes and back. What it cannot express becomes "?" or
// U+FFFD, as in iconv-lite, whose names for charsets are taken.
type charset interface {
	encode(text string) []byte
	decode(b []byte) string
	// lines tells whether the byte 10 is a line break wherever it stands.
	lines() bool
}

// plain stands for "none": UTF-8 as Node.js itself reads and writes it.
var plain charset = nodeCharset{"utf8", false}

var insignificant = regexp.MustCompile(`:\d{4}$|[^0-9a-z]`)

// lookupCharset finds a charset by a name in any spelling, such as "Shift_JIS" or "cp-1252".
func lookupCharset(name string) (charset, error) {
	if name == "none" {
		return plain, nil
	}
	key := insignificant.ReplaceAllString(strings.ToLower(name), "")
	switch key {
	case "utf8", "unicode11utf8", "cesu8":
		return nodeCharset{"utf8", true}, nil
	case "ucs2", "utf16le":
		return nodeCharset{"utf16le", true}, nil
	case "binary", "base64", "hex":
		return nodeCharset{key, false}, nil
	}
	if e, ok := multiByte[key]; ok {
		return multiByteCharset{e, !strings.HasPrefix(key, "u")}, nil
	}
	if c, ok := singleByte()[key]; ok {
		return c, nil
	}
	return nil, &msg.Error{Name: "Error", Message: fmt.Sprintf("Encoding not recognized: '%s' (searched as: '%s')", name, key)}
}

// nodeCharset is an encoding of Node's Buffer.
type nodeCharset struct {
	name string
	bom  bool // a byte order mark is left out when reading
}

func (c nodeCharset) encode(text string) []byte {
	b, _ := msg.DecodeText(text, c.name)
	return b
}

func (c nodeCharset) decode(b []byte) string {
	s, _ := msg.EncodeBytes(b, c.name)
	if c.bom {
		s = strings.TrimPrefix(s, "\ufeff")
	}
	return s
}

func (c nodeCharset) lines() bool { return c.name == "utf8" || c.name == "binary" }

// multiByte are the charsets of East Asia and the wide forms of Unicode.
var multiByte = func() map[string]encoding.Encoding {
	all := map[string]encoding.Encoding{
		"eucjp":   japanese.EUCJP,
		"gb18030": simplifiedchinese.GB18030,
		"chinese": simplifiedchinese.GB18030,
		"utf16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
		"utf16":   unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
		"utf32le": utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM),
		"ucs4le":  utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM),
		"utf32be": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
		"ucs4be":  utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
		"utf32":   utf32.UTF32(utf32.LittleEndian, utf32.UseBOM),
		"ucs4":    utf32.UTF32(utf32.LittleEndian, utf32.UseBOM),
	}
	for e, names := range map[encoding.Encoding]string{
		japanese.ShiftJIS:       "932 shiftjis csshiftjis mskanji sjis windows31j ms31j xsjis windows932 ms932 cp932",
		simplifiedchinese.GBK:   "936 gb2312 gb231280 gb23121980 csgb2312 csiso58gb231280 euccn windows936 ms936 cp936 gbk xgbk isoir58",
		korean.EUCKR:            "949 windows949 ms949 cp949 cseuckr csksc56011987 euckr isoir149 korean ksc56011987 ksc56011989 ksc5601",
		traditionalchinese.Big5: "950 windows950 ms950 cp950 big5 big5hkscs cnbig5 csbig5 xxbig5",
	} {
		for _, name := range strings.Fields(names) {
			all[name] = e
		}
	}
	return all
}()

type multiByteCharset struct {
	encoding.Encoding
	byteLines bool
}

func (c multiByteCharset) encode(text string) []byte {
	text = msg.ToUTF8(text)
	enc := c.NewEncoder()
	if b, err := enc.Bytes([]byte(text)); err == nil {
		return b
	}
	var b []byte
	for _, r := range text {
		part, err := enc.Bytes([]byte(string(r)))
		if err != nil {
			part = []byte{'?'}
		}
		b = append(b, part...)
	}
	return b
}

func (c multiByteCharset) decode(b []byte) string {
	s, err := c.NewDecoder().Bytes(b)
	if err != nil {
		return string(s) + string(utf8.RuneError)
	}
	text := string(s)
	if !c.byteLines {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	return text
}

func (c multiByteCharset) lines() bool { return c.byteLines }

// singleByteData lists charsets of one byte a character: names, the characters of
// bytes 128 to 255, and the lower bytes that are not ASCII, each with its character.
//
//go:embed charset_single.txt
var singleByteData string

// singleByteCharset is a table of the characters of all bytes.
type singleByteCharset struct {
	chars [256]rune
	bytes map[rune]byte
}

var singleByte = sync.OnceValue(func() map[string]*singleByteCharset {
	all := map[string]*singleByteCharset{}
	for line := range strings.Lines(singleByteData) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		c := &singleByteCharset{bytes: map[rune]byte{}}
		for i := range 128 {
			c.chars[i] = rune(i)
		}
		at := 128
		for _, r := range fields[1] {
			c.chars[at] = r
			at++
		}
		if len(fields) > 2 {
			low := []rune(fields[2])
			for ; len(low) >= 3; low = low[3:] {
				b, _ := strconv.ParseUint(string(low[:2]), 16, 7)
				c.chars[b] = low[2]
			}
		}
		for b, r := range c.chars {
			c.bytes[r] = byte(b)
		}
		for _, name := range strings.Fields(fields[0]) {
			all[name] = c
		}
	}
	return all
})

func (c *singleByteCharset) encode(text string) []byte {
	b := make([]byte, 0, len(text))
	for _, u := range msg.ToUTF16(text) {
		if ch, ok := c.bytes[rune(u)]; ok {
			b = append(b, ch)
		} else {
			b = append(b, '?')
		}
	}
	return b
}

func (c *singleByteCharset) decode(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	for _, ch := range b {
		s.WriteRune(c.chars[ch])
	}
	return s.String()
}

func (c *singleByteCharset) lines() bool { return c.chars['\n'] == '\n' }
