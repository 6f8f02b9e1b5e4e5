import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { withBuiltinDefaults } from "./index.ts";

// What kube-apiserver 1.36 answered to a create of the object with dryRun=All.
interface Recorded {
  readonly object: KubeObject;
  readonly answer: KubeObject;
}

const file = new URL("testdata/defaults.recorded.json", import.meta.url);
const recorded = JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[];

/** An object without what the server decides after its defaults are in: names, allocations, admission. */
function withoutDecisions(object: KubeObject): unknown {
  const {
    status: _s,
    stringData: _d,
    data: _e,
    ...copy
  } = structuredClone(object) as unknown as Record<string, Fields>;
  const { kind } = object;
  for (const name of ["uid", "creationTimestamp", "resourceVersion", "generation", "namespace", "finalizers"]) {
    delete copy["metadata"]?.[name];
  }
  const metadata = copy["metadata"] as { labels?: Record<string, string>; annotations?: Record<string, string> };
  const spec = copy["spec"] as Fields;
  const serverLabels = /(?:^|\/)(?:controller-uid|job-name)$/;
  const dropLabels = (owner: { labels?: Record<string, string> } | undefined): void => {
    if (owner?.labels === undefined) return;
    owner.labels = Object.fromEntries(Object.entries(owner.labels).filter(([name]) => !serverLabels.test(name)));
    if (Object.keys(owner.labels).length === 0) delete owner.labels;
  };
  dropLabels(metadata);
  if (metadata.annotations?.["deprecated.daemonset.template.generation"] !== undefined) delete metadata.annotations;
  const decided: Readonly<Record<string, readonly string[]>> = {
    Pod: ["tolerations", "priority", "preemptionPolicy"],
    Service: ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"],
    Job: ["selector"],
    Namespace: ["finalizers"],
  };
  for (const name of decided[kind] ?? []) delete spec?.[name];
  if (kind === "Service") for (const port of (spec?.ports as Fields[] | undefined) ?? []) delete port["nodePort"];
  const template = spec?.["template"] as { metadata?: { labels?: Record<string, string> } } | undefined;
  if (kind === "Job") dropLabels(template?.metadata);
  return copy;
}

type Fields = { [name: string]: unknown };

for (const [index, { object, answer }] of recorded.entries()) {
  test(`withBuiltinDefaults() ${object.kind} ${index}`, () => {
    assert.deepEqual(withoutDecisions(withBuiltinDefaults(object)), withoutDecisions(answer));
  });
  test(`withBuiltinDefaults() leaves a finished ${object.kind} ${index} as it is`, () => {
    assert.deepEqual(withBuiltinDefaults(answer), answer);
  });
}

test("withBuiltinDefaults() leaves custom kinds alone", () => {
  const widget: KubeObject = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } };
  assert.equal(withBuiltinDefaults(widget), widget);
});
