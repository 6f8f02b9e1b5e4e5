import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { commitGit, createGitRepository } from "../playground/git-repository.ts";
import { serveSsh, skipSsh } from "../testing/ssh-server.ts";
import { checkoutGit } from "./checkout.ts";
import { findGit } from "./program.ts";
import { parseListing } from "./ssh.ts";

const skip = (await findGit()) === undefined ? "git is not installed" : skipSsh;

test("checkoutGit() fetches over SSH, from known servers with accepted keys only", { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "cox-ssh-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const directory = join(folder, "app");
  await createGitRepository(directory);
  const commit = (await commitGit({ directory, message: "Add", files: { "a.yaml": "one\n" } })) ?? "";
  const server = await serveSsh(folder);
  t.after(() => server.close());
  const { identities, knownHosts, passphrase } = server;
  const url = `ssh://root@127.0.0.1:${server.port}${directory}`;
  const ref = { branch: "main" };

  for (const ssh of [
    { identity: identities.open, knownHosts },
    { identity: identities.locked, knownHosts, passphrase },
  ]) {
    const checkout = await checkoutGit({ url, ref, ssh });
    assert.equal(checkout.state, "fetched");
    assert.equal(checkout.revision, `main@sha1:${commit}`);
    const [file] = checkout.tree.files;
    assert.equal(new TextDecoder().decode(await file?.read()), "one\n");
    await checkout[Symbol.asyncDispose]();
    const again = await checkoutGit({ url, ref, ssh, lastRevision: checkout.revision });
    assert.equal(again.state, "unchanged");
  }

  const unable = `unable to clone '${url}': ssh: handshake failed`;
  const unusable = "unable to construct auth method with options";
  const refused = "ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain";
  const cases = [
    { ssh: { identity: identities.stranger, knownHosts }, message: `${unable}: ${refused}` },
    {
      ssh: { identity: identities.locked, knownHosts, passphrase: "wrong" },
      message: `${unusable}: x509: decryption password incorrect`,
    },
    {
      ssh: { identity: identities.open, knownHosts: knownHosts.replace(/^\S+/, "example.com") },
      message: `${unable}: knownhosts: key is unknown`,
    },
  ];
  for (const { ssh, message } of cases)
    await assert.rejects(checkoutGit({ url, ref, ssh }), { code: "AuthenticationFailed", message });
  const elsewhere = url.replace(directory, `${directory}-none`);
  await assert.rejects(checkoutGit({ url: elsewhere, ref, ssh: { identity: identities.open, knownHosts } }), {
    message: `unable to clone: repository not found: git repository: '${elsewhere}'`,
  });
  // No key stays behind.
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith("cox-git-"));
  for (const name of left) {
    const files: readonly string[] = await readdir(join(tmpdir(), name)).catch(() => []);
    assert.ok(!files.includes("identity"), name);
  }
});

test("checkoutGit() does not speak SSH without keys", async () => {
  await assert.rejects(checkoutGit({ url: "ssh://git@127.0.0.1:1/app" }), { code: "AuthenticationFailed" });
});

test("parseListing() joins annotated tags with what they point to, and skips what is no reference", () => {
  const [first, second] = ["1", "2"].map((digit) => digit.repeat(40));
  const text = `${first}\tHEAD\n${first}\trefs/tags/v1\n${second}\trefs/tags/v1^{}\nwarning: nothing\n`;
  assert.deepEqual(parseListing(text), [
    { name: "HEAD", hash: first },
    { name: "refs/tags/v1", hash: first, peeled: second },
  ]);
});
