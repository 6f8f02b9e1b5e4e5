import assert from "node:assert/strict";
import { test } from "node:test";
import type { CloudPorts } from "../../oci/index.ts";
import { FailureError } from "../source/failure.ts";
import { credentialsOfCloud } from "./cloud.ts";

const now = new Date("2026-06-01T12:00:00Z");
const entra = "POST https://login.microsoftonline.com/tenant/oauth2/v2.0/token";
const workload = { AZURE_TENANT_ID: "tenant", AZURE_CLIENT_ID: "client", AZURE_FEDERATED_TOKEN_FILE: "/token" };
const failed = "AuthenticationFailed: failed to configure authentication options";
const machine = "http://169.254.169.254/metadata/identity/oauth2/token";
const query = "api-version=2018-02-01&resource=499b84ac-1321-427f-aa17-267ca6975798";

const cases: readonly {
  readonly name: string;
  readonly provider: "aws" | "azure";
  readonly url: string;
  readonly env?: CloudPorts["env"];
  readonly answers?: Readonly<Record<string, string>>;
  readonly want: unknown;
  readonly asks?: readonly string[];
}[] = [
  {
    name: "signs for CodeCommit",
    provider: "aws",
    url: "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/grade-api",
    env: { AWS_ACCESS_KEY_ID: "AK", AWS_SECRET_ACCESS_KEY: "SK", AWS_SESSION_TOKEN: "ST" },
    want: {
      type: "basic",
      username: "AK%ST",
      password: "20260601T120000Z5d0e31ecb6923581efa4e4c01866d3235ab04c477b77a91435f79ee88d60071d",
    },
  },
  {
    name: "signs for nobody but CodeCommit",
    provider: "aws",
    url: "https://evil.example/git-codecommit.eu-west-1.amazonaws.com/x",
    env: { AWS_ACCESS_KEY_ID: "AK", AWS_SECRET_ACCESS_KEY: "SK" },
    want: `${failed}: invalid AWS CodeCommit Git URL: evil.example`,
  },
  {
    name: "takes a token to Azure DevOps",
    provider: "azure",
    url: "https://dev.azure.com/school/grades/_git/grade-api",
    env: workload,
    answers: { [entra]: '{"access_token":"token"}' },
    want: { type: "bearer", token: "token" },
    asks: [`${entra} 499b84ac-1321-427f-aa17-267ca6975798/.default`],
  },
  ...["https://evil.example/x", "http://dev.azure.com/x", "https://dev.azure.com.evil.example/x"].map((url) => ({
    name: `takes no token to ${url}`,
    provider: "azure" as const,
    url,
    env: workload,
    want: `${failed}: the identity of the controller is not sent to '${new URL(url).host}': it is not a host of Azure DevOps`,
  })),
  {
    name: "says what could not be had, and not what came",
    provider: "azure",
    url: "https://school.visualstudio.com/grades/_git/grade-api",
    want: `${failed}: failed to get access token for Git repository: failed to create provider access token for the controller: cannot get an access token of Microsoft Entra from 169.254.169.254: response status code 404`,
    asks: [`GET ${machine}?${query} `],
  },
];

for (const { name, provider, url, env = {}, answers = {}, want, asks = [] } of cases)
  test(`credentialsOfCloud() ${name}`, async () => {
    const asked: string[] = [];
    const cloud: CloudPorts = {
      env,
      now: () => now,
      readFile: async () => "jwt",
      fetch: async (request) => {
        const line = `${request.method} ${request.url}`;
        asked.push(`${line} ${new URLSearchParams(await request.text()).get("scope") ?? ""}`);
        const answer = answers[line];
        return answer === undefined ? new Response("secret", { status: 404 }) : new Response(answer);
      },
    };
    const found = await credentialsOfCloud(provider, new URL(url), cloud).catch((error: unknown) => {
      assert.ok(error instanceof FailureError, String(error));
      return `${error.failure.reason}: ${error.failure.message}`;
    });
    assert.deepEqual(found, want);
    assert.deepEqual(asked, asks);
  });
