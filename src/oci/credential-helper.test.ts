import assert from "node:assert/strict";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createHelperKeychain, eraseFromHelper, helperOf, type RunHelper, storeInHelper } from "./credential-helper.ts";
import { helpersOnPath } from "./run-helper.ts";
import { temporaryFolder } from "./testing/registry.ts";

const config = JSON.stringify({
  auths: { "file.example": { username: "me", password: "file" }, "ghcr.io": { username: "me", password: "old" } },
  credsStore: "all",
  credHelpers: { "ghcr.io": "own" },
});

function answering(answers: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const run: RunHelper = async (name, action, input) => {
    asked.push(`${name} ${action} ${input}`);
    const output = answers[`${name} ${input}`];
    return output === undefined
      ? { code: 1, output: "credentials not found in native keychain\n" }
      : { code: 0, output };
  };
  return { asked, run };
}

test("createHelperKeychain() asks a registry's own helper, the one for all, and the file at last", async () => {
  const { asked, run } = answering({
    "own ghcr.io": '{"ServerURL":"ghcr.io","Username":"me","Secret":"new"}',
    "all https://index.docker.io/v1/": '{"Username":"<token>","Secret":"identity"}',
  });
  const keychain = createHelperKeychain(config, run);
  assert.deepEqual(await keychain("ghcr.io"), { type: "basic", username: "me", password: "new" });
  assert.deepEqual(await keychain("docker.io"), { type: "refresh", token: "identity" });
  assert.deepEqual(await keychain("file.example"), { type: "basic", username: "me", password: "file" });
  assert.equal(await keychain("other.example"), undefined);
  assert.deepEqual(asked, [
    "own get ghcr.io",
    "all get https://index.docker.io/v1/",
    "all get file.example",
    "all get other.example",
  ]);
});

test("createHelperKeychain() does not repeat what a broken helper says", async () => {
  for (const run of [
    async () => ({ code: 2, output: "secret" }),
    async () => ({ code: 0, output: "secret" }),
  ] satisfies RunHelper[])
    await assert.rejects(async () => createHelperKeychain(config, run)("ghcr.io"), {
      code: "InvalidConfig",
      message: 'credential helper "own" failed to get',
    });
});

for (const name of ["../../bin/sh", "a b", "a;b", ""])
  test(`createHelperKeychain() runs no helper that is called ${JSON.stringify(name)}`, async () => {
    const { asked, run } = answering({});
    const keychain = createHelperKeychain(JSON.stringify({ credsStore: name }), run);
    if (name === "") assert.equal(await keychain("x.io"), undefined);
    else await assert.rejects(async () => keychain("x.io"), { code: "InvalidConfig" });
    assert.deepEqual(asked, []);
  });

test("helperOf() is of the registry, and undefined for a file without helpers", () => {
  assert.equal(helperOf(config, "ghcr.io"), "own");
  assert.equal(helperOf(config, "x.io"), "all");
  assert.equal(helperOf('{"auths":{}}', "x.io"), undefined);
  assert.equal(helperOf("[]", "x.io"), undefined);
  assert.throws(() => helperOf("{", "x.io"), { code: "InvalidConfig" });
});

test("helpersOnPath() runs the real programs", { skip: process.platform === "win32" && "needs a shell" }, async (t) => {
  const folder = await temporaryFolder(t);
  const program = join(folder, "docker-credential-test");
  await writeFile(
    program,
    `#!/bin/sh
case "$1" in
get) read -r server; [ "$server" = known.example ] || { echo "credentials not found in native keychain"; exit 1; }
  echo '{"Username":"me","Secret":"pass"}' ;;
*) cat > "${folder}/$1" ;;
esac
`,
  );
  await chmod(program, 0o755);
  const run = helpersOnPath({ PATH: `${folder}:/usr/bin:/bin` });
  const keychain = createHelperKeychain('{"credsStore":"test"}', run);
  assert.deepEqual(await keychain("known.example"), { type: "basic", username: "me", password: "pass" });
  assert.equal(await keychain("other.example"), undefined);
  await storeInHelper("test", "x.io", { username: "me", password: "pass", run });
  assert.equal(await readFile(join(folder, "store"), "utf8"), '{"ServerURL":"x.io","Username":"me","Secret":"pass"}');
  await eraseFromHelper("test", "docker.io", run);
  assert.equal(await readFile(join(folder, "erase"), "utf8"), "https://index.docker.io/v1/");
  await assert.rejects(async () => createHelperKeychain('{"credsStore":"missing"}', run)("x.io"), {
    code: "InvalidConfig",
  });
});
