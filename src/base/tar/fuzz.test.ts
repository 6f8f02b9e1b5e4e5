import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, integer, nat, oneof, property, record, string } from "fast-check";
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

const name = oneof(
  constantFrom(
    "web/a",
    "../a",
    "/etc/x",
    "web/../../a",
    "..\\a",
    "C:\\a",
    ".",
    "..",
    "",
    "web//a",
    "a/./b",
    "\0",
    "__proto__",
    "web/a/",
  ),
  string({ maxLength: 12 }),
);
const octal = (value: number): string => value.toString(8).padStart(11, "0");
const size = oneof(
  nat({ max: 2000 }).map(octal),
  constantFrom("77777777777", "-1", " 12 ", "0x10", "9", "", "\x80\0\0\0\0\0\0\0\0\0\0\u0001", "\xff".repeat(12)),
);
const body = oneof(
  record({
    key: constantFrom("path", "linkpath", "size", "mode", "GNU.sparse.name", "GNU.sparse.realsize"),
    value: name,
  }).map(({ key, value }) => ` ${key}=${value}\n`),
  string({ maxLength: 600 }),
).chain((text) => nat({ max: 40 }).map((length) => `${length}${text}`));
const member = record({ name, link: name, size, body, type: constantFrom(..."0123457xgLKSDVM\0") });

/** An archive that a writer with other intentions than ours would make; the sizes that it tells may be wrong. */
function archiveOf(
  members: readonly { name: string; link: string; size: string; body: string; type: string }[],
): Uint8Array {
  const blocks = members.flatMap(({ name, link, size, body, type }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write("0000644", 100, "latin1");
    header.write(size, 124, 12, "latin1");
    header.write(type, 156, 1, "latin1");
    header.write(link, 157, 100);
    header.write("ustar\x0000", 257, "latin1");
    const content = Buffer.from(body);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return withChecksums(Buffer.concat(blocks));
}

test("readTar() gives what is harmless of an archive that means harm, or a TarError", () => {
  check(
    property(array(member, { maxLength: 6 }), (members) => assertHarmless(archiveOf(members))),
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
