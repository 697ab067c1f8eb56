package msg

import "testing"

func TestSetAllSetsWhatSetDoes(t *testing.T) {
	for _, tc := range [][2]string{
		{`{}`, `{"a":1,"b":2}`},
		{`{"a":1,"b":2}`, `{"a":3,"b":4}`},
		{`{"a":1,"b":2}`, `{"b":3,"a":4,"c":5}`},
		{`{"a":1}`, `{"7":1,"a":2,"3":4}`},
		{`{"3":1,"a":1}`, `{"2":1,"3":2}`},
	} {
		got, want, from := parseObject(t, tc[0]), parseObject(t, tc[0]), parseObject(t, tc[1])
		got.SetAll(from)
		for key, v := range from.All() {
			want.Set(key, v)
		}
		g, _ := AppendJSON(nil, got)
		if w, _ := AppendJSON(nil, want); string(g) != string(w) {
			t.Errorf("%s into %s: got %s, want %s", tc[1], tc[0], g, w)
		}
	}
}
