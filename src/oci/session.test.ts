import assert from "node:assert/strict";
import { test } from "node:test";
import type { Keychain } from "./docker-config.ts";
import { parseDockerConfig } from "./docker-config.ts";
import { formatReference, parseReference } from "./reference.ts";
import { openRepository } from "./repository.ts";
import type { Fetch } from "./types.ts";

const digest = `sha256:${"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}`; // of "hello"
const hello = { mediaType: "text/plain", digest, size: 5 };
const keychain: Keychain = () => ({ type: "basic", username: "me", password: "pass" });
const basic = `Basic ${Buffer.from("me:pass").toString("base64")}`;

/** A registry made of a table of answers; records what it was sent. */
function tableOf(answers: Readonly<Record<string, (request: Request) => Response>>) {
  const sent: string[] = [];
  const fetch: Fetch = async (request) => {
    const { origin, pathname, search } = new URL(request.url);
    sent.push(`${request.method} ${origin}${pathname}${search} ${request.headers.get("authorization") ?? "-"}`);
    return answers[`${origin}${pathname}`]?.(request) ?? new Response("", { status: 404 });
  };
  return { fetch, sent };
}

const bearer = (realm: string) => (request: Request) =>
  request.headers.get("authorization") === "Bearer t1"
    ? new Response("hello")
    : new Response("", {
        status: 401,
        headers: { "www-authenticate": `Bearer realm="${realm}",service="reg",scope="repository:a/b:pull"` },
      });
const blobUrl = `https://reg.example/v2/a/b/blobs/${digest}`;
const name = parseReference("oci://reg.example/a/b");

test("Session: exchanges credentials for a token, once", async () => {
  const { fetch, sent } = tableOf({
    [blobUrl]: bearer("https://auth.example/token"),
    "https://auth.example/token": () => Response.json({ token: "t1" }),
  });
  const repository = openRepository(name, { fetch, keychain });
  assert.deepEqual(await repository.blob(hello, 10), Buffer.from("hello"));
  await repository.blob(hello, 10);
  assert.deepEqual(sent, [
    `GET ${blobUrl} -`,
    `GET https://auth.example/token?service=reg&scope=repository%3Aa%2Fb%3Apull ${basic}`,
    `GET ${blobUrl} Bearer t1`,
    `GET ${blobUrl} Bearer t1`,
  ]);
});

test("Session: asks for an anonymous token where there are no credentials", async () => {
  const { fetch, sent } = tableOf({
    [blobUrl]: bearer("https://auth.example/token"),
    "https://auth.example/token": () => Response.json({ access_token: "t1" }),
  });
  await openRepository(name, { fetch }).blob(hello, 10);
  assert.match(sent[1] ?? "", /^GET https:\/\/auth\.example\/token.* -$/);
});

test("Session: takes no credentials along a redirect to another host", async () => {
  const { fetch, sent } = tableOf({
    [blobUrl]: (request) =>
      request.headers.has("authorization")
        ? new Response(null, { status: 307, headers: { location: "https://cdn.example/blob" } })
        : new Response("", { status: 401, headers: { "www-authenticate": "Basic realm=x" } }),
    "https://cdn.example/blob": () => new Response("hello"),
  });
  await openRepository(name, { fetch, keychain }).blob(hello, 10);
  assert.deepEqual(sent, [`GET ${blobUrl} -`, `GET ${blobUrl} ${basic}`, "GET https://cdn.example/blob -"]);
});

test("Session: gives no credentials to a token server without TLS, and follows no redirect there", async () => {
  const toPlain = tableOf({ [blobUrl]: bearer("http://auth.example/token") });
  await assert.rejects(openRepository(name, { fetch: toPlain.fetch, keychain }).blob(hello, 10), {
    code: "Unauthorized",
    message: "registry asks for a token from auth.example without TLS",
  });
  assert.equal(toPlain.sent.length, 1);
  const downgraded = tableOf({
    [blobUrl]: () => new Response(null, { status: 302, headers: { location: "http://cdn.example/x" } }),
  });
  await assert.rejects(openRepository(name, { fetch: downgraded.fetch }).blob(hello, 10), { code: "Unreachable" });
});

test("Repository: refuses a blob that is not what its digest says", async () => {
  const { fetch } = tableOf({ [blobUrl]: () => new Response("jello") });
  await assert.rejects(openRepository(name, { fetch }).blob(hello, 10), { code: "DigestMismatch" });
});

test("Repository: reads a tag list page by page", async () => {
  const url = "https://reg.example/v2/a/b/tags/list";
  const { fetch } = tableOf({
    [url]: (request) =>
      new URL(request.url).searchParams.has("last")
        ? Response.json({ tags: ["c"] })
        : Response.json({ tags: ["a", "b"] }, { headers: { link: '</v2/a/b/tags/list?n=1000&last=b>; rel="next"' } }),
  });
  assert.deepEqual(await openRepository(name, { fetch }).tags(), ["a", "b", "c"]);
});

const references = [
  ["oci://ghcr.io/org/app", "ghcr.io/org/app"],
  ["localhost:5000/app:1.0", "localhost:5000/app:1.0"],
  [`ghcr.io/a/b:x@${digest}`, `ghcr.io/a/b:x@${digest}`],
  ["ghcr.io/a/b/", "ghcr.io/a/b"],
] as const;
for (const [text, want] of references)
  test(`parseReference() reads ${text}`, () => assert.equal(formatReference(parseReference(text)), want));
for (const text of [
  "app",
  "/a",
  "ghcr.io/",
  "ghcr.io/UPPER",
  "ghcr.io/a/../b",
  "ghcr.io/a:b c",
  "gh cr.io/a",
  "ghcr.io/a@sha256:1",
  "ghcr.io/a//b",
])
  test(`parseReference() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseReference(text), { code: "InvalidReference" });
  });

test("parseDockerConfig() finds credentials by host, under all of Docker Hub's names", () => {
  const auth = Buffer.from("me:pa:ss").toString("base64");
  const found = parseDockerConfig(
    JSON.stringify({
      auths: { "https://index.docker.io/v1/": { auth }, "ghcr.io": { identitytoken: "i" }, "x.io": {} },
    }),
  );
  assert.deepEqual(found("docker.io"), { type: "basic", username: "me", password: "pa:ss" });
  assert.deepEqual(found("ghcr.io"), { type: "refresh", token: "i" });
  assert.equal(found("x.io"), undefined);
  assert.equal(found("y.io"), undefined);
  assert.throws(() => parseDockerConfig("{secret"), { code: "InvalidConfig", message: /^(?!.*secret)/ });
});
