import assert from "node:assert/strict";
import { test } from "node:test";
import { isInside, readTar, readTarGz, TarError, writeTar, writeTarGz } from "./tar.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const long = `${"folder/".repeat(40)}file-with-a-name-that-is-${"very-".repeat(25)}long.yaml`;

test("readTarGz() gives back what writeTarGz() wrote, long and non-ASCII names included", () => {
  const archive = writeTarGz([
    { path: "a/b.txt", content: "hello", mode: 0o600, modified: 5 },
    { path: "a/c" },
    { path: long, content: "long" },
    { path: "ü/ä.txt", content: new Uint8Array(600) },
  ]);
  const entries = readTarGz(archive);
  assert.deepEqual(
    entries.map(({ path, type, mode, modified, content }) => [path, type, mode, modified, content.length]),
    [
      ["a/b.txt", "file", 0o600, 5, 5],
      ["a/c", "directory", 0o755, 0, 0],
      [long, "file", 0o644, 0, 4],
      ["ü/ä.txt", "file", 0o644, 0, 600],
    ],
  );
  assert.equal(text(entries[0]?.content ?? new Uint8Array()), "hello");
});

test("writeTarGz() gives equal bytes for equal entries", () => {
  const entries = [{ path: "x", content: "1" }];
  assert.deepEqual(writeTarGz(entries), writeTarGz(entries));
});

const refused = [
  { name: "a path with ..", path: "a/../../b", code: "path" },
  { name: "an absolute path", path: "/etc/passwd", code: "path" },
  { name: "a Windows drive", path: "C:/x", code: "path" },
  { name: "a backslash step", path: "a\\..\\..\\b", code: "path" },
];
for (const { name, path, code } of refused) {
  test(`readTar() refuses ${name}`, () => {
    const archive = writeTar([{ path, content: "x" }]);
    assert.throws(() => readTar(archive), { code });
    assert.equal(readTar(archive, { paths: "unchecked" }).length, 1);
    assert.equal(isInside(path), false);
  });
}

test("readTar() refuses, skips or keeps links as told", () => {
  const archive = writeTar([{ path: "link", content: "" }]);
  archive[156] = "2".charCodeAt(0);
  archive.set(new TextEncoder().encode("/etc"), 157);
  archive.set(new TextEncoder().encode("        "), 148);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  assert.throws(() => readTar(archive), { code: "link" });
  assert.deepEqual(readTar(archive, { links: "skip" }), []);
  assert.equal(readTar(archive, { links: "keep" })[0]?.target, "/etc");
});

test("readTarGz() keeps its limits", () => {
  const archive = writeTarGz([{ path: "bomb", content: new Uint8Array(5_000_000) }]);
  assert.throws(() => readTarGz(archive, { maxBytes: 1_000_000 }), { code: "limit" });
  assert.throws(() => readTarGz(archive, { maxEntryBytes: 1000 }), { code: "limit" });
  const many = writeTarGz(Array.from({ length: 20 }, (_, i) => ({ path: `f${i}`, content: "" })));
  assert.throws(() => readTarGz(many, { maxEntries: 10 }), { code: "limit" });
});

test("readTarGz() says what is wrong in Go's words", () => {
  assert.throws(() => readTarGz(new TextEncoder().encode("hello")), { message: "gzip: invalid header" });
  assert.throws(() => readTarGz(new Uint8Array()), { message: "EOF" });
  const archive = writeTarGz([{ path: "a", content: "x".repeat(5000) }]);
  assert.throws(() => readTarGz(archive.subarray(0, archive.length - 12)), TarError);
  const broken = writeTar([{ path: "a", content: "x" }]);
  broken[0] = 66;
  assert.throws(() => readTar(broken), { message: "archive/tar: invalid tar header" });
  assert.throws(() => readTar(writeTar([{ path: "a", content: "x".repeat(5000) }]).subarray(0, 1024)), {
    message: "unexpected EOF",
  });
});
