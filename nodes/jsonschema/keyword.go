package jsonschema

import (
	"math"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime/msg"
)

// keyword compiles one keyword; nil checks nothing.
func (c *compiler) keyword(s site, key string) rule {
	value := s.o.Value(key)
	switch key {
	case "$ref":
		return c.ref(s)
	case "id":
		c.fail(`NOT SUPPORTED: keyword "id", use "$id" for schema ID`)
	case "nullable":
		if _, ok := value.(bool); !ok {
			c.fail(`nullable value must be ["boolean"]`)
		}
	case "format":
		c.fail("unknown format %q ignored in schema at path %q", value, s.path)
	case "const":
		return func(r *run, v any) {
			if !equal(v, value) {
				r.fail(s.path, key, "must be equal to constant", "allowedValue", msg.Clone(value))
			}
		}
	case "enum":
		return enum(s, value.(*msg.Array))
	case "pattern":
		return c.pattern(s, value.(string))
	case "multipleOf":
		return multipleOf(s, value.(float64))
	case "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum":
		return limit(s, key, value.(float64))
	case "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties":
		return size(s, key, value.(float64))
	case "required":
		return required(s, value.(*msg.Array))
	case "uniqueItems":
		if value == true {
			return c.uniqueItems(s)
		}
	case "not", "anyOf", "oneOf", "allOf", "if", "then", "else":
		return c.combined(s, key)
	case "additionalItems", "items", "contains":
		return c.list(s, key)
	case "propertyNames", "additionalProperties", "dependencies", "properties", "patternProperties":
		return c.object(s, key)
	}
	return nil
}

func enum(s site, allowed *msg.Array) rule {
	return func(r *run, v any) {
		for _, elem := range allowed.All() {
			if equal(v, elem) {
				return
			}
		}
		r.fail(s.path, "enum", "must be equal to one of the allowed values", "allowedValues", msg.Clone(allowed))
	}
}

// matchLimit bounds one match of a regular expression that backtracks without end.
const matchLimit = time.Second

// regExp compiles a pattern; nil if it is faulty.
func (c *compiler) regExp(pattern string) *regexp2.Regexp {
	re, err := regexp2.Compile(pattern, regexp2.ECMAScript)
	if err != nil {
		c.fail("Invalid regular expression: /%s/u: %w", pattern, err)
		return nil
	}
	re.MatchTimeout = matchLimit
	return re
}

// matches stops the whole check if the pattern takes too long.
func (r *run) matches(re *regexp2.Regexp, text string) bool {
	ok, err := re.MatchString(text)
	if err != nil && r.fault == nil {
		r.fault = &msg.RangeError{Message: "a pattern of the schema takes too long to match"}
	}
	return ok
}

func (c *compiler) pattern(s site, pattern string) rule {
	re := c.regExp(pattern)
	return func(r *run, v any) {
		if !r.matches(re, v.(string)) {
			r.fail(s.path, "pattern", `must match pattern "`+pattern+`"`, "pattern", pattern)
		}
	}
}

// multipleOf divides and reads the result as parseInt does, which takes numbers
// that JavaScript prints with an exponent for wrong.
func multipleOf(s site, divisor float64) rule {
	return func(r *run, v any) {
		if q := v.(float64) / divisor; q != math.Trunc(q) || math.Abs(q) >= 1e21 {
			r.fail(s.path, "multipleOf", "must be multiple of "+msg.FormatNumber(divisor), "multipleOf", msg.Number(divisor))
		}
	}
}

func limit(s site, key string, bound float64) rule {
	comparison, holds := "<=", func(f float64) bool { return f <= bound }
	switch key {
	case "minimum":
		comparison, holds = ">=", func(f float64) bool { return f >= bound }
	case "exclusiveMaximum":
		comparison, holds = "<", func(f float64) bool { return f < bound }
	case "exclusiveMinimum":
		comparison, holds = ">", func(f float64) bool { return f > bound }
	}
	message := "must be " + comparison + " " + msg.FormatNumber(bound)
	return func(r *run, v any) {
		if !holds(v.(float64)) {
			r.fail(s.path, key, message, "comparison", comparison, "limit", msg.Number(bound))
		}
	}
}

func size(s site, key string, bound float64) rule {
	of, most := " characters", key[:3] == "max"
	measure := func(v any) int { return utf8.RuneCountInString(msg.ToUTF8(v.(string))) }
	switch key[3:] {
	case "Items":
		of, measure = " items", func(v any) int { return v.(*msg.Array).Len() }
	case "Properties":
		of, measure = " properties", func(v any) int { return len(msg.Keys(v)) }
	}
	message := "must NOT have fewer than " + msg.FormatNumber(bound) + of
	if most {
		message = "must NOT have more than " + msg.FormatNumber(bound) + of
	}
	return func(r *run, v any) {
		n := float64(measure(v))
		if most && n > bound || !most && n < bound {
			r.fail(s.path, key, message, "limit", msg.Number(bound))
		}
	}
}

func required(s site, names *msg.Array) rule {
	return func(r *run, v any) {
		for _, elem := range names.All() {
			if name := elem.(string); !has(v, name) {
				r.fail(s.path, "required", "must have required property '"+name+"'", "missingProperty", name)
			}
		}
	}
}
