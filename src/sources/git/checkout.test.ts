import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { commitGit, createGitRepository } from "../playground/git-repository.ts";
import { listen } from "../http/serve.ts";
import { serveGit } from "../playground/git-server.ts";
import { passOn } from "../testing/guard.ts";
import { checkoutGit } from "./checkout.ts";
import { findGit } from "./program.ts";

const now = (): Date => new Date("2026-11-25T10:00:00Z");
const installed = await findGit();

/** A repository with two commits on main, a branch, a lightweight and an annotated tag. */
async function serveRepository(t: TestContext, program: string | "none") {
  const root = await mkdtemp(join(tmpdir(), "cox-repos-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const directory = join(root, "app");
  await createGitRepository(directory);
  const first = await commitGit({
    directory,
    message: "Add the app",
    files: { "a.yaml": "one\n", "charts/web/Chart.yaml": "x\n" },
    now,
  });
  const git = (await import("isomorphic-git")).default;
  const fs = await import("node:fs");
  await git.tag({ fs, dir: directory, ref: "1.0.0" });
  const tagger = { name: "T", email: "t@example.com", timestamp: 1, timezoneOffset: 0 };
  await git.annotatedTag({ fs, dir: directory, ref: "v1.1.0", message: "release", tagger });
  await git.branch({ fs, dir: directory, ref: "release/1.x" });
  await symlink("/etc/passwd", join(directory, "link"));
  const second = await commitGit({
    directory,
    message: "Scale the app to three replicas because it is Black Friday\n\nbody",
    files: { "a.yaml": "two\n" },
    now,
  });
  assert.ok(first !== undefined && second !== undefined);
  const server = await serveGit({ root, program });
  t.after(() => server.close());
  return { directory, first, second, url: `${server.url}/app`, server };
}

const combinations = [
  { client: "none", server: "none" },
  { client: installed ?? "none", server: "none" },
  { client: "none", server: installed ?? "none" },
  { client: installed ?? "none", server: installed ?? "none" },
];
for (const { client, server } of combinations) {
  const names = `${client === "none" ? "isomorphic-git" : "git"} against ${server === "none" ? "our upload-pack" : "git http-backend"}`;
  const skip = installed === undefined && client !== "none" ? "git is not installed" : false;

  test(`checkoutGit() fetches what a reference stands for: ${names}`, { skip }, async (t) => {
    const { url, first, second } = await serveRepository(t, server);
    const cases = [
      { ref: { branch: "main" }, commit: second, revision: `main@sha1:${second}` },
      { ref: { branch: "release/1.x" }, commit: first, revision: `release/1.x@sha1:${first}` },
      { ref: { tag: "1.0.0" }, commit: first, revision: `1.0.0@sha1:${first}` },
      { ref: { tag: "v1.1.0" }, commit: first, revision: `v1.1.0@sha1:${first}` },
      { ref: { semver: ">=1.0.0" }, commit: first, revision: `v1.1.0@sha1:${first}` },
      { ref: { name: "refs/heads/main" }, commit: second, revision: `refs/heads/main@sha1:${second}` },
      { ref: { commit: first }, commit: first, revision: `sha1:${first}` },
      { ref: { branch: "main", commit: first }, commit: first, revision: `main@sha1:${first}` },
    ];
    for (const { ref, commit, revision } of cases) {
      const checkout = await checkoutGit({ url, ref, program: client });
      assert.equal(checkout.state, "fetched", JSON.stringify(ref));
      if (checkout.state !== "fetched") continue;
      assert.equal(checkout.revision, revision);
      assert.equal(checkout.commit, commit);
      const texts = await Promise.all(
        checkout.tree.files.map(async (file) => [file.path, Buffer.from(await file.read()).toString()]),
      );
      const content = commit === second ? "two\n" : "one\n";
      assert.deepEqual(texts, [
        ["a.yaml", content],
        ["charts/web/Chart.yaml", "x\n"],
      ]);
      assert.deepEqual(checkout.tree.folders, ["charts", "charts/web"]);
      if (commit === second) assert.equal(checkout.subject, "Scale the app to three replicas because it is Blac...");
      await checkout[Symbol.asyncDispose]();
    }
  });

  test(`checkoutGit() fetches nothing while the commit is the same: ${names}`, { skip }, async (t) => {
    const { url, second } = await serveRepository(t, server);
    const lastRevision = `main@sha1:${second}`;
    const checkout = await checkoutGit({ url, ref: { branch: "main" }, lastRevision, program: client });
    assert.deepEqual(checkout, { state: "unchanged", revision: lastRevision, commit: second });
  });

  test(`checkoutGit() says what is missing in Flux's words: ${names}`, { skip }, async (t) => {
    const { url, server: running } = await serveRepository(t, server);
    const failing = [
      {
        options: { url, ref: { branch: "nope" } },
        want: /^unable to clone 'http.*app': couldn't find remote ref "refs\/heads\/nope"$/,
      },
      {
        options: { url, ref: { tag: "nope" } },
        want: /^unable to clone 'http.*app': couldn't find remote ref "refs\/tags\/nope"$/,
      },
      { options: { url, ref: { semver: ">9" } }, want: /^no match found for semver: >9$/ },
      { options: { url, ref: { semver: "wat" } }, want: /^semver parse error: improper constraint: "wat"$/ },
      {
        options: { url, ref: { name: "refs/heads/nope" } },
        want: /^unable to resolve ref 'refs\/heads\/nope' to a specific commit$/,
      },
      { options: { url, ref: { commit: "0".repeat(40) } }, want: /object not found|not our ref|0{40}/ },
      {
        options: { url: `${running.url}/nope`, ref: { branch: "main" } },
        want: /^unable to clone 'http.*nope': repository not found: Repository not found\n$/,
      },
      { options: { url, ref: { branch: "--upload-pack=touch /tmp/x" } }, want: /^invalid reference name/ },
    ];
    for (const { options, want } of failing)
      await assert.rejects(checkoutGit({ ...options, program: client }), (error: Error) => {
        assert.match(error.message, want);
        return true;
      });
  });
}

test("checkoutGit() tells an empty repository from a missing branch", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "cox-repos-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  await createGitRepository(join(root, "app"));
  for (const program of ["none", installed ?? "none"]) {
    await using server = await serveGit({ root, program });
    assert.deepEqual(await checkoutGit({ url: `${server.url}/app` }), { state: "empty" });
  }
});

test("checkoutGit() names the address of a server that does not answer", async () => {
  const expected =
    /^unable to clone 'http:\/\/127\.0\.0\.1:1\/app': Get "http:\/\/127\.0\.0\.1:1\/app\/info\/refs\?service=git-upload-pack": dial tcp 127\.0\.0\.1:1: connect: connection refused$/;
  await assert.rejects(checkoutGit({ url: "http://127.0.0.1:1/app" }), (error: Error) => expected.test(error.message));
});

for (const program of new Set(["none", installed ?? "none"]))
  test(`checkoutGit() follows a repository that moved, and keeps its credentials: ${program === "none" ? "isomorphic-git" : "git"}`, async (t) => {
    const { server, second } = await serveRepository(t, "none");
    const asked: (string | undefined)[] = [];
    await using there = await listen((incoming, outgoing) => {
      asked.push(incoming.headers.authorization);
      passOn(new URL(incoming.url ?? "/", server.url), incoming, outgoing);
    });
    await using here = await listen((incoming, outgoing) => {
      outgoing.writeHead(301, { location: `${there.url}${incoming.url?.replace("/old", "/app")}` }).end();
    });
    const credentials = { type: "basic", username: "ada", password: "s3cret" } as const;
    for (const ref of [{ branch: "main" }, { branch: "main", commit: second }]) {
      const checkout = await checkoutGit({ url: `${here.url}/old`, ref, program, credentials });
      assert.equal(checkout.state, "fetched");
      assert.equal(checkout.revision, `main@sha1:${second}`);
      await checkout[Symbol.asyncDispose]();
    }
    assert.ok(asked.length > 0);
    assert.deepEqual(new Set(asked), new Set([undefined]));
  });

test("serveGit() takes a push from the real git", {
  skip: installed === undefined ? "git is not installed" : false,
}, async (t) => {
  const { url, directory, second } = await serveRepository(t, installed ?? "none");
  const clone = await mkdtemp(join(tmpdir(), "cox-clone-"));
  t.after(() => rm(clone, { recursive: true, force: true }));
  const environment = {
    PATH: process.env["PATH"],
    HOME: clone,
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@x",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@x",
  };
  const git = async (...parameters: string[]): Promise<void> => {
    const { spawn } = await import("node:child_process");
    const child = spawn("git", parameters, { cwd: clone, env: environment, stdio: "ignore" });
    assert.equal(await new Promise((resolve) => child.once("close", resolve)), 0, parameters.join(" "));
  };
  await git("clone", "--quiet", url, ".");
  await git("commit", "--quiet", "--allow-empty", "-m", "pushed");
  await git("push", "--quiet", "origin", "main");
  const head = execFileSync("git", ["-c", "safe.directory=*", "log", "-1", "--format=%s %P"], {
    cwd: directory,
    encoding: "utf8",
  });
  assert.equal(head.trim(), `pushed ${second}`);
});
