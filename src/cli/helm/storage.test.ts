import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createClient } from "../../kube/index.ts";
import type { Io } from "../command.ts";
import { driverOf, openStorage } from "./storage.ts";

const io = (env: Io["env"], stderr: (text: string) => void = () => {}): Io =>
  ({ env, stderr, cwd: "/", now: () => new Date(0) }) as Pick<Io, "env" | "stderr" | "cwd" | "now"> as Io;

const drivers = [
  { given: undefined, want: "secret" },
  { given: "", want: "secret" },
  { given: "secrets", want: "secret" },
  { given: "configmap", want: "configmap" },
  { given: "configmaps", want: "configmap" },
  { given: "memory", want: "memory" },
] as const;
for (const { given, want } of drivers) {
  test(`driverOf() takes HELM_DRIVER=${given} for ${want}`, () => {
    assert.equal(driverOf(io(given === undefined ? {} : { HELM_DRIVER: given })), want);
  });
}

test("driverOf() refuses the SQL driver, and says what there is instead", () => {
  assert.throws(() => driverOf(io({ HELM_DRIVER: "sql" })), {
    message: "HELM_DRIVER=sql is not available: releases are kept in Secrets (secret) or ConfigMaps (configmap)",
  });
});

test("openStorage() begins in memory with the releases of HELM_MEMORY_DRIVER_DATA", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "coxswain-memory-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "releases.yaml");
  writeFileSync(
    file,
    "- name: web\n  version: 2\n  namespace: apps\n  info: {status: deployed, last_deployed: 2026-01-02T03:04:05Z}\n",
  );
  const client = createClient({ server: "http://nowhere", fetch: () => Promise.reject(new Error("not asked")) });
  const env = { HELM_DRIVER: "memory", HELM_MEMORY_DRIVER_DATA: file };
  const storage = await openStorage({ client, namespace: "apps", io: io(env) });
  const { version, info, namespace } = await storage.get("web", 2);
  assert.deepEqual(
    { version, namespace, status: info.status, last: info.last_deployed },
    { version: 2, namespace: "apps", status: "deployed", last: "2026-01-02T03:04:05Z" },
  );
});
