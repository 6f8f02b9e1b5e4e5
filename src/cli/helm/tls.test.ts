import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listen, type Server } from "../../base/node/serve.ts";
import { createCertificate } from "../../cluster/node/index.ts";
import type { CommandGroup, Io } from "../command.ts";
import { cox } from "../commands.ts";
import { runLine } from "../run.ts";

const folder = mkdtempSync(join(tmpdir(), "cox-tls-"));
let server: Server;

before(async () => {
  const { key, certificate } = await createCertificate();
  writeFileSync(join(folder, "ca.pem"), certificate);
  server = await listen(
    (incoming, outgoing) => {
      if (incoming.url === "/v2/") outgoing.writeHead(200).end("{}");
      else outgoing.writeHead(200).end('apiVersion: v1\nentries: {}\ngenerated: "2026-01-02T03:04:05Z"\n');
    },
    { tls: { key, cert: certificate } },
  );
});
after(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function helm(...line: readonly string[]) {
  const printed = { stdout: "", stderr: "" };
  const io: Io = {
    stdout: (text) => void (printed.stdout += text),
    stderr: (text) => void (printed.stderr += text),
    stdin: async () => "secret\n",
    env: { HOME: folder },
    cwd: folder,
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  return { exit: await runLine(cox.commands.helm as CommandGroup, "helm", line, io), ...printed };
}

const added = { exit: 0, stdout: '"x" has been added to your repositories\n', stderr: "" };

test("helm repo add trusts nobody that it does not know", async () => {
  const { exit, stderr } = await helm("repo", "add", "x", server.url);
  assert.equal(exit, 1);
  assert.match(stderr, /tls: failed to verify certificate: x509: certificate signed by unknown authority\n$/);
});

test("helm repo add --ca-file and --insecure-skip-tls-verify", async () => {
  assert.deepEqual(await helm("repo", "add", "x", server.url, "--force-update", "--ca-file", "ca.pem"), added);
  assert.deepEqual((await helm("repo", "update")).exit, 0);
  assert.deepEqual(await helm("repo", "add", "x", server.url, "--force-update", "--insecure-skip-tls-verify"), added);
});

test("helm repo add says which file it cannot read", async () => {
  assert.deepEqual(await helm("repo", "add", "y", server.url, "--ca-file", "absent.pem"), {
    exit: 1,
    stdout: "",
    stderr: `Error: looks like ${JSON.stringify(server.url)} is not a valid chart repository or cannot be reached: can't create TLS config for client: can't read CA file: "absent.pem": open absent.pem: no such file or directory\n`,
  });
});

test("helm registry login --ca-file, --insecure", async () => {
  const host = `127.0.0.1:${server.port}`;
  const login = (...flags: readonly string[]) =>
    helm("registry", "login", host, "-u", "ada", "--password-stdin", ...flags);
  assert.match((await login()).stderr, /x509: certificate signed by unknown authority/);
  assert.equal((await login("--ca-file", "ca.pem")).stdout, "Login Succeeded\n");
  assert.equal((await login("--insecure")).stdout, "Login Succeeded\n");
});
