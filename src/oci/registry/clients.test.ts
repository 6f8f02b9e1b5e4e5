import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createCertificate } from "../../cluster/node/index.ts";
import { selectLayer } from "../artifact.ts";
import { parseDockerConfig } from "../docker-config.ts";
import { parseReference } from "../reference.ts";
import { openRepository } from "../repository.ts";
import { findProgram, runProgram } from "../testing/programs.ts";
import { platformFetch, registries, startEmbeddedRegistry, temporaryFolder } from "../testing/registry.ts";

const user = { username: "me", password: "pass" };
const helm = findProgram("helm4");
const skopeo = findProgram("skopeo");
const oras = findProgram("oras");
const withoutOras = oras === undefined ? "oras is not there: set COX_PEERS to the folder that holds bin/oras" : false;
const withoutHelm = helm === undefined ? "helm4 is not there: set COX_PEERS to the folder that holds bin/helm4" : false;
const withoutSkopeo = skopeo === undefined ? "skopeo is not installed" : false;

async function makeChart(folder: string): Promise<string> {
  const chart = join(folder, "web");
  await mkdir(join(chart, "templates"), { recursive: true });
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: web\nversion: 1.0.0+b1\n");
  await writeFile(join(chart, "templates/a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  return chart;
}

test("Registry: helm logs in, pushes, shows and pulls over TLS", { skip: withoutHelm }, async (t) => {
  const home = await temporaryFolder(t);
  const { certificate, key } = await createCertificate();
  const host = await startEmbeddedRegistry(t, user, { cert: certificate, key });
  const ca = join(home, "ca.crt");
  await writeFile(ca, certificate);
  const run = async (line: string, input = ""): Promise<string> => {
    const { code, output } = await runProgram(helm ?? "", line.split(" "), { cwd: home, env: { HOME: home }, input });
    assert.equal(code, 0, `helm ${line}\n${output}`);
    return output;
  };
  await makeChart(home);
  await run("package web");
  const refused = await runProgram(helm ?? "", ["push", "web-1.0.0+b1.tgz", `oci://${host}/charts`, "--ca-file", ca], {
    cwd: home,
    env: { HOME: home },
  });
  assert.match(refused.output, /basic credential not found/);
  const wrong = await runProgram(
    helm ?? "",
    ["registry", "login", host, "--username", "me", "--password-stdin", "--ca-file", ca],
    { cwd: home, env: { HOME: home }, input: "wrong" },
  );
  assert.match(wrong.output, /401/);
  assert.match(
    await run(`registry login ${host} --username me --password-stdin --ca-file ${ca}`, "pass"),
    /Login Succeeded/,
  );
  const pushed = await run(`push web-1.0.0+b1.tgz oci://${host}/charts --ca-file ${ca}`);
  assert.match(pushed, /Digest: sha256:[0-9a-f]{64}/);
  assert.match(await run(`show chart oci://${host}/charts/web --version 1.0.0+b1 --ca-file ${ca}`), /name: web/);
  await mkdir(join(home, "pulled"));
  await run(`pull oci://${host}/charts/web --version 1.0.0+b1 --ca-file ${ca} --destination pulled`);
  const original = await readFile(join(home, "web-1.0.0+b1.tgz"));
  assert.deepEqual(await readFile(join(home, "pulled/web-1.0.0+b1.tgz")), original);
});

for (const { name, skip, start } of registries)
  test(`Repository on ${name}: pulls what helm pushed`, { skip: skip !== false ? skip : withoutHelm }, async (t) => {
    const home = await temporaryFolder(t);
    const host = await start(t, user);
    await makeChart(home);
    const config = join(home, "config.json");
    const auths = { [host]: { auth: Buffer.from("me:pass").toString("base64") } };
    await writeFile(config, JSON.stringify({ auths }));
    const run = async (...parameters: readonly string[]): Promise<string> => {
      const { code, output } = await runProgram(helm ?? "", parameters, { cwd: home, env: { HOME: home } });
      assert.equal(code, 0, output);
      return output;
    };
    await run("package", "web");
    const output = await run(
      "push",
      "web-1.0.0+b1.tgz",
      `oci://${host}/charts`,
      "--plain-http",
      "--registry-config",
      config,
    );
    const repository = openRepository(parseReference(`${host}/charts/web`), {
      fetch: platformFetch,
      keychain: parseDockerConfig(await readFile(config, "utf8")),
      plainHttp: true,
    });
    assert.deepEqual(await repository.tags(), ["1.0.0_b1"]);
    const { manifest, descriptor } = await repository.manifest("1.0.0_b1");
    assert.match(output, new RegExp(`Digest: ${descriptor.digest}`));
    const layer = selectLayer(manifest, "application/vnd.cncf.helm.chart.content.v1.tar+gzip");
    assert.ok(layer);
    assert.deepEqual(await repository.blob(layer, 1 << 20), await readFile(join(home, "web-1.0.0+b1.tgz")));
  });

test("Registry: skopeo copies in, looks, lists, copies out and deletes", { skip: withoutSkopeo }, async (t) => {
  const home = await temporaryFolder(t);
  const host = await startEmbeddedRegistry(t, user);
  const run = async (...parameters: readonly string[]): Promise<string> => {
    const { code, output } = await runProgram(skopeo ?? "", ["--insecure-policy", ...parameters], {
      cwd: home,
      env: { HOME: home },
    });
    assert.equal(code, 0, output);
    return output;
  };
  const creds = "me:pass";
  await makeImage(join(home, "image"));
  const remote = `docker://${host}/apps/web`;
  await run("copy", "--dest-tls-verify=false", "--dest-creds", creds, "oci:image:v1", `${remote}:v1`);
  await run(
    ..."copy --src-tls-verify=false --dest-tls-verify=false --src-creds me:pass --dest-creds me:pass".split(" "),
    `${remote}:v1`,
    `docker://${host}/apps/copy:v2`,
  );
  assert.deepEqual(JSON.parse(await run("list-tags", "--tls-verify=false", "--creds", creds, remote)).Tags, ["v1"]);
  const seen = JSON.parse(await run("inspect", "--tls-verify=false", "--creds", creds, `${remote}:v1`));
  await run("copy", "--src-tls-verify=false", "--src-creds", creds, `docker://${host}/apps/copy:v2`, "oci:back:v2");
  const index = JSON.parse(await readFile(join(home, "back/index.json"), "utf8"));
  assert.equal(index.manifests[0].digest, seen.Digest);
  await run("delete", "--tls-verify=false", "--creds", creds, `${remote}:v1`);
  assert.deepEqual(JSON.parse(await run("list-tags", "--tls-verify=false", "--creds", creds, remote)).Tags, []);
});

test("Registry: oras pushes, attaches, discovers, copies with what is attached, and pulls", {
  skip: withoutOras,
}, async (t) => {
  const home = await temporaryFolder(t);
  const host = await startEmbeddedRegistry(t);
  const run = async (line: string): Promise<string> => {
    const { code, output } = await runProgram(oras ?? "", line.split(" "), { cwd: home, env: { HOME: home } });
    assert.equal(code, 0, `oras ${line}\n${output}`);
    return output;
  };
  const content = Buffer.alloc(3 << 20, "some bytes ");
  await writeFile(join(home, "a.bin"), content);
  await run(`push --plain-http ${host}/one:v1 a.bin --artifact-type application/x.thing`);
  await run(`attach --plain-http ${host}/one:v1 a.bin --artifact-type application/x.signature`);
  assert.match(await run(`discover --plain-http ${host}/one:v1`), /application\/x\.signature/);
  await run(`copy --from-plain-http --to-plain-http --recursive ${host}/one:v1 ${host}/two:v2`);
  await run(`pull --plain-http ${host}/two:v2 --output back`);
  assert.deepEqual(await readFile(join(home, "back/a.bin")), content);
  const two = openRepository(parseReference(`${host}/two`), { fetch: platformFetch, plainHttp: true });
  const [referrer] = await two.referrers((await two.resolve("v2")).digest);
  assert.equal(referrer?.artifactType, "application/x.signature");
  await run(`manifest delete --plain-http --force ${host}/one:v1`);
});

/** An image in OCI's folder layout, with one layer. */
async function makeImage(folder: string): Promise<void> {
  const { createHash } = await import("node:crypto");
  const { writeTar } = await import("../../base/node/tar.ts");
  await mkdir(join(folder, "blobs/sha256"), { recursive: true });
  const put = async (content: Uint8Array | string, mediaType: string) => {
    const digest = createHash("sha256").update(content).digest("hex");
    await writeFile(join(folder, "blobs/sha256", digest), content);
    return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(content) };
  };
  const layer = await put(
    writeTar([{ path: "hello", content: Buffer.from("hello") }]),
    "application/vnd.oci.image.layer.v1.tar",
  );
  const config = await put(
    JSON.stringify({
      architecture: "amd64",
      os: "linux",
      rootfs: { type: "layers", diff_ids: [layer.digest] },
      config: {},
    }),
    "application/vnd.oci.image.config.v1+json",
  );
  const type = "application/vnd.oci.image.manifest.v1+json";
  const manifest = await put(JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [layer] }), type);
  const annotations = { "org.opencontainers.image.ref.name": "v1" };
  await writeFile(
    join(folder, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  await writeFile(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
}
