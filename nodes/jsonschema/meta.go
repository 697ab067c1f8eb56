package jsonschema

import "sluice/runtime/msg"

// What the schemas of the drafts say about schemas.
// https://json-schema.org/draft-07/schema, https://json-schema.org/draft-06/schema

type shape func(v any, seven bool) bool

var shapes map[string]shape

func init() { // isSchema needs the table and is in it
	shapes = map[string]shape{
		"$id": isString, "$schema": isString, "$ref": isString, "title": isString, "description": isString,
		"pattern": isString, "format": isString,
		"$comment": inSeven(isString), "contentMediaType": inSeven(isString), "contentEncoding": inSeven(isString),
		"readOnly": inSeven(isBoolean), "uniqueItems": isBoolean,
		"examples": isArray,
		"maximum":  isNumber, "exclusiveMaximum": isNumber, "minimum": isNumber, "exclusiveMinimum": isNumber,
		"multipleOf": func(v any, seven bool) bool { f, ok := v.(float64); return ok && f > 0 },
		"maxLength":  isCount, "minLength": isCount, "maxItems": isCount, "minItems": isCount,
		"maxProperties": isCount, "minProperties": isCount,
		"required":        isNames,
		"additionalItems": isSchema, "contains": isSchema, "additionalProperties": isSchema,
		"propertyNames": isSchema, "not": isSchema,
		"if": inSeven(isSchema), "then": inSeven(isSchema), "else": inSeven(isSchema),
		"items":       either(isSchema, isSchemas),
		"definitions": mapOf(isSchema), "properties": mapOf(isSchema), "patternProperties": mapOf(isSchema),
		"dependencies": mapOf(either(isSchema, isNames)),
		"enum":         func(v any, seven bool) bool { return isSome(v) && isUnique(v) },
		"type":         either(isTypeName, listOf(isTypeName)),
		"allOf":        isSchemas, "anyOf": isSchemas, "oneOf": isSchemas,
	}
}

func isSchema(v any, seven bool) bool {
	if _, ok := v.(bool); ok {
		return true
	}
	o, ok := v.(*msg.Object)
	if !ok {
		return false
	}
	for key, value := range o.All() {
		if fits := shapes[key]; fits != nil && !fits(value, seven) {
			return false
		}
	}
	return true
}

func isString(v any, _ bool) bool  { return isKind("string", v) }
func isBoolean(v any, _ bool) bool { return isKind("boolean", v) }
func isNumber(v any, _ bool) bool  { return isKind("number", v) }
func isArray(v any, _ bool) bool   { return isKind("array", v) }

func isCount(v any, _ bool) bool {
	f, ok := v.(float64)
	return ok && isKind("integer", v) && f >= 0
}

func isTypeName(v any, _ bool) bool {
	switch v {
	case "array", "boolean", "integer", "null", "number", "object", "string":
		return true
	}
	return false
}

func isNames(v any, seven bool) bool {
	list, ok := v.(*msg.Array)
	return ok && (list.Len() == 0 || listOf(isString)(v, seven))
}

func isSchemas(v any, seven bool) bool {
	list, ok := v.(*msg.Array)
	if !ok || list.Len() == 0 {
		return false
	}
	for _, elem := range list.All() {
		if !isSchema(elem, seven) {
			return false
		}
	}
	return true
}

// listOf is a list of at least one, no two the same.
func listOf(one shape) shape {
	return func(v any, seven bool) bool {
		if !isSome(v) || !isUnique(v) {
			return false
		}
		for _, elem := range v.(*msg.Array).All() {
			if !one(elem, seven) {
				return false
			}
		}
		return true
	}
}

func isSome(v any) bool {
	list, ok := v.(*msg.Array)
	return ok && list.Len() > 0
}

func isUnique(v any) bool {
	list, ok := v.(*msg.Array)
	if !ok {
		return false
	}
	_, _, twice := duplicate(list)
	return !twice
}

func mapOf(one shape) shape {
	return func(v any, seven bool) bool {
		o, ok := v.(*msg.Object)
		if !ok {
			return false
		}
		for _, value := range o.All() {
			if !one(value, seven) {
				return false
			}
		}
		return true
	}
}

func either(a, b shape) shape {
	return func(v any, seven bool) bool { return a(v, seven) || b(v, seven) }
}

// inSeven applies to draft 7 only; draft 6 does not know the keyword.
func inSeven(fits shape) shape {
	return func(v any, seven bool) bool { return !seven || fits(v, seven) }
}
