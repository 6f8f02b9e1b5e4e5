import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { hashSync } from "bcryptjs";
import { createCertificate } from "../src/cluster/node/index.ts";
import { createTransport } from "../src/sources/index.ts";
import { runProgram } from "../src/oci/testing/programs.ts";
import { temporaryFolder } from "../src/oci/testing/registry.ts";

/** Runs `cox registry serve` until it says where it is. */
async function serve(t: TestContext, ...parameters: readonly string[]) {
  const child = spawn("bin/cox", ["registry", "serve", "--port", "0", ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const found = /^OCI registry (\S+) serves /m.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then((code) => reject(new Error(`cox ended with exit code ${code}: ${output}`)));
  });
  return { url, ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

test("cox registry serve: what was uploaded before kill -9 is there, whole or to be gone on with", async (t) => {
  const dir = await temporaryFolder(t);
  const first = await serve(t, "--dir", dir);
  const content = randomBytes(1 << 20);
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  const whole = await fetch(`${first.url}/v2/web/blobs/uploads/?digest=${digest}`, { method: "POST", body: content });
  assert.equal(whole.status, 201);
  const started = await fetch(`${first.url}/v2/web/blobs/uploads/`, { method: "POST" });
  const location = started.headers.get("location") ?? "";
  await fetch(first.url + location, { method: "PATCH", body: content.subarray(0, 1000) });
  // A chunk that is on its way when the process dies.
  const dying = request(first.url + location, {
    method: "PATCH",
    headers: { "content-length": content.length - 1000 },
  });
  dying.on("error", () => undefined);
  await new Promise<void>((resolve) => dying.write(content.subarray(1000, 2000), () => resolve()));
  first.kill("SIGKILL");
  await first.ended;
  dying.destroy();

  const second = await serve(t, "--dir", dir);
  const back = await fetch(`${second.url}/v2/web/blobs/${digest}`);
  assert.deepEqual(Buffer.from(await back.arrayBuffer()), content);
  const state = await fetch(second.url + location);
  assert.equal(state.status, 204);
  const offset = Number(/^0-(\d+)$/.exec(state.headers.get("range") ?? "")?.[1]) + 1;
  assert.ok(offset >= 1000, `${offset} bytes are left`);
  const rest = content.subarray(offset);
  const ended = await fetch(`${second.url}${location}?digest=${digest}`, { method: "PUT", body: rest });
  assert.equal(ended.status, 201);
  second.kill("SIGTERM");
  assert.equal(await second.ended, 0);
});

test("cox registry serve: users and TLS", async (t) => {
  const dir = await temporaryFolder(t);
  const { certificate, key } = await createCertificate();
  const paths = { cert: join(dir, "tls.crt"), key: join(dir, "tls.key"), users: join(dir, "users") };
  await writeFile(paths.cert, certificate);
  await writeFile(paths.key, key);
  await writeFile(paths.users, `me:${hashSync("pass", 4)}\n`);
  const tls = ["--tls-cert", paths.cert, "--tls-key", paths.key];
  const { url } = await serve(t, "--dir", join(dir, "data"), "--htpasswd", paths.users, ...tls);
  assert.match(url, /^https:/);
  const transport = createTransport({ tls: { ca: await readFile(paths.cert, "utf8") } });
  const ask = async (authorization?: string): Promise<number> => {
    const headers = authorization === undefined ? {} : { authorization };
    return (await transport(new Request(`${url}/v2/`, { headers }))).status;
  };
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  assert.deepEqual([await ask(), await ask(basic("me:no")), await ask(basic("me:pass"))], [401, 401, 200]);
});

const refused = [
  [["--address", "0.0.0.0"], /on 0\.0\.0\.0 everybody could write: give --htpasswd, or --username and --password-file/],
  [["--tls-cert", "x"], /--tls-cert and --tls-key need each other/],
  [["--username", "me"], /--username and --password-file need each other/],
  [["--htpasswd", "x", "--username", "me"], /--htpasswd and --username exclude each other/],
  [["--htpasswd", "missing"], /cannot read ".*missing"/],
  [["--tls-cert", "missing", "--tls-key", "missing"], /cannot read "missing": ENOENT/],
] as const;
for (const [parameters, want] of refused)
  test(`cox registry serve ${parameters.join(" ")} is refused`, async (t) => {
    const dir = await temporaryFolder(t);
    const { code, output } = await runProgram("bin/cox", [
      "registry",
      "serve",
      "--dir",
      dir,
      "--port",
      "0",
      ...parameters,
    ]);
    assert.equal(code, 1, output);
    assert.match(output, want);
  });
