import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { builtinResources, groupOf, type KubeObject, versionOf } from "../../api/index.ts";
import { createCluster } from "../index.ts";

// What kube-apiserver 1.36 answered to a create of the object with dryRun=All: its defaults, and what it decides itself.
interface Recorded {
  readonly object: KubeObject;
  readonly answer: KubeObject;
}

/** Known differences, by the place in the recording. This list only shrinks. */
const differences = new Map<number, string>([
  [23, "the finalizer kubernetes.io/pvc-protection is not set"],
  [24, "the finalizer kubernetes.io/pv-protection is not set"],
]);

const file = new URL("testdata/defaults.recorded.json", import.meta.url);
const recorded = JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[];
const cluster = createCluster();
after(() => cluster.close());

for (const [index, { object, answer }] of recorded.entries()) {
  const difference = differences.get(index);
  const name = `${object.kind} ${index}`;
  if (difference === undefined) {
    test(`a new ${name} is answered as kube-apiserver does`, async () => {
      assert.deepEqual(comparable(await create(object)), comparable(answer));
    });
  } else {
    test(`a new ${name} still differs: ${difference}`, async () => {
      const created = comparable(await create(object));
      assert.notDeepEqual(created, comparable(answer), "take it off the list of differences");
    });
  }
}

async function create(object: KubeObject): Promise<KubeObject> {
  const group = groupOf(object.apiVersion);
  const version = versionOf(object.apiVersion);
  const resource = builtinResources.find(
    (one) => one.group === group && one.version === version && one.kind === object.kind,
  );
  assert.ok(resource);
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const path = `${root}${resource.namespaced ? "/namespaces/default" : ""}/${resource.plural}`;
  const request = new Request(`http://cluster${path}?dryRun=All`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(object),
  });
  return (await (await cluster.fetch(request)).json()) as KubeObject;
}

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly nodePort?: number }[];
}

/** An object without times, names and numbers that are drawn. */
function comparable(object: KubeObject): unknown {
  const { uid = "", resourceVersion: _r, managedFields: _m, creationTimestamp: _c, ...metadata } = object.metadata;
  const copy = JSON.parse(JSON.stringify({ ...object, metadata }).replaceAll(uid || /$^/g, "UID")) as KubeObject;
  if (object.kind === "PersistentVolume")
    return { ...copy, status: { ...(copy["status"] as object), lastPhaseTransitionTime: "" } };
  if (object.kind !== "Service") return copy;
  const spec = copy["spec"] as ServiceSpec;
  const { clusterIP } = spec;
  return {
    ...copy,
    spec: {
      ...spec,
      ...(clusterIP === undefined || clusterIP === "None" ? {} : { clusterIP: "IP", clusterIPs: ["IP"] }),
      ...(spec.ports === undefined ? {} : { ports: spec.ports.map(({ nodePort: _, ...port }) => port) }),
    },
  };
}
