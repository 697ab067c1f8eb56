package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"sluice/flows"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("SLUICE_TEST_REENCRYPT"); dir != "" {
		reencryptForEver(dir)
		return
	}
	if path := os.Getenv("SLUICE_TEST_WRITE_FLOWS"); path != "" {
		writeFlowsForEver(path)
		return
	}
	if args := os.Getenv(victimArgs); args != "" {
		os.Exit(runAsVictim(args))
	}
	goleak.VerifyTestMain(m)
}

// What an independent program made of a secret and a plain text (auth.md, 7.1).
const (
	vectorSecret = "sluice-test-secret"
	vectorPlain  = `{"a1b2c3d4e5f60718":{"user":"","password":"sluh_example"}}`
	vectorSealed = `{"$":"000102030405060708090a0b0c0d0e0fiKawVsEk6+JDW5uBdSvWiu8ulpjAgEyLYR9ZRI5S7Py/DtnqAmIhtyzOgaWmlp4yvM24UFMgBsvQDw=="}`
)

func TestCredentialFilesMoveBetweenSecrets(t *testing.T) {
	dir := layOutFiles(t, map[string]string{"flows.json": "[]", "flows_cred.json": vectorSealed, "old": vectorSecret + "\n", "new": "another secret", "empty": ""})
	file := func(name string) string { return filepath.Join(dir, name) }
	read := func(name string) string {
		text, err := os.ReadFile(file(name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, tc := range []struct {
		name, args string // @ stands for the folder
		code       int
		stderr     string
		opens      string // file = secret that opens it afterwards, "" for plain
	}{
		{"a wrong secret changes nothing", "credentials reencrypt --new-secret-file @new --credential-secret-file @new", 4, "cannot be opened", "flows_cred.json=" + vectorSecret},
		{"nor does none", "credentials reencrypt --new-secret-file @new", 4, "encrypted", "flows_cred.json=" + vectorSecret},
		{"nor an empty one", "credentials reencrypt --new-secret-file @empty --credential-secret-file @old", 2, "holds no secret", "flows_cred.json=" + vectorSecret},
		{"export in plain text", "credentials export --out @plain.json --plain --credential-secret-file @old", 0, "in plain text", "plain.json="},
		{"export overwrites nothing", "credentials export --out @plain.json --plain --credential-secret-file @old", 4, "there already", "plain.json="},
		{"export asks how", "credentials export --out @x.json --credential-secret-file @old", 2, "--secret-file", "plain.json="},
		{"export under a secret", "credentials export --out @sealed.json --secret-file @new --credential-secret-file @old", 0, "encrypted", "sealed.json=another secret"},
		{"re-encrypt", "credentials reencrypt --new-secret-file @new --credential-secret-file @old", 0, "encrypted", "flows_cred.json=another secret"},
		{"the old secret opens it no more", "credentials reencrypt --new-secret-file @new --credential-secret-file @old", 4, "cannot be opened", "flows_cred.json=another secret"},
		{"import never replaces what cannot be read", "credentials import @plain.json --credential-secret-file @old", 4, "stays", "flows_cred.json=another secret"},
		{"import of what cannot be read", "credentials import @sealed.json --secret-file @old --credential-secret-file @new", 4, "cannot be opened", "flows_cred.json=another secret"},
		{"import", "credentials import @sealed.json --secret-file @new --credential-secret-file @new", 0, "encrypted", "flows_cred.json=another secret"},
		{"import of nothing", "credentials import @none.json --credential-secret-file @new", 3, "none.json", "flows_cred.json=another secret"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := read("flows_cred.json")
			args := strings.Fields(strings.ReplaceAll(tc.args, "@", dir+string(filepath.Separator)))
			_, stderr, code := runIn(t, dir, "", args...)
			if code != tc.code || !strings.Contains(stderr, tc.stderr) || strings.Contains(stderr, "sluh_example") {
				t.Errorf("exit %d, want %d with %q: %s", code, tc.code, tc.stderr, stderr)
			}
			if code != 0 && read("flows_cred.json") != before {
				t.Error("the file was changed")
			}
			name, secret, _ := strings.Cut(tc.opens, "=")
			if got := opened(t, file(name), secret); got != vectorPlain {
				t.Errorf("%s holds %s", name, got)
			}
			if info, err := os.Stat(file(name)); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		})
	}
}

// opened is the plain text of a credential file, which secret must open; "" means
// that it is to be plain.
func opened(t *testing.T, path, secret string) string {
	t.Helper()
	var secrets []flows.Secret
	if secret != "" {
		secrets = []flows.Secret{{Value: secret, Source: "test"}}
	}
	creds, err := flows.LoadCredentials(path, secrets)
	if err != nil {
		return err.Error()
	}
	if secret == "" && creds.Dirty() {
		return "a file that is not plain"
	}
	creds.Seal(flows.Secret{})
	return string(creds.Bytes())
}

// reencryptForEver is what the test binary does as the victim of
// TestAKilledReencryptionLosesNothing: it goes to and fro between two secrets.
func reencryptForEver(dir string) {
	for i := 0; ; i++ {
		from, to := filepath.Join(dir, "a"), filepath.Join(dir, "b")
		for range 2 {
			root := newRoot()
			root.SetErr(io.Discard)
			root.SetArgs([]string{"credentials", "reencrypt", "-u", dir, "--credential-secret-file", from, "--new-secret-file", to})
			if err := root.Execute(); err != nil && i > 0 {
				fmt.Println("error:", err)
				return
			}
			fmt.Println(to)
			from, to = to, from
		}
	}
}

func TestAKilledReencryptionLosesNothing(t *testing.T) {
	dir := layOutFiles(t, map[string]string{"flows.json": "[]", "flows_cred.json": vectorPlain, "a": "first secret", "b": "second secret"})
	for range *kills {
		linesUntilKilled(t, 1+rand.IntN(12), "SLUICE_TEST_REENCRYPT="+dir)
		path := filepath.Join(dir, "flows_cred.json")
		if a, b := opened(t, path, "first secret"), opened(t, path, "second secret"); a != vectorPlain && b != vectorPlain {
			t.Fatalf("neither secret opens the file: %s; %s", a, b)
		}
	}
}
