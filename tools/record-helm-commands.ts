// Records what the real helm prints for the command lines in src/cli/helm/testdata/release-commands.input.json.
// Usage: node tools/record-helm-commands.ts HELM KUBECONFIG   (a real control plane; each scenario has a namespace of its own)
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { normalize } from "../src/cli/helm/testing/normalize.ts";

const [helm = "helm", kubeconfig = ""] = process.argv.slice(2);
const testdata = fileURLToPath(new URL("../src/cli/helm/testdata/", import.meta.url));
const environment = { PATH: process.env.PATH, HOME: "/nonexistent", KUBECONFIG: kubeconfig, TZ: "UTC" };

interface Scenario {
  readonly name: string;
  readonly lines: readonly string[];
}

const scenarios: readonly Scenario[] = JSON.parse(readFileSync(`${testdata}release-commands.input.json`, "utf8"));
const recorded = scenarios.map(({ name, lines }, index) => {
  const namespace = `cox-recording-${process.pid}-${index}`;
  const env = { ...environment, HELM_NAMESPACE: namespace };
  kubectl("create", "namespace", namespace);
  const steps = lines.map((line) => {
    const { status, stdout, stderr } = spawnSync(helm, line.split(" "), {
      cwd: `${testdata}charts`,
      env,
      encoding: "utf8",
    });
    return { line, exit: status, stdout: normalize(stdout), stderr: normalize(stderr) };
  });
  kubectl("delete", "namespace", namespace, "--wait=false");
  return { name, steps };
});
writeFileSync(`${testdata}release-commands.output.json`, `${JSON.stringify(recorded, null, 2)}\n`);

function kubectl(...line: readonly string[]): void {
  execFileSync("kubectl", line, { env: environment, stdio: "ignore" });
}
