package authz

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func testKeys(t testing.TB) *Keys {
	t.Helper()
	k, err := OpenKeys(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func bearerFor(name string, hosts ...string) Credential {
	return Credential{Name: name, Kind: CredentialBearer, Hosts: hosts}
}

func mustSet(t testing.TB, s *Store, k *Keys, c Credential, value string) Credential {
	t.Helper()
	c, _, err := s.SetCredential(ctx, k, by, c, value)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCredentialsAreCheckedWhenTheyAreSaved(t *testing.T) {
	s, k := testStore(t, newClock()), testKeys(t)
	hosts := []string{"api.example.com"}
	for _, tc := range []struct {
		name   string
		c      Credential
		value  string
		notice string // part of one, "" for none
		fault  string // part of it, "" for none
	}{
		{"a plain token", bearerFor("a", hosts...), "tok.en-1", "", ""},
		{"a line end is not worth a notice", bearerFor("a", hosts...), "token\r\n", "", ""},
		{"white space around", bearerFor("a", hosts...), "  token \n\n", "white space", ""},
		{"a pasted Bearer", bearerFor("a", hosts...), "bEaReR token", `"Bearer "`, ""},
		{"outside of the alphabet", bearerFor("a", hosts...), "id|secret", "RFC 6750", ""},
		{"white space inside", bearerFor("a", hosts...), "to ken", "", "white space"},
		{"a line break inside", bearerFor("a", hosts...), "to\r\nX-Evil: 1", "", "white space"},
		{"a control character", bearerFor("a", hosts...), "to\x00ken", "", "control"},
		{"nothing", bearerFor("a", hosts...), " \n", "white space", "empty"},
		{"Bearer alone", bearerFor("a", hosts...), "Bearer ", "white space", ""},
		{"too long", bearerFor("a", hosts...), strings.Repeat("a", maxCredentialValue+1), "", "longer"},
		{"no host", bearerFor("a"), "token", "", "hosts"},
		{"a URL for a host", bearerFor("a", "https://api.example.com/"), "token", "", "host alone"},
		{"every host", bearerFor("a", "*"), "token", "", "no name"},
		{"every host of a registry", bearerFor("a", "*.co.uk"), "token", "", "anybody"},
		{"a star inside", bearerFor("a", "a.*.example.com"), "token", "", "no name"},
		{"a port that is none", bearerFor("a", "h:0"), "token", "", "port"},
		{"a bad name", bearerFor("a b", hosts...), "token", "", "name"},
		{"an unknown kind", Credential{Name: "a", Kind: "magic", Hosts: hosts}, "token", "", "kind"},
		{"basic", Credential{Name: "a", Kind: CredentialBasic, Hosts: hosts, CredentialSettings: CredentialSettings{User: "u"}}, "pass word", "", ""},
		{"basic without user", Credential{Name: "a", Kind: CredentialBasic, Hosts: hosts}, "password", "", "user"},
		{"basic with a colon", Credential{Name: "a", Kind: CredentialBasic, Hosts: hosts, CredentialSettings: CredentialSettings{User: "u:v"}}, "password", "", "colon"},
		{"a password with a line break", Credential{Name: "a", Kind: CredentialDigest, Hosts: hosts, CredentialSettings: CredentialSettings{User: "u"}}, "pass\nword", "", "line break"},
		{"a header", Credential{Name: "a", Kind: CredentialHeader, Hosts: hosts, CredentialSettings: CredentialSettings{Header: "X-Api-Key"}}, "value", "", ""},
		{"a header that frames", Credential{Name: "a", Kind: CredentialHeader, Hosts: hosts, CredentialSettings: CredentialSettings{Header: "Content-Length"}}, "value", "", "cannot carry"},
		{"a header that is none", Credential{Name: "a", Kind: CredentialHeader, Hosts: hosts, CredentialSettings: CredentialSettings{Header: "X:Y"}}, "value", "", "name of a header"},
		{"a setting of another kind", Credential{Name: "a", Kind: CredentialBearer, Hosts: hosts, CredentialSettings: CredentialSettings{User: "u"}}, "token", "", "no meaning"},
		{"oauth2", Credential{Name: "a", Kind: CredentialOAuth2, Hosts: hosts, CredentialSettings: CredentialSettings{TokenURL: "https://l.example.com/t", ClientID: "c"}}, "secret", "", ""},
		{"oauth2 over plain http", Credential{Name: "a", Kind: CredentialOAuth2, Hosts: hosts, CredentialSettings: CredentialSettings{TokenURL: "http://l.example.com/t", ClientID: "c"}}, "s-e-c", "", "plain http"},
		{"oauth2 without a URL", Credential{Name: "a", Kind: CredentialOAuth2, Hosts: hosts, CredentialSettings: CredentialSettings{ClientID: "c"}}, "secret", "", "URL that gives tokens"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, notices, err := s.SetCredential(ctx, k, by, tc.c, tc.value)
			if got := strings.Join(notices, "; "); !strings.Contains(got, tc.notice) || tc.notice == "" && got != "" {
				t.Errorf("notices %q, want %q", got, tc.notice)
			}
			if tc.fault == "" && err != nil || tc.fault != "" && (!errors.Is(err, ErrCredential) || !strings.Contains(err.Error(), tc.fault)) {
				t.Errorf("got %v, want %q", err, tc.fault)
			}
			if err != nil && len(tc.value) > 3 && strings.Contains(err.Error(), strings.TrimSpace(tc.value)) {
				t.Errorf("the error repeats the value: %v", err)
			}
		})
	}
}

func TestHostsAreMatchedWhole(t *testing.T) {
	for _, tc := range []struct {
		pattern, host, port string
		want                bool
	}{
		{"api.example.com", "api.example.com", "443", true},
		{"API.example.com", "api.EXAMPLE.com.", "80", true},
		{"api.example.com", "evilapi.example.com", "443", false},
		{"api.example.com", "api.example.com.evil.test", "443", false},
		{"api.example.com:8443", "api.example.com", "443", false},
		{"api.example.com:8443", "api.example.com", "8443", true},
		{"*.example.com", "a.b.example.com", "443", true},
		{"*.example.com", "example.com", "443", false},
		{"*.example.com", "badexample.com", "443", false},
		{"bücher.example", "xn--bcher-kva.example", "443", true},
		{"127.0.0.1", "127.0.0.1", "1", true},
		{"[::1]:80", "[::1]", "80", true},
		{"::1", "[::1]", "443", true},
		{"127.0.0.1", "::ffff:127.0.0.1", "1", true},
	} {
		p, err := parseHostPattern(tc.pattern)
		if err != nil {
			t.Errorf("%s: %v", tc.pattern, err)
			continue
		}
		if got := p.matches(tc.host, tc.port); got != tc.want {
			t.Errorf("%s matches %s:%s: %v", tc.pattern, tc.host, tc.port, got)
		}
		if again, err := parseHostPattern(p.String()); err != nil || again != p {
			t.Errorf("%s is written as %s: %v", tc.pattern, p, err)
		}
	}
}

func TestOutgoingRules(t *testing.T) {
	list := strings.Fields
	for _, tc := range []struct{ name, allow, deny, host, addr, want string }{
		{"nothing set", "", "", "a.test", "10.0.0.1", "allowed"},
		{"private is denied", "", "private", "a.test", "10.0.0.1", "denied"},
		{"cloud metadata is private", "", "private", "a.test", "169.254.169.254", "denied"},
		{"loopback is private", "", "private", "localhost", "::1", "denied"},
		{"mapped addresses are what they map", "", "private", "a.test", "::ffff:10.0.0.1", "denied"},
		{"NAT64 is what is behind it", "", "private", "a.test", "64:ff9b::a9fe:a9fe", "denied"},
		{"NAT64 is itself too", "", "64:ff9b::/96", "a.test", "64:ff9b::5db8:d822", "denied"},
		{"NAT64 of a public address", "", "private", "a.test", "64:ff9b::5db8:d822", "allowed"},
		{"a range of mapped addresses", "", "::ffff:10.0.0.0/104", "a.test", "10.9.9.9", "denied"},
		{"6to4 is what is behind it", "", "private", "a.test", "2002:a00:1::", "denied"},
		{"an unspecified address is private", "", "private", "a.test", "0.0.0.0", "denied"},
		{"public is not private", "", "private", "a.test", "93.184.216.34", "allowed"},
		{"a host is denied by name", "", "*.evil.test", "x.evil.test", "93.184.216.34", "denied"},
		{"an allow list closes the rest", "api.test", "", "b.test", "93.184.216.34", "denied"},
		{"an allow list opens its hosts", "api.test", "", "api.test", "93.184.216.34", "allowed"},
		{"an allowed name gains no denied address", "api.test", "private", "api.test", "127.0.0.1", "denied"},
		{"the smaller range wins", "10.1.2.3 0.0.0.0/0", "private", "a.test", "10.1.2.3", "allowed"},
		{"the larger range loses", "10.1.2.3 0.0.0.0/0", "private", "a.test", "10.1.2.4", "denied"},
		{"equal ranges are denied", "10.0.0.0/8", "10.0.0.0/8", "a.test", "10.0.0.1", "denied"},
		{"ranges let names through", "93.0.0.0/8", "", "a.test", "93.184.216.34", "allowed"},
	} {
		rules, err := ParseOutgoingRules(list(tc.allow), list(tc.deny))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		err = errors.Join(rules.JudgeHost(tc.host, "443"), rules.JudgeAddr(tc.host, "443", netip.MustParseAddr(tc.addr)))
		if got := map[bool]string{true: "allowed", false: "denied"}[err == nil]; got != tc.want || err != nil && !errors.Is(err, ErrOutgoing) {
			t.Errorf("%s: %s (%v)", tc.name, got, err)
		}
	}
	for _, text := range []string{"10.0.0.0/33", "http://a", "*", "a b"} {
		if _, err := ParseOutgoingRules(nil, []string{text}); err == nil {
			t.Errorf("%q is taken for a rule", text)
		}
	}
}

// outgoingFor is the Outgoing of a store, with what it tells a redactor.
func outgoingFor(t testing.TB, s *Store, k *Keys, c *clock) (*Outgoing, map[string][]string) {
	kept := map[string][]string{}
	o := NewOutgoing(OutgoingOptions{Open: func(context.Context) (*Store, error) { return s, nil }, Keys: k, Now: c.Now,
		Keep: func(owner string, secrets ...string) { kept[owner] = secrets }})
	t.Cleanup(o.Close)
	return o, kept
}

func TestACredentialGoesToItsHostsAlone(t *testing.T) {
	c := newClock()
	s, k := testStore(t, c), testKeys(t)
	o, kept := outgoingFor(t, s, k, c)
	mustSet(t, s, k, bearerFor("api", "api.example.com:443"), "the-token-value")
	grant, err := o.Use(ctx, "api", "n1", "api.example.com", "443")
	if err != nil || grant.Secret != "the-token-value" || grant.Kind != CredentialBearer {
		t.Fatalf("%v, %v", grant, err)
	}
	if text := fmt.Sprintf("%v %+v %#v", grant, grant, grant); strings.Contains(text, "the-token") {
		t.Errorf("a printed grant shows its value: %s", text)
	}
	if len(kept["named credentials"]) != 1 {
		t.Error("the redactor is not told of the value")
	}
	for range 3 {
		if _, err := o.Use(ctx, "api", "n1", "api.example.com", "8443"); !errors.Is(err, ErrHostNotAllowed) {
			t.Errorf("another port: %v", err)
		}
	}
	if _, err := o.Use(ctx, "none", "n1", "api.example.com", "443"); !errors.Is(err, ErrNotFound) {
		t.Errorf("an unknown name: %v", err)
	}
	events, _ := s.Audit(ctx, AuditQuery{Type: EventCredentialOffHost})
	if len(events) != 1 {
		t.Errorf("%d audited misuses, want 1 a minute", len(events))
	}
	c.Advance(2 * time.Minute)
	if _, err := o.Use(ctx, "api", "n2", "api.example.com", "443"); err != nil {
		t.Error(err)
	}
	list, err := s.Credentials(ctx)
	if err != nil || len(list) != 1 || list[0].Uses != 2 || strings.Join(list[0].Nodes, " ") != "n1 n2" || list[0].LastUsedAt.IsZero() {
		t.Errorf("uses: %+v, %v", list, err)
	}
}

func TestARotatedValueIsUsedAtOnce(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "sluice.db")
	s, k := openStore(t, path, Options{Now: c.Now}), testKeys(t)
	other := openStore(t, path, Options{Now: c.Now}) // another process
	o, _ := outgoingFor(t, s, k, c)
	mustSet(t, s, k, bearerFor("api", "h"), "first-value")
	use := func(want string) {
		t.Helper()
		if grant, err := o.Use(ctx, "api", "n", "h", "80"); err != nil || grant.Secret != want {
			t.Errorf("got %q, %v, want %q", grant.Secret, err, want)
		}
	}
	use("first-value")
	if _, _, err := s.RotateCredential(ctx, k, by, "api", "second-value"); err != nil {
		t.Fatal(err)
	}
	use("second-value")
	if _, _, err := other.RotateCredential(ctx, k, by, "api", "third-value"); err != nil {
		t.Fatal(err)
	}
	c.Advance(outgoingPoll)
	use("third-value")
	if _, err := other.RotateKeys(ctx, k, by); err != nil {
		t.Fatal(err)
	}
	c.Advance(outgoingPoll)
	use("third-value")
	if err := other.DeleteCredential(ctx, by, "api"); err != nil {
		t.Fatal(err)
	}
	c.Advance(outgoingPoll)
	if _, err := o.Use(ctx, "api", "n", "h", "80"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a removed credential: %v", err)
	}
	var types []string
	events, _ := s.Audit(ctx, AuditQuery{Type: "auth."})
	for _, e := range events {
		types = append(types, strings.TrimPrefix(e.Type, "auth."))
		if text := fmt.Sprint(e.Detail); strings.Contains(text, "-value") {
			t.Errorf("the audit shows a value: %s", text)
		}
	}
	want := "credential.created credential.rotated credential.rotated key.rotated credential.deleted"
	if got := strings.Join(types, " "); got != want {
		t.Errorf("audited %s, want %s", got, want)
	}
}

// T5: the database alone gives no value away, in no file and no spelling.
func TestTheDatabaseHoldsNoValue(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, filepath.Join(dir, "sluice.db"), Options{})
	k, err := OpenKeys(filepath.Join(t.TempDir(), "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	mustSet(t, s, k, bearerFor("api", "h"), "needle-in-the-database")
	if _, _, err := s.RotateCredential(ctx, k, by, "api", "needle-number-two"); err != nil {
		t.Fatal(err)
	}
	files, _ := os.ReadDir(dir)
	if len(files) < 2 {
		t.Fatalf("no write-ahead log to look at: %v", files)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "needle") || strings.Contains(string(text), "bmVlZGxl") {
			t.Errorf("%s holds a value", f.Name())
		}
	}
}

func FuzzParseOutgoingRules(f *testing.F) {
	for _, s := range []string{"private", "10.0.0.0/8", "[::1]", "*.a.test:1", "::ffff:1.2.3.4/120", "a/b"} {
		f.Add(s, "10.0.0.1")
	}
	f.Fuzz(func(t *testing.T, text, ip string) {
		addr, err := netip.ParseAddr(ip)
		if err != nil {
			return
		}
		rules, err := ParseOutgoingRules(nil, []string{text})
		if err != nil {
			return
		}
		if !rules.Any() {
			t.Errorf("%q is a rule of no effect", text)
		}
		if prefix, err := netip.ParsePrefix(ip + "/32"); err == nil && addr.Is4() {
			exact, err := ParseOutgoingRules(nil, []string{prefix.String()})
			if err != nil || exact.JudgeAddr("h", "1", addr) == nil {
				t.Errorf("%s is not denied by itself", prefix)
			}
		}
	})
}

func FuzzCleanToken(f *testing.F) {
	for _, s := range []string{"a", " Bearer  b ", "bearer\tc", "Bearer Bearer d", "é", "a\r\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		clean, _, err := CleanToken(token)
		if err != nil {
			return
		}
		if clean == "" || strings.ContainsFunc(clean, func(r rune) bool { return r <= ' ' || r >= 0x7F }) {
			t.Errorf("%q is cleaned to %q", token, clean)
		}
	})
}

func BenchmarkReadThousandCredentials(b *testing.B) {
	c := newClock()
	s, k := testStore(b, c), testKeys(b)
	for i := range maxCredentials {
		mustSet(b, s, k, bearerFor(fmt.Sprint("c", i), "api.example.com"), fmt.Sprint("value-of-", i))
	}
	if _, _, err := s.SetCredential(ctx, k, by, bearerFor("more", "h"), "value"); !errors.Is(err, ErrCredentialLimit) {
		b.Errorf("one more than the limit: %v", err)
	}
	for b.Loop() {
		if entries, err := s.openCredentials(ctx, k); err != nil || len(entries) != maxCredentials {
			b.Fatal(err)
		}
	}
}
