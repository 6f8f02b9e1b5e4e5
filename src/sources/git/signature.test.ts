import assert from "node:assert/strict";
import { test } from "node:test";
import { type SignedObjects, signedObjects as recorded } from "../testing/signed-objects.ts";
import { verifyGitObject } from "./signature.ts";
import { splitCommit, splitTag } from "./signed-object.ts";

const isSsh = ({ name }: SignedObjects): boolean => name.startsWith("ssh-");
const trust = (...signers: readonly SignedObjects[]) => ({
  authorizedKeys: signers.filter(isSsh).map(({ publicKey }) => publicKey),
  keyRings: signers.filter((signer) => !isSsh(signer)).map(({ publicKey }) => publicKey),
});
const signedIn = ({ commit, tag }: SignedObjects) =>
  [
    { what: "commit", signed: splitCommit(Buffer.from(commit, "base64")) },
    { what: "tag", signed: splitTag(Buffer.from(tag, "base64")) },
  ] as const;

for (const signer of recorded)
  for (const { what, signed } of signedIn(signer)) {
    test(`verifyGitObject() names the key of a ${what} that was signed with ${signer.name}`, async () => {
      assert.equal(await verifyGitObject(what, signed, trust(signer)), signer.key);
      assert.equal(await verifyGitObject(what, signed, trust(...recorded)), signer.key);
    });
    test(`verifyGitObject() refuses a ${what} of ${signer.name} that was changed`, async () => {
      const payload = Buffer.from(signed.payload);
      payload.writeUInt8(payload.readUInt8(payload.length - 2) ^ 1, payload.length - 2);
      await assert.rejects(verifyGitObject(what, { ...signed, payload }, trust(signer)), {
        code: "SignatureInvalid",
        message: isSsh(signer)
          ? `unable to verify Git ${what} SSH signature: unable to verify payload with any of the given authorized keys: no matching key\nssh: signature did not verify`
          : `unable to verify Git ${what}: unable to verify payload with any of the given key rings: no matching key`,
      });
    });
    test(`verifyGitObject() refuses a ${what} of ${signer.name} when others are trusted`, async () => {
      const others = recorded.filter((other) => other !== signer && isSsh(other) === isSsh(signer));
      await assert.rejects(verifyGitObject(what, signed, trust(...others)), { message: /no matching key/ });
      const none = isSsh(signer)
        ? "SSH signature detected but no SSH public keys found in secret (keys with .sshpub suffix)"
        : "PGP signature detected but no PGP public keys found in secret (keys with .asc suffix)";
      const otherKinds = recorded.filter((other) => isSsh(other) !== isSsh(signer));
      await assert.rejects(verifyGitObject(what, signed, trust(...otherKinds)), { message: none });
    });
  }

test("verifyGitObject() refuses what is not signed, or with what it does not know", async () => {
  const payload = Buffer.from("tree 0\n\nmessage\n");
  const trusted = trust(...recorded);
  const cases = [
    { signature: "", message: "unsupported signature type: empty" },
    { signature: "x", message: "unsupported signature type: unknown" },
    { signature: "-----BEGIN SIGNED MESSAGE-----\n", message: "unsupported signature type: x509" },
    {
      signature: "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
      message: "unable to verify Git commit SSH signature: unable to unarmor SSH signature: invalid magic preamble",
    },
    {
      signature: "-----BEGIN SSH SIGNATURE-----\n",
      message: "unable to verify Git commit SSH signature: unable to unarmor SSH signature: invalid PEM block",
    },
  ];
  for (const { signature, message } of cases)
    await assert.rejects(verifyGitObject("commit", { payload, signature }, trusted), { message });
});

test("verifyGitObject() says when no list of keys can be read, and reads those that can", async () => {
  const [signer] = recorded;
  assert.ok(signer);
  const [{ what, signed }] = signedIn(signer);
  await assert.rejects(verifyGitObject(what, signed, { keyRings: [], authorizedKeys: ["nonsense"] }), {
    message:
      "unable to verify Git commit SSH signature: unable to parse authorized keys: unable to parse authorized key: ssh: no key found",
  });
  await assert.rejects(verifyGitObject(what, signed, { keyRings: [], authorizedKeys: ["ssh-rsa ab!c"] }), {
    message: /ssh: no key found; last parsing error for ignored line: illegal base64 data at input byte 2$/,
  });
  const keys = { keyRings: [], authorizedKeys: ["nonsense", `# mine\nnamespaces="git" ${signer.publicKey}`] };
  assert.equal(await verifyGitObject(what, signed, keys), signer.key);
});

test("splitTag() takes the last signature for the tag's own", () => {
  const armor = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
  const text = `object 1\ntype commit\ntag v1\ntagger A <a@b> 1 +0000\n\nquotes\n${armor}and more\n`;
  const { payload, signature } = splitTag(Buffer.from(text + armor));
  assert.equal(Buffer.from(payload).toString(), text);
  assert.equal(signature, armor);
  assert.equal(splitTag(Buffer.from(text.replace(armor, ""))).signature, "");
});
