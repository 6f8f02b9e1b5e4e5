import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress, serveEndpoints } from "./endpoints.ts";

test("serveEndpoints() tells metrics, health, and readiness once it is there", async () => {
  let ready = false;
  await using served = await serveEndpoints({
    metricsAddress: "127.0.0.1:0",
    healthAddress: "127.0.0.1:0",
    format: () => "up 1\n",
    isReady: () => ready,
  });
  const ask = async (url: string) => {
    const answer = await fetch(url);
    return [answer.status, await answer.text()];
  };
  assert.deepEqual(await ask(`${served.metrics?.url}/metrics`), [200, "up 1\n"]);
  assert.deepEqual(await ask(`${served.health?.url}/healthz`), [200, "ok"]);
  assert.equal((await ask(`${served.health?.url}/readyz`))[0], 500);
  ready = true;
  assert.deepEqual(await ask(`${served.health?.url}/readyz`), [200, "ok"]);
  assert.deepEqual(await ask(`${served.health?.url}/other`), [404, "404 page not found\n"]);
});

test("serveEndpoints() serves nothing at the address 0", async () => {
  const nothing = { metricsAddress: "0", healthAddress: "0", format: () => "", isReady: () => true };
  await using served = await serveEndpoints(nothing);
  assert.equal(served.metrics, undefined);
  assert.equal(served.health, undefined);
});

const addresses = [
  { text: ":8080", host: "0.0.0.0", port: 8080 },
  { text: "9090", host: "0.0.0.0", port: 9090 },
  { text: "127.0.0.1:1", host: "127.0.0.1", port: 1 },
  { text: "[::1]:80", host: "::1", port: 80 },
];
for (const { text, host, port } of addresses)
  test(`parseAddress() reads ${text} as Go does`, () => assert.deepEqual(parseAddress(text), { host, port }));
for (const text of ["", "a:b", ":70000", "1.2.3.4"])
  test(`parseAddress() refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseAddress(text), /no host:port/));
