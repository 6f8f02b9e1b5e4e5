import assert from "node:assert/strict";
import { test } from "node:test";
import { makeUpdates } from "../testing/update-repository.ts";
import { fetchTrustedRoot, publicRepository } from "./public-root.ts";

const text = '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}';

test("fetchTrustedRoot() follows the roots to the one of today, and gives the file that it vouches for", async () => {
  const updates = makeUpdates(text);
  assert.equal(await fetchTrustedRoot(updates), text);
  assert.deepEqual(updates.asked.slice(0, 5), [
    "/2.root.json",
    "/3.root.json",
    "/timestamp.json",
    "/1.snapshot.json",
    "/1.targets.json",
  ]);
});

const prefix = /^cannot get the trusted root from https:\/\/updates\.test: /;
const refused: readonly {
  readonly name: string;
  readonly options?: Parameters<typeof makeUpdates>[1];
  readonly change?: (files: Map<string, Uint8Array>) => void;
}[] = [
  { name: "a root that a stranger signed", options: { signedBy: "stranger" } },
  { name: "what is out of date", options: { expires: "2020-01-01T00:00:00Z" } },
  {
    name: "another file than the one that was vouched for",
    change: (files) => {
      for (const path of files.keys())
        if (path.startsWith("/targets/")) files.set(path, Buffer.from(text.replace("0.1", "0.2")));
    },
  },
  { name: "a file that is too long", change: (files) => files.set("/timestamp.json", Buffer.alloc(1 << 20, "{")) },
  {
    name: "a list that was changed",
    change: (files) => {
      const list = Buffer.from(files.get("/1.targets.json") ?? []).toString();
      files.set("/1.targets.json", Buffer.from(list.replace('"length":', '"length":1')));
    },
  },
  { name: "no list", change: (files) => files.delete("/1.targets.json") },
  { name: "no timestamp", change: (files) => files.delete("/timestamp.json") },
];
for (const { name, options, change } of refused)
  test(`fetchTrustedRoot() refuses ${name}`, async () => {
    const updates = makeUpdates(text, options);
    change?.(updates.files);
    await assert.rejects(fetchTrustedRoot(updates), { code: "InvalidTrust", message: prefix });
  });

test("fetchTrustedRoot() says who cannot be reached", async () => {
  const { repository } = makeUpdates(text);
  const fetch = (): Promise<never> => Promise.reject(new Error("dial tcp: lookup updates.test: no such host"));
  await assert.rejects(fetchTrustedRoot({ fetch, repository }), {
    code: "InvalidTrust",
    message: "cannot get the trusted root from https://updates.test: dial tcp: lookup updates.test: no such host",
  });
});

test("publicRepository() is Sigstore's, with a root that is signed", async () => {
  const { url, root } = await publicRepository();
  assert.equal(url, "https://tuf-repo-cdn.sigstore.dev");
  const { signed, signatures } = JSON.parse(Buffer.from(root).toString());
  assert.equal(signed._type, "root");
  assert.ok(signatures.length >= 3);
});
