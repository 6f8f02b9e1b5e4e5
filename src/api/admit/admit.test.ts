import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { StructuralSchema } from "../structural-schema.ts";
import { applyDefaults } from "./default.ts";
import { prune } from "./prune.ts";
import { validate } from "./validate.ts";

/** What the API server's own code (apiextensions 1.36) made of each value; `$flux` names one of the recorded CRDs. */
interface Recording {
  readonly name: string;
  readonly schema: StructuralSchema | { readonly $flux: string };
  readonly value: object;
  readonly old?: object;
  readonly unknown: readonly string[];
  readonly admitted: object;
  readonly errors: readonly {
    readonly reason: string;
    readonly field: string;
    readonly message: string;
    readonly rule?: boolean;
  }[];
}

const testdata = new URL("../testdata/", import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, testdata), "utf8"));
const files: Readonly<Record<string, string>> = {
  helmreleases: "helm.toolkit.fluxcd.io",
  kustomizations: "kustomize.toolkit.fluxcd.io",
};
const schemaOf = (given: Recording["schema"]): StructuralSchema => {
  if (!("$flux" in given)) return given;
  const crd = read(`crds/${files[given.$flux] ?? "source.toolkit.fluxcd.io"}_${given.$flux}.json`);
  return crd.spec.versions[0].schema.openAPIV3Schema;
};
const text = ({ reason, field, message }: Recording["errors"][number]) => `${field}: ${message} (${reason})`;

for (const { name, schema: given, value, old, unknown, admitted, errors } of read("admit.json") as Recording[]) {
  test(`prune(), applyDefaults() and validate(): ${name}`, () => {
    const schema = schemaOf(given);
    const before = structuredClone(value);
    const pruned = prune(value, schema);
    assert.deepEqual(pruned.unknown, unknown);
    const defaulted = applyDefaults(pruned.value, schema);
    assert.deepEqual(defaulted, admitted);
    assert.deepEqual(value, before);
    const found = validate(defaulted, schema, old === undefined ? {} : { old });
    const expected = errors.filter(({ rule }) => rule !== true);
    assert.deepEqual(found.map(text).sort(), expected.map(text).sort());
  });
}
