package js

import (
	"strings"
	"testing"
)

func TestGlobalFunctionsOfCompiledBodies(t *testing.T) {
	playAsInNode(t, returning([][2]string{
		{`["abc", "a b&c=d/e?f#g", "é€😀", "", "~!@#$%^&*()_+-=[]{}|;:,./<>?", "\u0000\u007f\u0100", undefined, null, 12.5, [1, 2], {}].map(x => [encodeURIComponent(x), encodeURI(x), escape(x)])`, `[["abc","abc","abc"],["a%20b%26c%3Dd%2Fe%3Ff%23g","a%20b&c=d/e?f#g","a%20b%26c%3Dd/e%3Ff%23g"],["%C3%A9%E2%82%AC%F0%9F%98%80","%C3%A9%E2%82%AC%F0%9F%98%80","%E9%u20AC%uD83D%uDE00"],["","",""],["~!%40%23%24%25%5E%26*()_%2B-%3D%5B%5D%7B%7D%7C%3B%3A%2C.%2F%3C%3E%3F","~!@#$%25%5E&*()_+-=%5B%5D%7B%7D%7C;:,./%3C%3E?","%7E%21@%23%24%25%5E%26*%28%29_+-%3D%5B%5D%7B%7D%7C%3B%3A%2C./%3C%3E%3F"],["%00%7F%C4%80","%00%7F%C4%80","%00%7F%u0100"],["undefined","undefined","undefined"],["null","null","null"],["12.5","12.5","12.5"],["1%2C2","1,2","1%2C2"],["%5Bobject%20Object%5D","%5Bobject%20Object%5D","%5Bobject%20Object%5D"]]`},
		{`[escape("\ud83d"), unescape("%41%zz%u0041%u00e9%uD83D%uDE00%u12%%25%e9%"), unescape("é%u"), unescape()]`, `["%uD83D","A%zzAé😀%u12%%é%","é%u","undefined"]`},
		{`["abc", "%41%42", "%C3%A9", "%E2%82%AC%F0%9F%98%80", "%2F%3F%23%20%41", "é%C3%A9€", "%3b%2f%3f%3a%40%26%3d%2b%24%2c%23", "+%2B", "%25", undefined, "%00%7f", "%EF%BF%BD", "\ud83d%41"].map(x => [decodeURIComponent(x), decodeURI(x)])`, `[["abc","abc"],["AB","AB"],["é","é"],["€😀","€😀"],["/?# A","%2F%3F%23 A"],["éé€","éé€"],[";/?:@&=+$,#","%3b%2f%3f%3a%40%26%3d%2b%24%2c%23"],["++","+%2B"],["%","%"],["undefined","undefined"],["\u0000` + "\u007f" + `","\u0000` + "\u007f" + `"],["�","�"],["\ud83dA","\ud83dA"]]`},
		{`[btoa("abc"), btoa(""), btoa("\u00ff\u0000"), btoa(12), atob("YWJj"), atob(" Y W\nJj"), atob("YWI="), atob("YQ"), atob("+/8="), atob(""), atob(null)]`, `["YWJj","","/wA=","MTI=","abc","abc","ab","a","ûÿ","","` + "\u009e" + `ée"]`},
		{`[typeof Buffer, typeof JSON, typeof RED, typeof encodeURI, typeof Map, typeof Date, typeof undefined, typeof NaN, typeof Uint8Array, typeof Promise, typeof structuredClone]`, `["function","object","object","function","function","function","undefined","number","function","function","function"]`},
		{`["héllo €😀", "68656c6c6fzz", "aGVsbG8=", "", "\ud83d x"].map(s => ["utf8", "UTF-8", "hex", "base64", "base64url", "latin1", "binary", "ascii", "ucs2", "utf16le"].map(e => [Buffer.from(s, e).toString(), Buffer.from(s).toString(e), Buffer.from(s, e).length]))`, `[[["héllo €😀","héllo €😀",14],["héllo €😀","héllo €😀",14],["","68c3a96c6c6f20e282acf09f9880",0],["�Yh","aMOpbGxvIOKCrPCfmIA=",3],["�Yh","aMOpbGxvIOKCrPCfmIA",3],["h�llo �=\u0000","hÃ©llo â` + "\u0082" + `¬ð` + "\u009f" + `` + "\u0098" + `` + "\u0080" + `",9],["h�llo �=\u0000","hÃ©llo â` + "\u0082" + `¬ð` + "\u009f" + `` + "\u0098" + `` + "\u0080" + `",9],["h�llo �=\u0000","hC)llo b\u0002,p\u001f\u0018\u0000",9],["h\u0000�\u0000l\u0000l\u0000o\u0000 \u0000� =�\u0000�","써沩潬겂鿰肘",18],["h\u0000�\u0000l\u0000l\u0000o\u0000 \u0000� =�\u0000�","써沩潬겂鿰肘",18]],[["68656c6c6fzz","68656c6c6fzz",12],["68656c6c6fzz","68656c6c6fzz",12],["hello","363836353663366336667a7a",5],["�ι�Μ���","Njg2NTZjNmM2Znp6",9],["�ι�Μ���","Njg2NTZjNmM2Znp6",9],["68656c6c6fzz","68656c6c6fzz",12],["68656c6c6fzz","68656c6c6fzz",12],["68656c6c6fzz","68656c6c6fzz",12],["6\u00008\u00006\u00005\u00006\u0000c\u00006\u0000c\u00006\u0000f\u0000z\u0000z\u0000","㠶㔶挶挶昶空",24],["6\u00008\u00006\u00005\u00006\u0000c\u00006\u0000c\u00006\u0000f\u0000z\u0000z\u0000","㠶㔶挶挶昶空",24]],[["aGVsbG8=","aGVsbG8=",8],["aGVsbG8=","aGVsbG8=",8],["","614756736247383d",0],["hello","YUdWc2JHOD0=",5],["hello","YUdWc2JHOD0",5],["aGVsbG8=","aGVsbG8=",8],["aGVsbG8=","aGVsbG8=",8],["aGVsbG8=","aGVsbG8=",8],["a\u0000G\u0000V\u0000s\u0000b\u0000G\u00008\u0000=\u0000","䝡獖䝢㴸",16],["a\u0000G\u0000V\u0000s\u0000b\u0000G\u00008\u0000=\u0000","䝡獖䝢㴸",16]],[["","",0],["","",0],["","",0],["","",0],["","",0],["","",0],["","",0],["","",0],["","",0],["","",0]],[["� x","� x",5],["� x","� x",5],["","efbfbd2078",0],["","77+9IHg=",0],["","77-9IHg",0],["= x","ï¿½ x",3],["= x","ï¿½ x",3],["= x","o?= x",3],["=� \u0000x\u0000","뿯₽",6],["=� \u0000x\u0000","뿯₽",6]]]`},
		{`[Buffer.from([1, 2, 255, 256, -1, 1.9, "7", null, undefined, true, NaN]).toString("hex"), Buffer.from(Buffer.from("x")).toString(), Buffer.from({type: "Buffer", data: [65, 66]}).toString(), Buffer.concat([Buffer.from("a"), Buffer.from("b")]).toString(), Buffer.concat([]).length, Buffer.compare(Buffer.from("a"), Buffer.from("b")), Buffer.byteLength("é€😀"), Buffer.byteLength("\ud83d"), Buffer.byteLength(Buffer.from("é")), [5, "x", null, {}, [1], Buffer.from("")].map(x => Buffer.isBuffer(x)), ["hex", "nope", "UTF8", "", 1].map(x => Buffer.isEncoding(x))]`, `["0102ff00ff010700000100","x","AB","ab",0,-1,9,3,2,[false,false,false,false,false,true],[true,false,true,false,false]]`},
		{`[Buffer.from("hello world")].map(b => [b.slice(2).toString(), b.slice(-3).toString(), b.subarray(1, -1).toString(), b.slice(5, 2).length, b.toString("utf8", 3), b.toString("utf8", 3, 6), b.toString("utf8", -1, 99), b.toString("utf8", NaN, 2.9), b.toString(undefined, 6), b.indexOf("o"), b.indexOf(119), b.indexOf("zz"), b.includes("wor"), b.includes(Buffer.from("lo")), b.equals(Buffer.from("hello world")), b.equals(Buffer.from("x")), b.compare(Buffer.from("hellp")), b + "", b == "hello world", b[1], b["2"], b[99] === undefined, b.length, typeof b, b.slice(0, 2), b.slice(0, 2).toJSON()])[0]`, `["llo world","rld","ello worl",0,"lo world","lo ","hello world","he","world",4,6,-1,true,true,true,false,-1,"hello world",true,101,108,true,11,"object",{"type":"Buffer","data":[104,101]},{"type":"Buffer","data":[104,101]}]`},
		{`[Buffer.from("000102030405feff80c0490fdb400921fb54442d18", "hex")].map(b => [0, 1, 5, 10, 13].map(i => [b.readUInt8(i), b.readInt8(i), b.readUInt16LE(i), b.readUInt16BE(i), b.readInt16LE(i), b.readInt16BE(i), b.readUInt32LE(i), b.readUInt32BE(i), b.readInt32LE(i), b.readInt32BE(i), b.readFloatLE(i), b.readFloatBE(i), b.readDoubleLE(i), b.readDoubleBE(i), b.readUIntBE(i, 3), b.readUIntLE(i, 6), b.readIntBE(i, 5), b.readIntLE(i, 1), b.readUint16BE(i), b.readUint8()].map(String)))[0]`, `[["0","0","256","1","256","1","50462976","66051","50462976","66051","3.820471434542632e-37","9.25571648671185e-41","NaN","1.40159977339379e-309","258","5514788471040","16909060","0","1","0"],["1","1","513","258","513","258","67305985","16909060","67305985","16909060","1.539989614439558e-36","2.387939260590663e-38","-7.2893593983417685e-304","8.207880425547566e-304","66051","279297495597569","4328719365","1","258","0"],["5","5","65029","1534","-507","1534","2164260357","100597632","-2130706939","100597632","-2.3509176558124337e-38","2.397990108578235e-35","-4.3375774492501947e+130","8.538440028543513e-280","392959","81091146808837","25752993984","5","1534","0"],["73","73","3913","18703","3913","18703","1088098121","1225775936","1088098121","1225775936","6.845615863800049","589236","2.3735211474526918e+101","8.880281024806038e+43","4788187","36323626520393","313798639625","73","18703","0"],["64","64","2368","16393","2368","16393","4213246272","1074340347","-81721024","1074340347","-8.36147406512941e+35","2.1426990032196045","3.207375630676366e-192","3.141592653589793","4196641","75131781187904","275031128916","64","16393","0"]]`},
		{`[null, ["a", "c"], ["c", "b", "a", "a"], [], ["d", null, "u"]].map(keys => [JSON.stringify({a: 1, b: {a: 2, c: 3}, c: [{a: 1, d: 2}, 4], d: new Date(0), u: undefined}, keys), JSON.stringify({a: [{c: 1}], c: []}, keys, 2), JSON.stringify([1, "x", undefined], keys, "--")])`, `[["{\"a\":1,\"b\":{\"a\":2,\"c\":3},\"c\":[{\"a\":1,\"d\":2},4],\"d\":\"1970-01-01T00:00:00.000Z\"}","{\n  \"a\": [\n    {\n      \"c\": 1\n    }\n  ],\n  \"c\": []\n}","[\n--1,\n--\"x\",\n--null\n]"],["{\"a\":1,\"c\":[{\"a\":1},4]}","{\n  \"a\": [\n    {\n      \"c\": 1\n    }\n  ],\n  \"c\": []\n}","[\n--1,\n--\"x\",\n--null\n]"],["{\"c\":[{\"a\":1},4],\"b\":{\"c\":3,\"a\":2},\"a\":1}","{\n  \"c\": [],\n  \"a\": [\n    {\n      \"c\": 1\n    }\n  ]\n}","[\n--1,\n--\"x\",\n--null\n]"],["{}","{}","[\n--1,\n--\"x\",\n--null\n]"],["{\"d\":\"1970-01-01T00:00:00.000Z\"}","{}","[\n--1,\n--\"x\",\n--null\n]"]]`},
		{`[12, "x", true, undefined].map(x => JSON.stringify({a: NaN, b: undefined, c: [undefined]}, x, 20))`, `["{\n          \"a\": null,\n          \"c\": [\n                    null\n          ]\n}","{\n          \"a\": null,\n          \"c\": [\n                    null\n          ]\n}","{\n          \"a\": null,\n          \"c\": [\n                    null\n          ]\n}","{\n          \"a\": null,\n          \"c\": [\n                    null\n          ]\n}"]`},
		{`[JSON.stringify("text", null, 2), JSON.stringify({a: {}, b: []}, null, "12345678901"), JSON.stringify([[1]], null, -1), JSON.stringify([1], null, 1.9), JSON.parse("[1]", null)[0], JSON.parse(null), JSON.parse([5])]`, `["\"text\"","{\n1234567890\"a\": {},\n1234567890\"b\": []\n}","[[1]]","[\n 1\n]",1,null,5]`},
		{`[{payload: {a: 1, b: [1, {c: 2}], s: "text"}, topic: "t"}].map(m => [RED.util.getMessageProperty(m, "payload.a"), RED.util.getMessageProperty(m, "msg.payload.b[1].c"), RED.util.getMessageProperty(m, "nope"), RED.util.getObjectProperty(m, "topic"), RED.util.getMessageProperty(m, "payload.s.length"), RED.util.getMessageProperty(m, "payload.b.length"), RED.util.getMessageProperty(m, "payload.s[1]")])[0]`, `[1,2,null,"t",4,2,"e"]`},
		{`["payload.x.y", "payload.a", "payload.a.b", "msg.new.deep.path", "payload.n.x", "payload.u.x", "payload.s.x", "topic"].map(p => [[5], [undefined], [null], [{q: 1}, false], [6, true], [undefined, true], [7, 1]].map(v => { const m = {payload: {a: 1, b: [1], n: null, u: undefined, s: "t"}, topic: "t"}; return [RED.util.setMessageProperty(m, p, v[0], v[1]), m] }))`, `[[[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t","x":{"y":5}},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t","x":{"y":null}},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t","x":{"y":6}},"topic":"t"}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t","x":{}},"topic":"t"}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t","x":{"y":7}},"topic":"t"}]],[[true,{"payload":{"a":5,"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":null,"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":{"q":1},"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":6,"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":7,"b":[1],"n":null,"s":"t"},"topic":"t"}]],[[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}]],[[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t","new":{"deep":{"path":5}}}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t","new":{"deep":{"path":null}}}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t","new":{"deep":{"path":6}}}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t","new":{"deep":{}}}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t","new":{"deep":{"path":7}}}]],[[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}]],[[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}]],[[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}],[false,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":"t"}]],[[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":5}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"}}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":null}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":{"q":1}}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":6}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"}}],[true,{"payload":{"a":1,"b":[1],"n":null,"s":"t"},"topic":7}]]]`},
		{`[1, "a", null, undefined, [], [1, [2]], {}, {a: 1}, {a: [1, {b: 2}]}, {a: undefined}, {b: 1}].map((a, i, all) => all.map(b => RED.util.compareObjects(a, b) ? 1 : 0).join(""))`, `["10000000000","01000000000","00100000000","00010000000","00001000000","00000100000","00000010000","00000001000","00000000100","00000000011","00000000001"]`},
		{`[1, "a", null, undefined, [1, [2]], {a: 1}, true, Buffer.from("bé"), new Date(0)].map(x => RED.util.ensureString(x))`, `["1","a","null","undefined","[1,[2]]","{\"a\":1}","true","bé","\"1970-01-01T00:00:00.000Z\""]`},
		{`[RED.util.generateId().length, typeof RED.util.generateId()]`, `[16,"string"]`},
		{`[{a: [1, {b: 2}], d: new Date(5), n: null}].map(o => { o.again = o.a; const c = structuredClone(o); c.a[1].b = 9; return [o, c, c.a === c.again, c.a === o.a, c.d === o.d, structuredClone(5), structuredClone("x"), structuredClone(null)] })[0]`, `[{"a":[1,{"b":2}],"d":"1970-01-01T00:00:00.005Z","n":null,"again":[1,{"b":2}]},{"a":[1,{"b":9}],"d":"1970-01-01T00:00:00.005Z","n":null,"again":[1,{"b":9}]},true,false,false,5,"x",null]`},
	}))
}

func TestGlobalsInMessages(t *testing.T) {
	playCompiled(t, []string{
		`[typeof msg, typeof node, typeof context, typeof flow, typeof global, typeof env, typeof RED, typeof util, typeof console, typeof promisify]`,
		`[typeof setTimeout, typeof clearTimeout, typeof setInterval, typeof clearInterval, typeof URL, typeof URLSearchParams, typeof TextEncoder, typeof Reflect]`,
		`Buffer.from("a\u00e9")`,
		`[msg.b.toString(), msg.b.toString("hex"), msg.b.length, msg.b[1], msg.b.slice(1, 3), msg.b.toString("base64"), Buffer.isBuffer(msg.b)]`,
		`RED.util.cloneMessage(msg).payload`,
		`performance.now() > 0`,
		`[[1.4, 2.6].map(Math.round), ["[1]", "2"].map(JSON.parse), [1, {a: 2}].map(JSON.stringify), [1, 2.5].filter(Number.isInteger), [3, 1].reduce(Math.max), ["a b"].map(encodeURIComponent)]`,
		`[new Object(), new Object(null)]`,
	}, []string{
		`const o = new Object(); o.a = 1; msg.payload = o; o.b = 2; return msg`,
		`msg.payload = Buffer.from(msg.s); return msg`,
		`const b = Buffer.from("abc"); return {payload: [b, b], again: b.subarray(1)}`,
		`console.log("a", 1, true, null, undefined, -0, 1.5, NaN); console.warn(5, "%s"); console.error("100%"); console.debug(-0); console.info("x %"); return msg`,
		`console.log(msg.o, [1, "x", -0, undefined, null], {a: {b: {c: {d: 1}}}}, msg.d, "it's", [], {}); console.log([["x".padEnd(90, "y")]], {"a b": "it's", c: [1.5, true]}); console.warn({}); return msg`,
		`console.log(Array.from({length: 120}, (x, i) => i), msg.l, msg.words, flow.get("o")); return msg`,
		`msg.req = {a: 1}; msg.z = RED.util.cloneMessage(msg); return {payload: [Object.keys(msg), Object.keys(msg.z)]}`,
		`RED.util.setMessageProperty(msg, "payload.deep.er", msg.o); RED.util.setMessageProperty(msg, "topic", undefined); return msg`,
		`msg.again = RED.util.cloneMessage(msg); msg.again.payload.n = 2; return msg`,
		`msg.payload = structuredClone(msg.o); msg.payload.x = 1; return msg`,
		`flow.set("b", structuredClone(flow.get("o"))); const o = flow.get("b"); o.a = 2; return {payload: RED.util.compareObjects(o, flow.get("o"))}`,
		`const o = flow.get("o"); RED.util.setObjectProperty(o, "l2.x", msg.o); return {payload: RED.util.getObjectProperty(o, "l2.x")}`,
	})
}

func TestIdsAreNew(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `return {payload: RED.util.generateId()}`})
	first, second := b.call(f, `{"_msgid":"1"}`).String(), b.call(f, `{"_msgid":"1"}`).String()
	if first == second || f.c.direct.left.n.Load() != 0 {
		t.Errorf("got %s and %s", first, second)
	}
}

// TestOddCallsOfGlobalsAreLeft plays what a VM must do, after something that is to be taken back.
func TestOddCallsOfGlobalsAreLeft(t *testing.T) {
	for _, body := range []string{
		`RED.util.setMessageProperty(msg, "payload.deep.er", 1); RED.util.setMessageProperty(msg, "n", undefined); return {payload: decodeURIComponent("%")}`,
		`msg.req = {a: 1}; msg.z = [Object.keys(msg), RED.util.cloneMessage(msg)]; msg.payload = msg.z[0]; return {payload: [msg, atob("a")]}`,
		`return {payload: encodeURIComponent(msg.half)}`,
		`return {payload: encodeURI("\ud83d")}`,
		`return {payload: decodeURIComponent("%C3%28")}`,
		`return {payload: decodeURI("%ED%A0%80")}`,
		`return {payload: decodeURIComponent("%C0%80")}`,
		`return {payload: decodeURIComponent("%E2%82")}`,
		`return {payload: btoa("€")}`,
		`return {payload: atob("a")}`,
		`return {payload: atob("YW*j")}`,
		`return {payload: btoa()}`,
		`return {payload: Buffer.from("a", "nope")}`,
		`return {payload: Buffer.from(5)}`,
		`return {payload: Buffer.from(null)}`,
		`return {payload: Buffer.from({})}`,
		`return {payload: msg.b.toString("nope")}`,
		`return {payload: msg.b.readUInt8(99)}`,
		`return {payload: msg.b.readUInt16BE(6)}`,
		`return {payload: msg.b.readUInt8(0.5)}`,
		`return {payload: msg.b.readUIntBE(0, 7)}`,
		`return {payload: Buffer.concat([1])}`,
		`return {payload: Buffer.from([[1], {}])}`,
		`msg.b[0] = 65; return msg`,
		`console.log("%s", 1); return msg`,
		`console.log(msg.b); return msg`,
		`const a = [1]; a.push(a); console.log(a); return msg`,
		`console.log(); return msg`,
		`return {payload: structuredClone(msg.b)}`,
		`return {payload: structuredClone({a: [/x/]})}`,
		`return {payload: JSON.stringify(msg.o, (k, v) => v)}`,
		`return {payload: JSON.stringify({b: 1, 1: 2}, [1, "b"])}`,
		`return {payload: JSON.stringify(msg.b, ["data"])}`,
		`return {payload: JSON.parse("[1]", (k, v) => v)}`,
		`const a = []; a.push(a); return {payload: JSON.stringify(a, ["x"])}`,
		`const a = {}; a.a = a; return {payload: JSON.stringify(a)}`,
		`return {payload: RED.util.getMessageProperty(msg, "payload.nope.x")}`,
		`return {payload: RED.util.getMessageProperty(msg, "payload[\"x\"]")}`,
		`return {payload: RED.util.getMessageProperty(msg, "a..b")}`,
		`return {payload: RED.util.getMessageProperty(msg, "o.toString") === undefined}`,
		`return {payload: RED.util.setMessageProperty(msg, "a[0]", 1)}`,
		`return {payload: RED.util.setMessageProperty(5, "a.b", 1)}`,
		`return {payload: RED.util.compareObjects(new Date(0), new Date(1))}`,
		`return {payload: RED.util.ensureString(/x/)}`,
	} {
		if left, _ := (scene{body: body}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}

// TestBuffersOfStoresStayTheStores tells that a body never shares bytes with a store.
func TestBuffersOfStoresStayTheStores(t *testing.T) {
	for _, body := range []string{
		`flow.set("b", msg.b); return msg`,
		`flow.set("l", [msg.b, {d: msg.d}]); return msg`,
		`const o = flow.get("o"); o.b = msg.b; o.d = msg.d; return msg`,
	} {
		if report, _, _ := (scene{body: body}).play(t, false); strings.Contains(report, "SHARED") {
			t.Errorf("%s\n%s", body, report)
		}
		(scene{body: body}).same(t)
	}
}
