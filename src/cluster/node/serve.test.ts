import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseYaml } from "../../base/yaml/index.ts";
import { createCluster } from "../index.ts";
import { createCertificate, loadCertificate } from "./certificate.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { serveCluster } from "./serve.ts";

const directory = mkdtempSync(join(tmpdir(), "cox-serve-"));
const cluster = createCluster();
const served = await serveCluster({ cluster });
after(async () => {
  await served.close();
  await cluster.close();
  rmSync(directory, { recursive: true });
});

function ask(
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: served.port, path, headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += String(chunk);
      resolve({ code: response.statusCode ?? 0, text });
    })
      .on("error", reject)
      .end();
  });
}

const authorization = `Bearer ${served.token}`;
const cases: readonly {
  readonly name: string;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly want: number;
}[] = [
  { name: "answers who has the token", headers: { authorization }, want: 200 },
  { name: "answers under the name localhost", headers: { authorization, host: "localhost:1" }, want: 200 },
  { name: "refuses who has no token", headers: {}, want: 401 },
  { name: "refuses another token", headers: { authorization: "Bearer nope" }, want: 401 },
  { name: "tells anybody that it is well", path: "/readyz", headers: {}, want: 200 },
  { name: "refuses the name of another machine", headers: { authorization, host: "evil.example" }, want: 403 },
  {
    name: "refuses a name that only begins like ours",
    path: "/readyz",
    headers: { host: "localhost.evil.example" },
    want: 403,
  },
];
for (const { name, path = "/api/v1/namespaces", headers, want } of cases) {
  test(`serveCluster() ${name}`, async () => {
    assert.equal((await ask(path, headers)).code, want);
  });
}

test("serveCluster() streams a watch as it goes", async () => {
  const events: string[] = [];
  const path = "/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=10";
  const done = new Promise<void>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: served.port, path, headers: { authorization } }, (response) => {
      const body = JSON.stringify({ metadata: { name: "streamed" } });
      const created = cluster.fetch(
        new Request("http://c/api/v1/namespaces/default/configmaps", {
          method: "POST",
          body,
          headers: { "content-type": "application/json" },
        }),
      );
      created.catch(reject);
      response.on("data", (chunk) => {
        events.push(String(chunk));
        sent.destroy();
        resolve();
      });
    });
    sent.on("error", () => resolve());
    sent.end();
  });
  await done;
  assert.match(events.join(""), /^\{"type":"ADDED","object":.*"name":"streamed"/);
});

test("serveCluster() serves HTTPS with a certificate of its own, which a kubeconfig names", async (t) => {
  const certificate = await createCertificate();
  const secure = await serveCluster({ cluster, certificate });
  t.after(() => secure.close());
  const path = join(directory, "kubeconfig");
  writeKubeconfig(path, { server: secure.url, token: secure.token, authority: secure.authority });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const config = parseYaml(readFileSync(path, "utf8")) as {
    readonly clusters: readonly {
      readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
    }[];
  };
  const { server, "certificate-authority-data": authority } = config.clusters[0]!.cluster;
  const code = await new Promise((resolve, reject) => {
    secureRequest(
      `${server}/version`,
      { ca: Buffer.from(authority, "base64"), headers: { authorization: `Bearer ${secure.token}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    )
      .on("error", reject)
      .end();
  });
  assert.equal(code, 200);
});

test("loadCertificate() keeps a certificate until it runs out", async () => {
  const now = new Date("2026-01-01T00:00:00Z");
  const first = await loadCertificate(directory, now);
  assert.deepEqual(await loadCertificate(directory, now), first);
  assert.notDeepEqual(await loadCertificate(directory, new Date("2040-01-01T00:00:00Z")), first);
});
