import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { parseYaml } from "../src/base/yaml/index.ts";
import { createCertificate } from "../src/cluster/node/index.ts";
import { findProgram, runProgram } from "../src/oci/testing/programs.ts";
import { startEmbeddedRegistry, temporaryFolder } from "../src/oci/testing/registry.ts";
import { copyFolder } from "../src/sources/index.ts";

const workflowPath = "examples/grade-api/.github/workflows/helm-publish.yaml";

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: { readonly publish: { readonly steps: readonly Step[] } };
}

/** Runs the steps of the workflow as GitHub's runner does: bash, the environment of workflow and step, and what steps add to it. */
async function runWorkflow(t: TestContext, helm: string) {
  const home = await temporaryFolder(t);
  const { certificate, key } = await createCertificate();
  const user = { username: "dev", password: "a token" };
  const host = await startEmbeddedRegistry(t, user, { cert: certificate, key });
  await copyFolder("examples/grade-api", join(home, "work"));
  await mkdir(join(home, "bin"));
  await symlink(helm, join(home, "bin/helm"));
  await writeFile(join(home, "ca.crt"), certificate);
  await writeFile(join(home, "github-env"), "");
  const context: Readonly<Record<string, string>> = {
    "github.repository_owner": "school",
    "github.actor": user.username,
    "secrets.GITHUB_TOKEN": user.password,
  };
  const fill = (text: string): string =>
    text
      .replace(/\$\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => {
        const value = context[name];
        assert.ok(value !== undefined, `the test does not know ${name}`);
        return value;
      })
      .replaceAll("ghcr.io", host);
  const fillAll = (env: Readonly<Record<string, string>> = {}): Record<string, string> =>
    Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));

  const workflow = parseYaml(await readFile(workflowPath, "utf8")) as unknown as Workflow;
  async function runStep({ run = "", env }: Step) {
    const added = (await readFile(join(home, "github-env"), "utf8"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
    return runProgram("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", fill(run)], {
      cwd: join(home, "work"),
      env: {
        HOME: home,
        PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`,
        GITHUB_ENV: join(home, "github-env"),
        // What trusts the registry's certificate: Go's variable, and Node's.
        SSL_CERT_FILE: join(home, "ca.crt"),
        NODE_EXTRA_CA_CERTS: join(home, "ca.crt"),
        ...fillAll(workflow.env),
        ...Object.fromEntries(added),
        ...fillAll(env),
      },
    });
  }
  const runAll = async (): Promise<Readonly<Record<string, string>>> => {
    const outputs: Record<string, string> = {};
    for (const step of workflow.jobs.publish.steps) {
      if (step.run === undefined) continue;
      const { code, output } = await runStep(step);
      assert.equal(code, 0, `${step.name}: ${output}`);
      assert.doesNotMatch(output, /a token/);
      outputs[step.name ?? ""] = output;
    }
    return outputs;
  };
  const push = workflow.jobs.publish.steps.find(({ name }) => name === "Push");
  return { runAll, pushAlone: () => runStep({ ...push, env: { VERSION: "1.1.0" } }) };
}

const helms = [
  { name: "cox helm", program: resolve("bin/cox") as string | undefined, skip: false as string | false },
  {
    name: "helm",
    program: findProgram("helm4"),
    skip: findProgram("helm4") === undefined && "helm4 is not there: set COX_PEERS to the folder that holds bin/helm4",
  },
];
for (const { name, program, skip } of helms)
  test(`helm-publish.yaml publishes the chart once, with ${name}`, { skip, timeout: 120_000 }, async (t) => {
    const { runAll, pushAlone } = await runWorkflow(t, program ?? "");
    const stranger = await pushAlone();
    assert.notEqual(stranger.code, 0, "a push without a login must fail");
    const first = await runAll();
    assert.match(
      first["Push"] ?? "",
      /Pushed: 127\.0\.0\.1:\d+\/school\/charts\/grade-api:1\.1\.0\nDigest: sha256:[0-9a-f]{64}/,
    );
    assert.match(first["Log in"] ?? "", /Login Succeeded/);
    assert.match(first["Show"] ?? "", /^name: grade-api$/m);
    const second = await runAll();
    assert.match(second["Push"] ?? "", /grade-api 1\.1\.0 is published already/);
  });
