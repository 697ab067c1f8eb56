package network

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"
)

func readTLSFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "tls", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPrivateKeysOpenWithTheirPassphrase(t *testing.T) {
	cert := readTLSFile(t, "cert.pem")
	for _, name := range []string{"key.pem", "key-aes.pem", "key-3des.pem", "key-old.pem"} {
		t.Run(name, func(t *testing.T) {
			key, err := decryptPEMKey(readTLSFile(t, name), "secret")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tls.X509KeyPair(cert, key); err != nil {
				t.Error(err)
			}
			if name == "key.pem" {
				return
			}
			if key, err := decryptPEMKey(readTLSFile(t, name), "wrong"); err == nil {
				if _, err := tls.X509KeyPair(cert, key); err == nil {
					t.Error("it opens with any passphrase")
				}
			}
		})
	}
}

func TestPFXFilesOpenWithTheirPassphrase(t *testing.T) {
	for _, name := range []string{"aes.pfx", "3des.pfx", "rc2.pfx"} {
		t.Run(name, func(t *testing.T) {
			cert, others, err := parsePFX(readTLSFile(t, name), "secret")
			if err != nil {
				t.Fatal(err)
			}
			if cert.Leaf.Subject.CommonName != "sluice test client" || len(others) != 0 {
				t.Errorf("got the certificate of %q and %d others", cert.Leaf.Subject.CommonName, len(others))
			}
			if _, _, err := parsePFX(readTLSFile(t, name), "wrong"); err == nil {
				t.Error("it opens with any passphrase")
			}
		})
	}
}

func FuzzPFX(f *testing.F) {
	f.Add(readTLSFile(f, "3des.pfx"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var file pfxFile
		if err := unmarshalAll(b, &file); err == nil && file.Mac.Iterations > 2000 {
			t.Skip("slow by its own wish")
		}
		parsePFX(b, "secret")
	})
}
