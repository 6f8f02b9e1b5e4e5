import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { mediaTypes } from "../types.ts";
import { Refused } from "./answers.ts";
import { readPushedManifest } from "./manifest-rules.ts";

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const descriptor = (digit: string, mediaType = "application/x") => ({ mediaType, digest: digest(digit), size: 1 });
const image = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: descriptor("1"), layers: [descriptor("2")] };
const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [descriptor("3")] };

test("readPushedManifest() names the blobs of an image and the manifests of an index", () => {
  const read = readPushedManifest(bytes(image), mediaTypes.manifest);
  assert.deepEqual([read.blobs, read.manifests], [[digest("1"), digest("2")], []]);
  const list = readPushedManifest(bytes(index), mediaTypes.index);
  assert.deepEqual([list.blobs, list.manifests], [[], [digest("3")]]);
});

const foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
const records = [
  { name: "takes an image's type from its config", manifest: image, want: { artifactType: "application/x" } },
  { name: "prefers its own type", manifest: { ...image, artifactType: "a/b" }, want: { artifactType: "a/b" } },
  { name: "gives an index no type of its own", manifest: index, want: { artifactType: undefined } },
  { name: "keeps what it is about", manifest: { ...image, subject: descriptor("4") }, want: { subject: digest("4") } },
  {
    name: "keeps annotations that are texts",
    manifest: { ...image, annotations: { a: "b", c: 1 } },
    want: { annotations: { a: "b" } },
  },
] as const;
for (const { name, manifest, want } of records)
  test(`readPushedManifest() ${name}`, () => {
    const { record } = readPushedManifest(bytes(manifest), manifest.mediaType);
    for (const [key, value] of Object.entries(want)) assert.deepEqual(record[key as keyof typeof record], value);
  });

test("readPushedManifest() asks for no layer that may not be pushed", () => {
  const layers = [descriptor("5", foreign), descriptor("6")];
  const read = readPushedManifest(bytes({ ...image, layers }), mediaTypes.manifest);
  assert.deepEqual(read.blobs, [digest("1"), digest("6")]);
});

const refused = [
  ["what is not JSON", "{", mediaTypes.manifest, "it is not JSON"],
  ["a list", "[]", mediaTypes.manifest, "it is not an object"],
  ["another media type than its own", bytes(image), mediaTypes.index, /mediaType .* is not the Content-Type/],
  ["a type that nobody knows", bytes({ ...image, mediaType: "a/b" }), "a/b", /media type "a\/b" is not known/],
  ["the first version", bytes({ schemaVersion: 1 }), null, "schemaVersion is not 2"],
  ["no layers", bytes({ ...image, layers: undefined }), null, "layers is not a list"],
  ["a layer that is a text", bytes({ ...image, layers: ["x"] }), null, "layers is not a descriptor"],
  ["a digest that is a path", bytes({ ...image, config: { ...image.config, digest: "../x" } }), null, /has no digest/],
  ["half a byte", bytes({ ...image, config: { ...image.config, size: 0.5 } }), null, /config has no size/],
  ["less than no bytes", bytes({ ...image, config: { ...image.config, size: -1 } }), null, /config has no size/],
  ["a subject that is none", bytes({ ...image, subject: {} }), null, "subject has no media type"],
] as const;
for (const [name, content, type, why] of refused)
  test(`readPushedManifest() refuses ${name}`, () => {
    const text = typeof content === "string" ? new TextEncoder().encode(content) : content;
    assert.throws(
      () => readPushedManifest(text, type),
      (error: unknown) => {
        assert.ok(error instanceof Refused);
        assert.equal(error.code, "MANIFEST_INVALID");
        if (typeof why === "string") assert.equal(error.detail, why);
        else assert.match(String(error.detail), why);
        return true;
      },
    );
  });

test("readPushedManifest() reads or refuses any document, and never names what is not a digest", () => {
  const anything = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.constantFrom(digest("1"), 2, 1), tie("object")),
    object: fc.dictionary(
      fc.constantFrom(
        "schemaVersion",
        "mediaType",
        "config",
        "layers",
        "subject",
        "annotations",
        "digest",
        "size",
        "__proto__",
      ),
      fc.oneof(tie("value"), fc.array(tie("value"), { maxLength: 3 })),
    ),
  }));
  fc.assert(
    fc.property(
      anything.object,
      fc.option(fc.constantFrom(mediaTypes.manifest, mediaTypes.index)),
      (document, type) => {
        try {
          const { blobs, manifests } = readPushedManifest(bytes({ schemaVersion: 2, ...(document as object) }), type);
          for (const one of [...blobs, ...manifests]) assert.match(one, /^sha(256|512):[0-9a-f]+$/);
        } catch (error) {
          assert.ok(error instanceof Refused, String(error));
        }
      },
    ),
    { numRuns: Number(process.env["COX_FUZZ_RUNS"] ?? 100) },
  );
});
