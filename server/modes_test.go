package server

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

// newIssuer is an issuer of JWTs for "api": its settings, and a good and a forged token.
func newIssuer(t *testing.T) (yaml, good, forged string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public, KeyID: "1"}}})
	}))
	t.Cleanup(issuer.Close)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: private, KeyID: "1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload := fmt.Sprintf(`{"iss":%q,"aud":"api","sub":"robot","roles":["viewer"],"exp":%d}`, issuer.URL, time.Now().Unix()+300)
	signed, err := signer.Sign([]byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	if good, err = signed.CompactSerialize(); err != nil {
		t.Fatal(err)
	}
	return "jwt: {issuer: '" + issuer.URL + "', audience: api, rolesClaim: /roles, jwksUri: '" + issuer.URL + "'}", good, good[:len(good)-4] + "AAAA"
}

// What each way of showing oneself gets in each list of modes. "in" tells as whom;
// a status is followed by what the answer challenges with: B is Bearer without an
// error, R, T and S are invalid_request, invalid_token and insufficient_scope, and
// b is Basic.
const modesTable = `
                     none    basic   bearer  team    jwt     basic,bearer bearer,jwt team,basic team,jwt none,bearer
nothing              none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
browser              none    401b    401B    302     401B    401Bb        401B       302        302      none
password             none    basic   401B    401B    401B    basic        401B       basic      401B     none
wrong-password       none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
malformed-password   none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
no-colon             none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
password-cross-site  none    403     401B    401B    401B    403          401B       403        401B     none
token                none    401b    token   token   401T    token        token      token      token    token
token-lower-case     none    401b    token   token   401T    token        token      token      token    token
unknown              none    401b    401T    401T    401T    401Tb        401T       401Tb      401T     401T
expired              none    401b    401T    401T    401T    401Tb        401T       401Tb      401T     401T
revoked              none    401b    401T    401T    401T    401Tb        401T       401Tb      401T     401T
admin-token          none    401b    401T    401T    401T    401Tb        401T       401Tb      401T     401T
scoped               none    401b    403S    403S    401T    403S         403S       403S       403S     403S
two-lines            none    401b    400R    400R    400R    400R         400R       400R       400R     400R
no-token             none    401b    400R    400R    400R    400R         400R       400R       400R     400R
spaced               none    401b    400R    400R    400R    400R         400R       400R       400R     400R
jwt                  none    401b    401T    401T    jwt     401Tb        jwt        401Tb      jwt      401T
forged-jwt           none    401b    401T    401T    401T    401Tb        401T       401Tb      401T     401T
unsigned-jwt         none    401b    401T    401T    401T    401Tb        401T       401Tb      401T     401T
member               none    401b    401B    session 401B    401Bb        401B       session    session  none
guest                none    401b    401B    403     401B    401Bb        401B       403        403      none
stranger             none    401b    401B    403     401B    401Bb        401B       403        403      none
unknown-session      none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
two-sessions         none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
member-cross-site    none    401b    401B    403     401B    401Bb        401B       403        403      none
member+bad-token     none    401b    401T    401T    401T    401Tb        401T       401Tb      401T     401T
member+token         none    401b    token   token   401T    token        token      token      token    token
member+other-scheme  none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
other-scheme         none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
query                none    401b    401B    401B    401B    401Bb        401B       401Bb      401B     none
`

func TestEveryModeJudgesEveryCredential(t *testing.T) {
	auth, jwt, forged := newIssuer(t)
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + strings.Split(jwt, ".")[1] + "."
	const crossSite = "Sec-Fetch-Site: cross-site"
	shown := map[string][]string{
		"nothing":             nil,
		"browser":             {"Accept: text/html", "Sec-Fetch-Mode: navigate"},
		"password":            {"Authorization: basic  PASSWORD"},
		"wrong-password":      {"Authorization: Basic " + b64("u:")},
		"malformed-password":  {"Authorization: Basic %%%"},
		"no-colon":            {"Authorization: Basic " + b64("u")},
		"password-cross-site": {"Authorization: Basic PASSWORD", crossSite},
		"token":               {"Authorization: Bearer VALID"},
		"token-lower-case":    {"authorization: bearer VALID"},
		"unknown":             {"Authorization: Bearer x"},
		"expired":             {"Authorization: Bearer EXPIRED"},
		"revoked":             {"Authorization: Bearer REVOKED"},
		"admin-token":         {"Authorization: Bearer ADMIN"},
		"scoped":              {"Authorization: Bearer SCOPED"},
		"two-lines":           {"Authorization: Basic PASSWORD", "Authorization: Bearer VALID"},
		"no-token":            {"Authorization: Bearer"},
		"spaced":              {"Authorization: Bearer VALID VALID"},
		"jwt":                 {"Authorization: Bearer " + jwt},
		"forged-jwt":          {"Authorization: Bearer " + forged},
		"unsigned-jwt":        {"Authorization: Bearer " + unsigned + "x"},
		"member":              {"Cookie: a=b; sluice=MEMBER"},
		"guest":               {"Cookie: sluice=GUEST"},
		"stranger":            {"Cookie: sluice=STRANGER"},
		"unknown-session":     {"Cookie: sluice=x"},
		"two-sessions":        {"Cookie: sluice=MEMBER; sluice=GUEST"},
		"member-cross-site":   {"Cookie: sluice=MEMBER", crossSite},
		"member+bad-token":    {"Cookie: sluice=MEMBER", "Authorization: Bearer x"},
		"member+token":        {"Cookie: sluice=MEMBER", "Authorization: Bearer VALID"},
		"member+other-scheme": {"Cookie: sluice=MEMBER", "Authorization: Digest x"},
		"other-scheme":        {"Authorization: Token VALID"},
	}
	rows := strings.Split(strings.Trim(modesTable, "\n"), "\n")
	for column, list := range strings.Fields(rows[0]) {
		t.Run(list, func(t *testing.T) {
			p := demo(t, "auth: {mode: ["+list+"], minRole: viewer, "+auth+"}\n", "")
			for _, row := range rows[1:] {
				cells := strings.Fields(row)
				name, want := cells[0], cells[1+column]
				line := "GET /token-demo"
				switch {
				case name == "query":
					line += "?access_token=VALID&token=VALID"
				case strings.Contains(name, "cross-site"):
					line = "POST /post"
				}
				before := p.runs()
				a := p.ask(t, line, shown[name]...)
				if got := a.outcome(); got != want {
					t.Errorf("%s: got %s, want %s: %v %s", name, got, want, a.Header, a.body)
				}
				if (a.StatusCode == 200) != (p.runs() != before) {
					t.Errorf("%s: the flow ran with status %d", name, a.StatusCode)
				}
				if a.StatusCode == 200 && want != "none" && !strings.HasSuffix(a.body, "no header") {
					t.Errorf("%s: the flow saw the header that was used", name)
				}
				if a.code() != "" {
					p.refused(t, a)
				}
				if a.StatusCode == 302 && a.Header.Get("Location") != "/_sluice/login?next=%2Ftoken-demo" {
					t.Errorf("%s: %v", name, a.Header)
				}
			}
		})
	}
}

// outcome is a cell of modesTable.
func (a answer) outcome() string {
	if a.StatusCode == 200 {
		_, who, _ := strings.Cut(a.body, ", ")
		who, _, _ = strings.Cut(who, ",")
		return who
	}
	cell := fmt.Sprint(a.StatusCode)
	for _, c := range a.Header["Www-Authenticate"] {
		letter := c
		for known, l := range map[string]string{
			plainBearer + "$":                                "B",
			`Basic realm="sluice", charset="UTF-8"$`:         "b",
			plainBearer + `, error="invalid_request", `:      "R",
			plainBearer + `, error="invalid_token", `:        "T",
			plainBearer + `, error="insufficient_scope", er`: "S",
		} {
			if strings.HasPrefix(c+"$", known) {
				letter = l
			}
		}
		cell += letter
	}
	return cell
}
