package admin

import (
	"net/http"

	"sluice/authz"
)

var auditPages = []endpoint{
	{"GET", Prefix + "audit", authz.AuditRead, false, auditPage},
}

type choice struct{ Value, Label string }

var (
	auditTypes = []choice{{"", "Every event"}, {"auth.token.", "Tokens"}, {"auth.login", "Logins"}, {"auth.login.fail", "Failed logins"},
		{"auth.denied", "Refused requests"}, {"auth.user.", "Users"}, {"auth.team.", "Teams"}, {"auth.credential.", "Credentials"}, {"auth.policy.changed", "Policies"}}
	auditPeriods = []choice{{"", "Since ever"}, {"1h", "Last hour"}, {"24h", "Last day"}, {"7d", "Last 7 days"}, {"30d", "Last 30 days"}}
)

func auditPage(c *call) error {
	events, err := c.audit(true)
	if err != nil {
		return err
	}
	query := c.r.URL.Query()
	c.page(http.StatusOK, "audit", "Audit", map[string]any{"Events": events, "Types": auditTypes, "Periods": auditPeriods,
		"Type": query.Get("type"), "Since": query.Get("since")})
	return nil
}
