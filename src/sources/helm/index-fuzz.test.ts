import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, nat, oneof, property, record, string } from "fast-check";
import { SourceError } from "../errors.ts";
import { formatIndex, parseIndex } from "./index-file.ts";
import { selectChartVersion } from "./select-version.ts";

const sample = `apiVersion: v1
entries:
  web:
  - apiVersion: v2
    created: "2026-11-25T10:00:00Z"
    dependencies:
    - {name: lib, version: 1.x.x, repository: "https://charts.test"}
    digest: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    keywords: [a, b]
    maintainers:
    - email: ada@example.com
      name: Ada
    name: web
    urls:
    - web-1.0.0.tgz
    version: 1.0.0
  - {apiVersion: v2, name: web, version: 0.9.0, urls: ["../other/web-0.9.0.tgz"]}
  db: []
generated: "2026-11-25T10:00:00Z"
`;
const runs = Number(process.env["COX_FUZZ_RUNS"] ?? 300);
const fragment = oneof(
  constantFrom(
    "\n",
    "  ",
    ": ",
    "- ",
    "&a ",
    "*a",
    "!!str ",
    "null",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "#",
    "|\n",
    "<<: ",
    "~",
    "0x1",
    "__proto__",
    "constructor",
    "../",
    "\t",
    "\0",
    "---\n",
  ),
  string({ maxLength: 6 }),
);
const edit = record({ at: nat({ max: sample.length }), remove: nat({ max: 8 }), insert: fragment });

test("parseIndex() gives a mangled index's charts or a SourceError, and what it gives can be used", () => {
  check(
    property(array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
      let text = sample;
      for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
      let index: ReturnType<typeof parseIndex>;
      try {
        index = parseIndex(text);
      } catch (error) {
        assert.ok(error instanceof SourceError, String(error));
        return;
      }
      for (const [name, versions] of index.entries) {
        for (const { urls, version } of versions) assert.ok(typeof version === "string" && Array.isArray(urls));
        try {
          selectChartVersion(index, name, "*");
        } catch (error) {
          assert.ok(error instanceof SourceError, String(error));
        }
      }
      const again = parseIndex(formatIndex(index));
      assert.deepEqual([...again.entries.keys()], [...index.entries.keys()]);
      assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    }),
    { numRuns: runs },
  );
});
