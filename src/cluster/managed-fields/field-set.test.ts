import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  difference,
  emptySet,
  type FieldPath,
  type FieldSet,
  formatPath,
  fromFieldsV1,
  hasPath,
  intersection,
  isEmpty,
  pathsOf,
  recursiveDifference,
  setOf,
  toFieldsV1,
  union,
} from "./field-set.ts";
import { fieldElement, keyElement, valueElement } from "./path-element.ts";

const element = fc.oneof(
  fc.constantFrom("a", "b", "__proto__", "ä").map(fieldElement),
  fc.constantFrom("x", "<&>").map((name) =>
    keyElement([
      ["name", name],
      ["port", 80],
    ]),
  ),
  fc.oneof(fc.constantFrom("s", "<"), fc.integer({ min: 0, max: 2 })).map(valueElement),
);
const path = fc.array(element, { minLength: 1, maxLength: 3 });
const set = fc.array(path, { maxLength: 8 }).map((paths) => setOf(...paths));
const list = (of: FieldSet): string[] => [...pathsOf(of)].map((path) => path.join(" ")).sort();
const has = (of: FieldSet) => (path: FieldPath) => hasPath(of, path);

test("toFieldsV1() and fromFieldsV1() are each other's inverse", () => {
  fc.assert(
    fc.property(set, (a) => {
      const fields = JSON.parse(JSON.stringify(toFieldsV1(a))) as unknown;
      assert.deepEqual(list(fromFieldsV1(fields)), list(a));
      assert.deepEqual(toFieldsV1(fromFieldsV1(fields)), fields);
    }),
  );
});

test("union(), intersection() and difference() are those of sets of paths", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const paths = [...pathsOf(union(a, b))];
      assert.deepEqual(list(union(a, b)), [...new Set([...list(a), ...list(b)])].sort());
      assert.deepEqual(list(intersection(a, b)), list(setOf(...paths.filter(has(a)).filter(has(b)))));
      assert.deepEqual(list(difference(a, b)), list(setOf(...paths.filter(has(a)).filter((p) => !hasPath(b, p)))));
    }),
  );
});

test("recursiveDifference() takes what is below a path too", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      const isBelow = (path: FieldPath) => path.some((_, i) => hasPath(b, path.slice(0, i + 1)));
      assert.deepEqual(list(recursiveDifference(a, b)), list(setOf(...[...pathsOf(a)].filter((p) => !isBelow(p)))));
    }),
  );
});

test("difference() of a set with itself is empty", () => {
  fc.assert(fc.property(set, (a) => assert.ok(isEmpty(difference(a, a)))));
  assert.ok(isEmpty(emptySet));
});

test("fromFieldsV1() refuses what is not a set", () => {
  for (const fields of [null, 1, "f:a", [], { "f:a": 1 }, { x: {} }, { "k:[]": {} }, { "v:{": {} }, { "i:x": {} }]) {
    assert.throws(() => fromFieldsV1(fields), SyntaxError, JSON.stringify(fields));
  }
  let deep: unknown = {};
  for (let i = 0; i < 1000; i += 1) deep = { "f:a": deep };
  assert.throws(() => fromFieldsV1(deep), /nested too deeply/);
});

test("fromFieldsV1() drops steps that a later version may know", () => {
  assert.deepEqual(toFieldsV1(fromFieldsV1({ "z:new": {}, "f:a": {} })), { "f:a": {} });
});

test("formatPath() writes paths as conflicts show them", () => {
  const path = [
    fieldElement("spec"),
    keyElement([
      ["protocol", "TCP"],
      ["port", 80],
    ]),
    valueElement("x"),
  ];
  assert.equal(formatPath(path), '.spec[port=80,protocol="TCP"][="x"]');
});
