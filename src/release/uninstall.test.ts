import assert from "node:assert/strict";
import { test } from "node:test";
import { sortForDeletion } from "./uninstall.ts";

const document = (kind: string, name: string, policy?: string): string =>
  `---\n# Source: web/templates/${name}.yaml\napiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${policy === undefined ? "" : `  annotations:\n    helm.sh/resource-policy: ${policy}\n`}`;

test("sortForDeletion() reverses the kinds, with Services right after Ingresses", () => {
  const manifest = ["Namespace", "ConfigMap", "Service", "Deployment", "CronJob", "Ingress", "Widget"]
    .map((kind) => document(kind, kind.toLowerCase()))
    .join("");
  const { remove } = sortForDeletion(manifest);
  assert.deepEqual(
    remove.map(({ kind }) => kind),
    ["Ingress", "Service", "CronJob", "Deployment", "ConfigMap", "Namespace", "Widget"],
  );
});

test("sortForDeletion() keeps what says keep, and forgets what says anything else", () => {
  const manifest =
    document("ConfigMap", "kept", '" Keep "') + document("ConfigMap", "odd", "delete") + document("Secret", "gone");
  const { keep, remove } = sortForDeletion(manifest);
  assert.deepEqual(
    keep.map(({ name }) => name),
    ["kept"],
  );
  assert.deepEqual(
    remove.map(({ name }) => name),
    ["gone"],
  );
});
