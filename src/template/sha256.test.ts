import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { sha256 } from "./sha256.ts";

test("sha256() gives what OpenSSL gives, for every length around the edges of blocks", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 151 + 7) % 256);
  for (let length = 0; length <= bytes.length; length += 1) {
    const some = bytes.subarray(0, length);
    assert.equal(sha256(some), hash("sha256", some, "hex"), `${length} bytes`);
  }
});
