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
	maxRedirects = 3
)

// client asks the issuer: within 5 s, for 1 MiB, and without being led elsewhere.
type client struct{ http http.Client }

func newClient(transport http.RoundTripper) *client {
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &client{http.Client{Transport: transport, Timeout: askTimeout, CheckRedirect: sameHost}}
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

func (c *client) close() { c.http.CloseIdleConnections() }

// statusError is an answer other than 200.
type statusError struct {
	url    string
	status int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s answered with status %d", e.url, e.status)
}

func (c *client) get(ctx context.Context, url string) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, nil, err
	}
	return c.do(r, maxDocument)
}

func (c *client) do(r *http.Request, limit int64) ([]byte, http.Header, error) {
	r.Header.Set("Accept", "application/json")
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, nil, &statusError{r.URL.String(), answer.StatusCode}
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
