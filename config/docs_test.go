package config

import (
	"os"
	"regexp"
	"testing"

	"sluice/authz"
	"sluice/authz/oidc"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// What the documents show as sluice.yaml is one, and so are its policies.
func TestTheExamplesOfTheDocumentsWork(t *testing.T) {
	for _, document := range []string{"auth.md", "credentials.md"} {
		text, err := os.ReadFile("../docs/" + document)
		if err != nil {
			t.Fatal(err)
		}
		examples := yamlBlock.FindAllStringSubmatch(string(text), -1)
		if len(examples) == 0 {
			t.Errorf("%s: no example", document)
		}
		for _, example := range examples {
			c, err := Load(userDir(t, map[string]string{"sluice.yaml": example[1], "oidc.secret": "secret"}), Flags{}, env(nil))
			if err != nil {
				t.Errorf("%s: %v\n%s", document, err, example[1])
				continue
			}
			if _, err := authz.NewPolicies(c.Policies()); err != nil {
				t.Errorf("%s: %v\n%s", document, err, example[1])
			}
			if c.Auth.OIDC != nil {
				p, err := oidc.New(*c.Auth.OIDC)
				if err != nil {
					t.Fatalf("%s: %v\n%s", document, err, example[1])
				}
				p.Close()
			}
			if c.Auth.JWT != nil {
				i, err := authz.OpenIssuer(*c.Auth.JWT)
				if err != nil {
					t.Fatalf("%s: %v\n%s", document, err, example[1])
				}
				i.Close()
			}
		}
	}
}
