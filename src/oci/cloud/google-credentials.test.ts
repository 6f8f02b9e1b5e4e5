import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { googleToken } from "./google-token.ts";
import type { CloudPorts } from "./ports.ts";

interface Sent {
  readonly line: string;
  readonly authorization?: string;
  readonly asked?: string;
  readonly body?: string;
}

/** What golang.org/x/oauth2 sent and got; tools/record-google-credentials.ts. */
const recorded = JSON.parse(
  readFileSync(new URL("./testdata/google-credentials.output.json", import.meta.url), "utf8"),
) as readonly {
  readonly name: string;
  readonly credentials: unknown;
  readonly time: string;
  readonly sent: readonly Sent[];
  readonly token: string;
}[];

const keys = { AWS_ACCESS_KEY_ID: "AK", AWS_SECRET_ACCESS_KEY: "SK", AWS_SESSION_TOKEN: "ST" };

/** A machine where Google's credentials are in a file, and servers that answer as those of the recording. */
function machine(credentials: unknown, { env = {}, time = "2026-06-01T12:00:00Z" } = {}) {
  const files: Readonly<Record<string, string>> = { credentials: JSON.stringify(credentials), token: "from a file\n" };
  const sent: Sent[] = [];
  const ports: CloudPorts = {
    env: { GOOGLE_APPLICATION_CREDENTIALS: "credentials", ...env },
    now: () => new Date(time),
    readFile: async (path) => files[path] ?? Promise.reject(new Error(`${path}: no such file`)),
    fetch: async (request) => {
      const [authorization, asked, body] = [
        request.headers.get("authorization"),
        request.headers.get("x-asked"),
        await request.text(),
      ];
      sent.push({
        line: `${request.method} ${request.url}`,
        ...(authorization === null ? {} : { authorization }),
        ...(asked === null ? {} : { asked }),
        ...(body === "" ? {} : { body }),
      });
      const { hostname } = new URL(request.url);
      if (hostname === "169.254.169.254") return new Response("eu-west-1b");
      if (hostname.startsWith("iamcredentials.")) return Response.json({ accessToken: "impersonated" });
      return Response.json(hostname.endsWith(".test") ? { jwt: "from a server" } : { access_token: "exchanged" });
    },
  };
  return { ports, sent };
}

/** The order in which a form, an object or a list of headers is written says nothing; nor does the case of headers. */
function meant({ body = "", ...rest }: Sent): unknown {
  if (body.startsWith("{")) return { ...rest, body: JSON.parse(body) };
  const form = Object.fromEntries(new URLSearchParams(body));
  const subject = decodeURIComponent(form["subject_token"] ?? "");
  if (!subject.startsWith("{")) return { ...rest, form };
  const asked = JSON.parse(subject) as {
    readonly headers: readonly { readonly key: string; readonly value: string }[];
  };
  // Go's encoder of forms writes a blank as a plus.
  const headers = asked.headers.map(({ key, value }) => [key.toLowerCase(), value.replaceAll("+", " ")]);
  return { ...rest, form: { ...form, subject_token: { ...asked, headers: Object.fromEntries(headers) } } };
}

for (const { name, credentials, time, sent: wanted, token } of recorded)
  test(`googleToken() exchanges ${name} as Google's own library does`, async () => {
    const { ports, sent } = machine(credentials, { time, env: { ...keys, AWS_REGION: "eu-west-1" } });
    assert.equal(await googleToken(ports), token);
    assert.deepEqual(sent.map(meant), wanted.map(meant));
  });

test("googleToken() asks the machine for the region of a workload of Amazon's", async () => {
  const source = { environment_id: "aws1", region_url: "http://169.254.169.254/latest/meta-data/zone" };
  const { ports, sent } = machine({ ...workload, credential_source: source }, { env: keys });
  assert.equal(await googleToken(ports), "exchanged");
  assert.match(sent[1]?.body ?? "", /sts\.eu-west-1\.amazonaws\.com/);
});

const workload = { type: "external_account", audience: "a", subject_token_type: "t" };
const from = (source: object) => ({ ...workload, credential_source: source });
const refused: readonly { readonly name: string; readonly credentials: unknown; readonly message: RegExp }[] = [
  { name: "a list", credentials: [], message: /the answer has no type/ },
  { name: "an unknown type", credentials: { type: "x" }, message: /of credentials of type "x" is not supported/ },
  { name: "a login without a token", credentials: { type: "authorized_user" }, message: /have no client_id/ },
  {
    name: "an inherited part",
    credentials: JSON.parse('{"type":"authorized_user","__proto__":{"client_id":"x"}}'),
    message: /have no client_id/,
  },
  { name: "a workload without a source", credentials: workload, message: /it names no file and no URL/ },
  {
    name: "a workload that starts programs",
    credentials: from({ executable: { command: "/bin/x" } }),
    message: /programs are not started/,
  },
  { name: "a file that is not there", credentials: from({ file: "secret" }), message: /its file cannot be read$/ },
  {
    name: "a format of its own",
    credentials: from({ file: "token", format: { type: "xml" } }),
    message: /neither text nor json/,
  },
  {
    name: "a file that is no JSON",
    credentials: from({ file: "token", format: { type: "json", subject_token_field_name: "jwt" } }),
    message: /the answer has no jwt/,
  },
  { name: "a URL that is none", credentials: from({ url: "secret" }), message: /it names no file and no URL/ },
  { name: "another version of Amazon's", credentials: from({ environment_id: "aws2" }), message: /this version/ },
  { name: "no region", credentials: from({ environment_id: "aws1" }), message: /the region is not known/ },
  {
    name: "nobody to act with",
    credentials: { type: "impersonated_service_account" },
    message: /have no source_credentials/,
  },
  {
    name: "nothing as somebody to act with",
    credentials: { type: "impersonated_service_account", source_credentials: null },
    message: /have no source_credentials/,
  },
];
for (const { name, credentials, message } of refused)
  test(`googleToken() refuses ${name}, and asks nobody`, async () => {
    const { ports, sent } = machine(credentials);
    await assert.rejects(googleToken(ports), { name: "OciError", message });
    assert.deepEqual(sent, []);
  });
