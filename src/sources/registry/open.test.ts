import assert from "node:assert/strict";
import { test } from "node:test";
import { listen } from "../../base/node/serve.ts";
import { createCertificate } from "../../cluster/node/index.ts";
import { openRegistryFolder, parseDockerConfig, parseReference, pushArtifact } from "../../oci/index.ts";
import { registries, temporaryFolder } from "../../oci/testing/registry.ts";
import { openRegistry } from "./open.ts";

const user = { username: "me", password: "pass" };
const config = { content: Buffer.from("{}"), mediaType: "application/vnd.cncf.helm.config.v1+json" };

for (const { name, skip, start } of registries)
  test(`openRegistry() speaks TLS to ${name} with a private authority, and to nobody else`, { skip }, async (t) => {
    const { certificate, key } = await createCertificate();
    const host = await start(t, user, { cert: certificate, key });
    const keychain = parseDockerConfig(JSON.stringify({ auths: { [host]: user } }));
    const at = parseReference(`${host}/charts/web`);
    const trusting = await openRegistry(at, { keychain, tls: { ca: certificate }, plainHttp: false });
    const layers = [{ content: Buffer.from("chart"), mediaType: "application/x" }];
    const { digest } = await pushArtifact(trusting, { tag: "1.0.0", config, layers });
    assert.equal((await trusting.resolve("1.0.0")).digest, digest);
    assert.deepEqual(await trusting.tags(), ["1.0.0"]);

    const skipping = await openRegistry(at, { keychain, insecure: true, plainHttp: false });
    assert.equal((await skipping.resolve("1.0.0")).digest, digest);
    const stranger = await openRegistry(at, { tls: { ca: certificate }, plainHttp: false });
    await assert.rejects(stranger.resolve("1.0.0"), { code: "Unauthorized", message: /basic credential not found$/ });
    const distrusting = await openRegistry(at, { keychain, plainHttp: false });
    await assert.rejects(distrusting.tags(), { message: /x509: certificate signed by unknown authority$/ });
    const plain = await openRegistry(at, { keychain, plainHttp: true });
    await assert.rejects(plain.tags(), /400|EOF|reset/);
  });

test("openRegistry() goes through a proxy, with the credentials for it", async (t) => {
  const registry = await openRegistryFolder({ directory: await temporaryFolder(t) });
  const asked: string[] = [];
  const proxy = await listen((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers["proxy-authorization"] ?? "-"}`);
    void registry.fetch(new Request(incoming.url ?? "")).then(async (answer) => {
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    });
  });
  t.after(() => proxy.close());
  const url = new URL(proxy.url);
  [url.username, url.password] = ["me", "pass"];
  const name = parseReference("registry.example.test/charts/web");
  const repository = await openRegistry(name, { proxy: url.href, plainHttp: true });
  await assert.rejects(repository.tags(), /name unknown: repository name not known to registry/);
  const basic = `Basic ${Buffer.from("me:pass").toString("base64")}`;
  assert.deepEqual(asked, [`GET http://registry.example.test/v2/charts/web/tags/list?n=1000 ${basic}`]);
});
