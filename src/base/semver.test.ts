import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compareVersions,
  formatVersion,
  parseConstraint,
  parseStrictVersion,
  parseVersion,
  tryParseConstraint,
  tryParseVersion,
} from "./semver.ts";
import constraints from "./testdata/semver-constraints.json" with { type: "json" };
import inputs from "./testdata/names.json" with { type: "json" };
import order from "./testdata/semver-order.json" with { type: "json" };
import versions from "./testdata/semver-versions.json" with { type: "json" };

const { versions: candidates } = inputs;

interface VersionRow {
  readonly version: string;
  readonly text?: string;
  readonly error?: string;
  readonly strict?: string;
  readonly strictError?: string;
}

interface ConstraintRow {
  readonly constraint: string;
  readonly admits?: readonly string[];
  readonly error?: string;
}

function outcome(read: () => string): { readonly text?: string; readonly error?: string } {
  try {
    return { text: read() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

for (const { version, text, error, strict, strictError } of versions as readonly VersionRow[]) {
  test(`parseVersion() and parseStrictVersion() read ${JSON.stringify(version.slice(0, 30))} as Masterminds 3.5.0 does`, () => {
    const got = outcome(() => formatVersion(parseVersion(version)));
    assert.deepEqual(got, error === undefined ? { text } : { error });
    const gotStrict = outcome(() => formatVersion(parseStrictVersion(version)));
    assert.deepEqual(gotStrict, strictError === undefined ? { text: strict } : { error: strictError });
  });
}

test(`compareVersions() orders ${order.length} pairs as Masterminds does`, () => {
  for (const [a, b, want] of order as unknown as readonly (readonly [string, string, number])[]) {
    assert.equal(Math.sign(compareVersions(parseVersion(a), parseVersion(b))), want, `${a} and ${b}`);
  }
});

for (const { constraint, admits, error } of constraints as readonly ConstraintRow[]) {
  test(`parseConstraint() reads ${JSON.stringify(constraint)} as Masterminds does, for ${candidates.length} versions`, () => {
    if (error !== undefined) {
      assert.throws(() => parseConstraint(constraint), { code: "constraint", message: error });
      return;
    }
    const parsed = parseConstraint(constraint);
    const admitted = candidates.filter((candidate) => parsed.check(parseVersion(candidate)));
    assert.deepEqual(admitted, admits);
  });
}

test("parseConstraint() answers hostile texts at once", () => {
  const began = performance.now();
  for (const text of [`${"1   ".repeat(127)}!`, `${"1 - ".repeat(120)}!`, "||".repeat(255), "1,".repeat(250)]) {
    assert.equal(tryParseConstraint(text), undefined);
  }
  assert.ok(performance.now() - began < 1000);
});

test("tryParseVersion() gives undefined for what is no version", () => assert.equal(tryParseVersion("x"), undefined));
