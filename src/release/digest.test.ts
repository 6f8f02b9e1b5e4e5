import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeRecord } from "./codec.ts";
import { configDigest, snapshotDigest } from "./digest.ts";

interface Recording {
  readonly name: string;
  readonly release: string;
  readonly digest: string;
  readonly ociDigest: string;
}

// Digests made by Flux's own encoding of the same records.
const recordings: readonly Recording[] = JSON.parse(
  readFileSync(new URL("./testdata/helm-records.json", import.meta.url), "utf8"),
);

for (const { name, release, digest, ociDigest } of recordings) {
  test(`snapshotDigest() of ${name} is Flux's`, () => {
    assert.equal(snapshotDigest(decodeRecord(release), { ociDigest }), digest);
  });
}

test("snapshotDigest() does not see test hooks, so that helm test changes nothing", () => {
  const [recording] = recordings;
  assert.ok(recording);
  const record = decodeRecord(recording.release);
  const tested = {
    ...record,
    hooks: record.hooks.map((hook) =>
      hook.events.includes("test") ? { ...hook, last_run: { phase: "Succeeded" as const } } : hook,
    ),
  };
  assert.equal(snapshotDigest(tested), recording.digest);
});

// The rows of the contract with Flux, as JSON: what YAML makes of a text is another room's test.
const configs = [
  { json: "{}", digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { json: '{"z":123}', digest: "95d6d76b447206fedab431da729c52986cb4a60f09588844a1237e54ddcfd83f" },
  { json: '{"z":"123"}', digest: "ad9ba64e40828f88fa7261f2d4dc587d258a81f5f0e9a513192341070a3a33eb" },
  { json: '{"z":true}', digest: "9e28bfa8ccbebe5adc9ba792716f6d5a2f160dcc3b3969b4371909b47c0e2243" },
  { json: '{"z":null}', digest: "451f4494c0b8a60a47c2b045582dc5fcf5c8e2c7cb3fb36c19af83ac05b7fd66" },
  { json: '{"z":["x","y"]}', digest: "1a351a883ca11567b9f9958bb8df2d4a16ecc0f53d12f3a5f98d7c1a115eab1b" },
  {
    json: '{"a":1000000,"b":1e21,"c":1,"d":12345678901,"e":0.1,"f":"x","g":[1,{"b":1,"a":2}],"h":"yes","i":"multi\\nline\\n"}',
    digest: "e944cf1c97d0495e84e20ee780d095ff8a8c8af26b8ce9057bdec75ea289559f",
  },
];
for (const { json, digest } of configs) {
  test(`configDigest() of ${json} is Flux's`, () => {
    assert.equal(configDigest(JSON.parse(json)), `sha256:${digest}`);
  });
}

interface ConfigRecording {
  readonly Json: string;
  readonly Digest: string;
}

// Key order, folding, quoting and numbers, digested by Flux's own code.
const recordedConfigs: readonly ConfigRecording[] = JSON.parse(
  readFileSync(new URL("./testdata/config-digests.json", import.meta.url), "utf8"),
);
for (const { Json, Digest } of recordedConfigs) {
  test(`configDigest() of ${Json.slice(0, 40)}… is Flux's`, () => {
    assert.equal(configDigest(JSON.parse(Json)), Digest);
  });
}
