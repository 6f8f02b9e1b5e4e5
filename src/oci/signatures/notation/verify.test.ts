import assert from "node:assert/strict";
import { before, test } from "node:test";
import { parseReference } from "../../reference.ts";
import { openRegistryFolder } from "../../registry/registry.ts";
import { openRepository } from "../../repository.ts";
import { temporaryFolder } from "../../testing/registry.ts";
import {
  type Authority,
  createAuthority,
  type Extension,
  extendedUsage,
  maySign,
  pemOf,
} from "../testing/certificates.ts";
import { objectId, sequence } from "../testing/der.ts";
import { type NotationSigning, pushNotation } from "../testing/notation.ts";
import { pushReferrer, pushSomething } from "../testing/publish.ts";
import { createNotationVerifier } from "./verify.ts";

const now = new Date("2026-06-01T00:00:00Z");
let ours: Authority;
let theirs: Authority;
before(() => {
  const name = { C: "DE", ST: "Berlin", O: "example.test", CN: "authority" };
  ours = createAuthority(name, new Date("2026-01-01T00:00:00Z"), new Date("2036-01-01T00:00:00Z"));
  theirs = createAuthority(name, new Date("2026-01-01T00:00:00Z"), new Date("2036-01-01T00:00:00Z"));
});

const policyWith = (statement: Record<string, unknown> = {}): string =>
  JSON.stringify({
    version: "1.0",
    trustPolicies: [
      {
        name: "all",
        registryScopes: ["*"],
        signatureVerification: { level: "strict" },
        trustStores: ["ca:certs"],
        trustedIdentities: ["*"],
        ...statement,
      },
    ],
  });

const revocable: Extension = {
  id: "1.3.6.1.5.5.7.1.1",
  value: sequence(sequence(objectId("1.3.6.1.5.5.7.48.1"), Buffer.from([0x86, 8, ...Buffer.from("http://x")]))),
};
const permissive = { signatureVerification: { level: "permissive" } };
const audit = { signatureVerification: { level: "audit" } };

const cases: readonly {
  readonly name: string;
  readonly signing?: Omit<NotationSigning, "authority">;
  readonly by?: "theirs";
  readonly statement?: Record<string, unknown>;
  readonly want: "verified" | "ignored" | RegExp;
}[] = [
  { name: "takes a signature that chains to a trusted certificate", want: "verified" },
  {
    name: "takes a subject that is trusted",
    statement: { trustedIdentities: ["x509.subject: C=DE, S=Berlin, O=example.test"] },
    want: "verified",
  },
  { name: "refuses another authority", by: "theirs", want: /does not contain any trusted certificate/ },
  {
    name: "refuses another subject",
    statement: { trustedIdentities: ["x509.subject: C=DE, ST=Berlin, O=other.test"] },
    want: /signing certificate from the digital signature does not match the X\.509 trusted identities \[map\["C":"DE" "O":"other\.test" "ST":"Berlin"\]\] defined in the trust policy "all"/,
  },
  { name: "only logs another authority in an audit", by: "theirs", statement: audit, want: "ignored" },
  {
    name: "refuses a changed signature even then",
    signing: { change: flip },
    statement: audit,
    want: /signature is invalid/,
  },
  {
    name: "skips where the policy says so",
    by: "theirs",
    statement: { signatureVerification: { level: "skip" } },
    want: "ignored",
  },
  {
    name: "refuses a signature of something else",
    signing: { target: { digest: `sha256:${"0".repeat(64)}` } },
    want: /content descriptor mismatch/,
  },
  {
    name: "refuses a signature of another type",
    signing: { target: { mediaType: "a/b" } },
    want: /content descriptor mismatch/,
  },
  {
    name: "refuses an expired signature",
    signing: { expiry: new Date("2026-05-01T00:00:00Z") },
    want: /digital signature has expired on "Fri, 01 May 2026 00:00:00 \+0000"/,
  },
  { name: "takes one that expires later", signing: { expiry: new Date("2026-07-01T00:00:00Z") }, want: "verified" },
  {
    name: "only logs an expired one where it is permitted",
    signing: { expiry: new Date(0) },
    statement: permissive,
    want: "verified",
  },
  {
    name: "refuses an expired certificate",
    signing: { until: new Date("2026-05-01T00:00:00Z") },
    want: /verification time is after certificate .* validity period, it was expired at "Fri, 01 May 2026 00:00:00 \+0000"/,
  },
  {
    name: "refuses a certificate from the future",
    signing: { from: new Date("2026-07-01T00:00:00Z") },
    want: /verification time is before certificate/,
  },
  {
    name: "refuses a certificate for servers",
    signing: { extensions: [maySign, extendedUsage("1.3.6.1.5.5.7.3.1")] },
    want: /extended key usage must not contain/,
  },
  {
    name: "refuses a certificate without uses",
    signing: { extensions: [] },
    want: /key usage extension must be present/,
  },
  {
    name: "refuses a chain without its root",
    signing: { chain: ([leaf]) => [leaf ?? Buffer.alloc(0)] },
    want: /root certificate with subject .* is not self-signed/,
  },
  { name: "refuses a chain of nobody", signing: { chain: () => [] }, want: /certificate chain is not present/ },
  {
    name: "refuses what its signer calls critical and nobody knows",
    signing: { critical: ["io.cncf.notary.signingScheme", "x"] },
    want: /critical header "x" is not supported/,
  },
  {
    name: "refuses a scheme that is not critical",
    signing: { critical: [] },
    want: /required headers are not marked as critical/,
  },
  {
    name: "cannot say whether a certificate was taken back",
    signing: { extensions: [maySign, revocable] },
    want: /unable to check revocation status/,
  },
  {
    name: "does without that where the policy does",
    signing: { extensions: [maySign, revocable] },
    statement: { signatureVerification: { level: "strict", override: { revocation: "skip" } } },
    want: "verified",
  },
  {
    name: "needs a timestamp where the policy does",
    statement: { trustStores: ["ca:certs", "tsa:times"] },
    want: /no timestamp countersignature was found/,
  },
  {
    name: "needs no timestamp while certificates last",
    statement: {
      trustStores: ["ca:certs", "tsa:times"],
      signatureVerification: { level: "strict", verifyTimestamp: "afterCertExpiry" },
    },
    want: "verified",
  },
  {
    name: "refuses a store of another kind",
    statement: { trustStores: ["signingAuthority:certs"] },
    want: /no trusted certificates are found/,
  },
  {
    name: "refuses where no statement is for the repository",
    statement: { registryScopes: ["other.test/web"] },
    want: /^artifact "registry\.test\/charts\/web@sha256:.*" has no applicable trust policy statement/,
  },
];

function flip(signature: Buffer): Buffer {
  const changed = Buffer.from(signature);
  changed[0] = (changed[0] ?? 0) ^ 1;
  return changed;
}

for (const format of ["jws", "cose"] as const)
  for (const { name, signing = {}, by, statement = {}, want } of cases)
    test(`createNotationVerifier() of ${format} ${name}`, async (t) => {
      const { fetch } = await openRegistryFolder({ directory: await temporaryFolder(t) });
      const repository = openRepository(parseReference("registry.test/charts/web"), { fetch, plainHttp: true });
      const descriptor = await pushSomething(repository);
      await pushNotation(repository, descriptor, { authority: by === undefined ? ours : theirs, format, ...signing });
      const verify = createNotationVerifier({
        trustPolicy: policyWith(statement),
        certificates: [pemOf(ours.certificate)],
      });
      const verified = verify({ repository, descriptor, scope: "registry.test/charts/web", now });
      if (want instanceof RegExp) await assert.rejects(verified, { name: "SignatureError", message: want });
      else assert.equal(await verified, want);
    });

test("createNotationVerifier() says when nobody signed, and looks at three signatures at most", async (t) => {
  const { fetch } = await openRegistryFolder({ directory: await temporaryFolder(t) });
  const repository = openRepository(parseReference("registry.test/charts/web"), { fetch, plainHttp: true });
  const descriptor = await pushSomething(repository);
  const subject = { repository, descriptor, scope: "registry.test/charts/web", now };
  const trust = { trustPolicy: policyWith(), certificates: [pemOf(ours.certificate)] };
  await assert.rejects(createNotationVerifier(trust)(subject), {
    code: "NoSignatures",
    message: `no signature is associated with "registry.test/charts/web@${descriptor.digest}", make sure the artifact was signed successfully`,
  });
  const notation = "application/vnd.cncf.notary.signature";
  for (const content of ["{", "[]", "x"])
    for (const mediaType of ["application/jose+json", "application/cose", "text/plain"])
      await pushReferrer(repository, descriptor, {
        artifactType: notation,
        layers: [{ content: Buffer.from(content), mediaType }],
      });
  await assert.rejects(createNotationVerifier(trust)(subject), {
    code: "NoMatch",
    message: /^signature evaluation stopped\. The configured limit of 3 signatures to verify per artifact exceeded\n/,
  });
  await assert.rejects(createNotationVerifier({ ...trust, certificates: ["nonsense"] })(subject), {
    code: "InvalidTrust",
    message: "failed to parse certificate",
  });
});
