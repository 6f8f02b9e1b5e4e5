import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { listen } from "../http/serve.ts";
import { commitGit, createGitRepository } from "../playground/git-repository.ts";
import { serveGit } from "../playground/git-server.ts";
import { passOn } from "../testing/guard.ts";
import { checkoutGit } from "./checkout.ts";
import { findGit, proxyEnvironment } from "./program.ts";

const programs = ["none", ...((await findGit()) === undefined ? [] : [undefined])] as const;

for (const program of programs)
  test(`checkoutGit() goes through the proxy of the environment: ${program ?? "git"}`, async (t) => {
    const root = await mkdtemp(join(tmpdir(), "cox-proxy-"));
    t.after(() => rm(root, { recursive: true, force: true }));
    const directory = join(root, "leaf");
    await createGitRepository(directory);
    const commit = await commitGit({ directory, message: "Add", files: { "a.yaml": "a: 1\n" } });
    const git = await serveGit({ root });
    t.after(() => git.close());
    const asked: string[] = [];
    // Nobody but the proxy knows where this host is.
    const proxy = await listen((incoming, outgoing) => {
      const { hostname, pathname, search } = new URL(incoming.url ?? "");
      asked.push(hostname);
      passOn(new URL(`${pathname}${search}`, git.url), incoming, outgoing);
    });
    t.after(() => proxy.close());
    const before = process.env["HTTP_PROXY"];
    process.env["HTTP_PROXY"] = proxy.url;
    t.after(() => {
      if (before === undefined) delete process.env["HTTP_PROXY"];
      else process.env["HTTP_PROXY"] = before;
    });
    const where = { url: "http://git.example.test/leaf", ref: { branch: "main" } };
    const checkout = await checkoutGit(program === undefined ? where : { ...where, program });
    assert.equal(checkout.state, "fetched");
    assert.equal(checkout.revision, `main@sha1:${commit}`);
    await checkout[Symbol.asyncDispose]();
    assert.ok(asked.length > 1 && asked.every((host) => host === "git.example.test"), asked.join());
  });

test("proxyEnvironment() prefers the large names as Go does, and leaves out what is not there", () => {
  assert.deepEqual(
    proxyEnvironment({ HTTP_PROXY: "http://a", http_proxy: "http://b", NO_PROXY: "x", https_proxy: "socks5://c" }),
    {
      http_proxy: "http://a",
      https_proxy: "socks5h://c",
      no_proxy: "x",
    },
  );
});
