package server

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// Row 29: a page gets a ticket over HTTP and opens the websocket of a flow with it,
// once. The websocket ends with the token as one that a header opened.
func TestAWebsocketOpensWithATicket(t *testing.T) {
	p := openPeer(t)
	_, _, res := p.opened(t, "POST /_sluice/api/v1/ws-ticket", "Authorization: Bearer VALID", "Content-Length: 0", "Connection: close")
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ Ticket string }
	if err := json.Unmarshal(body, &made); err != nil || res.StatusCode != 201 || !strings.HasPrefix(made.Ticket, "sluw_") {
		t.Fatalf("%d %s %v", res.StatusCode, body, err)
	}
	for i, want := range []int{101, 401} {
		if _, _, res := p.opened(t, "GET /ws?ticket="+made.Ticket, upgradeFields...); res.StatusCode != want {
			t.Errorf("use %d: %d", i+1, res.StatusCode)
		}
	}
	if strings.Contains(p.log.String(), made.Ticket) {
		t.Error("the log holds the ticket")
	}
}
