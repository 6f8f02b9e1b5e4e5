import assert from "node:assert/strict";
import { test } from "node:test";
import { codeCommitCredentials, codeCommitRegion } from "./code-commit.ts";

const keys = { accessKeyId: "AK", secretAccessKey: "SK", sessionToken: "ST" };
const now = new Date("2026-06-01T12:00:00Z");

// What Flux's signer (smithy-go/aws-http-auth 1.1.3, as fluxcd/pkg/auth sets it up) makes of the same keys and time.
const signed = [
  {
    url: "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/grade-api",
    password: "20260601T120000Z5d0e31ecb6923581efa4e4c01866d3235ab04c477b77a91435f79ee88d60071d",
  },
  {
    url: "https://git-codecommit-fips.us-west-2.amazonaws.com/v1/repos/a%20b+c~d",
    password: "20260601T120000Zb00f1d0360ff5b021c91c72054bdfee8c3e1210ec737a8a262cde0ef65c991b0",
  },
  {
    url: "https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/x",
    password: "20260601T120000Za2e707d42c8499c436b18d8ccc7166981ba55575e2423852754ad4a8e2bc6fd2",
  },
];
for (const { url, password } of signed)
  test(`codeCommitCredentials() signs ${url} as Flux does`, () => {
    const found = codeCommitCredentials(new URL(url), { keys, now });
    assert.deepEqual(found, { type: "basic", username: "AK%ST", password });
  });

const refused = [
  {
    url: "http://git-codecommit.eu-west-1.amazonaws.com/v1/repos/x",
    message: "AWS CodeCommit authentication requires an HTTPS Git URL",
  },
  { url: "https://github.com/x/y", message: "invalid AWS CodeCommit Git URL: github.com" },
  {
    url: "https://git-codecommit.eu-west-1.evil.example.amazonaws.com.example/x",
    message: "invalid AWS CodeCommit Git URL: git-codecommit.eu-west-1.evil.example.amazonaws.com.example",
  },
  {
    url: "https://git-codecommit.evil.example.amazonaws.com/x",
    message: "invalid AWS CodeCommit Git URL: git-codecommit.evil.example.amazonaws.com",
  },
];
for (const { url, message } of refused)
  test(`codeCommitRegion() refuses ${url}`, () => {
    assert.throws(() => codeCommitRegion(new URL(url)), { code: "URLInvalid", message });
  });
