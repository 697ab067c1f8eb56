package runtime

import (
	"errors"
	"testing"

	"sluice/runtime/msg"
)

type decoded struct {
	Text    string            `json:"text"`
	Number  float64           `json:"number"`
	Whole   int               `json:"whole"`
	Flag    bool              `json:"flag"`
	Path    msg.Path          `json:"path"`
	Any     any               `json:"any"`
	List    []string          `json:"list"`
	Rules   []decodedRule     `json:"rules"`
	Headers map[string]string `json:"headers"`
	embedded
	hidden int
}

type decodedRule struct {
	T string `json:"t"`
}

type embedded struct {
	Inner string `json:"inner"`
}

func TestPropertiesTakeAnyValueAsJavaScriptWould(t *testing.T) {
	d := decoded{Text: "default", Number: 7, Path: msg.Payload, hidden: 1}
	props, err := msg.Parse(`{"text":5,"number":" 0x10 ","whole":"3.7","flag":"false","path":"msg.a.b","any":[1],"list":"one",
		"rules":[{"t":"set"},null],"headers":{"a":1},"inner":"x","hidden":2,"unknown":3}`)
	if err != nil {
		t.Fatal(err)
	}
	if err := decode(&d, propertiesOf(props.(*msg.Object))); err != nil {
		t.Fatal(err)
	}
	if d.Text != "5" || d.Number != 16 || d.Whole != 3 || !d.Flag || d.Path.Text() != "msg.a.b" || d.Inner != "x" || d.hidden != 1 {
		t.Errorf("%+v", d)
	}
	if len(d.List) != 1 || d.List[0] != "one" || len(d.Rules) != 2 || d.Rules[0].T != "set" || d.Headers["a"] != "1" {
		t.Errorf("%+v", d)
	}
}

func TestAbsentNullAndEmptyPropertiesLeaveTheDefault(t *testing.T) {
	for _, text := range []string{`{}`, `{"text":"","number":"","path":""}`, `{"text":null,"number":null,"path":null}`} {
		d := decoded{Text: "default", Number: 7, Path: msg.Payload}
		props, err := msg.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := decode(&d, propertiesOf(props.(*msg.Object))); err != nil {
			t.Fatal(err)
		}
		if d.Text != "default" || d.Number != 7 || d.Path.Text() != "payload" {
			t.Errorf("%s: %+v", text, d)
		}
	}
}

func TestErrorsReadAsInNodeRED(t *testing.T) {
	_, typeErr := msg.MustPath("a.b").Get(&msg.Object{})
	for _, tc := range []struct {
		err  error
		want string
	}{
		{Text("plain"), "plain"},
		{errors.New("wrapped"), "Error: wrapped"},
		{typeErr, "TypeError: Cannot read properties of undefined (reading 'b')"},
		{&Thrown{Value: msg.NewObject("a", 1.0)}, "[object Object]"},
		{&Thrown{Value: "thrown"}, "thrown"},
		{&msg.Error{Name: "RangeError", Message: "too far"}, "RangeError: too far"},
	} {
		if got, _ := describeError(tc.err); got != tc.want {
			t.Errorf("%v: %q, want %q", tc.err, got, tc.want)
		}
	}
}
