import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { Kustomization } from "../src/api/index.ts";
import { startWithGit } from "./git-world.ts";
import { ready } from "./world.ts";

const kustomization = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" } as const;
// Made by SOPS itself.
const { identity, other, fixtures } = JSON.parse(
  readFileSync(new URL("../src/controllers/kustomization/decryption/testdata/sops.json", import.meta.url), "utf8"),
) as {
  readonly identity: string;
  readonly other: string;
  readonly fixtures: readonly { readonly name: string; readonly encrypted: string }[];
};
const encrypted = (name: string): string => fixtures.find((one) => one.name === name)?.encrypted ?? "";

const generating = `resources: [deployment.yaml]
patches: [{path: patch.yaml}]
secretGenerator:
- name: env
  envs: [secret.env]
- name: file
  files: [tls.key=bytes]
generatorOptions: {disableNameSuffixHash: true}
`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: a}]}}
`;

async function start(
  t: TestContext,
  keys: Readonly<Record<string, string>>,
  options: Parameters<typeof startWithGit>[2] = {},
) {
  const world = await startWithGit(
    t,
    {
      "plain/secret.yaml": encrypted("a Secret with an encrypted regex"),
      "generated/kustomization.yaml": generating,
      "generated/deployment.yaml": deployment,
      "generated/patch.yaml": encrypted("a patch"),
      "generated/secret.env": encrypted("an environment"),
      "generated/bytes": encrypted("bytes"),
    },
    options,
  );
  const data = Object.fromEntries(Object.entries(keys).map(([name, text]) => [name, btoa(text)]));
  await world.client.create({ apiVersion: "v1", kind: "Secret", metadata: { name: "sops", namespace: "apps" }, data });
  return {
    ...world,
    settled: async (name: string) => {
      const object = await world.until<Kustomization>(kustomization, name, (one) => {
        const told = ready(one);
        return told !== undefined && told.status !== "Unknown" && !told.message.includes("Source artifact not found");
      });
      const told = ready(object);
      return `${told?.reason}: ${told?.message}`;
    },
    read: async (kind: string, name: string) =>
      await world.client.get({ apiVersion: kind === "Secret" ? "v1" : "apps/v1", kind, namespace: "apps", name }),
  };
}

const decryption = { provider: "sops", secretRef: { name: "sops" } };

test("a Kustomization decrypts what SOPS encrypted: objects, environments, files and patches", {
  timeout: 60_000,
}, async (t) => {
  const world = await start(t, { "main.agekey": `${other}\n${identity}` });
  await world.apply("plain", { path: "plain", decryption });
  assert.match(await world.settled("plain"), /^ReconciliationSucceeded: /);
  const secret = await world.read("Secret", "web");
  assert.equal(secret["sops"], undefined);
  // The API puts `stringData` into `data`.
  const data = secret.data as Readonly<Record<string, string>>;
  assert.deepEqual(
    [atob(data["password"] ?? ""), atob(data["number"] ?? ""), data["raw"]],
    ["battery-staple", "5", "aGVsbG8="],
  );

  await world.apply("generated", { path: "generated", decryption });
  assert.match(await world.settled("generated"), /^ReconciliationSucceeded: /);
  const env = (await world.read("Secret", "env")).data as Readonly<Record<string, string>>;
  assert.deepEqual([atob(env["USER"] ?? ""), atob(env["PASSWORD"] ?? "")], ["admin", "battery-staple"]);
  const file = (await world.read("Secret", "file")).data as Readonly<Record<string, string>>;
  assert.equal(file["tls.key"], "AAFiaW5hcnkK/w==");
  assert.equal(((await world.read("Deployment", "web")).spec as { readonly replicas: number }).replicas, 3);
});

const refusals: readonly {
  readonly name: string;
  readonly decryption?: Readonly<Record<string, unknown>>;
  readonly want: RegExp;
}[] = [
  {
    name: "nothing-is-decrypted",
    want: /^ReconciliationFailed: Secret\/apps\/web is SOPS encrypted, configuring decryption is required for this secret to be reconciled$/,
  },
  {
    name: "no-secret",
    decryption: { provider: "sops", secretRef: { name: "absent" } },
    want: /^BuildFailed: secrets "absent" not found$/,
  },
  {
    name: "no-key",
    decryption,
    want: /^BuildFailed: decryption failed for 'Secret\.v1\.\[noGrp\]\/web': failed to decrypt and format 'apps\/web' Secret data: cannot get sops data key: /,
  },
  {
    name: "service-account",
    decryption: { provider: "sops", serviceAccountName: "a" },
    want: /^FeatureGateDisabled: to use spec\.decryption\.serviceAccountName for decryption authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller$/,
  },
];
test("a Kustomization says why it cannot decrypt", { timeout: 60_000 }, async (t) => {
  const world = await start(t, { "main.agekey": other });
  for (const { name, want, ...spec } of refusals) {
    await world.apply(name, { path: "plain", ...spec });
    assert.match(await world.settled(name), want);
  }
});

test("a Kustomization without a Secret of its own decrypts with everybody's", { timeout: 60_000 }, async (t) => {
  const world = await start(t, { "main.agekey": identity }, { sopsAgeSecret: { namespace: "apps", name: "sops" } });
  await world.apply("plain", { path: "plain", decryption: { provider: "sops" } });
  assert.match(await world.settled("plain"), /^ReconciliationSucceeded: /);
});
