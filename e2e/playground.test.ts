import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { commitGit } from "../src/sources/index.ts";

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "cox-up-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

interface Run {
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  readonly stop: (signal: NodeJS.Signals) => void;
  readonly until: (text: string | RegExp) => Promise<void>;
}

/** Runs `cox` as a person does, in a process of its own. */
function cox(t: TestContext, ...parameters: readonly string[]): Run {
  const child = spawn("bin/cox", parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: "/nonexistent", KUBECONFIG: "" },
  });
  let output = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const look of waiting) look();
    });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  t.after(() => child.kill("SIGKILL"));
  return {
    output: () => output,
    ended,
    stop: (signal) => void child.kill(signal),
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (typeof text === "string" ? !output.includes(text) : !text.test(output)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then((code) =>
          reject(new Error(`cox ended with exit code ${code} before it said ${text}:\n${output}`)),
        );
      }),
  };
}

test("cox up --once installs from Git, upgrades twice, and ends well", { timeout: 90_000 }, async (t) => {
  const dir = await folder(t);
  const run = cox(t, "up", "--once", "--dir", dir);
  assert.equal(await run.ended, 0, run.output());
  const lines = [
    /✔ GitRepository\/flux-system\/flux-system: stored artifact for revision 'main@sha1:[0-9a-f]{40}'/,
    /✔ Kustomization\/flux-system\/flux-system: Applied revision: main@sha1:/,
    /✔ HelmRelease\/flux-system\/grade-api: Helm install succeeded for release grade-api\/grade-api\.v1 with chart grade-api@1\.1\.0/,
    /✔ HelmRelease\/flux-system\/grade-api: Helm upgrade succeeded for release grade-api\/grade-api\.v2 with chart grade-api@1\.1\.0/,
    /✔ HelmRelease\/flux-system\/grade-api: Helm upgrade succeeded for release grade-api\/grade-api\.v3 with chart grade-api@1\.1\.0/,
    /^upgrade by a change of the values ConfigMap\s+\d+\.\d\d s/m,
  ];
  for (const line of lines) assert.match(run.output(), line);
});

test("cox up starts again from what it had, even after kill -9", { timeout: 90_000 }, async (t) => {
  const dir = await folder(t);
  const first = cox(t, "up", "--dir", dir);
  await first.until("Try next");
  first.stop("SIGKILL");
  await first.ended;
  const second = cox(t, "up", "--dir", dir);
  await second.until("Try next");
  const history = cox(t, "helm", "history", "grade-api", "-n", "grade-api", "--kubeconfig", join(dir, "kubeconfig"));
  assert.equal(await history.ended, 0, history.output());
  assert.equal(
    history.output().match(/^\d+\s/gm)?.length,
    1,
    `the restart must not release again:\n${history.output()}`,
  );
  second.stop("SIGINT");
  assert.equal(await second.ended, 0, second.output());
});

test("cox up says why when the release is not ready in time", { timeout: 60_000 }, async (t) => {
  const dir = await folder(t);
  const run = cox(t, "up", "--once", "--dir", dir, "--timeout", "1ms");
  assert.equal(await run.ended, 1, run.output());
  assert.match(run.output(), /✗ HelmRelease\/flux-system\/grade-api is not ready in time: /);
});

test("cox up installs from its OCI registry by a commit, and upgrades by another", { timeout: 90_000 }, async (t) => {
  const dir = await folder(t);
  const run = cox(t, "up", "--dir", dir);
  await run.until("Try next");
  const directory = join(dir, "grade-api");
  const path = "clusters/my-cluster/apps/hello-from-registry.yaml";
  const text = await readFile(join(directory, "tour/hello-from-registry.yaml"), "utf8");
  await commitGit({ directory, message: "Say hello", files: { [path]: text } });
  await run.until(/✔ OCIRepository\/flux-system\/hello: stored artifact for digest '1\.1\.0@sha256:[0-9a-f]{64}'/);
  await run.until(
    /✔ HelmRelease\/flux-system\/hello: Helm install succeeded for release hello\/hello\.v1 with chart grade-api@1\.1\.0/,
  );
  const more = text.replace("replicaCount: 1", "replicaCount: 2");
  await commitGit({ directory, message: "Say it twice", files: { [path]: more } });
  await run.until("✔ HelmRelease/flux-system/hello: Helm upgrade succeeded for release hello/hello.v2");
  run.stop("SIGINT");
  assert.equal(await run.ended, 0, run.output());
});
