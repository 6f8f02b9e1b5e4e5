import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatYaml, parseYaml } from "../../base/yaml/index.ts";
import type { Value } from "../../base/value.ts";
import { tryParseRegularYaml } from "./regular-yaml.ts";

/** The text of a document; undefined for what has no text, such as control characters. */
function textOf(value: unknown): string | undefined {
  try {
    return formatYaml({ entries: value as Value });
  } catch {
    return undefined;
  }
}

const strict = (text: string): Value => parseYaml(text, { duplicateKeys: "refuse" });

const scalars = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 10 }),
  fc.string({ unit: fc.constantFrom("a", "\u0085", "\u2028", "ä", "😀", "\r", "\ufeff"), maxLength: 6 }),
  fc.constantFrom(
    "1.0",
    "1.2.3",
    "1e3",
    "0x1F",
    "0o7",
    "2026-01-02",
    "12:30:45",
    "yes",
    "No",
    "null",
    "~",
    "TRUE",
    ".5",
    "-",
    "- a",
  ),
  fc.constantFrom(
    "a: b",
    "a #b",
    "#a",
    "'",
    '"',
    "|",
    "> x",
    "&a",
    "*a",
    "!x",
    "{",
    "[a]",
    "%",
    "@",
    "`",
    "a:",
    "a ",
    " a",
    "",
    "\n",
    "a\nb",
  ),
  fc.string({ unit: fc.constantFrom("a", "b", " ", "-", ".", ":", "1"), maxLength: 150 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const documents = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalars,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom("a", "b-c", "d.e/f", "yes", "1", "A b", "__proto__"), fc.string({ maxLength: 6 })),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
})).value;

test("tryParseRegularYaml() reads what the full reader reads, or nothing", () => {
  let read = 0;
  fc.assert(
    fc.property(documents, (value) => {
      const text = textOf(value);
      const found = text === undefined ? undefined : tryParseRegularYaml(text);
      if (text === undefined || found === undefined) return;
      read += 1;
      assert.deepEqual(found, strict(text));
    }),
    { numRuns: 1500 },
  );
  assert.ok(read > 400, `only ${read} of 1500 documents were regular`);
});

test("tryParseRegularYaml() reads mangled documents as the full reader does, or not at all", () => {
  fc.assert(
    fc.property(
      documents,
      fc.nat(),
      fc.constantFrom(" ", "\n", "- ", ":", "#", "'", '"', "  ", "|", "&a ", "*a", "---\n", "\t"),
      (value, place, text) => {
        const whole = textOf(value) ?? "";
        const at = place % (whole.length + 1);
        const mangled = whole.slice(0, at) + text + whole.slice(at);
        const found = tryParseRegularYaml(mangled);
        if (found !== undefined) assert.deepEqual(found, strict(mangled), mangled);
      },
    ),
    { numRuns: 2000 },
  );
});

const texts = [
  {
    name: "lists at the indent of their key, and deeper",
    text: "a:\n- b: 1\n  c:\n  - x\n  - y\n- d: 2\ne:\n  - f\n",
    isRegular: true,
  },
  { name: "folded plain text", text: "a:\n- d: one two\n    three\n  e: f\n", isRegular: true },
  {
    name: "block text in one item",
    text: "a:\n- d: |\n    - kind: added\n\n      x: y\n  e: f\n- g: h\n",
    isRegular: true,
  },
  { name: "quoted text over lines in one item", text: 'a:\n- d: "one\n    two"\n- g: "h"\n', isRegular: true },
  { name: "comments", text: "# made by hand\na: b\n", isRegular: false },
  { name: "keys twice", text: "a: b\na: c\n", isRegular: false },
  { name: "several documents", text: "a: b\n---\nc: d\n", isRegular: false },
];
for (const { name, text, isRegular } of texts)
  test(`tryParseRegularYaml() ${isRegular ? "reads" : "leaves to the full reader"} ${name}`, () => {
    const found = tryParseRegularYaml(text);
    assert.deepEqual(found, isRegular ? strict(text) : undefined);
  });
