import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ApiError, type KubeObject } from "../../api/index.ts";
import { builtins } from "../registry/builtins.ts";
import { canonicalize } from "../write/canonical.ts";
import { decodeProtobuf } from "./decode.ts";

// Objects as client-go's protobuf serializer writes them, with the JSON of the same Go values.
const file = new URL("testdata/objects.recorded.json", import.meta.url);
const recorded = JSON.parse(readFileSync(file, "utf8")) as readonly {
  readonly bytes: string;
  readonly json: KubeObject;
}[];

for (const { bytes, json } of recorded) {
  test(`decodeProtobuf() reads a ${json.kind} as the JSON of the same Go value`, () => {
    const object = decodeProtobuf(Buffer.from(bytes, "base64")) as unknown as KubeObject;
    const resource = builtins.find(({ apiVersion, kind }) => apiVersion === json.apiVersion && kind === json.kind);
    assert.deepEqual(resource === undefined ? object : canonicalize(resource, object), json);
  });
}

const whole = Buffer.from(recorded[2]!.bytes, "base64");
const hostile: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
  { name: "bytes without the prefix", bytes: Buffer.from("hello") },
  { name: "a message that is cut off", bytes: whole.subarray(0, whole.byteLength - 7) },
  { name: "a length beyond the end", bytes: Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 0xff, 0xff, 0xff, 0x7f]) },
  {
    name: "a number that does not end",
    bytes: Buffer.from([0x6b, 0x38, 0x73, 0, ...Array.from({ length: 20 }, () => 0xff)]),
  },
  {
    name: "a kind that is not known",
    bytes: Buffer.from([0x6b, 0x38, 0x73, 0, 0x0a, 0x06, 0x0a, 0x01, 0x76, 0x12, 0x01, 0x58]),
  },
];
for (const { name, bytes } of hostile) {
  test(`decodeProtobuf() refuses ${name}`, () => {
    assert.throws(
      () => decodeProtobuf(bytes),
      (thrown) => thrown instanceof ApiError && thrown.code === "BadRequest",
    );
  });
}
