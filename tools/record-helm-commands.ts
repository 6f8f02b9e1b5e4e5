// Records what the real helm prints for the command lines in src/cli/helm/testdata/release-commands.input.json.
// Usage: node tools/record-helm-commands.ts HELM KUBECONFIG   (a real control plane; the namespace cox-recording is emptied and used)
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { normalize } from "../src/cli/helm/testing/normalize.ts";

const [helm = "helm", kubeconfig = ""] = process.argv.slice(2);
const testdata = fileURLToPath(new URL("../src/cli/helm/testdata/", import.meta.url));
const env = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  KUBECONFIG: kubeconfig,
  HELM_NAMESPACE: "cox-recording",
  TZ: "UTC",
};

interface Scenario {
  readonly name: string;
  readonly lines: readonly string[];
}

const scenarios: readonly Scenario[] = JSON.parse(readFileSync(`${testdata}release-commands.input.json`, "utf8"));
const recorded = scenarios.map(({ name, lines }) => {
  kubectl("delete", "namespace", "cox-recording", "--ignore-not-found", "--wait=true");
  kubectl("create", "namespace", "cox-recording");
  const steps = lines.map((line) => {
    const { status, stdout, stderr } = spawnSync(helm, line.split(" "), {
      cwd: `${testdata}charts`,
      env,
      encoding: "utf8",
    });
    return { line, exit: status, stdout: normalize(stdout), stderr: normalize(stderr) };
  });
  return { name, steps };
});
writeFileSync(`${testdata}release-commands.output.json`, `${JSON.stringify(recorded, null, 2)}\n`);

function kubectl(...line: readonly string[]): void {
  execFileSync("kubectl", line, { env, stdio: "ignore" });
}
