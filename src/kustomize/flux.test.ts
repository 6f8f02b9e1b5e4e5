import assert from "node:assert/strict";
import { test } from "node:test";
import { buildFluxKustomization, type FluxKustomization } from "./index.ts";

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

async function namesOf(files: Record<string, string>, path: string, spec: FluxKustomization = {}): Promise<string[]> {
  const bytes = new Map(Object.entries(files).map(([name, text]) => [name, new TextEncoder().encode(text)]));
  const objects = await buildFluxKustomization({ files: bytes, path, spec });
  return objects.map(({ metadata }) => {
    const { name, namespace } = metadata as { readonly name: string; readonly namespace?: string };
    return namespace === undefined ? name : `${namespace}/${name}`;
  });
}

test("buildFluxKustomization() takes all YAML files below a path without a kustomization file", async () => {
  const files = {
    "apps/b.yaml": configMap("b"),
    "apps/a/x.yml": configMap("x"),
    "apps/a.yaml": configMap("a"),
    "apps/readme.md": "not: yaml: at all",
    "apps/sub/kustomization.yaml": "resources: [z.yaml]\nnamePrefix: k-",
    "apps/sub/z.yaml": configMap("z"),
    "apps/sub/ignored.yaml": configMap("ignored"),
    "other/o.yaml": configMap("o"),
  };
  assert.deepEqual(await namesOf(files, "./apps"), ["x", "a", "b", "k-z"]);
});

test("buildFluxKustomization() lets the spec add to the file", async () => {
  const files = {
    "kustomization.yaml": "resources: [a.yaml]\nnamespace: one\nnamePrefix: p-",
    "a.yaml": configMap("a"),
    "comp/kustomization.yaml": "kind: Component\nnameSuffix: -s",
  };
  const spec = { targetNamespace: "two", components: ["comp", "missing"], ignoreMissingComponents: true };
  assert.deepEqual(await namesOf(files, ".", spec), ["two/p-a-s"]);
});

test("buildFluxKustomization() applies patches, images and common metadata", async () => {
  const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: nginx:1}]}\n";
  const files = new Map([["a.yaml", new TextEncoder().encode(pod)]]);
  const objects = await buildFluxKustomization({
    files,
    path: "",
    spec: {
      patches: [{ patch: '[{"op": "add", "path": "/spec/hostNetwork", "value": true}]', target: { kind: "Pod" } }],
      images: [{ name: "nginx", newTag: "2" }],
      commonMetadata: { labels: { a: "b" }, annotations: { c: "d" } },
    },
  });
  assert.deepEqual(objects, [
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", labels: { a: "b" }, annotations: { c: "d" } },
      spec: { containers: [{ name: "c", image: "nginx:2" }], hostNetwork: true },
    },
  ]);
});

test("buildFluxKustomization() gives nothing for a path without manifests", async () => {
  assert.deepEqual(await namesOf({ "apps/x.txt": "" }, "apps"), []);
});

const failures = [
  {
    name: "a path that is not there",
    files: { "a.yaml": configMap("a") },
    path: "nope",
    message: /kustomization path not found/,
  },
  {
    name: "a file that is no manifest",
    files: { "a.yaml": "foo: bar" },
    path: "",
    message: /failed to decode Kubernetes YAML from \/a\.yaml: missing Resource metadata/,
  },
  {
    name: "two objects of one identity",
    files: { "a.yaml": configMap("a"), "b.yaml": configMap("a") },
    path: "",
    message: /may not add resource with an already registered id: ConfigMap\.v1\.\[noGrp\]\/a\.\[noNs\]/,
  },
];
for (const { name, files, path, message } of failures) {
  test(`buildFluxKustomization() refuses ${name}`, async () => {
    await assert.rejects(namesOf(files as Record<string, string>, path), { message });
  });
}
