package admin

import (
	"net/http"

	"sluice/authz"
)

const statusPath = Prefix + "status"

var (
	statusPages  = []endpoint{{"GET", statusPath, authz.StatusRead, false, statusPage}}
	statusRoutes = []endpoint{{"GET", apiPath + "/status", authz.StatusRead, false, showStatus}}
)

// limit is a row of the page.
type limit struct {
	Name, Means, Help string
	Count             int64
}

func statusPage(c *call) error {
	s := c.opts.Status()
	n := s.Stopped
	c.page(http.StatusOK, "status", "Status", map[string]any{"Since": s.Since, "Limits": []limit{
		{"Time", "A call took longer than its node's timeout.", "Raise the timeout in the node's Setup tab, or do less in one call.", n.Time},
		{"Memory", "A call kept more in memory than it may.", "Keep less at a time, or split the message before the node.", n.Memory},
		{"Depth", "Functions called each other too deeply.", "Look for a recursion without an end.", n.Depth},
		{"Outputs", "One call sent too many messages.", "Send an array as one message, and split it behind the node.", n.Outputs},
		{"Patterns", "A match of a regular expression took too long.", "Make what the pattern repeats unambiguous.", n.Patterns},
	}})
	return nil
}

func showStatus(c *call) error {
	s := c.opts.Status()
	return c.reply(http.StatusOK, map[string]any{"since": s.Since.UTC(), "stopped": s.Stopped})
}
