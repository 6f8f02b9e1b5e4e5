import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { generateKey, readKey, createMessage, encrypt } from "openpgp";
import { parseYaml } from "../../../base/yaml/index.ts";
import { decryptFile, detectFormat, formatOf, isEncrypted, type SopsFormat } from "./files.ts";
import { readKeys } from "./keys.ts";

interface Fixture {
  readonly name: string;
  readonly format: SopsFormat;
  readonly encrypted: string;
  readonly decrypted: string;
}

// Encrypted, and decrypted again, by SOPS 3.13.2 itself, with keys that were made for it.
const { identity, other, fixtures } = JSON.parse(
  readFileSync(new URL("testdata/sops.json", import.meta.url), "utf8"),
) as { readonly identity: string; readonly other: string; readonly fixtures: readonly Fixture[] };

const bytesOf = (text: string): Uint8Array =>
  text.startsWith("base64:")
    ? Buffer.from(text.slice("base64:".length).replaceAll('"', ""), "base64")
    : new TextEncoder().encode(text);
const keysOf = (name: string, text: string) =>
  readKeys({ [name]: new TextEncoder().encode(text) }, (key) => `failed to import '${key}'`);

for (const { name, format, encrypted, decrypted } of fixtures)
  test(`decryptFile() gives of ${name} (${format}) what SOPS gives`, async () => {
    const bytes = bytesOf(encrypted);
    assert.ok(isEncrypted(bytes, format));
    assert.equal(detectFormat(bytes), format === "binary" ? "json" : format);
    const keys = await keysOf("main.agekey", `# created: today\n${other}\n${identity}\n`);
    const plain = await decryptFile(bytes, { from: format, to: format, keys });
    if (format === "yaml")
      // SOPS indents by four, which nobody sees who reads it.
      assert.deepEqual(parseYaml(Buffer.from(plain).toString()), parseYaml(decrypted));
    else assert.deepEqual(Buffer.from(plain), Buffer.from(bytesOf(decrypted)));
  });

const [secret] = fixtures;
const encrypted = bytesOf(secret?.encrypted ?? "");
const yaml = { from: "yaml", to: "yaml" } as const;

test("decryptFile() says that no key fits, and does not take what was changed", async () => {
  const foreign = await keysOf("main.agekey", other);
  await assert.rejects(decryptFile(encrypted, { ...yaml, keys: foreign }), {
    code: "KeyMissing",
    message: "cannot get sops data key: no key of the Secret fits",
  });
  const keys = await keysOf("main.agekey", identity);
  const moved = bytesOf((secret?.encrypted ?? "").replace("password:", "passphrase:"));
  await assert.rejects(decryptFile(moved, { ...yaml, keys }), {
    code: "Invalid",
    message: /message authentication failed$/,
  });
  const plain = bytesOf((secret?.encrypted ?? "").replace(/password: ENC\S+/, "password: battery-staple"));
  await assert.rejects(decryptFile(plain, { ...yaml, keys }), (error: Error) => {
    assert.match(error.message, /Input string <redacted> does not match sops' data format$/);
    assert.doesNotMatch(error.message, /battery/);
    return true;
  });
});

test("readKeys() refuses what is no key, and shows nothing of it", async () => {
  await assert.rejects(keysOf("main.agekey", "AGE-SECRET-KEY-1NOT-A-KEY"), {
    message: "failed to import 'main.agekey': failed to parse and add to age identities: unknown identity type",
  });
});

test("readKeys() finds the data key for a PGP key", async () => {
  const { privateKey, publicKey } = await generateKey({ userIDs: [{ name: "Flux" }], type: "curve25519" });
  const key = Buffer.alloc(32, 7);
  const enc = await encrypt({
    message: await createMessage({ binary: key }),
    encryptionKeys: await readKey({ armoredKey: publicKey }),
  });
  const keys = await keysOf("flux.asc", privateKey);
  const found = await keys.dataKeyOf({ age: [], pgp: [String(enc)], services: [] });
  assert.deepEqual(Buffer.from(found), key);
});

test("decryptFile() names the services whose keys it cannot use", async () => {
  const text = '{"a": "b", "sops": {"kms": [{"arn": "a", "enc": "x"}], "mac": "ENC[x]"}}';
  const keys = await keysOf("main.agekey", identity);
  await assert.rejects(decryptFile(bytesOf(text), { from: "json", to: "json", keys }), {
    message: "cannot get sops data key: no key of the Secret fits, and keys of kms are not supported",
  });
});

const names: readonly (readonly [string, SopsFormat])[] = [
  ["a.yaml", "yaml"],
  ["a.yml", "yaml"],
  ["a.json", "json"],
  [".dockerconfigjson", "json"],
  ["a.env", "dotenv"],
  ["a.ini", "ini"],
  ["tls.key", "binary"],
];
for (const [name, format] of names)
  test(`formatOf() takes ${name} for ${format}`, () => assert.equal(formatOf(name), format));
