package jwt

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json" // refuses duplicate members, and tells the case of names
)

const (
	maxToken = 8192 // characters, as for every bearer token
	maxDepth = 32   // of objects and lists within each other
)

// header is what counts of a token's header. jku, jwk, x5u and x5c do not: a token
// cannot say which key it is to be believed by.
type header struct {
	alg jose.SignatureAlgorithm
	kid string
}

// readHeader reads the header of a JWS. Its algorithm has to be an allowed one.
func (v *rules) readHeader(token string) (header, error) {
	text, _, _ := strings.Cut(token, ".")
	members, err := decodePart(text)
	if err != nil {
		return header{}, invalidBecause("header", err)
	}
	for _, name := range [...]string{"crit", "enc", "zip", "b64"} {
		if _, present := members[name]; present {
			return header{}, invalid("header: " + name + " is not supported")
		}
	}
	alg, _ := members["alg"].(string)
	if !slices.Contains(v.algorithms, jose.SignatureAlgorithm(alg)) {
		return header{}, invalid("header: the algorithm is not one that is accepted")
	}
	kid, isText := members["kid"].(string)
	if _, present := members["kid"]; present && (!isText || kid == "") {
		return header{}, invalid("header: kid is no name")
	}
	return header{jose.SignatureAlgorithm(alg), kid}, v.checkTypes(members)
}

// checkTypes refuses tokens that were made for something else (RFC 8725 3.11).
func (v *rules) checkTypes(members map[string]any) error {
	if cty, present := members["cty"]; present {
		if name, _ := cty.(string); mediaType(name) != "json" {
			return invalid("header: a token within a token is not accepted")
		}
	}
	typ, present := members["typ"]
	name, isText := typ.(string)
	switch name = mediaType(name); {
	case present && !isText:
		return invalid("header: typ is no name")
	case v.idToken && present && name != "jwt":
		return invalid("header: typ says that this is no ID token")
	case v.idToken:
		return nil
	case name == "at+jwt", !v.requireTyp && (!present || name == "jwt"):
		return nil
	case v.requireTyp:
		return invalid("header: typ is not at+jwt")
	}
	return invalid("header: typ says that this is no access token")
}

// mediaType leaves out "application/", as RFC 7515 4.1.9 lets issuers do.
func mediaType(name string) string {
	return strings.TrimPrefix(strings.ToLower(name), "application/")
}

var strictBase64 = base64.RawURLEncoding.Strict()

// decodePart decodes one part of a token: base64url of a JSON object.
func decodePart(text string) (map[string]any, error) {
	data, err := strictBase64.DecodeString(text)
	if err != nil {
		return nil, errors.New("not base64url")
	}
	return decodeObject(data)
}

// spelt reports whether a token is spelt in its one way, so that there is one
// spelling to remember and to revoke.
func spelt(token string) bool {
	for part := range strings.SplitSeq(token, ".") {
		if _, err := strictBase64.DecodeString(part); err != nil {
			return false
		}
	}
	return true
}

// decodeObject decodes a JSON object in which no name stands twice, at any depth.
func decodeObject(data []byte) (map[string]any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	if tooDeep(data) {
		return nil, errors.New("too deeply nested")
	}
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil || members == nil {
		return nil, errors.New("not a JSON object with each name once") // the decoder's own text would repeat the name
	}
	return members, nil
}

func tooDeep(data []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case quoted:
		case c == '{', c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return false
}
