import type { Random } from "../random.ts";

const dialects = [
  undefined,
  undefined,
  "http://json-schema.org/draft-07/schema#",
  "http://json-schema.org/draft-07/schema",
  "https://json-schema.org/draft/2020-12/schema",
  "https://json-schema.org/draft/2019-09/schema",
  "http://json-schema.org/draft-04/schema#",
  "http://json-schema.org/draft-06/schema#",
];
const odd = ["http://json-schema.org/draft-03/schema#", "nonsense", "https://example.com/own", 5];
const types = ["string", "number", "integer", "boolean", "object", "array", "null"];
const formats = [
  "date",
  "date-time",
  "time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uri",
  "uri-reference",
  "uuid",
  "regex",
  "json-pointer",
  "nonsense",
];
const names = ["s", "t", "e", "i", "f", "z", "b", "l", "k", "h", "m", "n", "a", "c", "missing"];
const scalars = ["abc", "", "42", 3, 1.5, 0, true, null, "2024-01-02", "a.b,c", -7];

type Json = unknown;
type Keywords = Record<string, Json>;

/** A values.schema.json for the values of the grammar; `wild` ones have faults of their own. */
export function drawSchema(random: Random): string {
  const wild = random.chance(0.15);
  const root: Keywords = { ...keywords(random, 3, wild) };
  if (random.chance(0.8)) root["properties"] = { ...properties(random, 3, wild), ...(root["properties"] as Keywords) };
  const dialect = wild && random.chance(0.2) ? random.pick(odd) : random.pick(dialects);
  if (dialect !== undefined) root["$schema"] = dialect;
  if (random.chance(0.5)) {
    const definitions = { d1: schema(random, 2, wild), d2: schema(random, 1, wild), d3: { $ref: "#/definitions/d1" } };
    root["definitions"] = definitions;
    root["$defs"] = definitions;
  } else root["definitions"] = { d1: {}, d2: true, d3: false };
  return JSON.stringify(root);
}

function schema(random: Random, depth: number, wild: boolean): Json {
  if (random.chance(0.05)) return random.chance(0.6);
  return keywords(random, depth, wild);
}

function keywords(random: Random, depth: number, wild: boolean): Keywords {
  const chosen: Keywords = {};
  for (let count = 1 + random.below(3); count > 0; count -= 1) Object.assign(chosen, keyword(random, depth, wild));
  if (wild && random.chance(0.15)) Object.assign(chosen, fault(random));
  return chosen;
}

function keyword(random: Random, depth: number, wild: boolean): Keywords {
  const inner = (): Json => schema(random, depth - 1, wild);
  const several = (): Json[] => Array.from({ length: 1 + random.below(3) }, inner);
  const choice = random.below(depth > 0 ? 38 : 20);
  switch (choice) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { type: random.pick(types) };
    case 4:
      return { type: [random.pick(types), "string"].filter((type, at, all) => all.indexOf(type) === at) };
    case 5:
      return { enum: [random.pick(scalars), "abc", 3].filter((item, at, all) => all.indexOf(item) === at) };
    case 6:
      return { const: random.chance(0.8) ? random.pick(scalars) : { a: [1] } };
    case 7:
      return { minimum: random.pick([0, 2, 1.5]), maximum: random.pick([1, 10, 2.5]) };
    case 8:
      return { multipleOf: random.pick([2, 0.5, 3, 0.1]) };
    case 9:
      return { minLength: random.below(5), maxLength: random.below(8) };
    case 10:
      return { pattern: random.pick(["^a", "[0-9]+$", ".", "^\\S+$", "(?i)HELLO"]) };
    case 11:
      return { format: random.pick(formats) };
    case 12:
      return { minItems: random.below(4), maxItems: random.below(4) };
    case 13:
      return { uniqueItems: true };
    case 14:
      return { required: [random.pick(names), "s", "a"].filter((name, at, all) => all.indexOf(name) === at) };
    case 15:
      return { minProperties: random.below(4), maxProperties: random.below(4) };
    case 16:
      return { $ref: random.pick(["#/definitions/d1", "#/definitions/d2", "#/definitions/d3", "#"]) };
    case 17:
      return { exclusiveMinimum: random.pick([0, 3]) };
    case 18:
      return { title: "t", description: "d", default: 1, examples: [1], readOnly: true };
    case 19:
      return { dependentRequired: { a: ["b"], s: ["missing"] } };
    case 20:
    case 21:
    case 22:
    case 23:
      return { properties: properties(random, depth, wild) };
    case 24:
      return { additionalProperties: random.chance(0.5) ? false : inner() };
    case 25:
      return { patternProperties: { "^[a-c]$": inner(), "x|y": inner() } };
    case 26:
      return { propertyNames: random.pick([{ maxLength: 1 }, { pattern: "^[a-z]$" }, inner()]) };
    case 27:
    case 28:
      return { items: inner() };
    case 29:
      return { items: several(), additionalItems: random.chance(0.5) ? false : inner() };
    case 30:
      return { prefixItems: several(), unevaluatedItems: random.chance(0.5) };
    case 31:
      return { contains: inner(), minContains: random.below(2), maxContains: 1 + random.below(2) };
    case 32:
      return { allOf: several() };
    case 33:
      return { anyOf: several() };
    case 34:
      return { oneOf: several() };
    case 35:
      return { not: inner() };
    case 36:
      return Object.fromEntries(["if", "then", "else"].map((name) => [name, inner()]));
    default:
      return random.chance(0.5)
        ? { dependencies: { a: inner(), s: ["b"] }, dependentSchemas: { a: inner() } }
        : { unevaluatedProperties: random.chance(0.5) ? false : inner() };
  }
}

function properties(random: Random, depth: number, wild: boolean): Keywords {
  const chosen = Array.from({ length: 1 + random.below(4) }, () => random.pick(names));
  return Object.fromEntries(chosen.map((name) => [name, schema(random, depth - 1, wild)]));
}

function fault(random: Random): Keywords {
  return random.pick<Keywords>([
    { type: "strin" },
    { type: 5 },
    { minimum: "1" },
    { required: "a" },
    { required: [1] },
    { pattern: "(" },
    { properties: [] },
    { enum: [] },
    { enum: 3 },
    { $ref: "#/definitions/none" },
    { $ref: "#anchor" },
    { $ref: "https://example.com/other.json" },
    { $ref: "other.json" },
    { multipleOf: 0 },
    { allOf: [] },
    { minLength: -1 },
    { additionalProperties: 1 },
    { $id: "https://example.com/id" },
    { $anchor: "anchor" },
    { items: 3 },
  ]);
}
