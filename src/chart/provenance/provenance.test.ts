import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseKeyring } from "./keyring.ts";
import { signPackage } from "./sign.ts";
import { verifyPackage } from "./verify.ts";

// Keys that gpg made, and a package that Helm 4.2.4 signed with one of them.
const testdata = new URL("../../cli/helm/testdata/chart-commands/", import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, testdata));
const archive = read("repository/signed-1.0.0.tgz");
const provenance = read("repository/signed-1.0.0.tgz.prov");
const fileName = "signed-1.0.0.tgz";
const metadata = { apiVersion: "v2", name: "signed", version: "1.0.0" };
const publicKeys = await parseKeyring(read("keys/pubring.gpg"));
const secretKeys = await parseKeyring(read("keys/secring.gpg"));
const helmTesting = {
  signedBy: ["Helm Testing <helm@example.test>"],
  fingerprint: "D5DC6C31187B923F23AB681BD35DB82E8CF42AA5",
};
const never = (): Promise<string> => Promise.reject(new Error("nobody asks for the passphrase of an open key"));

test("verifyPackage() accepts what Helm signed", async () => {
  const { digest, ...signer } = await verifyPackage({ archive, fileName, provenance, keyring: publicKeys });
  assert.deepEqual(signer, helmTesting);
  assert.match(digest, /^sha256:80de8a90624ded91/);
});

test("signPackage() signs with open keys and with locked ones; verifyPackage() accepts it", async () => {
  for (const { keyId, passphrase } of [
    { keyId: "Helm Testing", passphrase: never },
    { keyId: "locked@example.test", passphrase: () => Promise.resolve("sesame") },
  ]) {
    const text = await signPackage({ archive, fileName, metadata, keyring: secretKeys, keyId, passphrase });
    const signed = { archive, fileName, provenance: new TextEncoder().encode(text), keyring: publicKeys };
    assert.ok((await verifyPackage(signed)).signedBy[0]?.includes(keyId));
  }
});

const gpgv = spawnSync("gpgv", ["--version"]).status === 0;
test("signPackage() writes what gpg verifies", { skip: gpgv ? false : "gpgv is not installed" }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "cox-prov-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const text = await signPackage({
    archive,
    fileName,
    metadata: { ...metadata, description: "- starts with a dash\n\nand ends with blanks   \n" },
    keyring: secretKeys,
    keyId: "Helm Testing",
    passphrase: never,
  });
  const file = join(folder, "signed.prov");
  writeFileSync(file, text);
  const ring = new URL("keys/pubring.gpg", testdata).pathname;
  assert.equal(spawnSync("gpgv", ["--keyring", ring, file]).status, 0);
});

const changed = Buffer.from(provenance.toString("utf8").replace("version: 1.0.0", "version: 6.6.6"));
const without = { archive, fileName, provenance, keyring: publicKeys };
const refused = [
  {
    name: "another package",
    given: { ...without, archive: Buffer.from("other") },
    text: /^sha256 sum does not match for/,
  },
  {
    name: "another file name",
    given: { ...without, fileName: "x.tgz" },
    text: /does not contain a SHA for a file named "x\.tgz"/,
  },
  { name: "keys of others", given: { ...without, keyring: [] }, text: /^openpgp: signature made by unknown entity$/ },
  { name: "a changed message", given: { ...without, provenance: changed }, text: /^openpgp: invalid signature: / },
  { name: "no signature", given: { ...without, provenance: Buffer.from("x") }, text: /^signature block not found$/ },
];
for (const { name, given, text } of refused) {
  test(`verifyPackage() refuses ${name}`, () =>
    assert.rejects(verifyPackage(given), { code: "Unverified", message: text }));
}

test("signPackage() does not repeat a wrong passphrase", async () => {
  const locked = { archive, fileName, metadata, keyring: secretKeys, keyId: "locked" };
  await assert.rejects(signPackage({ ...locked, passphrase: () => Promise.resolve("open") }), {
    message: "openpgp: invalid data: private key checksum failure",
  });
});

test("parseKeyring() refuses what is no keyring", async () => {
  await assert.rejects(parseKeyring(Buffer.from("rubbish")), { code: "Unverified" });
  await assert.rejects(parseKeyring(Buffer.from([0xff, 0xff, 0xff])), { code: "Unverified" });
});
