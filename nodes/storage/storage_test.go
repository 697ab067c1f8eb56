package storage

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFileWrites(t *testing.T) {
	for _, tc := range []struct {
		name, config string
		in           []string
		want         string
	}{
		{"appends", `"overwriteFile":"false"`, []string{`{"payload":"a"}`, `{"payload":"b"}`}, "ab"},
		{"ends lines", `"overwriteFile":"false","appendNewline":true`, []string{`{"payload":"a"}`, `{"payload":1}`}, "a\n1\n"},
		{"does not end the last line of a text", `"overwriteFile":"false","appendNewline":true`, []string{`{"payload":"a","parts":{"type":"string","index":0,"count":1}}`}, "a"},
		{"overwrites", `"overwriteFile":"true"`, []string{`{"payload":"long"}`, `{"payload":"x"}`}, "x"},
		{"writes objects as JSON", `"overwriteFile":"true"`, []string{`{"payload":{"a":[1]}}`}, `{"a":[1]}`},
		{"encodes", `"overwriteFile":"true","encoding":"cp1252"`, []string{`{"payload":"é€日"}`}, "\xe9\x80?"},
		{"encodes as the message says", `"overwriteFile":"true","encoding":"setbymsg"`, []string{`{"payload":"é","encoding":"utf-16be"}`}, "\x00\xe9"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			r := nodetest.Run(t, File, fmt.Sprintf(`{"filename":%q,"filenameType":"str",%s}`, path, tc.config), tc.in...)
			if got := read(t, path); got != tc.want {
				t.Errorf("wrote %q, want %q", got, tc.want)
			}
			if len(r.Sent) != len(tc.in) || r.Sent[0].Msg.String("filename") != path {
				t.Errorf("sent %s", r)
			}
		})
	}
}

func TestFileAppendsToANewFileWhereTheOldOneWasDeleted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	h := nodetest.Flow(t, []runtime.Type{File}, fmt.Sprintf(`[{"id":"n","type":"file","filename":%q,"filenameType":"str","overwriteFile":"false","wires":[[]]}]`, path))
	h.Send("n", `{"payload":"old"}`)
	h.Wait()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	h.Send("n", `{"payload":"new"}`)
	h.Wait()
	if got := read(t, path); got != "new" {
		t.Errorf("the new file holds %q", got)
	}
}

func TestFileReportsAsNodeDoes(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "no", "f")
	for _, tc := range []struct{ mode, want string }{
		{"true", "failed to write to file: Error: ENOENT: no such file or directory, open '" + missing + "'"},
		{"false", "failed to append to file: Error: ENOENT: no such file or directory, open '" + missing + "'"},
		{"delete", "failed to delete file: Error: ENOENT: no such file or directory, unlink '" + missing + "'"},
	} {
		r := nodetest.Run(t, File, fmt.Sprintf(`{"filename":%q,"filenameType":"str","overwriteFile":%q}`, missing, tc.mode), `{"payload":"x"}`)
		if r.Error() != tc.want {
			t.Errorf("%s: got %q", tc.mode, r.Error())
		}
		if len(r.Completed) != 1 {
			t.Errorf("%s: completed %d messages", tc.mode, len(r.Completed))
		}
	}
	r := nodetest.Run(t, File, fmt.Sprintf(`{"filename":%q,"filenameType":"str","overwriteFile":"true","createDir":true}`, missing), `{"payload":"x"}`)
	if r.Error() != "" || read(t, missing) != "x" {
		t.Errorf("with createDir: %q", r.Error())
	}
	r = nodetest.Run(t, File, fmt.Sprintf(`{"filename":%q,"filenameType":"str","overwriteFile":"delete"}`, filepath.Dir(missing)), `{}`)
	if !strings.Contains(r.Error(), "failed to delete file") {
		t.Errorf("deleted a directory: %q", r.Error())
	}
}

func TestFileTakesItsNameFromTheMessage(t *testing.T) {
	dir := t.TempDir()
	h := nodetest.Flow(t, []runtime.Type{File}, `[{"id":"n","type":"file","overwriteFile":"true","wires":[[]]}]`,
		nodetest.Settings(fmt.Sprintf(`{"fileWorkingDirectory":%q}`, dir)))
	h.Send("n", `{"payload":"x","filename":"f"}`)
	h.Wait()
	if got := read(t, filepath.Join(dir, "f")); got != "x" {
		t.Errorf("wrote %q", got)
	}
}

func TestFileInReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("a\xc3\xa9\nb"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, config, want string }{
		{"a text", `"format":"utf8"`, `{"topic":"t","filename":"F","payload":"aé\nb"}`},
		{"a buffer", `"format":""`, `{"topic":"t","filename":"F","payload":{"type":"Buffer","data":[97,195,169,10,98]}}`},
		{"another charset", `"format":"utf8","encoding":"latin1"`, `{"topic":"t","filename":"F","payload":"aÃ©\nb"}`},
		{"lines", `"format":"lines"`, `{"topic":"t","filename":"F","payload":"aé","parts":{"index":0,"ch":"\n","type":"string","id":"1"}}` + "\n" +
			`{"topic":"t","filename":"F","payload":"b","parts":{"index":1,"count":2,"ch":"\n","type":"string","id":"1"}}`},
		{"chunks", `"format":"stream"`, `{"topic":"t","filename":"F","payload":{"type":"Buffer","data":[97,195,169,10,98]},"parts":{"index":0,"ch":"","type":"buffer","id":"1","count":1}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := nodetest.Run(t, FileIn, fmt.Sprintf(`{"filename":%q,"filenameType":"str",%s}`, path, tc.config), `{"_msgid":"1","topic":"t"}`)
			if got := strings.ReplaceAll(r.String(), path, "F"); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestFileInKeepsCharactersAcrossChunksWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	text := strings.Repeat("é", chunkSize) + "\nx"
	if err := os.WriteFile(path, []byte("a"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	r := nodetest.Run(t, FileIn, fmt.Sprintf(`{"filename":%q,"filenameType":"str","format":"lines"}`, path), `{}`)
	if len(r.Sent) != 2 || r.Sent[0].Msg.String("payload")+"\nx" != "a"+text {
		t.Errorf("sent %d messages", len(r.Sent))
	}
}

func TestFileInEndsAStreamOfFullChunksWithAMessageOfItsOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, chunkSize), 0o600); err != nil {
		t.Fatal(err)
	}
	r := nodetest.Run(t, FileIn, fmt.Sprintf(`{"filename":%q,"filenameType":"str","format":"stream"}`, path), `{"_msgid":"1"}`)
	if len(r.Sent) != 2 || nodetest.Text(r.Sent[1].Msg) != `{"parts":{"index":1,"ch":"","type":"buffer","id":"1","count":1}}` {
		t.Errorf("sent %d messages", len(r.Sent))
	}
}

func TestFileInSendsItsErrorOn(t *testing.T) {
	const want = "ENOENT: no such file or directory, open '/no/f'"
	r := nodetest.Run(t, FileIn, `{"filename":"/no/f","filenameType":"str"}`, `{"payload":1}`)
	if r.Error() != "Error: "+want || len(r.Sent) != 1 || len(r.Completed) != 1 {
		t.Fatalf("error %q, sent %s", r.Error(), r)
	}
	e, _ := r.Sent[0].Msg.Value("error").(*msg.Error)
	if e == nil || e.Message != want || e.Props.String("code") != "ENOENT" || r.Sent[0].Msg.Has("payload") {
		t.Errorf("sent %v", e)
	}
	if r = nodetest.Run(t, FileIn, `{"filename":"/no/f","filenameType":"str","sendError":false}`, `{}`); len(r.Sent) != 0 {
		t.Errorf("sent %s", r)
	}
}

func TestCharsets(t *testing.T) {
	for _, tc := range []struct{ name, text, bytes string }{
		{"Shift_JIS", "日本", "\x93\xfa\x96\x7b"},
		{"EUC-JP", "日本", "\xc6\xfc\xcb\xdc"},
		{"GB18030", "€", "\xa2\xe3"},
		{"KS_C_5601", "한", "\xc7\xd1"},
		{"win1251", "Ж", "\xc6"},
		{"koi8-r", "Ж", "\xf6"},
		{"iso646cn", "¥", "$"},
		{"base64", "aGk=", "hi"},
		{"ucs2", "é", "\xe9\x00"},
		{"utf-32le", "a", "a\x00\x00\x00"},
		{"none", "é", "é"},
	} {
		c, err := lookupCharset(tc.name)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if got := c.encode(tc.text); string(got) != tc.bytes {
			t.Errorf("%s: %q became %q", tc.name, tc.text, got)
		}
		if got := c.decode([]byte(tc.bytes)); got != tc.text {
			t.Errorf("%s: %q became %q", tc.name, tc.bytes, got)
		}
	}
	_, err := lookupCharset("No-Such")
	if err == nil || msg.ErrorValue(err).Message != "Encoding not recognized: 'No-Such' (searched as: 'nosuch')" {
		t.Errorf("an unknown charset gave %v", err)
	}
	for name, c := range singleByte() {
		for b := range 256 {
			if r := c.chars[b]; r != '\ufffd' && c.bytes[r] != byte(b) && c.chars[c.bytes[r]] != r {
				t.Errorf("%s: byte %d is %q, which is byte %d", name, b, r, c.bytes[r])
			}
		}
	}
}

func TestWatchTellsOfChanges(t *testing.T) {
	dir := t.TempDir()
	told := make(chan *msg.Object, 16)
	spy := runtime.Type{Name: "spy", Inputs: 1, New: func() runtime.Node { return spyNode(told) }}
	nodetest.Flow(t, []runtime.Type{Watch, spy}, fmt.Sprintf(`[{"id":"n","type":"watch","files":%q,"recursive":true,"wires":[["s"]]},{"id":"s","type":"spy","wires":[]}]`, dir))
	next := func() *msg.Object {
		select {
		case m := <-told:
			return m
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was told")
			return nil
		}
	}
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, bytes.Repeat([]byte{'x'}, 5), 0o600); err != nil {
		t.Fatal(err)
	}
	m := next()
	if m.String("payload") != path || m.String("topic") != dir || m.String("file") != "f" || m.String("event") != "update" || m.Value("size") != 5.0 || m.String("type") != "file" {
		t.Errorf("told %s", nodetest.Text(m))
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if m = next(); m.String("event") != "remove" || m.String("type") != "none" {
		t.Errorf("told %s", nodetest.Text(m))
	}
}

type spyNode chan *msg.Object

func (spyNode) Init(*runtime.Instance) error { return nil }

func (n spyNode) Input(d *runtime.Delivery) error {
	n <- d.Msg
	return nil
}

func TestWatchTellsEachPathOnce(t *testing.T) {
	if got := changed([]string{"/no/a", "/no/a~", "/no/a"}); len(got) != 0 {
		t.Errorf("an editor's temporary file is told: %v", got)
	}
	if got := changed([]string{"/no/a", "/no/a"}); len(got) != 1 {
		t.Errorf("told %v", got)
	}
}
