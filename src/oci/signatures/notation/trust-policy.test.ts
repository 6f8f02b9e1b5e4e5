import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decodeCbor, encodeCborString } from "./cbor.ts";
import { isSubsetOf, nameOfSubject, parseDistinguishedName } from "./distinguished-name.ts";
import { parseTrustPolicy, statementFor } from "./trust-policy.ts";

const statement = {
  name: "all",
  registryScopes: ["*"],
  signatureVerification: { level: "strict" },
  trustStores: ["ca:certs"],
  trustedIdentities: ["*"],
};
const own = { ...statement, name: "own", registryScopes: ["ghcr.io/org/app"] };
const policy = (...statements: readonly unknown[]): string =>
  JSON.stringify({ version: "1.0", trustPolicies: statements });

test("statementFor() prefers a repository's own statement to the one for all", () => {
  const statements = parseTrustPolicy(policy(statement, own));
  assert.equal(statementFor(statements, "", "ghcr.io/org/app").name, "own");
  assert.equal(statementFor(statements, "", "ghcr.io/org/other").name, "all");
});

test("parseTrustPolicy() lets single checks be overridden", () => {
  const override = { revocation: "skip", expiry: "log" };
  const [read] = parseTrustPolicy(policy({ ...statement, signatureVerification: { level: "strict", override } }));
  assert.deepEqual(read?.level, {
    integrity: "enforce",
    authenticity: "enforce",
    authenticTimestamp: "enforce",
    expiry: "log",
    revocation: "skip",
  });
});

const withLevel = (signatureVerification: unknown) => policy({ ...statement, signatureVerification });
const refused = [
  ["{", "error occurred while parsing trustpolicy.json: it is not JSON"],
  ["{}", "trust policy document has empty version, version must be specified"],
  ['{"version":"2.0"}', 'trust policy document uses unsupported version "2.0"'],
  [policy(), "trust policy document can not have zero trust policy statements"],
  [
    policy(statement, statement),
    'multiple trust policy statements use the same name "all", statement names must be unique',
  ],
  [policy({}), "trust policy: a trust policy statement is missing a name, every statement requires a name"],
  [withLevel({}), /signature verification level is empty or missing in the trust policy statement$/],
  [withLevel({ level: "lax" }), /invalid signature verification level "lax"$/],
  [withLevel({ level: "constructor" }), /invalid signature verification level "constructor"$/],
  [withLevel({ level: "strict", override: { x: "log" } }), /verification type "x" in custom signature verification/],
  [
    withLevel({ level: "strict", override: { expiry: "x" } }),
    /verification action "x" in custom signature verification/,
  ],
  [withLevel({ level: "strict", override: { integrity: "log" } }), /"integrity" verification can not be overridden/],
  [
    withLevel({ level: "strict", override: { authenticity: "skip" } }),
    /"authenticity" verification can not be skipped/,
  ],
  [withLevel({ level: "skip", override: { expiry: "log" } }), /level "skip" can't be used to customize/],
  [withLevel({ level: "strict", verifyTimestamp: "never" }), /verifyTimestamp must be "always" or "afterCertExpiry"/],
  [policy({ ...statement, trustStores: [] }), /is either missing trust stores or trusted identities/],
  [policy({ ...statement, trustStores: ["certs"] }), /has malformed trust store value "certs"/],
  [policy({ ...statement, trustStores: ["x:certs"] }), /uses an unsupported trust store type "x"/],
  [policy({ ...statement, trustStores: ["ca:../x"] }), /uses an unsupported trust store name "\.\.\/x"/],
  [policy({ ...statement, trustedIdentities: ["*", "x509.subject:C=DE"] }), /uses a wildcard trusted identity '\*'/],
  [policy({ ...statement, trustedIdentities: ["C=DE"] }), /has trusted identity "C=DE" missing separator/],
  [policy({ ...statement, trustedIdentities: ["x509.subject:"] }), /without an identity value/],
  [policy({ ...statement, trustedIdentities: ["x509.subject:C=DE"] }), /has no mandatory RDN attribute for "ST"/],
  [
    policy({ ...statement, trustedIdentities: ["x509.subject:C=DE,ST=B,O=a", "x509.subject:C=DE,ST=B,O=a,CN=b"] }),
    /has overlapping x509 trustedIdentities/,
  ],
  [policy({ ...statement, registryScopes: [] }), /has zero registry scopes/],
  [policy({ ...statement, registryScopes: ["*", "a/b"] }), /uses wildcard registry scope '\*'/],
  [policy({ ...statement, registryScopes: ["https://a/b"] }), /registry scope "https:\/\/a\/b" is not valid/],
  [policy({ ...statement, registryScopes: ["a/*"] }), /registry scope "a\/\*" with wild card\(s\) is not valid/],
  [policy(own, { ...own, name: "twin" }), /is present in multiple trust policy statements/],
] as const;
for (const [text, message] of refused)
  test(`parseTrustPolicy() refuses ${text.slice(0, 200)}`, () =>
    assert.throws(() => parseTrustPolicy(text), { code: "InvalidTrust", message }));

test("parseDistinguishedName() reads escapes, and S as ST", () => {
  const name = parseDistinguishedName("C=DE, S=Berlin,O=A\\, Inc. \\2b co, CN= x ");
  assert.deepEqual(
    [...name],
    [
      ["C", "DE"],
      ["ST", "Berlin"],
      ["O", "A, Inc. + co"],
      ["CN", "x"],
    ],
  );
  assert.ok(isSubsetOf(name, nameOfSubject("CN=x\nO=A, Inc. + co\nST=Berlin\nC=DE\nL=Mitte")));
});
for (const text of ["", "C", "C=DE,ST=B", "C=DE,ST=B,O=a,O=b", "C=DE+ST=B,O=a", "C=#04,ST=B,O=a"])
  test(`parseDistinguishedName() refuses ${JSON.stringify(text)}`, () =>
    assert.throws(() => parseDistinguishedName(text)));

test("decodeCbor() reads what encodeCborString() writes", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.uint8Array({ maxLength: 70_000 })), (value) => {
      const read = decodeCbor(encodeCborString(value));
      assert.deepEqual(
        typeof read === "string" ? read : Buffer.from(read as Uint8Array),
        typeof value === "string" ? value : Buffer.from(value),
      );
    }),
  );
});
test("decodeCbor() reads any bytes or refuses them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeCbor(bytes);
      } catch (error) {
        assert.ok(error instanceof Error && !(error instanceof RangeError), String(error));
      }
    }),
  );
  assert.throws(() => decodeCbor(new Uint8Array(100).fill(0x81)), { message: "CBOR is too deep" });
});
