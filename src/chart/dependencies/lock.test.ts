import assert from "node:assert/strict";
import { test } from "node:test";
import { legacyLockDigest, lockDigest } from "./lock.ts";

const child = { name: "child", version: "^1.0.0", repository: "file://../child" };

// Digests that Helm 4.2.4 wrote: see src/cli/helm/testdata/chart-commands.
test("lockDigest() is the digest that Helm writes", () => {
  const locked = { name: "child", version: "1.4.2", repository: "file://../child" };
  assert.equal(
    lockDigest([child], [locked]),
    "sha256:0368a5446635ed6de29bb4d264df4e586c93cb4b6ddca81072e2d4bea8b28103",
  );
});

test("lockDigest() escapes as Go does, and sorts the maps of imports", () => {
  const imports = (entry: { readonly [key: string]: string }) => [
    { ...child, version: ">=1 <2", "import-values": [entry] },
  ];
  const one = lockDigest(imports({ parent: "a", child: "b" }), []);
  assert.equal(one, lockDigest(imports({ child: "b", parent: "a" }), []));
  assert.notEqual(one, lockDigest(imports({ child: "a", parent: "b" }), []));
});

test("legacyLockDigest() looks at what is wanted only", () => {
  assert.match(legacyLockDigest([child]), /^sha256:[0-9a-f]{64}$/);
  assert.notEqual(legacyLockDigest([child]), legacyLockDigest([]));
});
