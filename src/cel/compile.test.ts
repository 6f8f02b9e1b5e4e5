import assert from "node:assert/strict";
import { test } from "node:test";
import { CelError, type CelSchema, compileCel } from "./index.ts";

const object: CelSchema = {
  properties: {
    replicas: { type: "integer" },
    ratio: { type: "number" },
    when: { type: "string", format: "date-time" },
    "a-b": { type: "string" },
    namespace: { type: "string" },
  },
};

const cases: readonly {
  readonly name: string;
  readonly expression: string;
  readonly self: unknown;
  readonly schema?: CelSchema;
  readonly want: unknown;
}[] = [
  { name: "adds whole numbers as integers", expression: "self.n + 1", self: { n: 2 }, want: 3n },
  {
    name: "keeps a number that the schema calls one",
    expression: "self.ratio + 1.0",
    self: { ratio: 2 },
    schema: object,
    want: 3,
  },
  {
    name: "knows absent fields",
    expression: "!has(self.limit) || self.replicas <= self.limit",
    self: { replicas: 3 },
    want: true,
  },
  {
    name: "escapes field names",
    expression: "self.a__dash__b + self.__namespace__",
    self: { "a-b": "x", namespace: "y" },
    schema: object,
    want: "xy",
  },
  {
    name: "compares times",
    expression: "self.when < timestamp('2021-01-01T00:00:00Z')",
    self: { when: "2020-01-01T00:00:00Z" },
    schema: object,
    want: true,
  },
  {
    name: "iterates over maps",
    expression: "self.labels.all(k, k.startsWith('a'))",
    self: { labels: { a: "1", ab: "2" } },
    want: true,
  },
  {
    name: "filters lists of maps",
    expression: "self.c.filter(e, e.type == 'Ready').all(e, e.status == 'True')",
    self: { c: [{ type: "Ready", status: "True" }] },
    want: true,
  },
  {
    name: "sums and sorts",
    expression: "[self.isSorted(), self.sum() == 6, self.max() == 3, self.indexOf(2) == 1]",
    self: [1, 2, 3],
    want: [true, true, true, true],
  },
  { name: "finds patterns in linear time", expression: "self.find('[0-9]+')", self: "abc 123", want: "123" },
  { name: "matches by RE2", expression: "self.matches('^(a+)+$')", self: `${"a".repeat(5000)}!`, want: false },
  { name: "reads quantities", expression: "quantity(self).isGreaterThan(quantity('1Gi'))", self: "2048Mi", want: true },
  { name: "splits and joins", expression: "self.split(',').join('-').upperAscii()", self: "a,b", want: "A-B" },
  {
    name: "takes __proto__ for a key",
    expression: "'__proto__' in self",
    self: JSON.parse('{"__proto__":1}'),
    want: true,
  },
];

for (const { name, expression, self, schema, want } of cases) {
  test(`compileCel() ${name}`, () => {
    const value = compileCel(expression).evaluate({ self }, schema === undefined ? {} : { self: schema });
    assert.deepEqual(value, want);
  });
}

test("compileCel() refuses what it cannot read", () => {
  assert.throws(
    () => compileCel("self.a +"),
    (thrown) => thrown instanceof CelError && thrown.code === "syntax",
  );
});

for (const expression of ["self.missing == 1", "unknown", "self + 1", "nope(1)"]) {
  test(`evaluate() has no value for ${expression}`, () => {
    const program = compileCel(expression);
    assert.throws(
      () => program.evaluate({ self: {} }),
      (thrown) => thrown instanceof CelError && thrown.code === "evaluation",
    );
  });
}
