package httpfile

import (
	"path"
	"strings"
)

// TypeOf returns the media type for a file name, an extension or a short name such as "html".
func TypeOf(name string) string {
	if t, ok := Lookup(name); ok {
		return t
	}
	return "application/octet-stream"
}

// Lookup is TypeOf for those who have to tell what is not known.
func Lookup(name string) (mediaType string, ok bool) {
	return ByExtension(strings.TrimPrefix(path.Ext("x."+name), "."))
}

// ByExtension returns the media type for an extension without its dot.
func ByExtension(ext string) (string, bool) {
	t, ok := byExtension[strings.ToLower(ext)]
	return t, ok
}

// ContentType returns the Content-Type of a file, as npm's send writes it.
func ContentType(name string) string {
	kind := TypeOf(name)
	if strings.HasPrefix(kind, "text/") || kind == "application/javascript" || kind == "application/json" {
		kind += "; charset=UTF-8"
	}
	return kind
}

// byExtension has the extensions that endpoints serve; others are octet streams.
var byExtension = map[string]string{
	"html": "text/html", "htm": "text/html", "txt": "text/plain", "text": "text/plain", "log": "text/plain",
	"css": "text/css", "csv": "text/csv", "ics": "text/calendar", "md": "text/markdown", "vtt": "text/vtt",
	"js": "application/javascript", "mjs": "application/javascript", "json": "application/json", "map": "application/json",
	"jsonld": "application/ld+json", "geojson": "application/geo+json", "webmanifest": "application/manifest+json",
	"xml": "application/xml", "xsl": "application/xml", "xhtml": "application/xhtml+xml", "rss": "application/rss+xml", "atom": "application/atom+xml",
	"yaml": "text/yaml", "yml": "text/yaml", "pdf": "application/pdf", "rtf": "application/rtf", "eml": "message/rfc822", "vcf": "text/x-vcard", "vcard": "text/vcard", "sh": "application/x-sh",
	"appcache": "text/cache-manifest", "manifest": "text/cache-manifest", "ts": "video/mp2t", "m3u8": "application/vnd.apple.mpegurl",
	"zip": "application/zip", "gz": "application/gzip", "tar": "application/x-tar", "7z": "application/x-7z-compressed", "rar": "application/x-rar-compressed",
	"bin": "application/octet-stream", "wasm": "application/wasm",
	"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml",
	"webp": "image/webp", "ico": "image/x-icon", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff",
	"mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "flac": "audio/x-flac", "m4a": "audio/mp4", "aac": "audio/x-aac",
	"mp4": "video/mp4", "mpeg": "video/mpeg", "webm": "video/webm", "mov": "video/quicktime", "avi": "video/x-msvideo",
	"woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf", "eot": "application/vnd.ms-fontobject",
	"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"mpd":  "application/dash+xml", "epub": "application/epub+zip", "gpx": "application/gpx+xml", "jar": "application/java-archive",
	"war": "application/java-archive", "ear": "application/java-archive", "class": "application/java-vm", "json5": "application/json5",
	"jsonml": "application/jsonml+json", "mathml": "application/mathml+xml", "mbox": "application/mbox", "m4p": "application/mp4",
	"pgp": "application/pgp-encrypted", "sig": "application/pgp-signature", "cer": "application/pkix-cert", "ps": "application/postscript",
	"ai": "application/postscript", "eps": "application/postscript", "rdf": "application/rdf+xml", "smil": "application/smil+xml",
	"apk": "application/vnd.android.package-archive", "mpkg": "application/vnd.apple.installer+xml", "kml": "application/vnd.google-earth.kml+xml",
	"kmz": "application/vnd.google-earth.kmz", "org": "application/vnd.lotus-organizer", "xul": "application/vnd.mozilla.xul+xml",
	"cab": "application/vnd.ms-cab-compressed", "xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
	"docm": "application/vnd.ms-word.document.macroenabled.12", "odg": "application/vnd.oasis.opendocument.graphics",
	"odp": "application/vnd.oasis.opendocument.presentation", "ods": "application/vnd.oasis.opendocument.spreadsheet",
	"odt": "application/vnd.oasis.opendocument.text", "xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
	"dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template", "vsd": "application/vnd.visio", "wsdl": "application/wsdl+xml",
	"bz2": "application/x-bzip2", "crx": "application/x-chrome-extension", "pfb": "application/x-font-type1", "php": "application/x-httpd-php",
	"latex": "application/x-latex", "mdb": "application/x-msaccess", "bat": "application/x-msdownload", "pub": "application/x-mspublisher",
	"pl": "application/x-perl", "p12": "application/x-pkcs12", "pfx": "application/x-pkcs12", "p7b": "application/x-pkcs7-certificates",
	"rpm": "application/x-redhat-package-manager", "swf": "application/x-shockwave-flash", "sql": "application/x-sql", "srt": "application/x-subrip",
	"tex": "application/x-tex", "pem": "application/x-x509-ca-cert", "crt": "application/x-x509-ca-cert", "der": "application/x-x509-ca-cert",
	"xpi": "application/x-xpinstall", "xz": "application/x-xz", "dtd": "application/xml-dtd", "xslt": "application/xslt+xml",
	"xspf": "application/xspf+xml", "mid": "audio/midi", "midi": "audio/midi", "mp4a": "audio/mp4", "mpga": "audio/mpeg", "mp2": "audio/mpeg",
	"m3a": "audio/mpeg", "oga": "audio/ogg", "weba": "audio/webm", "aif": "audio/x-aiff", "aiff": "audio/x-aiff", "wma": "audio/x-ms-wma",
	"ttc": "font/collection", "jp2": "image/jp2", "jpe": "image/jpeg", "svgz": "image/svg+xml", "psd": "image/vnd.adobe.photoshop",
	"dwg": "image/vnd.dwg", "dxf": "image/vnd.dxf", "wbmp": "image/vnd.wap.wbmp", "3ds": "image/x-3ds", "gltf": "model/gltf+json",
	"glb": "model/gltf-binary", "ifb": "text/calendar", "coffee": "text/coffeescript", "shtml": "text/html", "jade": "text/jade", "jsx": "text/jsx",
	"less": "text/less", "markdown": "text/markdown", "mml": "text/mathml", "n3": "text/n3", "conf": "text/plain", "def": "text/plain",
	"list": "text/plain", "in": "text/plain", "ini": "text/plain", "styl": "text/stylus", "tsv": "text/tab-separated-values", "uri": "text/uri-list",
	"uris": "text/uri-list", "sub": "text/vnd.dvb.subtitle", "c": "text/x-c", "h": "text/x-c", "cc": "text/x-c", "cpp": "text/x-c",
	"htc": "text/x-component", "hbs": "text/x-handlebars-template", "java": "text/x-java-source", "lua": "text/x-lua", "mkd": "text/x-markdown",
	"nfo": "text/x-nfo", "sass": "text/x-sass", "scss": "text/x-scss", "vcs": "text/x-vcalendar", "3gp": "video/3gpp", "mpg": "video/mpeg",
	"m2v": "video/mpeg", "ogv": "video/ogg", "qt": "video/quicktime", "flv": "video/x-flv", "m4v": "video/x-m4v", "mkv": "video/x-matroska",
	"wmv": "video/x-ms-wmv",
}
