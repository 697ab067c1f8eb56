// Package authz decides who a request comes from and what it may do: tokens and
// their store, the table of policies, and the HTTP guard that applies both.
// It knows no flow, no route handler and no editor, and imports nothing of ours but
// authz/jwt.
//
// [Issuer] stands for tokens that are issued elsewhere.
//
// Three parts, each usable alone: [Store] keeps tokens and their audit in a
// database, [Verifier] answers for them from memory while requests are served,
// and [Guard] turns the answers into HTTP.
package authz
