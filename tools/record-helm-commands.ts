// Records what the real helm prints for the command lines in src/cli/helm/testdata/release-commands.input.json.
// Usage: node tools/record-helm-commands.ts KUBECONFIG [PART OF A SCENARIO'S NAME]   (a real control plane; each scenario has a namespace of
// its own). Scenarios that are not named keep their recording.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { normalize } from "../src/cli/helm/testing/normalize.ts";
import { pathOf } from "./control-plane/build.ts";

const [kubeconfig = "", wanted = ""] = process.argv.slice(2);
const testdata = fileURLToPath(new URL("../src/cli/helm/testdata/", import.meta.url));
const output = `${testdata}release-commands.output.json`;
const environment = { PATH: process.env.PATH, HOME: "/nonexistent", KUBECONFIG: kubeconfig, TZ: "UTC" };

interface Scenario {
  readonly name: string;
  /** Beside the cluster and the namespace. */
  readonly env?: Readonly<Record<string, string>>;
  /** `NAMESPACE` in a line is the scenario's own. */
  readonly lines: readonly string[];
}

const scenarios: readonly Scenario[] = JSON.parse(readFileSync(`${testdata}release-commands.input.json`, "utf8"));
const before: readonly Scenario[] = JSON.parse(readFileSync(output, "utf8"));
const recorded = scenarios.map((scenario, index) => {
  const known = before.find(({ name }) => name === scenario.name);
  return known === undefined || scenario.name.includes(wanted) ? record(scenario, index) : known;
});
writeFileSync(output, `${JSON.stringify(recorded, null, 2)}\n`);

function record({ name, env: more = {}, lines }: Scenario, index: number) {
  const namespace = `cox-recording-${process.pid}-${index}`;
  const env = { ...environment, HELM_NAMESPACE: namespace, ...more };
  kubectl("create", "namespace", namespace);
  const steps = lines.map((line) => {
    const words = line.replaceAll("NAMESPACE", namespace).split(" ");
    const { status, stdout, stderr } = spawnSync(pathOf("helm4"), words, {
      cwd: `${testdata}charts`,
      env,
      encoding: "utf8",
    });
    return { line, exit: status, stdout: normalize(stdout), stderr: normalize(stderr) };
  });
  kubectl("delete", "namespace", namespace, "--wait=false");
  kubectl("delete", "namespace", `${namespace}-b`, "--wait=false", "--ignore-not-found");
  kubectl("delete", "customresourcedefinition", "widgets.recording.example.com", "--ignore-not-found");
  return { name, env: more, steps };
}

function kubectl(...line: readonly string[]): void {
  execFileSync(pathOf("kubectl"), line, { env: environment, stdio: "ignore" });
}
