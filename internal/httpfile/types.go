package httpfile

import (
	"path"
	"strings"
)

// TypeOf returns the media type for a file name, an extension or a short name such as "html".
func TypeOf(name string) string {
	if t, ok := ByExtension(strings.TrimPrefix(path.Ext("x."+name), ".")); ok {
		return t
	}
	return "application/octet-stream"
}

// ByExtension returns the media type for an extension without its dot.
func ByExtension(ext string) (string, bool) {
	t, ok := byExtension[strings.ToLower(ext)]
	return t, ok
}

// byExtension has the extensions that endpoints serve; others are octet streams.
var byExtension = map[string]string{
	"html": "text/html", "htm": "text/html", "txt": "text/plain", "text": "text/plain", "log": "text/plain",
	"css": "text/css", "csv": "text/csv", "ics": "text/calendar", "md": "text/markdown", "vtt": "text/vtt",
	"js": "application/javascript", "mjs": "application/javascript", "json": "application/json", "map": "application/json",
	"jsonld": "application/ld+json", "geojson": "application/geo+json", "webmanifest": "application/manifest+json",
	"xml": "application/xml", "xsl": "application/xml", "xhtml": "application/xhtml+xml", "rss": "application/rss+xml", "atom": "application/atom+xml",
	"yaml": "text/yaml", "yml": "text/yaml", "pdf": "application/pdf", "rtf": "text/rtf",
	"zip": "application/zip", "gz": "application/gzip", "tar": "application/x-tar", "7z": "application/x-7z-compressed", "rar": "application/x-rar-compressed",
	"bin": "application/octet-stream", "wasm": "application/wasm", "form": "application/x-www-form-urlencoded", "urlencoded": "application/x-www-form-urlencoded",
	"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml",
	"webp": "image/webp", "ico": "image/x-icon", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "avif": "image/avif",
	"mp3": "audio/mpeg", "wav": "audio/x-wav", "ogg": "audio/ogg", "flac": "audio/x-flac", "m4a": "audio/mp4", "aac": "audio/x-aac",
	"mp4": "video/mp4", "mpeg": "video/mpeg", "webm": "video/webm", "mov": "video/quicktime", "avi": "video/x-msvideo",
	"woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "eot": "application/vnd.ms-fontobject",
	"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
