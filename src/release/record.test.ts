import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { decodeRecord, encodeRecord } from "./codec.ts";
import { decodeRecordJson } from "./decode.ts";
import { encodeRecordJson } from "./encode.ts";
import { ReleaseError } from "./errors.ts";
import { timestamp } from "./record.ts";

interface Recording {
  readonly name: string;
  readonly release: string;
  readonly json: string;
}

// Written by Helm 4.2.4's own storage.
const recordings: readonly Recording[] = JSON.parse(
  readFileSync(new URL("./testdata/helm-records.json", import.meta.url), "utf8"),
);
const [first] = recordings;
assert.ok(first);

for (const { name, release, json } of recordings) {
  test(`decodeRecord() reads ${name} of Helm, and encodeRecordJson() writes the same bytes`, () => {
    assert.equal(encodeRecordJson(decodeRecord(release)), json);
  });

  test(`encodeRecord() zips ${name} so that its JSON comes out again`, () => {
    const text = encodeRecord(decodeRecord(release), { kind: "Secret", name });
    assert.equal(gunzipSync(Buffer.from(text, "base64")).toString("utf8"), json);
  });
}

test("decodeRecord() reads a record that was stored before Helm compressed them", () => {
  assert.equal(encodeRecordJson(decodeRecord(Buffer.from(first.json).toString("base64"))), first.json);
});

test("decodeRecordJson() drops unknown fields and reads an empty time as none", () => {
  const record = decodeRecordJson(
    '{"name":"a","future":1,"info":{"status":"deployed","deleted":"","next":{}},"version":1,"namespace":"b","hooks":[{"name":"h","last_run":{"started_at":"","phase":""}}]}',
  );
  assert.equal(
    encodeRecordJson(record),
    '{"name":"a","info":{"status":"deployed"},"chart":{"metadata":null,"lock":null,"templates":null,"values":null,"schema":null,"schemamodtime":"0001-01-01T00:00:00Z","files":null},"hooks":[{"name":"h","last_run":{"phase":""}}],"version":1,"namespace":"b"}',
  );
});

test("decodeRecordJson() writes times as Go would write them again", () => {
  const record = decodeRecordJson(
    '{"info":{"first_deployed":"2026-11-25T09:41:01.170000000+00:00","last_deployed":"2026-11-25T09:41:01.000+05:30"}}',
  );
  assert.equal(record.info.first_deployed, "2026-11-25T09:41:01.17Z");
  assert.equal(record.info.last_deployed, "2026-11-25T09:41:01+05:30");
});

test("decodeRecordJson() keeps a __proto__ key as plain data", () => {
  const json = '{"name":"a","info":{"status":"failed"},"config":{"__proto__":{"polluted":true}}}';
  const { config } = decodeRecordJson(json);
  assert.deepEqual(Object.keys(config ?? {}), ["__proto__"]);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

const corrupt = [
  { name: "what is not base64", text: "{}" },
  { name: "base64 of what is not JSON", text: Buffer.from("no").toString("base64") },
  { name: "a broken gzip stream", text: Buffer.from([0x1f, 0x8b, 0x08, 0, 1, 2]).toString("base64") },
  { name: "a gzip bomb", text: gzipSync(Buffer.alloc(65 * 1024 * 1024)).toString("base64") },
  { name: "a list instead of a record", text: Buffer.from("[]").toString("base64") },
  { name: "a field of the wrong type", text: Buffer.from('{"manifest":1}').toString("base64") },
  { name: "a time that is none", text: Buffer.from('{"info":{"deleted":"soon"}}').toString("base64") },
];
for (const { name, text } of corrupt) {
  test(`decodeRecord() refuses ${name}`, () => {
    assert.throws(
      () => decodeRecord(text),
      (error) => error instanceof ReleaseError && error.code === "Corrupt",
    );
  });
}

test("encodeRecord() refuses what a Secret cannot hold, in the words of the API server", () => {
  const noise = Array.from(
    { length: 60_000 },
    (_, index) => ((index * 2_654_435_761) >>> 0).toString(36) + Math.sin(index),
  ).join("");
  const record = { ...decodeRecord(first.release), manifest: noise };
  assert.throws(() => encodeRecord(record, { kind: "Secret", name: "sh.helm.release.v1.demo.v1" }), {
    code: "TooLarge",
    message: 'Secret "sh.helm.release.v1.demo.v1" is invalid: data: Too long: may not be more than 1048576 bytes',
  });
});

test("timestamp() writes the moment in this process's zone without zeros at the end", () => {
  const moment = new Date("2026-11-25T09:41:01.170Z");
  assert.equal(Date.parse(timestamp(moment)), moment.getTime());
  assert.match(timestamp(moment), /:01\.17(Z|[+-]\d\d:\d\d)$/);
  assert.match(timestamp(new Date("2026-11-25T09:41:01.000Z")), /:01(Z|[+-]\d\d:\d\d)$/);
});
