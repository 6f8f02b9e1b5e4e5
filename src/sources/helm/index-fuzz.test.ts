import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { array, assert as check, asyncProperty, constantFrom, nat, oneof, property, record, string } from "fast-check";
import { SourceError } from "../errors.ts";
import { formatIndex, parseIndex, type RepositoryIndex, type VersionIndex } from "./index-file.ts";
import { convertIndex, readStoredVersions, readVersions } from "./index-steps.ts";
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

const mangle = (text: string, edits: readonly { at: number; remove: number; insert: string }[]): string =>
  edits.reduce((given, { at, remove, insert }) => given.slice(0, at) + insert + given.slice(at + remove), text);

test("parseIndex() gives a mangled index's charts or a SourceError, and what it gives can be used", () => {
  check(
    property(array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
      const text = mangle(sample, edits);
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

/** What choosing needs, and the JSON; or the error. */
function outcomeOf(text: string): unknown {
  try {
    const index = parseIndex(text);
    const entries = [...index.entries].map(([name, versions]) => [
      name,
      versions.map(({ fields: _, ...version }) => version),
    ]);
    return inspect({ entries, generated: index.generated, json: formatIndex(index) }, { depth: 9, sorted: true });
  } catch (error) {
    return String(error);
  }
}

async function steppedOutcomeOf(text: string): Promise<unknown> {
  try {
    const collect = async (parts: AsyncIterable<string>): Promise<string> => (await Array.fromAsync(parts)).join("");
    const { index, written } = await convertIndex(text, collect, { step: 1 });
    const entries = [...index.entries].map(([name, versions]) => [name, versions]);
    return inspect({ entries, generated: index.generated, json: written }, { depth: 9, sorted: true });
  } catch (error) {
    return String(error);
  }
}

test("convertIndex() gives what parseIndex() and formatIndex() give, or fails with the same text", async () => {
  await check(
    asyncProperty(array(edit, { maxLength: 4 }), async (edits) => {
      const text = mangle(sample, edits);
      assert.equal(await steppedOutcomeOf(text), outcomeOf(text), text);
    }),
    { numRuns: runs },
  );
});

test("convertIndex() lets through what the writer throws", async () => {
  const write = async (parts: AsyncIterable<string>): Promise<never> => {
    for await (const _ of parts) throw new Error("disk full");
    throw new Error("unreachable");
  };
  await assert.rejects(convertIndex(sample, write, { step: 1 }), { message: "disk full" });
});

test("readStoredVersions() gives of what convertIndex() wrote what readVersions() gives", async () => {
  await check(
    asyncProperty(array(edit, { maxLength: 4 }), async (edits) => {
      let index: RepositoryIndex;
      try {
        index = parseIndex(mangle(sample, edits));
      } catch {
        return;
      }
      const stored = formatIndex(index);
      const found = await readStoredVersions(stored, { step: 1 });
      const shown = (versions: VersionIndex): string => inspect(versions, { depth: 9, sorted: true });
      assert.equal(shown(found), shown(await readVersions(stored)));
      assert.deepEqual([...found.entries.keys()], [...index.entries.keys()]);
    }),
    { numRuns: runs },
  );
});

test("readStoredVersions() reads whole what others wrote", async () => {
  for (const text of [JSON.stringify(JSON.parse(formatIndex(parseIndex(sample))), undefined, 2), sample]) {
    const { entries } = await readStoredVersions(text, { step: 1 });
    assert.deepEqual([...entries.keys()], ["web", "db"]);
  }
  await assert.rejects(readStoredVersions('{"apiVersion":"v1","entries":{\n"web":[}}'), { code: "InvalidIndex" });
});

const charts = Array.from({ length: 50 }, (_, count) => `c${count}`);
const large = `apiVersion: v1
entries:
${charts.map((name) => `  ${name}:\n  - {apiVersion: v2, name: ${name}, version: 1.0.0}\n`).join("")}`;

for (const [name, read, text] of [
  ["readVersions", readVersions, large],
  ["readStoredVersions", readStoredVersions, formatIndex(parseIndex(large))],
] as const)
  test(`${name}() lets others work in between`, async () => {
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (turns < 1000) setImmediate(turn);
    };
    setImmediate(turn);
    const index = await read(text, { step: 1 });
    assert.deepEqual([...index.entries.keys()], charts);
    assert.ok(turns >= 25, `${turns} turns`);
    turns = 1000;
  });
