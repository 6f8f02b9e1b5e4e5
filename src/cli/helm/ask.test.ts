import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { listen } from "../../base/node/serve.ts";
import type { CommandGroup, Io } from "../command.ts";
import { cox } from "../commands.ts";
import { runLine } from "../run.ts";

const keys = new URL("testdata/chart-commands/keys/secring.gpg", import.meta.url).pathname;

/** Runs a line with a person at the terminal who gives these answers; without answers there is nobody. */
async function helm(t: TestContext, line: readonly string[], answers?: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "cox-ask-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "web"));
  writeFileSync(join(folder, "web/Chart.yaml"), "apiVersion: v2\nname: web\nversion: 1.0.0\n");
  const asked: string[] = [];
  let stderr = "";
  const io: Io = {
    stdout: () => undefined,
    stderr: (text) => void (stderr += text),
    stdin: async () => "",
    ...(answers === undefined
      ? {}
      : { ask: async ({ prompt, secret }) => answers[asked.push(`${prompt}${secret ? "(secret)" : ""}`) - 1] ?? "" }),
    env: { HOME: folder },
    cwd: folder,
    isTerminal: answers !== undefined,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  const exit = await runLine(cox.commands.helm as CommandGroup, "helm", line, io);
  return { exit, stderr, asked, folder };
}

test("helm registry login asks for user and password, and for a token where there is no user", async (t) => {
  const server = await listen((_, outgoing) => outgoing.writeHead(200).end("{}"));
  t.after(() => server.close());
  const line = ["registry", "login", `127.0.0.1:${server.port}`, "--plain-http"];
  const { exit, asked, folder } = await helm(t, line, ["ada ", "secret"]);
  assert.deepEqual({ exit, asked }, { exit: 0, asked: ["Username: ", "Password: (secret)"] });
  const config = readFileSync(join(folder, ".config/helm/registry/config.json"), "utf8");
  assert.ok(config.includes(Buffer.from("ada:secret").toString("base64")));
  assert.deepEqual((await helm(t, line, ["", "token"])).asked, ["Username: ", "Token: (secret)"]);
  assert.equal((await helm(t, line, ["ada", ""])).stderr, "Error: password required\n");
});

test("helm package --sign asks for the passphrase of a locked key", async (t) => {
  const line = ["package", "web", "--sign", "--key", "locked", "--keyring", keys];
  const { exit, asked } = await helm(t, line, ["sesame"]);
  assert.deepEqual(
    { exit, asked },
    { exit: 0, asked: ['Password for key "Locked Key <locked@example.test>" >  (secret)'] },
  );
});

test("helm's commands say what to do where nobody can be asked", async (t) => {
  const cases = [
    { line: ["repo", "add", "x", "http://127.0.0.1:9", "--username", "ada"], flag: "--password-stdin" },
    { line: ["registry", "login", "127.0.0.1:9"], flag: "--password-stdin" },
    { line: ["package", "web", "--sign", "--key", "locked", "--keyring", keys], flag: "--passphrase-file" },
  ];
  for (const { line, flag } of cases) {
    const { exit, stderr } = await helm(t, line);
    assert.equal(exit, 1);
    assert.equal(stderr, `Error: cannot ask for a secret without a terminal: pass it with ${flag}\n`);
  }
});
