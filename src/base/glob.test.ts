import assert from "node:assert/strict";
import { test } from "node:test";
import { compileGlob, compilePathPattern } from "./glob.ts";
import recorded from "./testdata/globs.json" with { type: "json" };
import inputs from "./testdata/names.json" with { type: "json" };

const { names } = inputs;

interface Row {
  readonly pattern: string;
  readonly glob?: readonly string[];
  readonly globError?: string;
  readonly path?: readonly string[];
  readonly pathError?: true;
}

for (const { pattern, glob, globError, path, pathError } of recorded as readonly Row[]) {
  test(`compileGlob() matches ${JSON.stringify(pattern)} as gobwas/glob does`, () => {
    if (globError !== undefined) assert.throws(() => compileGlob(pattern), { code: "pattern", message: globError });
    else assert.deepEqual(names.filter(compileGlob(pattern)), glob);
  });
  test(`compilePathPattern() matches ${JSON.stringify(pattern)} as filepath.Match does`, () => {
    if (pathError === true) assert.throws(() => compilePathPattern(pattern), { message: "syntax error in pattern" });
    else assert.deepEqual(names.filter(compilePathPattern(pattern)), path);
  });
}

test("compileGlob() is not slowed by hostile patterns", () => {
  const began = performance.now();
  assert.equal(compileGlob(`${"*a".repeat(200)}b`)("a".repeat(2000)), false);
  assert.equal(compileGlob("{a,{a,{a,{a,a}}}}".repeat(50))("a".repeat(49)), false);
  assert.ok(performance.now() - began < 2000);
});
