package network

import (
	"slices"
	"testing"

	"sluice/runtime/msg"
)

func TestTrustIsThatOfExpress(t *testing.T) {
	chain := []string{"1.1.1.1", "10.0.0.2", "127.0.0.1"}
	for _, tc := range []struct {
		name    string
		setting any
		want    []string
	}{
		{"nobody", msg.Undefined, chain[2:]},
		{"nobody by name", false, chain[2:]},
		{"all", true, chain},
		{"one proxy", 1.0, chain[1:]},
		{"two proxies", 2.0, chain},
		{"loopback", "loopback", chain[1:]},
		{"names", "loopback, uniquelocal", chain},
		{"a list", msg.NewArray("127.0.0.1", "10.0.0.0/24"), chain},
		{"somebody else", "8.8.8.8", chain[2:]},
		{"no address", "x", chain[2:]},
	} {
		if got := newTrust(tc.setting).believed(chain); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
	if !newTrust("127.0.0.1").trusts("::ffff:127.0.0.1", 0) {
		t.Error("an IPv4 address is one in any spelling")
	}
}
