import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { createCluster } from "../../cluster/index.ts";
import { serveCluster, writeKubeconfig } from "../../cluster/node/index.ts";
import type { CommandGroup, Io } from "../command.ts";
import { cox } from "../commands.ts";
import { runLine } from "../run.ts";

const folder = mkdtempSync(join(tmpdir(), "cox-template-"));
const cluster = createCluster();
let served: Awaited<ReturnType<typeof serveCluster>>;

before(async () => {
  served = await serveCluster({ cluster });
  writeKubeconfig(join(folder, "kubeconfig"), { server: served.url, token: served.token });
});
after(async () => {
  await served.close();
  await cluster.close();
  rmSync(folder, { recursive: true });
});

async function template(files: Readonly<Record<string, string>>, ...flags: readonly string[]) {
  const chart = mkdtempSync(join(folder, "chart-"));
  for (const [name, text] of Object.entries({
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    ...files,
  })) {
    mkdirSync(dirname(join(chart, name)), { recursive: true });
    writeFileSync(join(chart, name), text);
  }
  const printed = { stdout: "", stderr: "" };
  const io: Io = {
    stdout: (text) => void (printed.stdout += text),
    stderr: (text) => void (printed.stderr += text),
    stdin: async () => "",
    env: { KUBECONFIG: join(folder, "kubeconfig") },
    cwd: folder,
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  const exit = await runLine(cox.commands.helm as CommandGroup, "helm", ["template", "my", chart, ...flags], io);
  return { exit, ...printed };
}

const asking = `apiVersion: v1
kind: ConfigMap
metadata:
  name: x
data:
  found: {{ (lookup "v1" "Namespace" "" "default").metadata.name | quote }}
  has: {{ .Capabilities.APIVersions.Has "apps/v1/Deployment" | quote }}
  flag: {{ .Capabilities.APIVersions.Has "example.test/v1" | quote }}
`;
const answers = `---
# Source: web/templates/x.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: x
data:
  found: "default"
  has: "true"
  flag: "false"
`;

// The texts are those that helm 4.2.4 printed when it asked the embedded API over TLS.
test("helm template --dry-run=server lets templates ask the cluster, whatever --api-versions says", async () => {
  const printed = await template({ "templates/x.yaml": asking }, "--dry-run=server", "-a", "example.test/v1");
  assert.deepEqual(printed, { exit: 0, stdout: answers, stderr: "" });
});

test("helm template --validate is --dry-run=server", async () => {
  const stderr = "Flag --validate has been deprecated, use '--dry-run=server' instead\n";
  assert.deepEqual(await template({ "templates/x.yaml": asking }, "--validate"), { exit: 0, stdout: answers, stderr });
});

test("helm template --dry-run=server refuses kinds that the cluster does not serve", async () => {
  const unknown = "apiVersion: example.test/v1\nkind: Nope\nmetadata:\n  name: x\n";
  assert.deepEqual(await template({ "templates/x.yaml": unknown }, "--dry-run=server"), {
    exit: 1,
    stdout: "",
    stderr:
      'Error: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "" from "": no matches for kind "Nope" in version "example.test/v1"\nensure CRDs are installed first\n',
  });
});

test("helm template --dry-run=server warns of CRDs", async () => {
  const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a.b\n";
  const { exit, stderr } = await template({ "crds/a.yaml": crd }, "--dry-run=server");
  assert.equal(exit, 0);
  assert.match(stderr, /^level=WARN msg="This chart or one of its subcharts contains CRDs\./);
});
