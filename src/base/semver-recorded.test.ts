import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compareVersions, tryParseConstraint, tryParseVersion } from "./semver.ts";

// What Masterminds/semver v3.5.0 decides; tools/record-semver.ts.
const recorded = JSON.parse(readFileSync(new URL("./testdata/semver.json", import.meta.url), "utf8")) as {
  readonly constraints: readonly string[];
  readonly versions: readonly string[];
  readonly fits: Readonly<Record<string, string>>;
  readonly sorted: readonly string[];
};

for (const text of recorded.constraints)
  test(`parseConstraint(${JSON.stringify(text)}).check() decides as Masterminds' library`, () => {
    const constraint = tryParseConstraint(text);
    const found =
      constraint === undefined
        ? "error"
        : recorded.versions
            .map((each) => {
              const version = tryParseVersion(each);
              return version === undefined ? "e" : constraint.check(version) ? "1" : "0";
            })
            .join("");
    assert.equal(found, recorded.fits[text]);
  });

test("compareVersions() sorts as Masterminds' library", () => {
  const read = recorded.versions.flatMap((text) => {
    const version = tryParseVersion(text);
    return version === undefined ? [] : [{ text, version }];
  });
  const sorted = read.toSorted((a, b) => compareVersions(a.version, b.version)).map(({ text }) => text);
  assert.deepEqual(sorted, recorded.sorted);
});
