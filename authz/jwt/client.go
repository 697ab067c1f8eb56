package jwt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	askTimeout   = 5 * time.Second
	maxDocument  = 1 << 20 // bytes
	maxRefusal   = 4 << 10 // bytes
	maxRedirects = 3
)

// Client asks an issuer: within 5 s, for 1 MiB, and without being led elsewhere.
// Safe for concurrent use.
type Client struct{ http http.Client }

// NewClient makes a client; without a transport it has one of its own, with
// http.DefaultTransport's settings.
func NewClient(transport http.RoundTripper) *Client {
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &Client{http.Client{Transport: transport, Timeout: askTimeout, CheckRedirect: sameHost}}
}

// sameHost refuses redirects that leave the host, and those of a request that
// carries a token.
func sameHost(next *http.Request, before []*http.Request) error {
	first := before[0]
	if first.Method != http.MethodGet || next.URL.Scheme != first.URL.Scheme || next.URL.Host != first.URL.Host {
		return errors.New("a redirect to elsewhere is not followed")
	}
	if len(before) > maxRedirects {
		return errors.New("too many redirects")
	}
	return nil
}

// Close gives back idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// StatusError is an answer other than 200.
type StatusError struct {
	URL    string
	Status int
	Body   []byte // at most 4 KiB of it; never to be logged as it is
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered with status %d", e.URL, e.Status)
}

func (c *Client) get(ctx context.Context, url string) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	return c.do(r, maxDocument)
}

// Do sends a request and returns the body of its answer. The error is a
// [*StatusError] for an answer other than 200; none repeats what was sent.
func (c *Client) Do(r *http.Request) ([]byte, error) {
	body, _, err := c.do(r, maxDocument)
	return body, err
}

func (c *Client) do(r *http.Request, limit int64) ([]byte, http.Header, error) {
	r.Header.Set("Accept", "application/json")
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(answer.Body, maxRefusal)) // the status says enough
		return nil, nil, &StatusError{r.URL.String(), answer.StatusCode, body}
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", r.URL, err)
	}
	if int64(len(body)) > limit {
		return nil, nil, fmt.Errorf("%s answered with more than %d bytes", r.URL, limit)
	}
	return body, answer.Header, nil
}
