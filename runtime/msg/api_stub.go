package msg

import "time"

// SIGNATURES TO BE IMPLEMENTED in files of one subject each; this file then goes.

// --- number.go
// Number boxes a number; small integers are boxed once.
func Number(f float64) any { panic("stub") }

// FormatNumber prints as ECMAScript's Number::toString.
func FormatNumber(f float64) string { panic("stub") }

// AppendNumber appends FormatNumber's text to b.
func AppendNumber(b []byte, f float64) []byte { panic("stub") }

// --- convert.go (ECMAScript abstract operations; a Foreign or Host object converts as "[object Object]")
func ToNumber(v any) float64               { panic("stub") }
func ToString(v any) string                { panic("stub") }
func ToBool(v any) bool                    { panic("stub") }
func ToInt32(v any) int32                  { panic("stub") }
func TypeOf(v any) string                  { panic("stub") }
func ParseInt(s string, radix int) float64 { panic("stub") }
func ParseFloat(s string) float64          { panic("stub") }

// Compare returns -1, 0 or 1 as JavaScript's < and > order a and b; ok is false if neither holds nor equality (NaN).
func Compare(a, b any) (c int, ok bool) { panic("stub") }

// --- equal.go
func StrictEqual(a, b any) bool { panic("stub") }
func LooseEqual(a, b any) bool  { panic("stub") }

// DeepEqual is util.isDeepStrictEqual, as far as these values go.
func DeepEqual(a, b any) bool { panic("stub") }

// --- utf16.go: strings are WTF-8, flows count UTF-16 code units
func UTF16Len(s string) int                  { panic("stub") }
func UTF16At(s string, i int) (uint16, bool) { panic("stub") }

// UTF16Slice is String.prototype.slice for 0 <= i <= j <= UTF16Len(s).
func UTF16Slice(s string, i, j int) string { panic("stub") }
func FromUTF16(units []uint16) string      { panic("stub") }
func ToUTF16(s string) []uint16            { panic("stub") }

// ToUTF8 replaces lone surrogates by U+FFFD, as Node does when it writes a string.
func ToUTF8(s string) string { panic("stub") }

// CompareUTF16 orders two strings by code units, as JavaScript's < does.
func CompareUTF16(a, b string) int { panic("stub") }

// --- clone.go
// Clone copies a value deeply as RED.util.cloneMessage does: shared references stay shared, cycles stay cycles,
// Host, Func and Foreign are shared.
func Clone(v any) any { panic("stub") }

// CloneMessage clones a message; req and res are shared whatever they are.
func CloneMessage(m *Object) *Object { panic("stub") }

// CopyIn returns v as a context store may keep it: containers that are not the store's yet are copied and marked,
// strings are detached from larger texts, Keepers are told.
func CopyIn(v any) any { panic("stub") }

// CopyOut returns v as a message may hold it: containers that belong to a store are copied.
func CopyOut(v any) any { panic("stub") }

// Stored tells whether v is a container that belongs to a context store.
func Stored(v any) bool { panic("stub") }

// NewID returns a fresh message or node id: 16 hexadecimal digits.
func NewID() string { panic("stub") }

// --- json_decode.go, json_encode.go
// Parse is JSON.parse. Its error is a *SyntaxError with V8's wording (Node 24).
func Parse(text string) (any, error) { panic("stub") }

// ParseBytes takes over b: the caller must not change it afterwards.
func ParseBytes(b []byte) (any, error) { panic("stub") }

// Stringify is JSON.stringify(v, null, indent). ok is false where it gives undefined. The error is V8's TypeError for
// cycles and BigInts.
func Stringify(v any, indent string) (text string, ok bool, err error) { panic("stub") }

// AppendJSON appends JSON.stringify(v) to b; what gives undefined is written as null.
func AppendJSON(b []byte, v any) ([]byte, error) { panic("stub") }

// SyntaxError is JSON.parse's error; Error() gives "SyntaxError: …"? see the file.
type SyntaxError struct{ Message string }

func (e *SyntaxError) Error() string { return e.Message }

// --- path.go: Node-RED's property expressions (RED.util.normalisePropertyExpression and friends)
// Path is a compiled property expression such as payload.items[0]["a b"] or payload[msg.topic].
// The zero Path is the empty expression. It decodes from a JSON string; Text gives the expression back.
type Path struct {
	text  string
	steps []step
}
type step struct {
	key string
	ref *Path // [msg.x]: the key is that value of the message
}

// Payload is the path "payload".
var Payload Path

// ParsePath compiles an expression. Its *PathError has Node-RED's code (INVALID_EXPR) and wording.
func ParsePath(text string) (Path, error) { panic("stub") }
func MustPath(text string) Path           { panic("stub") }
func (p Path) Text() string               { return p.text }
func (p Path) Empty() bool                { return len(p.steps) == 0 }

// Get is RED.util.getMessageProperty without its "msg." prefix rule: a missing last property is Undefined, a missing
// step before it V8's TypeError.
func (p Path) Get(root *Object) (any, error) { panic("stub") }

// Lookup is Get with Undefined for anything that is not there.
func (p Path) Lookup(root any) any { panic("stub") }

// Set is RED.util.setMessageProperty. With create, missing steps are made (arrays for integer steps); it tells
// whether the value was set. Setting Undefined deletes. The error is V8's TypeError or Node-RED's.
func (p Path) Set(root *Object, v any, create bool) (bool, error) { panic("stub") }

type PathError struct{ Code, Message string }

func (e *PathError) Error() string { return e.Message }

// --- buffer.go: Node's encodings
// DecodeText turns text into bytes: utf8, utf-8, utf16le, ucs2, latin1, binary, ascii, base64, base64url, hex; ok is false for others.
func DecodeText(s, encoding string) (b []byte, ok bool) { panic("stub") }

// EncodeBytes turns bytes into text in the same encodings.
func EncodeBytes(b []byte, encoding string) (s string, ok bool) { panic("stub") }

// --- date.go
func NewDate(t time.Time) *Date { panic("stub") }
func (d *Date) Valid() bool     { panic("stub") }

// ISO is toISOString; ok is false for an invalid date.
func (d *Date) ISO() (s string, ok bool) { panic("stub") }

// String is Date.prototype.toString in loc ("Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)").
func (d *Date) Format(loc *time.Location) string { panic("stub") }

// ParseDate is Date.parse: milliseconds, or NaN.
func ParseDate(s string, loc *time.Location) float64 { panic("stub") }
