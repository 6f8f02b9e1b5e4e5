import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256Sync } from "../../base/node/digest.ts";
import { createArtifactReader } from "./reader.ts";

const bytes = new TextEncoder().encode("an artifact");
const artifact = {
  path: "a",
  url: "http://elsewhere.test/a.tar.gz",
  revision: "1",
  digest: `sha256:${sha256Sync(bytes)}`,
  lastUpdateTime: "2026-11-25T00:00:00Z",
  size: bytes.byteLength,
};

const cases = [
  { name: "gives the bytes that the URL gives", answer: { status: 200, body: bytes }, want: undefined },
  {
    name: "does not give other bytes",
    answer: { status: 200, body: new TextEncoder().encode("another") },
    want: { code: "ArtifactChanged" },
  },
  { name: "tells what is gone from what fails", answer: { status: 404, body: null }, want: { code: "NotFound" } },
  {
    name: "tries as often as it is told",
    answer: { status: 503, body: null },
    want: {
      code: "Unreachable",
      message: "GET http://elsewhere.test/a.tar.gz giving up after 1 attempt(s): unexpected HTTP status 503",
    },
  },
];
for (const { name, answer, want } of cases)
  test(`createArtifactReader() ${name}`, async () => {
    let asked = 0;
    const read = createArtifactReader({
      retries: 0,
      transport: async () => {
        asked += 1;
        return new Response(answer.body, { status: answer.status });
      },
    });
    const reading = read(artifact, new AbortController().signal);
    if (want === undefined) assert.deepEqual(new Uint8Array(await reading), bytes);
    else await assert.rejects(reading, want);
    assert.equal(asked, 1);
  });

for (const retries of [-1, 100_000])
  test(`createArtifactReader() reads with ${retries} retries, too`, async () => {
    const read = createArtifactReader({ retries, transport: async () => new Response(bytes) });
    assert.deepEqual(new Uint8Array(await read(artifact, new AbortController().signal)), bytes);
  });
