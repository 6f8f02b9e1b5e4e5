import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formatIndex, parseIndex, type RepositoryIndex } from "./index-file.ts";
import { selectChartVersion } from "./select-version.ts";

/** Recorded from source-controller 1.9.1's own index reader and version selection. */
interface Recorded {
  readonly index: string;
  readonly error?: string;
  readonly order?: Readonly<Record<string, readonly string[]>>;
  readonly asks: readonly {
    readonly name: string;
    readonly version: string;
    readonly got?: string;
    readonly error?: string;
  }[];
}

const recorded = JSON.parse(readFileSync(new URL("./testdata/versions.json", import.meta.url), "utf8")) as Recorded[];

const outcomeOf = (index: RepositoryIndex, name: string, version: string): string => {
  try {
    const chosen = selectChartVersion(index, name, version);
    return `${chosen.version} ${chosen.created === "" ? "0001-01-01" : chosen.created.slice(0, 10)}`;
  } catch (error) {
    return (error as Error).message;
  }
};

for (const { index: text, error, asks } of recorded) {
  const title = JSON.stringify(text.length > 60 ? `${text.slice(0, 30)}…${text.slice(-30)}` : text);
  if (error !== undefined) {
    test(`parseIndex() refuses ${title} as Flux does`, () => {
      assert.throws(() => parseIndex(text), { code: "InvalidIndex", message: error });
    });
    continue;
  }
  const index = parseIndex(text);
  for (const { name, version, got, error: message } of asks)
    test(`selectChartVersion() answers ${JSON.stringify(version)} of ${name} in ${title} as Flux does`, () => {
      assert.equal(outcomeOf(index, name, version), got ?? message);
      assert.equal(outcomeOf(parseIndex(formatIndex(index)), name, version), got ?? message, "after formatIndex()");
    });
}

test("parseIndex() sorts the versions of each chart, newest first", () => {
  const ordered = recorded.find(({ order }) => (order?.["web"]?.length ?? 0) > 8);
  assert.ok(ordered);
  const versions = parseIndex(ordered.index)
    .entries.get("web")
    ?.map(({ version }) => version);
  // Equal versions may stand in any order: Go's sort does not keep it.
  assert.deepEqual(new Set(versions), new Set(ordered.order?.["web"]));
  assert.equal(versions?.[0], "2025.02.03");
});
