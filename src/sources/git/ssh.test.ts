import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
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
  // Temporary folders of this test's own, so that nobody else's are looked at.
  const kept = join(folder, "temporary");
  await mkdir(kept);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = kept;
  t.after(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  });
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
    {
      identity: identities.open,
      knownHosts,
      keyExchanges: ["curve25519-sha256"],
      hostKeyAlgorithms: ["ssh-rsa", "ssh-ed25519"],
    },
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
  const weak = { identity: identities.open, knownHosts, keyExchanges: ["diffie-hellman-group1-sha1"] };
  await assert.rejects(
    checkoutGit({ url, ref, ssh: weak }),
    /: ssh: handshake failed: ssh: no common algorithm for key exchange; peer offered: \[.*curve25519-sha256.*\]$/,
  );
  for (const { ssh, message } of cases)
    await assert.rejects(checkoutGit({ url, ref, ssh }), { code: "AuthenticationFailed", message });
  const elsewhere = url.replace(directory, `${directory}-none`);
  await assert.rejects(checkoutGit({ url: elsewhere, ref, ssh: { identity: identities.open, knownHosts } }), {
    message: `unable to clone: repository not found: git repository: '${elsewhere}'`,
  });
  // No key stays behind.
  assert.deepEqual(
    (await readdir(kept)).filter((name) => name.startsWith("cox-git-")),
    [],
  );
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
