package admin

import "net/http"

// ticketRoute is open as far as the admin API goes: tickets are for whoever could
// open an endpoint, and the guard judges that.
var ticketRoute = endpoint{"POST", apiPath + "/ws-ticket", "", true, webSocketTicket}

func webSocketTicket(c *call) error {
	value, until, ok := c.opts.Guard.Ticket(c.w, c.r)
	if !ok {
		return nil
	}
	return c.reply(http.StatusCreated, map[string]any{"ticket": value, "expiresAt": until})
}
