import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createCluster, startLifecycle } from "../../cluster/index.ts";
import { serveCluster, writeKubeconfig } from "../../cluster/node/index.ts";
import type { CommandGroup, Io } from "../command.ts";
import { cox } from "../commands.ts";
import { runLine } from "../run.ts";
import { normalize } from "./testing/normalize.ts";

interface Step {
  readonly line: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Scenario {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

// helm prints stored times in the zone they were stored in; the recordings were made in this one.
process.env.TZ = "UTC";

const testdata = fileURLToPath(new URL("./testdata/", import.meta.url));
// What Helm 4.2.4 printed; made by tools/record-helm-commands.ts against a real control plane.
const scenarios: readonly Scenario[] = JSON.parse(readFileSync(`${testdata}release-commands.output.json`, "utf8"));
const helm = cox.commands.helm as CommandGroup;

interface Terminal {
  readonly run: (line: string) => Promise<Step>;
  readonly close: () => Promise<void>;
}

async function openTerminal(env: Io["env"]): Promise<Terminal> {
  const directory = mkdtempSync(join(tmpdir(), "coxswain-helm-"));
  const cluster = createCluster();
  const lifecycle = await startLifecycle({ cluster });
  const served = await serveCluster({ cluster });
  const kubeconfig = join(directory, "kubeconfig");
  writeKubeconfig(kubeconfig, { server: served.url, token: served.token });
  return {
    run: async (line) => {
      const printed = { stdout: "", stderr: "" };
      const io: Io = {
        stdout: (text) => void (printed.stdout += text),
        stderr: (text) => void (printed.stderr += text),
        stdin: async () => "",
        env: { KUBECONFIG: kubeconfig, HELM_NAMESPACE: "default", ...env },
        cwd: `${testdata}charts`,
        isTerminal: false,
        signal: new AbortController().signal,
        now: () => new Date(),
      };
      const exit = await runLine(helm, "helm", line.replaceAll("NAMESPACE", "default").split(" "), io);
      return { line, exit, stdout: normalize(printed.stdout), stderr: normalize(printed.stderr) };
    },
    close: async () => {
      await served.close();
      await lifecycle.stop();
      await cluster.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

for (const { name, env, steps } of scenarios) {
  describe(`the helm commands print what helm prints: ${name}`, () => {
    let terminal: Terminal;
    before(async () => {
      terminal = await openTerminal(env);
    });
    after(() => terminal.close());
    for (const [index, step] of steps.entries()) {
      test(`${index + 1}: helm ${step.line}`, async () => assert.deepEqual(await terminal.run(step.line), step));
    }
  });
}
