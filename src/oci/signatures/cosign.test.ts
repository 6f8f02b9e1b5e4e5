import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { before, test } from "node:test";
import type { TestContext } from "node:test";
import { parseReference } from "../reference.ts";
import { openRegistryFolder } from "../registry/registry.ts";
import { openRepository, type Repository } from "../repository.ts";
import { temporaryFolder } from "../testing/registry.ts";
import type { Descriptor } from "../types.ts";
import { type CosignTrust, createCosignVerifier } from "./cosign.ts";
import { type KeyPair, newKey } from "./testing/certificates.ts";
import {
  annotationsByKey,
  bundleByKey,
  payloadFor,
  pushBundle,
  pushReferrer,
  pushSomething,
  pushTagged,
  statementFor,
} from "./testing/publish.ts";
import { createTestSigstore, type TestSigstore } from "./testing/sigstore.ts";

async function openTestRepository(t: TestContext): Promise<Repository> {
  const { fetch } = await openRegistryFolder({ directory: await temporaryFolder(t) });
  return openRepository(parseReference("registry.test/charts/web"), { fetch, plainHttp: true });
}

async function verifyCosign(repository: Repository, digest: string, trust: CosignTrust): Promise<void> {
  await (await createCosignVerifier(trust))(repository, digest);
}

const pem = ({ publicKey }: KeyPair): string => publicKey.export({ type: "spki", format: "pem" }).toString();
const ours = newKey();
const theirs = newKey();

test("createCosignVerifier() says when nobody signed", async (t) => {
  const repository = await openTestRepository(t);
  const { digest } = await pushSomething(repository);
  await assert.rejects(verifyCosign(repository, digest, { keys: [pem(ours)] }), {
    code: "NoSignatures",
    message: "no signatures found",
  });
});

type Publish = (repository: Repository, subject: Descriptor, other: Descriptor) => Promise<void>;

const tagged =
  (key: KeyPair, about: "subject" | "other" = "subject"): Publish =>
  async (repository, subject, other) => {
    const payload = payloadFor(about === "subject" ? subject.digest : other.digest);
    await pushTagged(repository, subject.digest, [{ payload, annotations: annotationsByKey(key, payload) }]);
  };
const bundled =
  (key: KeyPair, about: "subject" | "other" = "subject"): Publish =>
  (repository, subject, other) =>
    pushBundle(repository, subject, bundleByKey(key, statementFor((about === "subject" ? subject : other).digest)));

const byKey: readonly {
  readonly name: string;
  readonly publish: readonly Publish[];
  readonly keys: readonly string[];
  readonly want: "verified" | RegExp;
}[] = [
  { name: "takes a signature under the tag", publish: [tagged(ours)], keys: [pem(ours)], want: "verified" },
  { name: "takes a bundle", publish: [bundled(ours)], keys: [pem(ours)], want: "verified" },
  { name: "takes any of the keys", publish: [tagged(ours)], keys: [pem(theirs), pem(ours)], want: "verified" },
  { name: "takes one of many bundles", publish: [bundled(theirs), bundled(ours)], keys: [pem(ours)], want: "verified" },
  {
    name: "refuses another's key under the tag",
    publish: [tagged(theirs)],
    keys: [pem(ours)],
    want: /^no matching signatures: invalid signature/,
  },
  {
    name: "refuses another's bundle",
    publish: [bundled(theirs)],
    keys: [pem(ours)],
    want: /^no matching attestations: /,
  },
  {
    name: "refuses a signature that was copied from another manifest",
    publish: [tagged(ours, "other")],
    keys: [pem(ours)],
    want: /the signature is not about sha256:/,
  },
  {
    name: "refuses a bundle that was copied from another manifest",
    publish: [bundled(ours, "other")],
    keys: [pem(ours)],
    want: /provided artifact digest does not match any digest in statement/,
  },
  {
    name: "refuses a tag where there are bundles, as cosign does",
    publish: [tagged(ours), bundled(theirs)],
    keys: [pem(ours)],
    want: /^no matching attestations: /,
  },
  {
    name: "refuses what is no bundle",
    publish: [(repository, subject) => pushBundle(repository, subject, "{")],
    keys: [pem(ours)],
    want: /bundle is not JSON/,
  },
  {
    name: "refuses a bundle of a message",
    publish: [(repository, subject) => pushBundle(repository, subject, '{"messageSignature":{}}')],
    keys: [pem(ours)],
    want: /bundle does not contain a DSSE envelope/,
  },
  {
    name: "refuses a signature that is not there",
    publish: [
      (repository, subject) =>
        pushTagged(repository, subject.digest, [{ payload: payloadFor(subject.digest), annotations: {} }]),
    ],
    keys: [pem(ours)],
    want: /invalid signature/,
  },
  {
    name: "overlooks what is said about it by others",
    publish: [
      (repository, subject) =>
        pushReferrer(repository, subject, {
          artifactType: "application/bill",
          layers: [{ content: Buffer.from("bill"), mediaType: "text/plain" }],
        }),
      tagged(ours),
    ],
    keys: [pem(ours)],
    want: "verified",
  },
];
for (const { name, publish, keys, want } of byKey)
  test(`createCosignVerifier() ${name}`, async (t) => {
    const repository = await openTestRepository(t);
    const subject = await pushSomething(repository);
    const other = await pushSomething(repository, "2.0.0");
    for (const one of publish) await one(repository, subject, other);
    const verified = verifyCosign(repository, subject.digest, { keys });
    if (want === "verified") await verified;
    else await assert.rejects(verified, { code: "NoMatch", message: want });
  });

for (const [kind, pair] of [
  ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ["P-384", generateKeyPairSync("ec", { namedCurve: "P-384" })],
  ["Ed25519", generateKeyPairSync("ed25519")],
] as const)
  test(`createCosignVerifier() knows ${kind} keys`, async (t) => {
    const repository = await openTestRepository(t);
    const { digest } = await pushSomething(repository);
    const payload = payloadFor(digest);
    const signature = sign(kind === "Ed25519" ? null : "sha256", payload, pair.privateKey).toString("base64");
    const annotations = { "dev.cosignproject.cosign/signature": signature };
    await pushTagged(repository, digest, [{ payload, annotations }]);
    await verifyCosign(repository, digest, { keys: [pem(pair)] });
    await assert.rejects(verifyCosign(repository, digest, { keys: [pem(ours)] }), { code: "NoMatch" });
  });

for (const key of ["", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
  test(`createCosignVerifier() refuses ${JSON.stringify(key.slice(0, 30))} as a key`, async (t) => {
    const repository = await openTestRepository(t);
    await assert.rejects(verifyCosign(repository, `sha256:${"0".repeat(64)}`, { keys: [key] }), {
      code: "InvalidTrust",
    });
  });

const at = new Date("2026-03-01T12:00:00Z");
const who = { email: "dev@example.test", issuer: "https://accounts.example.test", at };
let sigstore: TestSigstore;
let impostor: TestSigstore;
before(() => {
  sigstore = createTestSigstore(new Date("2026-01-01T00:00:00Z"), new Date("2036-01-01T00:00:00Z"));
  impostor = createTestSigstore(new Date("2026-01-01T00:00:00Z"), new Date("2036-01-01T00:00:00Z"));
});
const known = { issuer: "^https://accounts\\.example\\.test$", subject: "^dev@example\\.test$" };
type Keyless = Extract<CosignTrust, { trustedRoot: string }>["identities"];

const byIdentity: readonly {
  readonly name: string;
  readonly signing?: Partial<Parameters<TestSigstore["signStatement"]>[1]>;
  readonly by?: () => TestSigstore;
  readonly identities?: Keyless;
  readonly about?: "other";
  readonly want: "verified" | RegExp;
}[] = [
  { name: "takes an identity that is trusted", want: "verified" },
  { name: "takes anybody where nobody is named", identities: [], want: "verified" },
  { name: "takes one of the identities", identities: [{ subject: "^x$" }, known], want: "verified" },
  { name: "looks for the pattern anywhere", identities: [{ subject: "example" }], want: "verified" },
  {
    name: "refuses another subject",
    signing: { email: "eve@example.test" },
    want: /none of the expected identities matched .* got subjects \[eve@example.test\]|expected SAN value to match regex .*, got "eve@example\.test"/,
  },
  {
    name: "refuses another issuer",
    signing: { issuer: "https://evil.test" },
    want: /none of the expected identities|expected issuer value to match/,
  },
  { name: "refuses another authority", by: () => impostor, want: /no matching/ },
  { name: "refuses a certificate that was not logged", signing: { unlogged: true }, want: /expected 1 SCTs, got 0/ },
  {
    name: "refuses a signature from after the certificate's end",
    signing: { loggedAt: new Date(at.getTime() + 60 * 60 * 1000) },
    want: /no matching/,
  },
  { name: "refuses a signature of something else", about: "other", want: /is not about|does not match any digest/ },
];
for (const format of ["bundle", "tag"] as const)
  for (const { name, signing = {}, by = () => sigstore, identities = [known], about, want } of byIdentity)
    test(`createCosignVerifier() keyless, by ${format}: ${name}`, async (t) => {
      const repository = await openTestRepository(t);
      const subject = await pushSomething(repository);
      const other = await pushSomething(repository, "2.0.0");
      const { digest } = about === undefined ? subject : other;
      const options = { ...who, ...signing };
      if (format === "bundle") await pushBundle(repository, subject, by().signStatement(statementFor(digest), options));
      else {
        const payload = payloadFor(digest);
        await pushTagged(repository, subject.digest, [{ payload, annotations: by().signPayload(payload, options) }]);
      }
      const verified = verifyCosign(repository, subject.digest, { trustedRoot: sigstore.trustedRoot, identities });
      if (want === "verified") await verified;
      else await assert.rejects(verified, { code: "NoMatch", message: want });
    });

test("createCosignVerifier() keyless: believes no changed log entry, payload or signature", async (t) => {
  const repository = await openTestRepository(t);
  const subject = await pushSomething(repository);
  const trust = { trustedRoot: sigstore.trustedRoot, identities: [] };
  const right = sigstore.signStatement(statementFor(subject.digest), who);
  for (const path of [
    ["dsseEnvelope", "signatures", 0, "sig"],
    ["dsseEnvelope", "payload"],
    ["verificationMaterial", "tlogEntries", 0, "inclusionPromise", "signedEntryTimestamp"],
    ["verificationMaterial", "tlogEntries", 0, "canonicalizedBody"],
    ["verificationMaterial", "certificate", "rawBytes"],
  ] as const) {
    const bundle: unknown = JSON.parse(right);
    let holder = bundle as Record<string | number, unknown>;
    for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
    const last = path.at(-1) ?? "";
    const content = Buffer.from(String(holder[last]), "base64");
    content[content.length - 5] = (content[content.length - 5] ?? 0) ^ 1;
    holder[last] = content.toString("base64");
    await pushBundle(repository, subject, JSON.stringify(bundle));
    await assert.rejects(verifyCosign(repository, subject.digest, trust), { code: "NoMatch" }, path.join("."));
  }
});

for (const [name, trust] of [
  ["a trusted root that is not JSON", { trustedRoot: "{", identities: [] }],
  ["a trusted root that is none", { trustedRoot: '{"tlogs":[{}]}', identities: [] }],
] as const)
  test(`createCosignVerifier() refuses ${name}`, async (t) => {
    const repository = await openTestRepository(t);
    await assert.rejects(verifyCosign(repository, `sha256:${"0".repeat(64)}`, trust), {
      code: "InvalidTrust",
      message: "unable to parse trusted root",
    });
  });

test("createCosignVerifier() refuses a pattern that is none", async (t) => {
  const repository = await openTestRepository(t);
  const trust = { trustedRoot: sigstore.trustedRoot, identities: [{ subject: "(" }] };
  await assert.rejects(verifyCosign(repository, `sha256:${"0".repeat(64)}`, trust), {
    code: "InvalidTrust",
    message: "malformed subject in identity: (",
  });
});
