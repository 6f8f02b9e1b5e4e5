import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { groupOf, type KubeObject, schemaOf, type Status, type StructuralSchema, versionOf } from "../../api/index.ts";
import { Refusal } from "../errors.ts";
import { applyServerSide, resetFieldsOf, trackUpdate } from "./index.ts";

// What a real kube-apiserver 1.36 made of these writes; see tools/record-managed-fields.ts.
interface Step {
  readonly name: string;
  readonly verb: "create" | "update" | "json" | "merge" | "strategic" | "apply" | "delete";
  readonly path: string;
  readonly subresource?: string;
  readonly manager?: string;
  readonly force?: boolean;
  readonly body?: unknown;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`testdata/${name}`, import.meta.url), "utf8"));
const steps = read("writes.json") as readonly Step[];
const answers = new Map(
  (read("writes.recorded.json") as readonly { readonly name: string; readonly after: KubeObject | Status }[]).map(
    ({ name, after }) => [name, after],
  ),
);

const crd = steps.find(({ name }) => name === "create of a CRD")?.body as {
  readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: StructuralSchema } }] };
};

function kindOf(object: { readonly apiVersion: string; readonly kind: string }) {
  return { group: groupOf(object.apiVersion), version: versionOf(object.apiVersion), kind: object.kind };
}

const later = new Date("2100-01-01T00:00:00Z");

/** Times that the write renewed become one; the server's own bookkeeping goes. */
function comparable(object: KubeObject, before: KubeObject | undefined): unknown {
  const old = new Set(before?.metadata.managedFields?.map(({ time }) => time));
  const { resourceVersion: _r, generation: _g, uid: _u, creationTimestamp: _c, ...metadata } = object.metadata;
  const managedFields = metadata.managedFields?.map((entry) => ({
    ...entry,
    ...(entry.time === undefined || old.has(entry.time) ? {} : { time: "renewed" }),
  }));
  return { ...object, metadata: { ...metadata, ...(managedFields === undefined ? {} : { managedFields }) } };
}

// The server allocates these after it has tracked the write.
function beforeAllocation(object: KubeObject, before: KubeObject | undefined): KubeObject {
  if (object.kind !== "Service" || before !== undefined) return object;
  const {
    clusterIP: _a,
    clusterIPs: _b,
    ipFamilies: _c,
    ipFamilyPolicy: _d,
    ...spec
  } = object["spec"] as object as Record<string, unknown>;
  return { ...object, spec };
}

const skipped = new Map([["create of a CRD", "its status is written by a controller"]]);

// In these, defaults or the dropping of empty values finish the object after the merge: only the owners are compared.
const unfinished = new Set([
  "a field that nobody applies any more goes back to its default",
  "apply adds items in the order of the configuration",
  "apply drops replicas",
  "apply to empty lists and maps",
  "apply of ports merges by port and protocol",
]);

const current = new Map<string, KubeObject>();
for (const step of steps) {
  if (step.verb === "delete") continue;
  const answer = answers.get(step.name);
  const before = current.get(step.path);
  if (answer !== undefined && answer.kind !== "Status") current.set(step.path, answer as KubeObject);
  // What the server refuses for other reasons than ownership says nothing here.
  if (answer === undefined || (answer.kind === "Status" && (answer as Status).code === 422)) continue;
  test(`managed fields: ${step.name}`, { skip: skipped.get(step.name) ?? false }, () => check(step, before, answer));
}

function check(step: Step, before: KubeObject | undefined, answer: KubeObject | Status): void {
  const sample = before ?? (step.body as KubeObject);
  const kind = kindOf(sample);
  const own = schemaOf(kind);
  const schema = own ?? crd.spec.versions[0].schema.openAPIV3Schema;
  const subresource = step.subresource ?? "";
  const write = {
    schema,
    apiVersion: sample.apiVersion,
    subresource,
    manager: step.manager ?? "",
    now: later,
    resetFields: resetFieldsOf({
      ...kind,
      subresource,
      builtin: own !== undefined,
      hasStatus: schema.properties?.["status"] !== undefined,
    }),
  };
  if (step.verb === "apply") {
    const apply = () =>
      applyServerSide({ ...write, live: before, patch: step.body as KubeObject, force: step.force ?? false });
    if (answer.kind === "Status") {
      assert.throws(apply, (thrown: unknown) => {
        assert.ok(thrown instanceof Refusal);
        assert.deepEqual(withoutOrder(thrown.status), withoutOrder(answer as Status));
        return true;
      });
      return;
    }
    const { object } = apply();
    const wanted = answer as KubeObject;
    if (before?.metadata.resourceVersion === wanted.metadata.resourceVersion) assert.equal(object, before);
    const isWhole = before !== undefined && !unfinished.has(step.name);
    assert.deepEqual(comparable(object, before), comparableTo(isWhole ? wanted : object, wanted, before));
    return;
  }
  const wanted = answer as KubeObject;
  const sent = step.verb === "update" ? (step.body as KubeObject).metadata?.managedFields : undefined;
  const { managedFields: _, ...metadata } = wanted.metadata;
  const after = beforeAllocation(
    { ...wanted, metadata: sent === undefined ? metadata : { ...metadata, managedFields: sent } },
    before,
  );
  const tracked = trackUpdate({ ...write, before, after });
  assert.deepEqual(comparable(tracked, before), comparable(beforeAllocation(wanted, before), before));
}

/** An object with the owners that the server recorded. */
function comparableTo(object: KubeObject, wanted: KubeObject, before: KubeObject | undefined): unknown {
  const own = comparable(object, before) as KubeObject;
  const { metadata } = comparable(wanted, before) as KubeObject;
  return { ...own, metadata: { ...own.metadata, managedFields: metadata.managedFields } };
}

// The server lists the managers of a conflict as they come.
function withoutOrder(status: Status): unknown {
  const causes = [...(status.details?.causes ?? [])].sort((a, b) =>
    `${a.message}${a.field}` < `${b.message}${b.field}` ? -1 : 1,
  );
  return { ...status, ...(status.details === undefined ? {} : { details: { ...status.details, causes } }) };
}
