package flows

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	testSecret = Secret{Value: "sluice-test-secret", Source: "the test"}
	testIV, _  = hex.DecodeString("000102030405060708090a0b0c0d0e0f")
)

const (
	testPlain  = `{"a1b2c3d4e5f60718":{"user":"","password":"sluh_example"}}`
	testSealed = `{"$":"000102030405060708090a0b0c0d0e0fiKawVsEk6+JDW5uBdSvWiu8ulpjAgEyLYR9ZRI5S7Py/DtnqAmIhtyzOgaWmlp4yvM24UFMgBsvQDw=="}`
)

func credentialsFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flows_cred.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustLoad(t testing.TB, text string, secrets ...Secret) *Credentials {
	t.Helper()
	c, err := LoadCredentials(credentialsFile(t, text), secrets)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEnvelopeIsNodeREDs(t *testing.T) {
	if got := `{"$":"` + testSecret.sealWith(testIV, testPlain) + `"}`; got != testSealed {
		t.Errorf("sealed as %s", got)
	}
	c := mustLoad(t, testSealed, testSecret)
	if got := c.For("a1b2c3d4e5f60718"); len(got) != 2 || got["password"] != "sluh_example" || got["user"] != "" {
		t.Errorf("opened as %v", got)
	}
	if c.Dirty() {
		t.Error("there is something to save")
	}
}

func TestCredentialsRoundTrip(t *testing.T) {
	c := mustLoad(t, testPlain, testSecret)
	path := filepath.Join(t.TempDir(), "flows_cred.json")
	for range 2 { // the second time there is a backup to make
		if err := c.Save(path, true); err != nil {
			t.Fatal(err)
		}
	}
	text := readText(t, path)
	if !strings.HasPrefix(text, "{\n    \"$\": \"") || strings.Contains(text, "sluh_example") {
		t.Errorf("saved as %s", text)
	}
	for _, p := range []string{path, filepath.Join(filepath.Dir(path), ".flows_cred.json.backup")} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", p, info, err)
		}
	}
	again, err := LoadCredentials(path, []Secret{testSecret})
	if err != nil {
		t.Fatal(err)
	}
	again.Seal(Secret{})
	if got := string(again.Bytes()); got != testPlain {
		t.Errorf("came back as %s", got)
	}
	if first, second := string(c.Bytes()), string(c.Bytes()); first == second {
		t.Error("the initial vector is used twice")
	}
}

func TestAMissingCredentialsFileIsEmpty(t *testing.T) {
	c, err := LoadCredentials(filepath.Join(t.TempDir(), "none.json"), nil)
	if err != nil || string(c.Bytes()) != "{}" {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestAnotherSecretOpensAndIsReplaced(t *testing.T) {
	mine := Secret{Value: "mine", Source: "settings credentialSecret"}
	c := mustLoad(t, testSealed, mine, testSecret)
	if !c.Dirty() {
		t.Error("nothing asks for a save with the first secret")
	}
	if again := mustLoad(t, string(c.Bytes()), mine); again.For("a1b2c3d4e5f60718")["password"] != "sluh_example" {
		t.Error("the first secret does not open what was written")
	}
}

func TestAWrongSecretIsNamedAndNotTold(t *testing.T) {
	path := credentialsFile(t, testSealed)
	_, err := LoadCredentials(path, []Secret{{"wrong-1", "settings credentialSecret"}, {"wrong-2", ".config.runtime.json"}})
	e, ok := errors.AsType[*SecretError](err)
	if !ok || e.File != path || fmt.Sprint(e.Sources) != "[settings credentialSecret .config.runtime.json]" {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "wrong-") {
		t.Errorf("the error tells a secret: %v", err)
	}
	if readText(t, path) != testSealed {
		t.Error("the file was touched")
	}
	if _, err := LoadCredentials(path, nil); err == nil || !strings.Contains(err.Error(), "there is no secret") {
		t.Errorf("without secrets: %v", err)
	}
}

func TestBrokenCredentialsAreNotQuoted(t *testing.T) {
	for _, text := range []string{
		`{"a":"hush-hush"}`, `{"a":{"p":"hush-hush"}`, `["hush-hush"]`, `hush-hush`, `{"$":"hush-hush"}`,
		`{"$":"` + strings.Repeat("0", 32) + `hush-hush"}`, `{"$":{"hush-hush":{}},"b":1}`, `{"a":{"p":hush-hush}}`,
	} {
		_, err := LoadCredentials(credentialsFile(t, text), []Secret{testSecret})
		if err == nil || strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "'h'") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	c := mustLoad(t, `{"a":{"password":"hush-hush"}}`, Secret{"hush-hush", "the test"})
	s := Secret{"hush-hush", "the test"}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "c", c, "s", s)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", c, "s", s)
	all := log.String() + fmt.Sprintf("%v %+v %#v %s %q | %v %+v %#v %s %v", c, c, c, c, c, s, s, s, s, []Secret{s})
	if strings.Contains(all, "hush") {
		t.Errorf("printed: %s", all)
	}
}

func TestCredentialsSetAndDelete(t *testing.T) {
	c := mustLoad(t, `{"a":{"p":"q","n":5,"b":true,"o":{},"z":null}}`)
	if got := fmt.Sprint(c.For("a"), c.For("none")); got != "map[b:true n:5 p:q] map[]" {
		t.Errorf("got %s", got)
	}
	c.Set("b", map[string]string{"x": "1\n\"", "y": ""})
	c.Delete("a")
	c.Delete("none")
	if got := string(c.Bytes()); got != `{"b":{"x":"1\n\"","y":""}}` || !c.Dirty() {
		t.Errorf("got %s", got)
	}
	copied := c.Clone()
	copied.Set("b", nil)
	if c.For("b")["x"] == "" {
		t.Error("a clone shares its values")
	}
}

func TestLookupOfVariables(t *testing.T) {
	c := mustLoad(t, `{"i":{"A":"instance"},"s":{"A":"template","B":"b","map":{"C":"no"}},"gc":{"map":{"C":"c","has_C":true},"D":"no"}}`)
	for _, tc := range []struct {
		v    EnvVar
		want string
		ok   bool
	}{
		{EnvVar{Name: "A", Creds: []string{"i", "s"}}, "instance", true},
		{EnvVar{Name: "B", Creds: []string{"i", "s"}}, "b", true},
		{EnvVar{Name: "C", Creds: []string{"i", "s"}}, "", false},
		{EnvVar{Name: "C", Creds: []string{"gc"}, FromMap: true}, "c", true},
		{EnvVar{Name: "D", Creds: []string{"gc"}, FromMap: true}, "", false},
	} {
		if got, ok := c.Lookup(tc.v); got != tc.want || ok != tc.ok {
			t.Errorf("%+v is %q, %v", tc.v, got, ok)
		}
	}
}

func TestAbsorb(t *testing.T) {
	for _, tc := range []struct{ name, kept, flow, want string }{
		{"sets, keeps and deletes", `{"a":{"p":"old","q":"old","r":"old"},"gone":{"x":"y"}}`,
			`[{"id":"a","type":"x","credentials":{"p":"__PWRD__","q":" ","s":"new","has_p":true}}]`,
			`{"a":{"p":"old","r":"old","s":"new"}}`},
		{"a subflow forgets variables it no longer has", `{"i":{"A":"1","B":"2"}}`,
			`[{"id":"i","type":"subflow:s","credentials":{"A":"__PWRD__","C":"3"}}]`, `{"i":{"A":"1","C":"3"}}`},
		{"global-config keeps a map", `{"g":{"map":{"A":"1","has_A":true,"B":"2","has_B":true}}}`,
			`[{"id":"g","type":"global-config","credentials":{"map":{"A":"__PWRD__","has_A":true,"C":"3","has_C":true}}}]`,
			`{"g":{"map":{"A":"1","has_A":true,"C":"3","has_C":true}}}`},
		{"a full set replaces what nodes keep", `{"a":{"p":"old"},"b":{"p":"b"}}`,
			`{"credentials":{"a":{"q":"new"}},"flows":[{"id":"a"},{"id":"b"}]}`, `{"a":{"q":"new"},"b":{"p":"b"}}`},
		{"an encrypted set replaces all", `{"a":{"p":"old"}}`,
			`{"flows":[{"id":"a"},{"id":"a1b2c3d4e5f60718"}],"credentials":` + testSealed + `}`, testPlain},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := mustLoad(t, tc.kept, testSecret)
			c.Seal(Secret{})
			f := mustParse(t, tc.flow)
			if err := c.Absorb(f); err != nil {
				t.Fatal(err)
			}
			if got := string(c.Bytes()); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if text := string(f.Bytes()); strings.Contains(text, "credentials") || text[0] != '[' {
				t.Errorf("the flow still is %s", text)
			}
		})
	}
}

func TestAbsorbLeavesTheRestOfANode(t *testing.T) {
	for from, want := range map[string]string{
		`{"id":"a", "credentials" : {"p":"q"} , "x":1.0}`: `{"id":"a", "x":1.0}`,
		`{"credentials":{"p":"q"}, "id":"a"}`:             `{"id":"a"}`,
		`{"id":"a" , "credentials":{"p":"q"} }`:           `{"id":"a" }`,
		`{"credentials":{},"id":"a","credentials":{}}`:    `{"id":"a"}`,
	} {
		f := mustParse(t, "["+from+"]")
		if err := mustLoad(t, `{}`).Absorb(f); err != nil {
			t.Fatal(err)
		}
		if got := string(f.Bytes()); got != "["+want+"]" {
			t.Errorf("%s became %s", from, got)
		}
	}
}

func TestAbsorbChangesNothingOnAnError(t *testing.T) {
	c := mustLoad(t, `{"a":{"p":"old"}}`)
	f := mustParse(t, `{"flows":[{"id":"b","credentials":{"x":"y"}}],"credentials":`+testSealed+`}`)
	if err := c.Absorb(f); err == nil {
		t.Fatal("credentials without a secret were taken")
	}
	if c.For("a")["p"] != "old" || c.Dirty() || f.Credentials == "" {
		t.Error("something changed")
	}
}

func TestCredentialsPath(t *testing.T) {
	user, other := t.TempDir(), t.TempDir()
	flowFile := filepath.Join(other, "my.flows.json")
	beside, inUser := filepath.Join(other, "my.flows_cred.json"), filepath.Join(user, "my.flows_cred.json")
	if got := CredentialsPath(flowFile, user); got != beside {
		t.Errorf("got %s", got)
	}
	if err := os.WriteFile(inUser, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := CredentialsPath(flowFile, user); got != inUser {
		t.Errorf("with one in the user directory got %s", got)
	}
}

func TestGeneratedSecret(t *testing.T) {
	dir := t.TempDir()
	if found, err := GeneratedSecrets(dir); err != nil || len(found) != 0 {
		t.Fatalf("an empty directory has %v, %v", found, err)
	}
	runtime := filepath.Join(dir, ".config.runtime.json")
	for name, text := range map[string]string{
		runtime:                            "{\n    \"instanceId\": \"x\",\n    \"n\": 1.0\n}",
		filepath.Join(dir, ".config.json"): `{"_credentialSecret":"legacy"}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	made, err := GenerateSecret(dir)
	if err != nil || len(made.Value) != 64 {
		t.Fatalf("made %d characters, %v", len(made.Value), err)
	}
	found, err := GeneratedSecrets(dir)
	if err != nil || len(found) != 2 || found[0] != made || found[1].Value != "legacy" {
		t.Errorf("found %v, %v", found, err)
	}
	want := "{\n    \"instanceId\": \"x\",\n    \"n\": 1.0,\n    \"_credentialSecret\": \"" + made.Value + "\"\n}"
	if got := readText(t, runtime); got != want {
		t.Errorf("saved %s", got)
	}
	if err := DropGeneratedSecret(dir); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, runtime); strings.Contains(got, "Secret") || !strings.Contains(got, `"n": 1.0`) {
		t.Errorf("left %s", got)
	}
	if err := os.WriteFile(runtime, []byte("{broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := GenerateSecret(dir); err == nil || readText(t, runtime) != "{broken" {
		t.Errorf("a broken file was overwritten (%v)", err)
	}
}

func FuzzCredentials(f *testing.F) {
	for _, text := range []string{testPlain, testSealed, `{}`, `{"a":{"p":"q"}}`, `{"$":""}`, `{"$":1}`, `{"a":1}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &Credentials{secrets: []Secret{testSecret}, seal: &testSecret}
		if c.load(string(data)) != nil {
			return
		}
		c.Set("id", map[string]string{"name": "value"})
		again := &Credentials{secrets: []Secret{testSecret}}
		if err := again.load(string(c.Bytes())); err != nil {
			t.Fatalf("%q was taken and what was written of it was not: %v", data, err)
		}
		c.Seal(Secret{})
		if string(again.Bytes()) != string(c.Bytes()) || again.For("id")["name"] != "value" {
			t.Fatalf("%s became %s", c.Bytes(), again.Bytes())
		}
	})
}
