import assert from "node:assert/strict";
import { test } from "node:test";
import { type Arbitrary, assert as check, jsonValue, pre, property } from "fast-check";
import {
  applyJsonPatch,
  applyMergePatch,
  diffJson,
  diffMergePatch,
  isEqualJson,
  parseJsonPatch,
} from "./json-patch.ts";
import type { Value } from "./value.ts";

const document = { a: { b: [1, 2, 3] }, "x/y": 1, "~": 2 };

const applied: readonly [string, unknown, Value][] = [
  ["adds a key", [{ op: "add", path: "/c", value: 1 }], { ...document, c: 1 }],
  ["inserts into a list", [{ op: "add", path: "/a/b/1", value: 9 }], { ...document, a: { b: [1, 9, 2, 3] } }],
  ["appends to a list", [{ op: "add", path: "/a/b/-", value: 9 }], { ...document, a: { b: [1, 2, 3, 9] } }],
  ["removes an item", [{ op: "remove", path: "/a/b/0" }], { ...document, a: { b: [2, 3] } }],
  ["replaces the whole", [{ op: "replace", path: "", value: 1 }], 1],
  [
    "reads escapes",
    [
      { op: "replace", path: "/x~1y", value: 5 },
      { op: "remove", path: "/~0" },
    ],
    { a: document.a, "x/y": 5 },
  ],
  ["moves", [{ op: "move", from: "/a/b", path: "/c" }], { ...document, a: {}, c: [1, 2, 3] }],
  ["copies", [{ op: "copy", from: "/a/b/0", path: "/c" }], { ...document, c: 1 }],
  ["replaces what is not there, as Kubernetes does", [{ op: "replace", path: "/q", value: 1 }], { ...document, q: 1 }],
  ["counts a negative index from the end", [{ op: "remove", path: "/a/b/-1" }], { ...document, a: { b: [1, 2] } }],
  ["tests", [{ op: "test", path: "/a", value: { b: [1, 2, 3] } }], document],
];
for (const [name, patch, want] of applied) {
  test(`applyJsonPatch() ${name}`, () => {
    const before = structuredClone(document);
    assert.deepEqual(applyJsonPatch(document, parseJsonPatch(patch)), want);
    assert.deepEqual(document, before);
  });
}

const refused: readonly [string, unknown, string][] = [
  ["a missing way to a value", [{ op: "replace", path: "/q/r", value: 1 }], "path"],
  ["to remove what is not there", [{ op: "remove", path: "/q" }], "path"],
  ["a missing parent", [{ op: "add", path: "/q/r", value: 1 }], "path"],
  ["an index past the end", [{ op: "add", path: "/a/b/9", value: 1 }], "path"],
  ["an index that is none", [{ op: "remove", path: "/a/b/x" }], "path"],
  ["a failed test", [{ op: "test", path: "/a", value: 1 }], "test"],
  ["an unknown operation", [{ op: "zap", path: "/a" }], "patch"],
  ["a relative pointer", [{ op: "remove", path: "a" }], "patch"],
  ["a patch that is no list", {}, "patch"],
  ["a way through the prototype", [{ op: "add", path: "/constructor/prototype/x", value: 1 }], "path"],
  ["to move into itself", [{ op: "move", from: "/a", path: "/a/b" }], "path"],
  ["too many steps", Array.from({ length: 10_001 }, () => ({ op: "test", path: "", value: document })), "limit"],
];
for (const [name, patch, code] of refused) {
  test(`applyJsonPatch() refuses ${name}`, () => {
    assert.throws(() => applyJsonPatch(document, parseJsonPatch(patch)), { code });
  });
}

test("applyJsonPatch() makes __proto__ a plain key", () => {
  const patched = applyJsonPatch({}, [{ op: "add", path: "/__proto__", value: { polluted: true } }]) as object;
  assert.deepEqual(Object.keys(patched), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(patched), Object.prototype);
  const merged = applyMergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}')) as object;
  assert.deepEqual(Object.keys(merged), ["__proto__"]);
  assert.equal("polluted" in merged, false);
});

test("applyJsonPatch() can leave out what is missing and make what is needed", () => {
  const options = { missingOnRemove: "ignore", missingOnAdd: "create" } as const;
  assert.deepEqual(
    applyJsonPatch(
      {},
      [
        { op: "remove", path: "/a" },
        { op: "add", path: "/b/c", value: 1 },
      ],
      options,
    ),
    {
      b: { c: 1 },
    },
  );
});

const json = jsonValue() as Arbitrary<Value>;

test("diffJson() gives a patch that applyJsonPatch() turns into the other document", () => {
  check(property(json, json, (a, b) => isEqualJson(applyJsonPatch(a, diffJson(a, b)), b)));
});

test("diffMergePatch() gives a patch that applyMergePatch() turns into the other document", () => {
  // RFC 7386 cannot say null inside a map.
  const hasNull = (value: unknown): boolean =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.values(value).some((each) => each === null || hasNull(each))
      : false;
  check(
    property(json, json, (a, b) => {
      pre(!hasNull(b));
      const patch = diffMergePatch(a, b);
      return patch === undefined ? isEqualJson(a, b) : isEqualJson(applyMergePatch(a, patch), b);
    }),
  );
});

test("applyMergePatch() is RFC 7386", () => {
  assert.deepEqual(applyMergePatch({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null, e: 3 }, d: [2] }), {
    a: { c: 2, e: 3 },
    d: [2],
  });
  assert.deepEqual(applyMergePatch([1], { a: null, b: 1 }), { b: 1 });
});
