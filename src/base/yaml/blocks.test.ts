import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { notPlain, tryReadBlocks } from "./blocks.ts";
import { hasControlCharacters } from "./characters.ts";
import { composeDocument } from "./compose.ts";

const sample = `# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # its name
  labels: {app: web, tier: "front end", count: 1}
  annotations:
    "checksum/config": 'it''s'
    note: a text that
      goes on
    quoted: "goes on
      as well, \\"escaped\\""
spec:
  replicas: 2
  empty:
  list: []
  template:
    spec:
      containers:
      - name: web
        args:
          - --flag=true
          - -ec
          - |
            set -e
              deeper

            echo done
        command: ["/bin/sh", '-c']
      - name: side
`;

const plain: readonly { readonly name: string; readonly text: string }[] = [
  { name: "a manifest", text: sample },
  { name: "nothing", text: "" },
  { name: "comments only", text: "# a\n\n  # b\n" },
  { name: "a scalar", text: "hello world\n" },
  { name: "a scalar of several lines", text: "hello\nworld\n" },
  { name: "a document's mark before it", text: "---\na: 1\n" },
  { name: "lists in lists", text: "- - a\n  - b\n- c\n-\n- d: 1\n  e: 2\n" },
  { name: "a list as far left as its key", text: "a:\n- b\n- c: 1\n  d: 2\ne: f\n" },
  { name: "nulls", text: "a:\nb: ~\nc: null\nd:\n  # only this\ne: x\n" },
  {
    name: "words that are no text",
    text: "a: yes\nb: no\nc: on\nd: true\ne: 0x1f\nf: 010\ng: 1e3\nh: 12e03\ni: 2001-01-01\n",
  },
  { name: "large integers", text: "a: 12345678901234567890\nb: -9007199254740993\n" },
  { name: "keys that are numbers", text: "8080: a\n0: b\n" },
  { name: "colons inside of scalars", text: "a: http://x:80/y\nb::c: d\n" },
  { name: "literals", text: "a: |\n  b\n\n  c\n\nd: |-\n  e\nf: >-\n  g\n  h\n" },
  { name: "a literal at the end without a break", text: "a: |\n  b" },
  { name: "a literal with blanks in its empty lines", text: "a: |\n    b\n  \n      \n    c\n" },
  { name: "a key that is there twice", text: "a: 1\nb: 2\na: 3\n" },
];

for (const { name, text } of plain) {
  test(`tryReadBlocks() reads ${name} as the whole reader does`, () => {
    for (const dialect of ["v2", "v3"] as const) {
      for (const integers of ["float64", "bigint"] as const) {
        const read = tryReadBlocks(text, { dialect, integers });
        assert.notEqual(read, notPlain);
        assert.deepEqual(read, composeDocument(text, { dialect, integers, duplicateKeys: "last", maxDepth: 1000 }));
      }
    }
  });
}

const unusual: readonly { readonly name: string; readonly text: string }[] = [
  { name: "anchors", text: "a: &x 1\nb: *x\n" },
  { name: "tags", text: "a: !!str 1\n" },
  { name: "merge keys", text: "<<: {a: 1}\n" },
  { name: "__proto__", text: "__proto__: {a: 1}\n" },
  { name: "several documents", text: "a: 1\n---\nb: 2\n" },
  { name: "tabs", text: "a:\tb\n" },
  { name: "other line breaks", text: "a: b\r\nc: d\n" },
  { name: "a map in a scalar's line", text: "a: b: c\n" },
  { name: "a line that stands between two columns", text: "a:\n    b: 1\n  c: 2\n" },
  { name: "infinity", text: "a: .inf\n" },
  { name: "an unclosed quote", text: 'a: "b\n' },
  { name: "what is nested too deeply for it", text: "- ".repeat(100) },
];

for (const { name, text } of unusual) {
  test(`tryReadBlocks() leaves ${name} to the whole reader`, () => {
    assert.equal(tryReadBlocks(text, { dialect: "v2", integers: "float64" }), notPlain);
  });
}

test("tryReadBlocks() leaves out what is not wanted, and still looks at it", () => {
  const options = { dialect: "v2", integers: "float64", only: new Set(["kind", "metadata"]) } as const;
  assert.deepEqual(tryReadBlocks("Kind: Pod\nmetadata: {name: a}\nspec:\n  b: c\n", options), {
    Kind: "Pod",
    metadata: { name: "a" },
  });
  assert.equal(tryReadBlocks("kind: Pod\nspec:\n  b: c: d\n", options), notPlain);
  assert.equal(tryReadBlocks("kind: Pod\nspec:\n  b: .nan\n", options), notPlain);
});

const pieces = [
  " ",
  "  ",
  "\n",
  "-",
  "- ",
  ":",
  ": ",
  " #",
  "'",
  '"',
  "|",
  "|-",
  ">",
  "[",
  "]",
  "{",
  "}",
  "&a",
  "*a",
  "!",
  "%",
  "@",
];
const more = [
  "?",
  "~",
  "\t",
  "<<",
  ",",
  "0x1",
  "1e3",
  "y",
  "null",
  ".inf",
  "---",
  "...",
  "=",
  "\\",
  "\\n",
  "é",
  "__proto__",
  "\u2028",
];

test("tryReadBlocks() never takes what the whole reader reads otherwise or refuses", () => {
  const edit = fc.record({
    at: fc.nat({ max: sample.length }),
    remove: fc.nat({ max: 4 }),
    insert: fc.constantFrom("", ...pieces, ...more),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let text = sample;
      for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
      if (hasControlCharacters(text)) return;
      const options = { dialect: "v2", integers: "float64" } as const;
      const whole = { ...options, duplicateKeys: "last", maxDepth: 1000 } as const;
      const read = tryReadBlocks(text, options);
      if (read !== notPlain) assert.deepEqual(read, composeDocument(text, whole));
      const head = tryReadBlocks(text, { ...options, only: new Set(["kind"]) });
      if (head === notPlain) return;
      const all = composeDocument(text, whole);
      const isMap = typeof all === "object" && all !== null && !Array.isArray(all);
      assert.deepEqual(head, isMap ? Object.fromEntries(Object.entries(all).filter(([key]) => key === "kind")) : all);
    }),
    { numRuns: Number(process.env["COX_FUZZ_RUNS"] ?? 3000) },
  );
});
