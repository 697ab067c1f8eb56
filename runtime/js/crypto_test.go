package js

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"sluice/runtime/msg"
)

// pemKeys returns a pair as messages carry it.
func pemKeys(t *testing.T, k crypto.Signer) *msg.Object {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return msg.NewObject("private", text("PRIVATE KEY", private), "public", text("PUBLIC KEY", public))
}

func TestSignatures(t *testing.T) {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	e, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const changed = `; return {payload: [ok(msg.text), ok(msg.text + "!")]}`
	for _, tc := range []struct {
		name string
		key  crypto.Signer
		body string
	}{
		{"RSA", r, `const s = crypto.createSign("RSA-SHA256").update(msg.text).sign(msg.private, "base64"); const ok = t => crypto.createVerify("RSA-SHA256").update(t).verify(msg.public, s, "base64")`},
		{"RSA-PSS", r, `const o = {padding: crypto.constants.RSA_PKCS1_PSS_PADDING}; const s = crypto.sign("sha512", Buffer.from(msg.text), {key: msg.private, ...o}); const ok = t => crypto.verify("sha512", Buffer.from(t), {key: msg.public, ...o}, s)`},
		{"by key objects", r, `const k = crypto.createPrivateKey(msg.private), p = crypto.createPublicKey(k); const s = crypto.sign("sha256", Buffer.from(msg.text), k); const ok = t => p.type === "public" && p.asymmetricKeyType === "rsa" && crypto.verify("sha256", Buffer.from(t), p, s)`},
		{"ECDSA", e, `const s = crypto.sign("sha256", Buffer.from(msg.text), msg.private); const ok = t => crypto.verify("sha256", Buffer.from(t), msg.public, s)`},
		{"ECDSA in raw form", e, `const o = {dsaEncoding: "ieee-p1363"}; const s = crypto.sign("sha256", Buffer.from(msg.text), {key: msg.private, ...o}); const ok = t => s.length === 64 && crypto.verify("sha256", Buffer.from(t), {key: msg.public, ...o}, s)`},
		{"Ed25519", ed, `const s = crypto.sign(null, Buffer.from(msg.text), msg.private); const ok = t => crypto.verify(null, Buffer.from(t), msg.public, s)`},
	} {
		m := pemKeys(t, tc.key)
		m.Set("text", "the text")
		if got := newBench(t).run(tc.body+changed, show(m)); got != `sent {"payload":[true,false]}; done` {
			t.Errorf("%s: %s", tc.name, got)
		}
	}
}

func TestWebCrypto(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"digest", `return {payload: Buffer.from(await s.digest("SHA-256", enc("abc"))).toString("hex").slice(0, 16)}`, `"ba7816bf8f01cfea"`},
		{"HMAC", `const k = await s.importKey("raw", enc("k"), {name: "HMAC", hash: "SHA-256"}, false, ["sign", "verify"]); const m = await s.sign("HMAC", k, enc("x"));
			return {payload: [m.byteLength, await s.verify("HMAC", k, m, enc("x")), await s.verify("HMAC", k, m, enc("y")), k.type, k.algorithm.hash.name]}`, `[32,true,false,"secret","SHA-256"]`},
		{"AES-GCM", `const k = await s.generateKey({name: "AES-GCM", length: 256}, true, ["encrypt", "decrypt"]); const a = {name: "AES-GCM", iv: new Uint8Array(12), additionalData: enc("aad")};
			const e = await s.encrypt(a, k, enc("hi")); const d = dec(await s.decrypt(a, k, e)); new Uint8Array(e)[0] ^= 1; let f; try { await s.decrypt(a, k, e) } catch (x) { f = x.name } return {payload: [e.byteLength, d, f]}`, `[18,"hi","OperationError"]`},
		{"usages", `const k = await s.importKey("raw", enc("k"), {name: "HMAC", hash: "SHA-256"}, false, ["verify"]); try { await s.sign("HMAC", k, enc("x")) } catch (e) { return {payload: e.name} }`, `"InvalidAccessError"`},
		{"export of what is not extractable", `const k = await s.importKey("raw", enc("k"), {name: "HMAC", hash: "SHA-256"}, false, ["sign"]); try { await s.exportKey("raw", k) } catch (e) { return {payload: e.name} }`, `"InvalidAccessError"`},
		{"PBKDF2", `const k = await s.importKey("raw", enc("pw"), "PBKDF2", false, ["deriveBits"]); return {payload: Buffer.from(await s.deriveBits({name: "PBKDF2", salt: enc("salt"), iterations: 1, hash: "SHA-256"}, k, 128)).equals(crypto.pbkdf2Sync("pw", "salt", 1, 16, "sha256"))}`, `true`},
		{"ECDSA", `const [x, y] = [await s.importKey("pkcs8", der(msg.private), {name: "ECDSA", namedCurve: "P-256"}, true, ["sign"]), await s.importKey("spki", der(msg.public), {name: "ECDSA", namedCurve: "P-256"}, true, ["verify"])];
			const a = {name: "ECDSA", hash: "SHA-256"}; const g = await s.sign(a, x, enc("t")); return {payload: [g.byteLength, x.type, y.type, await s.verify(a, y, g, enc("t")), await s.verify(a, y, g, enc("u"))]}`, `[64,"private","public",true,false]`},
		{"JWK", `const y = await s.importKey("spki", der(msg.public), {name: "ECDSA", namedCurve: "P-256"}, true, ["verify"]); const j = await s.exportKey("jwk", y);
			const x = await s.importKey("pkcs8", der(msg.private), {name: "ECDSA", namedCurve: "P-256"}, false, ["sign"]); const z = await s.importKey("jwk", j, {name: "ECDSA", namedCurve: "P-256"}, false, ["verify"]);
			const a = {name: "ECDSA", hash: "SHA-256"}; const g = await s.sign(a, x, enc("t")); return {payload: [Object.keys(j).sort().join(), String(z), await s.verify(a, z, g, enc("t")), await s.verify(a, z, g, enc("u")), crypto.createPublicKey({key: j, format: "jwk"}).export({format: "jwk"}).x === j.x]}`, `["crv,ext,key_ops,kty,x,y","[object CryptoKey]",true,false,true]`},
		{"bad JWK", `try { await s.importKey("jwk", {kty: "EC", crv: "P-256", x: "AA", y: "AA"}, {name: "ECDSA", namedCurve: "P-256"}, true, ["verify"]) } catch (e) { return {payload: e.message} }`, `"Invalid JWK data"`},
	} {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		body := `const s = crypto.webcrypto.subtle, enc = t => new TextEncoder().encode(t), dec = b => new TextDecoder().decode(b), der = p => Buffer.from(p.replace(/-----.*-----|\n/g, ""), "base64");` + tc.body
		if got, want := newBench(t).run(body, show(pemKeys(t, k))), `sent {"payload":`+tc.want+`}; done`; got != want {
			t.Errorf("%s\n got %s\nwant %s", tc.name, got, want)
		}
	}
}
