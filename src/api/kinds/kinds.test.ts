import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toCrd } from "../kind.ts";
import { crdManifests, kinds } from "./index.ts";

// The recordings are Flux 2.9's CRDs without their descriptions.
for (const kind of kinds) {
  test(`toCrd() of ${kind.kind} has the structure of Flux's CRD`, () => {
    const file = new URL(`../testdata/crds/${kind.group}_${kind.plural}.json`, import.meta.url);
    const flux = JSON.parse(readFileSync(file, "utf8"));
    const ours = JSON.parse(JSON.stringify(toCrd(kind)));
    delete flux.metadata.annotations["controller-gen.kubebuilder.io/version"];
    if (Object.keys(flux.metadata.annotations).length === 0) delete flux.metadata.annotations;
    ours.spec.versions = ours.spec.versions.filter((version: { storage: boolean }) => version.storage);
    assert.deepEqual(ours, flux);
  });
}

test("crdManifests() serves the sources of the tutorial as v1beta2 too, stored as v1", () => {
  const served = crdManifests().map((crd) => {
    const spec = crd["spec"] as { names: { kind: string }; versions: { name: string; storage: boolean }[] };
    return [spec.names.kind, spec.versions.map((version) => `${version.name}${version.storage ? "*" : ""}`).join(" ")];
  });
  assert.deepEqual(Object.fromEntries(served), {
    Bucket: "v1* v1beta2",
    ExternalArtifact: "v1*",
    GitRepository: "v1* v1beta2",
    HelmChart: "v1* v1beta2",
    HelmRelease: "v2*",
    HelmRepository: "v1* v1beta2",
    Kustomization: "v1*",
    OCIRepository: "v1* v1beta2",
  });
});
