package msg

import (
	"regexp"
	"testing"
)

func TestIDsAreSixteenHexadecimalDigitsAndDiffer(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{16}$`)
	seen := map[any]bool{}
	for range 1000 {
		for _, id := range []any{NewID(), NewIDValue()} {
			if text, ok := id.(string); !ok || !form.MatchString(text) || seen[id] {
				t.Fatalf("got %v", id)
			}
			seen[id] = true
		}
	}
}
