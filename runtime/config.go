package runtime

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"sluice/runtime/msg"
)

// A ConfigError says which property of a node could not be used.
type ConfigError struct {
	Property string
	Err      error
}

func (e *ConfigError) Error() string { return fmt.Sprintf("property %q: %v", e.Property, e.Err) }
func (e *ConfigError) Unwrap() error { return e.Err }

// properties looks up what an object of the flow file has under a name.
type properties func(name string) (v any, ok bool, err error)

func propertiesOf(o *msg.Object) properties {
	return func(name string) (any, bool, error) {
		v, ok := o.Get(name)
		return v, ok, nil
	}
}

// decode sets the tagged fields of the struct that node points to from the
// properties of its flow file entry. A field takes any JSON value as JavaScript
// would use it; a property that is absent, null or empty leaves the default, as
// Node-RED's `n.x || default` does. Kinds of fields: string, bool, numbers,
// msg.Path, any (the value as it is), *msg.Object, *msg.Array, structs, slices and maps of these.
func decode(node any, props properties) error {
	v := reflect.ValueOf(node)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	return decodeStruct(v.Elem(), props)
}

// configField is a struct field that a property of the flow file sets.
type configField struct {
	index []int
	name  string
}

var configFields sync.Map // reflect.Type -> []configField

func fieldsOf(t reflect.Type) []configField {
	if known, ok := configFields.Load(t); ok {
		return known.([]configField)
	}
	var fields []configField
	for _, f := range reflect.VisibleFields(t) { // those of embedded structs too
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" && f.IsExported() {
			fields = append(fields, configField{f.Index, name})
		}
	}
	configFields.Store(t, fields)
	return fields
}

func decodeStruct(v reflect.Value, props properties) error {
	for _, f := range fieldsOf(v.Type()) {
		value, ok, err := props(f.name)
		if err != nil {
			return &ConfigError{f.name, err}
		}
		if !ok || value == nil || value == "" || value == msg.Undefined {
			continue
		}
		if err := decodeValue(v.FieldByIndex(f.index), value); err != nil {
			return &ConfigError{f.name, err}
		}
	}
	return nil
}

var (
	pathType   = reflect.TypeFor[msg.Path]()
	objectType = reflect.TypeFor[*msg.Object]()
	arrayType  = reflect.TypeFor[*msg.Array]()
)

func decodeValue(v reflect.Value, value any) error {
	switch v.Type() {
	case pathType:
		// A faulty expression is no fault of the node: as in Node-RED it fails per message.
		return v.Addr().Interface().(*msg.Path).UnmarshalJSON(quote(msg.ToString(value)))
	case objectType, arrayType:
		if rv := reflect.ValueOf(value); rv.Type() == v.Type() {
			v.Set(rv)
		}
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(msg.ToString(value))
	case reflect.Bool:
		v.SetBool(msg.ToBool(value))
	case reflect.Float64:
		v.SetFloat(msg.ToNumber(value))
	case reflect.Int:
		v.SetInt(int64(msg.ToInt32(value)))
	case reflect.Interface:
		v.Set(reflect.ValueOf(value))
	case reflect.Struct:
		if o, ok := value.(*msg.Object); ok {
			return decodeStruct(v, propertiesOf(o))
		}
	case reflect.Slice:
		return decodeSlice(v, value)
	case reflect.Map:
		return decodeMap(v, value)
	default:
		panic("runtime: a config field of kind " + v.Kind().String())
	}
	return nil
}

func quote(text string) []byte {
	b, _ := json.Marshal(text)
	return b
}

// decodeSlice takes an array, or one value where a flow wrote it without its brackets.
func decodeSlice(v reflect.Value, value any) error {
	list, ok := value.(*msg.Array)
	if !ok {
		list = msg.NewArray(value)
	}
	s := reflect.MakeSlice(v.Type(), list.Len(), list.Len())
	for i, elem := range list.All() {
		if elem == nil || elem == msg.Undefined {
			continue
		}
		if err := decodeValue(s.Index(i), elem); err != nil {
			return fmt.Errorf("entry %d: %w", i+1, err)
		}
	}
	v.Set(s)
	return nil
}

func decodeMap(v reflect.Value, value any) error {
	o, ok := value.(*msg.Object)
	if !ok {
		return nil
	}
	m := reflect.MakeMap(v.Type())
	for key, elem := range o.All() {
		e := reflect.New(v.Type().Elem()).Elem()
		if err := decodeValue(e, elem); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		m.SetMapIndex(reflect.ValueOf(key), e)
	}
	v.Set(m)
	return nil
}

// PropertyNames lists the properties of the flow file that a node type reads,
// with their defaults, in the order of its struct.
func PropertyNames(t Type) (names []string, defaults []any) {
	v := reflect.ValueOf(t.New())
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil, nil
	}
	for _, f := range fieldsOf(v.Elem().Type()) {
		names = append(names, f.name)
		defaults = append(defaults, v.Elem().FieldByIndex(f.index).Interface())
	}
	return names, defaults
}
