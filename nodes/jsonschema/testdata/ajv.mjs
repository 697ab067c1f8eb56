// Records what ajv says of schemas and values, as Node-RED's json node sets it up:
//   node ajv.mjs /path/to/node_modules/ajv > ajv.json
// A line is [schema, value, errors]: null for no errors, "refused" for a schema
// that does not compile.
import { createRequire } from "node:module";
const from = process.argv[2];
const require = createRequire(from + "/package.json");
const Ajv = require(from);
const draft6 = require(from + "/lib/refs/json-schema-draft-06.json");

const object = (properties, more) => ({ type: "object", properties, ...more });
const node = { type: "object", properties: { v: { type: "number" }, next: { $ref: "#" } }, required: ["v"] };

// schema, then the values to try
const cases = [
  [true, 1], [false, 1, null], [{}, 1], [{ type: "object", properties: { a: false } }, { a: 1 }, {}],
  ["x", 1], [5, 1], [[], 1], [null, 1],
  // types
  [{ type: "string" }, "a", 1, null, [], {}, true], [{ type: "number" }, 1, 1.5, "1"], [{ type: "integer" }, 1, 1.5, "1", 1e21],
  [{ type: "boolean" }, true, 0], [{ type: "null" }, null, 0], [{ type: "array" }, [], {}], [{ type: "object" }, {}, [], null],
  [{ type: ["string", "null"] }, "a", null, 1], [{ type: ["object", "array"] }, {}, [], null, 1], [{ type: ["number", "integer"] }, 1.5, "a"],
  [{ type: "string", nullable: true }, null, 1], [{ type: ["string"], nullable: true }, null, 1], [{ nullable: true }, 1],
  [{ type: "null", nullable: false }, null], [{ type: "string", nullable: 1 }, "a"], [{ type: "text" }, 1], [{ type: [] }, 1], [{ type: ["string", "string"] }, 1],
  [{ type: "integer", minimum: 5 }, 3.5, 6, "a"], [{ type: "string", minLength: 2 }, "a", 1], [{ type: ["string", "null"], minLength: 2 }, "a", 1, null],
  [{ type: "string", minimum: 2 }, 1, "a"], [{ minLength: 2, const: "x", type: "string" }, "y", 3],
  // numbers
  [{ minimum: 1, maximum: 3 }, 0, 1, 3, 4, "x"], [{ exclusiveMinimum: 1, exclusiveMaximum: 3 }, 1, 2, 3], [{ multipleOf: 0.1 }, 0.3, 0.5, 1],
  [{ multipleOf: 5 }, 10, 7, 1e30], [{ multipleOf: 0 }, 1], [{ maximum: "1" }, 1], [{ exclusiveMinimum: true }, 1], [{ minimum: 1.5e-7 }, 0],
  [{ maximum: 1, minimum: 3, multipleOf: 2 }, 2.5],
  // texts
  [{ minLength: 2, maxLength: 3 }, "a", "ab", "abcd", "😀", "😀😀", 5], [{ pattern: "^a+$" }, "aa", "b", 1], [{ pattern: "(" }, "a"],
  [{ pattern: "^.$" }, "😀"], [{ minLength: -1 }, "a"], [{ minLength: 1.5 }, "a"], [{ maxLength: 1, minLength: 3, pattern: "x" }, "ab"],
  [{ format: "email" }, "a"], [{ format: "date" }, 1], [{ type: "object", properties: { a: { format: "x" } } }, {}],
  // constants
  [{ const: 1 }, 1, "1", true], [{ const: null }, null, 0], [{ const: { a: [1] } }, { a: [1] }, { a: [2] }], [{ enum: [1, "a", null, { a: 1 }] }, 1, "a", null, { a: 1 }, 2, { a: 2 }],
  [{ enum: [] }, 1], [{ enum: [1, 1] }, 1], [{ enum: 1 }, 1],
  // objects
  [object({ a: { type: "number" }, b: { type: "string" } }), { a: "x", b: 1 }, {}, { a: 1, b: "x", c: 1 }, 5],
  [object({ a: {} }, { required: ["a", "b"] }), {}, { a: 1 }, { a: null, b: 1 }], [{ required: "a" }, {}], [{ required: ["a", "a"] }, {}], [{ required: [] }, {}],
  [object({ a: {} }, { additionalProperties: false }), { a: 1, b: 2, c: 3 }, { a: 1 }], [{ additionalProperties: { type: "number" } }, { a: 1, b: "x" }],
  [object({ "a/b~c": { type: "number" }, "d e%": { type: "number" } }), { "a/b~c": "x", "d e%": "y" }],
  [{ minProperties: 1, maxProperties: 2 }, {}, { a: 1 }, { a: 1, b: 2, c: 3 }], [{ patternProperties: { "^x-": { type: "number" }, "y": {} } }, { "x-a": "s", b: 1, y: 1 }],
  [{ patternProperties: { "^x-": { type: "number" } }, additionalProperties: false }, { "x-a": 1, b: 2 }], [{ properties: { xa: true }, patternProperties: { "^x": { type: "number" } } }, {}],
  [{ properties: { xa: true }, patternProperties: { "^x": true } }, { xa: 1 }], [{ patternProperties: { "(": { type: "number" } } }, {}],
  [{ propertyNames: { maxLength: 2 } }, { abc: 1, ab: 2, abcd: 3 }], [{ propertyNames: false }, { a: 1 }, {}], [{ propertyNames: { anyOf: [{ minLength: 3 }, { pattern: "^z" }] } }, { a: 1 }],
  [{ dependencies: { a: ["b", "c"], d: { required: ["e"] }, f: ["g"] } }, { a: 1, b: 1 }, { a: 1 }, { d: 1 }, { f: 1 }, { a: 1, d: 1 }], [{ dependencies: { a: [] } }, { a: 1 }], [{ dependencies: { a: 1 } }, {}],
  [{ maxProperties: 0, minProperties: 3, required: ["q"], propertyNames: { minLength: 2 }, additionalProperties: { type: "null" }, properties: { b: { type: "null" } } }, { a: 1, b: 2 }],
  // lists
  [{ items: { type: "number" } }, [1, "a", null], []], [{ items: [{ type: "number" }, { type: "string" }] }, ["a", 1], [1], [1, "a", {}]],
  [{ items: [{ type: "number" }], additionalItems: false }, [1, 2], [1]], [{ items: [{}], additionalItems: { type: "string" } }, [1, 2, "a"]], [{ items: {}, additionalItems: false }, [1]], [{ additionalItems: false }, [1]],
  [{ minItems: 2, maxItems: 3 }, [1], [1, 2], [1, 2, 3, 4]], [{ contains: { type: "number", minimum: 5 } }, ["a", 1], [6], []], [{ contains: true }, [], [1]], [{ contains: { type: "number" }, minContains: 2 }, [1]],
  [{ uniqueItems: true }, [1, 2, 1, 2], [{ a: 1 }, { a: 1 }], [1, "1"], [0, -0], [[1], [1], 1], [null, null]], [{ uniqueItems: false }, [1, 1]],
  [{ items: { type: "string" }, uniqueItems: true }, ["a", "b", "a", "b"], [1, 1, "a", "a"]], [{ items: { type: ["string", "number"] }, uniqueItems: true }, ["1", 1, 2, 2]],
  [{ items: { type: "object" }, uniqueItems: true }, [{}, {}]], [{ items: false }, [], [1]], [{ items: [] }, [1]],
  // combinations
  [{ allOf: [{ type: "number" }, { minimum: 3 }] }, 1, "a", 5], [{ anyOf: [{ type: "number" }, { type: "string", minLength: 2 }] }, 1, "a", null], [{ anyOf: [{}, { unknown: 1 }] }, 1], [{ anyOf: [{ unknown: 1 }, {}] }, 1],
  [{ oneOf: [{ type: "number" }, { minimum: 3 }] }, 1, 5, "a", null], [{ oneOf: [{ type: "number" }, { type: "null" }] }, "a", 1], [{ oneOf: [{}, { type: "number" }, { type: "integer" }] }, 1, "a"],
  [{ not: { type: "number" } }, 1, "a"], [{ not: {} }, 1], [{ not: false }, 1], [{ anyOf: [] }, 1], [{ allOf: {} }, 1],
  [{ if: { type: "number" }, then: { minimum: 3 }, else: { minLength: 2 } }, 1, 5, "a", "ab"], [{ if: { type: "number" }, then: { minimum: 3 } }, 1, "a"], [{ if: { type: "number" }, else: { minLength: 2 } }, "a", 1],
  [{ if: {} }, 1], [{ then: {} }, 1], [{ else: { minimum: 1 } }, 1], [{ if: { unknown: 1 }, then: {} }, 1], [{ if: { unknown: 1 }, then: { minimum: 1 } }, 1], [{ if: false, then: { minimum: 1 }, else: false }, 1],
  [{ anyOf: [{ oneOf: [{ type: "string" }, { type: "null" }] }, { not: { type: "number" } }], allOf: [{ minimum: 10 }] }, 5],
  // references
  [{ definitions: { p: { type: "number" } }, properties: { a: { $ref: "#/definitions/p" } } }, { a: "x" }, { a: 1 }], [node, { v: 1, next: { v: "x", next: { next: 1 } } }],
  [{ definitions: { p: node }, $ref: "#/definitions/p" }, { v: 1, next: { v: "x" } }], [{ $ref: "#/definitions/x" }, 1], [{ properties: { a: { $ref: "http://x.y/z" } } }, {}],
  [{ definitions: { "a/b": { type: "number" }, "c%d": { type: "null" } }, allOf: [{ $ref: "#/definitions/a~1b" }, { $ref: "#/definitions/c%25d" }] }, "x"],
  [{ definitions: { a: { $ref: "#/definitions/b" }, b: { type: "number" } }, items: { $ref: "#/definitions/a" } }, ["x", 1]],
  [{ definitions: { a: { $id: "#foo", type: "number" } }, items: { $ref: "#foo" } }, ["x"]], [{ $id: "http://a.b/c.json", definitions: { a: { $id: "d.json", type: "number" } }, items: { $ref: "d.json" } }, ["x"]],
  [{ $id: "http://a.b/c2.json", definitions: { a: { type: "number" } }, items: { $ref: "http://a.b/c2.json#/definitions/a" } }, ["x"]], [{ $id: "http://a.b/c3.json", definitions: { a: { type: "number" } }, items: { $ref: "c3.json#/definitions/a" } }, ["x"]],
  [{ definitions: { a: { $id: "#x" }, b: { $id: "#x" } } }, 1], [{ $ref: "#/definitions/a", minimum: 3, definitions: { a: { type: "number" } } }, 1, "a"],
  [{ definitions: { t: { type: "object", properties: { kids: { type: "array", items: { $ref: "#/definitions/t" } }, n: { $ref: "#/definitions/n" } } }, n: { type: "number" } }, $ref: "#/definitions/t" }, { kids: [{ n: "x" }, { kids: [{ n: 1, kids: 5 }] }] }],
  [{ definitions: { a: false }, properties: { b: { $ref: "#/definitions/a" } } }, { b: 1 }], [{ $ref: 5 }, 1], [{ properties: { $ref: { type: "string" } } }, { $ref: 1 }],
  // strictness
  [{ unknown: 1 }, 1], [{ properties: { a: { unknown: 1 } } }, {}], [{ definitions: { a: { unknown: 1 } } }, 1], [{ title: "t", description: "d", default: 1, examples: [1], $comment: "c", readOnly: true, writeOnly: 1, deprecated: 5 }, 1],
  [{ $comment: 1 }, 1], [{ readOnly: 1 }, 1], [{ examples: 1 }, 1], [{ id: "x" }, 1], [{ $id: 1 }, 1], [{ contentMediaType: "a/b", contentEncoding: "base64", contentSchema: 5 }, 1], [{ $defs: { a: { unknown: 1 } }, $vocabulary: 1 }, 1],
  [{ $schema: "http://json-schema.org/draft-07/schema#" }, 1], [{ $schema: "http://json-schema.org/draft-07/schema" }, 1], [{ $schema: "http://json-schema.org/draft-06/schema#", type: "number" }, 1, "a"], [{ $schema: "http://json-schema.org/draft-04/schema#" }, 1], [{ $schema: "https://json-schema.org/draft/2020-12/schema" }, 1], [{ $schema: "" }, 1], [{ $schema: 1 }, 1],
  [{ $schema: "http://json-schema.org/draft-06/schema#", if: 5, then: true }, 1], [{ $schema: "http://json-schema.org/draft-06/schema#", readOnly: 5 }, 1], [{ $schema: "http://json-schema.org/schema#" }, 1],
  [{ definitions: { a: 1 } }, 1], [{ definitions: { a: { type: "x" } } }, 1], [{ default: { type: "x" } }, 1], [{ properties: { __proto: 1 } }, {}], [{ dependentRequired: { a: ["b"] } }, {}], [{ $anchor: "x" }, 1], [{ unevaluatedProperties: false }, {}],
];

const lines = [];
const warn = console.warn;
console.warn = () => {};
for (const [schema, ...values] of cases) {
  for (const value of values) {
    const text = JSON.stringify(schema);
    const ajv = new Ajv({ allErrors: true });
    ajv.addMetaSchema(draft6);
    let errors = "refused";
    try {
      const validate = ajv.compile(JSON.parse(text));
      validate(JSON.parse(JSON.stringify(value)));
      errors = validate.errors;
    } catch {}
    lines.push("[" + text + "," + JSON.stringify(value) + "," + JSON.stringify(errors) + "]");
  }
}
console.warn = warn;
process.stdout.write("[\n" + lines.join(",\n") + "\n]\n");
