package config

import (
	"strings"
	"testing"
)

func TestHTTPSSettings(t *testing.T) {
	for _, tc := range []struct {
		name, settings, yaml string
		flags                Flags
		want                 string // of the error; "" if https is on
	}{
		{name: "an object", settings: `https: {key: "k", cert: Buffer.from("c")}`},
		{name: "a function", settings: `https: function () { return {key: "k", cert: "c"} }`},
		{name: "files", yaml: "tls:\n  cert: c.pem\n  key: k.pem\n"},
		{name: "an authority", flags: Flags{ACME: "a.test"}},
		{name: "an authority of one's own", yaml: "tls:\n  acme: [a.test, b.test]\n  acmeDirectory: https://ca.test/acme/directory\n"},
		{name: "an authority in plain text", yaml: "tls:\n  acme: a.test\n  acmeDirectory: http://ca.test/\n", want: "https:// URL"},
		{name: "half a pair", flags: Flags{TLSCert: "c.pem"}, want: "both tls.cert and tls.key"},
		{name: "two sources", flags: Flags{TLSCert: "c", TLSKey: "k", ACME: "a"}, want: "leave one out"},
		{name: "no key", settings: `https: {cert: "c"}`, want: "needs key and cert"},
		{name: "a passphrase", settings: `https: {key: "k", cert: "c", passphrase: "p"}`, want: "passphrase is not supported"},
		{name: "clients without an authority", settings: `https: {key: "k", cert: "c", requestCert: true}`, want: "add their authority"},
		{name: "a guard that cannot be run", settings: `httpNodeAuth: function (req, res, next) {}`, want: "httpNodeAuth"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := map[string]string{"settings.js": "module.exports = {" + tc.settings + "}"}
			if tc.yaml != "" {
				files["sluice.yaml"] = tc.yaml
			}
			c, err := Load(userDir(t, files), tc.flags, env(nil))
			if tc.want == "" && (err != nil || !c.TLS.On()) || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}
