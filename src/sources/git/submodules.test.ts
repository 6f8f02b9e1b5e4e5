import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { commitGit, createGitRepository } from "../playground/git-repository.ts";
import { serveGit } from "../playground/git-server.ts";
import { commitSubmodule } from "../testing/git-submodule.ts";
import { checkoutGit } from "./checkout.ts";
import { parseGitModules, resolveModuleUrl } from "./git-modules.ts";
import { findGit } from "./program.ts";

const installed = await findGit();
const skip = installed === undefined ? "git is not installed" : false;

/** Three repositories, each in a folder of the next one. */
async function serveNested(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), "cox-modules-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const hashes: string[] = [];
  for (const name of ["leaf", "middle", "app"]) {
    const directory = join(root, name);
    await createGitRepository(directory);
    hashes.push((await commitGit({ directory, message: "Add", files: { [`${name}.yaml`]: `${name}\n` } })) ?? "");
  }
  /** Commits a submodule as `git submodule add` would; `url` is written as it is. */
  const add = (name: string, path: string, url: string, hash: string): Promise<string> =>
    commitSubmodule({ directory: join(root, name), path, url, hash });
  const middle = await add("middle", "deep/leaf", "../leaf", hashes[0] ?? "");
  const server = await serveGit({ root });
  t.after(() => server.close());
  return { add, middle, url: `${server.url}/app`, server };
}

for (const program of [installed ?? "none", "none"])
  test(`checkoutGit() fills the folders of submodules: ${program === "none" ? "isomorphic-git" : "git"}`, {
    skip,
  }, async (t) => {
    const { add, middle, url, server } = await serveNested(t);
    await add("app", "lib/middle", `${server.url}/middle`, middle);
    const ref = { branch: "main" };
    const checkout = await checkoutGit({ url, ref, program, recurseSubmodules: true });
    assert.equal(checkout.state, "fetched");
    const read = new Map<string, string>();
    for (const file of checkout.tree.files) read.set(file.path, new TextDecoder().decode(await file.read()));
    await checkout[Symbol.asyncDispose]();
    read.delete(".gitmodules");
    read.delete("lib/middle/.gitmodules");
    assert.deepEqual(Object.fromEntries(read), {
      "app.yaml": "app\n",
      "lib/middle/deep/leaf/leaf.yaml": "leaf\n",
      "lib/middle/middle.yaml": "middle\n",
    });

    const plain = await checkoutGit({ url, ref, program });
    assert.equal(plain.state, "fetched");
    assert.deepEqual(
      plain.tree.files.map(({ path }) => path),
      [".gitmodules", "app.yaml"],
    );
    await plain[Symbol.asyncDispose]();
  });

test("checkoutGit() takes no submodule from the machine's own files", { skip }, async (t) => {
  const { add, middle, url } = await serveNested(t);
  await add("app", "lib/middle", "file:///etc", middle);
  await assert.rejects(checkoutGit({ url, ref: { branch: "main" }, recurseSubmodules: true }), { code: "URLInvalid" });
});

test("parseGitModules() reads what git writes, and leaves out the rest", () => {
  const text = `# modules\n[core]\n\tpath = x\n\turl = y\n[submodule "a"]\n\tpath = libs/a/\n\turl = https://git.test/a.git ; ours\n\tbranch = main\n[submodule "b c"]\n\turl = "../b # c"\n\tpath = "b c"\n[submodule "half"]\n\tpath = half\n`;
  assert.deepEqual(parseGitModules(text), [
    { path: "libs/a", url: "https://git.test/a.git" },
    { path: "b c", url: "../b # c" },
  ]);
});

test("resolveModuleUrl() resolves against the repository, and leaves absolute URLs alone", () => {
  const parent = "https://git.test/org/app.git";
  const cases = [
    ["https://other.test/x", "https://other.test/x"],
    ["../lib.git", "https://git.test/org/lib.git"],
    ["./sub", "https://git.test/org/app.git/sub"],
    ["../../other/lib", "https://git.test/other/lib"],
  ] as const;
  for (const [url, want] of cases) assert.equal(resolveModuleUrl(url, parent), want);
  assert.throws(() => resolveModuleUrl("../../../x", parent), { code: "GitOperationFailed" });
});
