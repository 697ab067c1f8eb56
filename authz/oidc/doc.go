// Package oidc lets people sign in at an outside OpenID provider: the authorization
// code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636; RFC 9700). It tells
// who somebody is. It does not say which account here that is or what it may do,
// keeps no session and no token, and imports nothing of ours but authz/jwt.
//
// A login is [Provider.Begin], which sends the browser away, and [Provider.Finish],
// when it comes back. Between the two all that is remembered is in a cookie, so
// that a server forgets nothing when it restarts and cannot be filled by strangers.
package oidc
