import assert from "node:assert/strict";
import { test } from "node:test";
import { sha1, sha256 } from "./digest.ts";
import { sha1Sync, sha256Sync } from "./node/digest.ts";

const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test("sha256() and sha256Sync() agree on text and bytes", async () => {
  assert.equal(await sha256(""), empty);
  assert.equal(sha256Sync(new Uint8Array()), empty);
  assert.equal(await sha256("é"), sha256Sync(new TextEncoder().encode("é")));
  assert.equal(await sha1("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert.equal(sha1Sync("abc"), await sha1("abc"));
});
