package js

import (
	"errors"

	"github.com/evanw/esbuild/pkg/api"
)

// lower rewrites syntax that goja does not know (for await, async generators, …)
// into ES2017, with a source map inline so that errors name the author's lines.
func lower(text string) (string, error) {
	r := api.Transform(text, api.TransformOptions{
		Target:    api.ES2017,
		Loader:    api.LoaderJS,
		Sourcemap: api.SourceMapInline,
		Supported: map[string]bool{"dynamic-import": false},
		LogLevel:  api.LogLevelSilent,
	})
	if len(r.Errors) > 0 {
		return "", errors.New(r.Errors[0].Text)
	}
	return string(r.Code), nil
}
