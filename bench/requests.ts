// `node bench/requests.ts`: how many requests cox and helm 4 make of one API server for the same work, counted at the server's door.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createCertificate, serveCluster, writeKubeconfig } from "../src/cluster/node/index.ts";
import { forward, openTestApi } from "../src/kube/testing/api.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
// COX_BENCH_FLAGS="--wait" counts what waiting costs, too; on a real cluster, for nothing makes a workload ready on the embedded API alone.
const flags = (process.env.COX_BENCH_FLAGS ?? "").split(" ").filter((flag) => flag !== "");
const helm4 = join(process.env.COX_PEERS ?? join(homedir(), ".cache", "coxswain-peers"), "bin", "helm4");

/** One step of a release's life, and the requests that each program made for it: `GET /api/v1/secrets`, in order. */
export interface CountedStep {
  readonly step: "install" | "upgrade without a change";
  readonly cox: readonly string[];
  readonly helm4: readonly string[];
}

/**
 * Installs a chart into a new namespace and upgrades it to itself, with cox and with helm 4, on the same server: the embedded API, or the real one
 * that COX_TEST_KUBECONFIG names. Gives why not as a text where helm 4 or the chart is not there.
 */
export async function countRequests(
  chart = process.env.COX_BENCH_CHART ?? join(root, "../shared/charts/packages/stefanprodan-podinfo.tgz"),
): Promise<readonly CountedStep[] | string> {
  if (!existsSync(helm4)) return "helm4 not found";
  if (!existsSync(chart)) return `${chart} not found: name a chart in COX_BENCH_CHART`;
  const directory = mkdtempSync(join(tmpdir(), "cox-requests-"));
  await using api = await openTestApi();
  const asked: string[] = [];
  const certificate = await createCertificate();
  const served = await serveCluster({
    certificate,
    cluster: {
      fetch: (request) => {
        asked.push(describe(request));
        return forward(request, api);
      },
    },
  });
  const run = async (program: string, name: string, ...line: readonly string[]): Promise<readonly string[]> => {
    const home = join(directory, name);
    mkdirSync(home, { recursive: true });
    const kubeconfig = join(home, "kubeconfig");
    writeKubeconfig(kubeconfig, { server: served.url, token: served.token, authority: certificate.certificate });
    const env = { PATH: process.env.PATH ?? "", HOME: home, KUBECONFIG: kubeconfig };
    asked.length = 0;
    await promisify(execFile)(program, [...line], { env, timeout: 120_000 });
    return [...asked];
  };
  const namespaces = ["cox", "helm4"].map((name) => `requests-${process.pid}-${name}`);
  try {
    const life = async (program: string, name: string, prefix: readonly string[]) => {
      const place = [...flags, "-n", `requests-${process.pid}-${name}`];
      const install = await run(program, name, ...prefix, "install", name, chart, "--create-namespace", ...place);
      const upgrade = await run(program, name, ...prefix, "upgrade", name, chart, ...place);
      await run(program, name, ...prefix, "uninstall", name, ...place.slice(flags.length));
      return { install, upgrade };
    };
    const theirs = await life(helm4, "helm4", []);
    const ours = await life(join(root, "bin/cox"), "cox", ["helm"]);
    return [
      { step: "install", cox: ours.install, helm4: theirs.install },
      { step: "upgrade without a change", cox: ours.upgrade, helm4: theirs.upgrade },
    ];
  } finally {
    await served.close();
    for (const name of namespaces)
      await api.client.delete({ apiVersion: "v1", kind: "Namespace", name }).catch(() => {});
    rmSync(directory, { recursive: true, force: true });
  }
}

function describe({ method, url }: Request): string {
  const { pathname, search } = new URL(url);
  return `${method} ${pathname}${search}`;
}

if (import.meta.main) {
  const steps = await countRequests();
  if (typeof steps === "string") throw new Error(steps);
  const counted = steps.map(({ step, cox, helm4 }) => {
    const ratio = (cox.length / helm4.length).toFixed(2);
    return `| requests, podinfo: ${step} | ${cox.length} | ${helm4.length} | ${ratio} |\n`;
  });
  process.stdout.write(`| what | cox | helm4 | ratio |\n|---|---|---|---|\n${counted.join("")}`);
  if (process.argv.includes("--list")) {
    for (const { step, cox, helm4 } of steps) {
      process.stdout.write(`\n${step}, cox:\n${cox.join("\n")}\n\n${step}, helm4:\n${helm4.join("\n")}\n`);
    }
  }
}
