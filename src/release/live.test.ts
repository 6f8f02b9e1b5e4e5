import assert from "node:assert/strict";
import { test } from "node:test";
import { createCluster } from "../cluster/index.ts";
import { createClient, type Fetch } from "../kube/index.ts";
import { createLookUp } from "./live.ts";
import type { ReleaseObject } from "./objects.ts";

const configMap = (name: string): ReleaseObject => ({
  object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data: { k: "v" } },
  namespaced: true,
});
const many = Array.from({ length: 16 }, (_, index) => configMap(`m-${index}`));
const refuse = (code: number, reason: string): Response =>
  Response.json(
    { kind: "Status", apiVersion: "v1", status: "Failure", message: reason, reason, code },
    { status: code },
  );

const cases: readonly {
  readonly name: string;
  readonly targets: readonly ReleaseObject[];
  readonly marks?: boolean;
  /** What lists are answered instead of the truth. */
  readonly lists?: () => Response;
  readonly want: { readonly lists: number; readonly looks: number };
}[] = [
  { name: "few objects are looked at one by one", targets: many.slice(1), want: { lists: 0, looks: 15 } },
  { name: "many objects are listed", targets: many, want: { lists: 1, looks: 0 } },
  { name: "many objects are listed without what they hold", targets: many, marks: true, want: { lists: 1, looks: 0 } },
  {
    name: "who may not list looks at each",
    targets: many,
    lists: () => refuse(403, "Forbidden"),
    want: { lists: 1, looks: 16 },
  },
  {
    name: "a list that is too large is done without",
    targets: many,
    lists: () => new Response("{}", { headers: { "content-length": String(2 ** 40) } }),
    want: { lists: 1, looks: 16 },
  },
];
for (const { name, targets, marks = false, lists, want } of cases) {
  test(`createLookUp(): ${name}`, async () => {
    const cluster = createCluster();
    const asked = { lists: 0, looks: 0 };
    const fetch: Fetch = async (request) => {
      if (request.method !== "GET") return await cluster.fetch(request);
      const isList = new URL(request.url).pathname.endsWith("/configmaps");
      asked[isList ? "lists" : "looks"] += 1;
      return isList && lists !== undefined ? lists() : await cluster.fetch(request);
    };
    const client = createClient({ fetch, server: "http://cluster" });
    // All but the last exist.
    for (const { object } of targets.slice(0, -1)) await client.create(object);
    const lookUp = createLookUp({ client }, targets, { marks });
    const found = await Promise.all(targets.map((target) => lookUp.get(target)));
    assert.deepEqual(
      found.map((object) => object?.metadata.name),
      targets.map(({ object }, index) => (index < targets.length - 1 ? object.metadata.name : undefined)),
    );
    assert.equal(found[0]?.["data"] === undefined, marks);
    assert.deepEqual(asked, want);
    await cluster.close();
  });
}
