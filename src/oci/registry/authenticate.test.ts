import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { hashSync } from "bcryptjs";
import { temporaryFolder } from "../testing/registry.ts";
import { authenticateFile, authenticateUser, parseHtpasswd } from "./authenticate.ts";
import { openRegistryFolder } from "./registry.ts";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

test("authenticateUser() lets one user in", async () => {
  const authenticate = authenticateUser({ username: "me", password: "pa:ss" });
  assert.equal(await authenticate(basic("me:pa:ss")), true);
  for (const other of [
    null,
    "",
    "Basic",
    "Basic !",
    basic("me:pa"),
    basic("me"),
    basic(":"),
    "Bearer pass",
    basic("you:pa:ss"),
  ])
    assert.equal(await authenticate(other), false, String(other));
});

test("authenticateFile() lets the users of the file in, and follows its changes", async (t) => {
  const path = join(await temporaryFolder(t), "htpasswd");
  await writeFile(path, `# users\nme:${hashSync("one", 4)}\n\nyou:${hashSync("two", 4).replace("$2b$", "$2y$")}\n`);
  const authenticate = await authenticateFile(path);
  for (let turn = 0; turn < 2; turn += 1) {
    assert.equal(await authenticate(basic("me:one")), true);
    assert.equal(await authenticate(basic("you:two")), true);
    assert.equal(await authenticate(basic("me:two")), false);
    assert.equal(await authenticate(basic("nobody:one")), false);
  }
  await writeFile(path, `you:${hashSync("three", 4)}\n`);
  assert.equal(await authenticate(basic("me:one")), false);
  assert.equal(await authenticate(basic("you:two")), false);
  assert.equal(await authenticate(basic("you:three")), true);
});

test("parseHtpasswd() refuses other hashes, and does not say them", () => {
  for (const line of ["me:{SHA}secret", "me:$apr1$secret", "secret", ":$2b$secret"])
    assert.throws(() => parseHtpasswd(`\n${line}`), { code: "InvalidConfig", message: /^(?!.*secret).*line 2 / });
});

test("Registry: with users, every question needs one of them", async (t) => {
  const registry = await openRegistryFolder({
    directory: await temporaryFolder(t),
    authenticate: authenticateUser({ username: "me", password: "pass" }),
  });
  const ask = (path: string, authorization?: string): Promise<Response> =>
    registry.fetch(
      new Request(`http://registry${path}`, authorization === undefined ? {} : { headers: { authorization } }),
    );
  for (const path of ["/v2/", "/v2/_catalog", "/v2/web/tags/list", "/v2/UPPER/tags/list", "/other"]) {
    const refused = await ask(path);
    assert.equal(refused.status, 401);
    assert.equal(refused.headers.get("www-authenticate"), 'Basic realm="coxswain"');
  }
  assert.equal((await ask("/v2/", basic("me:pass"))).status, 200);
});
