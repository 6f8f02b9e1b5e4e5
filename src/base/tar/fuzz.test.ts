import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, integer, nat, property, record } from "fast-check";
import { TarError } from "./errors.ts";
import { isInside, readTar } from "./read.ts";
import { writeTar } from "./write.ts";

const sample = writeTar([
  { path: "web/Chart.yaml", content: "name: web\n" },
  { path: `web/templates/${"long/".repeat(30)}file.yaml`, content: "x" },
  { path: "web/ünïcode.txt", content: "y" },
  { path: "web/charts", mode: 0o755 },
]);
const maxBytes = 1 << 20;
const runs = Number(process.env["COX_FUZZ_RUNS"] ?? 300);

/** Reads what may be anything: entries inside the root and within the limit, or a TarError. */
function assertHarmless(bytes: Uint8Array): void {
  try {
    let size = 0;
    for (const entry of readTar(bytes, { maxBytes, links: "skip" })) {
      assert.ok(isInside(entry.path), entry.path);
      if (entry.type === "file") size += entry.content.byteLength;
    }
    assert.ok(size <= maxBytes);
  } catch (error) {
    assert.ok(error instanceof TarError, String(error));
  }
}

test("readTar() gives a mangled archive's entries, inside the root, or a TarError", () => {
  const edit = record({ at: nat({ max: sample.length - 1 }), value: integer({ min: 0, max: 255 }) });
  check(
    property(array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
      const bytes = Uint8Array.from(sample);
      for (const { at, value } of edits) bytes[at] = value;
      assertHarmless(withChecksums(bytes));
      assertHarmless(bytes);
    }),
    { numRuns: runs },
  );
});

test("readTar() gives a cut archive's entries or a TarError", () => {
  check(
    property(nat({ max: sample.length }), (length) => assertHarmless(sample.subarray(0, length))),
    { numRuns: runs },
  );
});

/** Mends the checksums of the blocks at the places of headers, so that a change reaches what comes after that check. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const mended = Uint8Array.from(bytes);
  for (let at = 0; at + 512 <= mended.length; at += 512) {
    const header = mended.subarray(at, at + 512);
    if (Buffer.from(header.subarray(257, 262)).toString("latin1") !== "ustar") continue;
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(Buffer.from(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  }
  return mended;
}
