import assert from "node:assert/strict";
import { test } from "node:test";
import { ownershipConflict, withOwnership } from "./ownership.ts";

const owner = { name: "web", namespace: "apps" };
const live = (labels?: Record<string, string>, annotations?: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "web",
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  },
});

const cases = [
  {
    name: "is undefined for an object of the release",
    object: live(
      { "app.kubernetes.io/managed-by": "Helm" },
      { "meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "apps" },
    ),
    want: undefined,
  },
  {
    name: "names every mark that is missing",
    object: live(),
    want: 'invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: missing key "meta.helm.sh/release-name": must be set to "web"; annotation validation error: missing key "meta.helm.sh/release-namespace": must be set to "apps"',
  },
  {
    name: "says whose the object is instead",
    object: live(
      { "app.kubernetes.io/managed-by": "Helm" },
      { "meta.helm.sh/release-name": "other", "meta.helm.sh/release-namespace": "apps" },
    ),
    want: 'invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "web": current value is "other"',
  },
];
for (const { name, object, want } of cases) {
  test(`ownershipConflict() ${name}`, () => assert.equal(ownershipConflict(object, owner), want));
}

test("withOwnership() adds the marks, keeps other labels, and leaves the argument alone", () => {
  const object = live({ app: "web" });
  const marked = withOwnership({ object, namespaced: true }, owner).object;
  assert.equal(ownershipConflict(marked, owner), undefined);
  assert.equal(marked.metadata.labels?.app, "web");
  assert.deepEqual(object.metadata, { name: "web", labels: { app: "web" } });
});
