package jwt

// Shaped reports whether a token has the form of a signed JWT: three parts of
// base64url, the last of which may be empty. The form alone decides who judges a
// token; one that has it is never taken for another kind.
func Shaped(token string) bool { return parts(token) == 3 }

// parts counts the parts of base64url between dots; 0 if there is anything else.
func parts(token string) int {
	n := 1
	for i := range len(token) {
		switch c := token[i]; {
		case c == '.' && i == 0:
			return 0
		case c == '.':
			n++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return 0
		}
	}
	return n
}
