import assert from "node:assert/strict";
import { test } from "node:test";
import { findLongFiles, findMissingReadmes } from "./check-house.ts";

const file = (path: string, lines: number) => ({ path, text: "\n".repeat(lines) });

test("findLongFiles() names a file over 400 lines", () => {
  assert.deepEqual(findLongFiles([file("src/a/b.ts", 400), file("src/a/c.ts", 401)]).length, 1);
});

test("findLongFiles() lets tests be long", () => {
  assert.deepEqual(findLongFiles([file("src/a/b.test.ts", 2000)]), []);
});

test("findMissingReadmes() is content with the house as it is", () => {
  assert.deepEqual(findMissingReadmes(), []);
});
