// Package network has the node types that speak to others over a network: http
// in, http response, http request, and the config nodes they share. Who may call
// an endpoint is decided before its node is reached.
package network
