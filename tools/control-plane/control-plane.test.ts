import assert from "node:assert/strict";
import { test } from "node:test";
import { commandLines } from "./plane.ts";
import { controlPlane, isProgram, kubernetesVersion, peers, recipes, stagedModules } from "./programs.ts";

test("stagedModules() replaces what Kubernetes takes from its own repository, each once", () => {
  const goMod = [
    "module k8s.io/kubernetes",
    "require (",
    "\tgithub.com/spf13/cobra v1.10.0",
    "\tk8s.io/api v0.0.0",
    "\tk8s.io/kube-openapi v0.0.0-20250910181357-589584f1c912",
    "\tk8s.io/client-go v0.0.0 // indirect",
    ")",
    "replace k8s.io/api => ./staging/src/k8s.io/api",
  ].join("\n");
  const version = kubernetesVersion.replace("1.", "v0.");
  assert.deepEqual(stagedModules(goMod), [
    { path: "k8s.io/api", version },
    { path: "k8s.io/client-go", version },
  ]);
});

test("commandLines() has a line for each program, which listens on loopback only", () => {
  const ports = { api: 1, etcd: 2, etcdPeer: 3, controllers: 4, scheduler: 5 };
  const lines = commandLines({ directory: "/d", ports }, ["/stages/a.yaml"]);
  assert.deepEqual(Object.keys(lines), [...controlPlane]);
  for (const program of ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const)
    assert.ok(lines[program].includes("--bind-address=127.0.0.1"), program);
  for (const flag of lines.etcd.filter((line) => line.includes("-urls=")))
    assert.match(flag, /=http:\/\/127\.0\.0\.1:[23]$/);
});

test("isProgram() knows what can be built, and no more", () => {
  for (const name of [...controlPlane, ...peers]) assert.ok(isProgram(name), name);
  assert.deepEqual(Object.keys(recipes).length, controlPlane.length + peers.length);
  assert.equal(isProgram("toString"), false);
});
