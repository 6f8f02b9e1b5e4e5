import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { compile } from "../index.ts";

const now = (): Date => new Date("2026-01-02T03:04:05Z");

function render(text: string): string {
  return compile([{ name: "a", text }]).render("a", {}, { now });
}

function parts(text: string): string[] {
  return render(text).split("=====");
}

test("genSignedCert makes a certificate that its authority signed", () => {
  const [ca = "", cert = "", key = ""] = parts(
    `{{ $ca := genCA "my ca" 365 }}{{ $c := genSignedCert "web" (list "10.0.0.1" "::1") (list "a.b" "c") 10 $ca }}` +
      `{{ $ca.Cert }}====={{ $c.Cert }}====={{ $c.Key }}`,
  );
  const authority = new X509Certificate(ca);
  const leaf = new X509Certificate(cert);
  assert.ok(authority.ca);
  assert.ok(leaf.verify(authority.publicKey));
  assert.ok(leaf.checkIssued(authority));
  assert.ok(leaf.checkPrivateKey(createPrivateKey(key)));
  assert.equal(leaf.subject, "CN=web");
  assert.equal(leaf.subjectAltName, "DNS:a.b, DNS:c, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1");
  assert.equal(leaf.validFrom, "Jan  2 03:04:05 2026 GMT");
  assert.equal(leaf.validTo, "Jan 12 03:04:05 2026 GMT");
});

for (const type of ["ecdsa", "ed25519", "rsa"]) {
  test(`genSelfSignedCertWithKey signs with a key of genPrivateKey "${type}"`, () => {
    const [cert = "", key = ""] = parts(
      `{{ $c := genSelfSignedCertWithKey "x" nil nil 1 (genPrivateKey "${type}") }}{{ $c.Cert }}====={{ $c.Key }}`,
    );
    const made = new X509Certificate(cert);
    assert.ok(made.verify(made.publicKey));
    assert.ok(made.checkPrivateKey(createPrivateKey(key)));
  });
}

test("buildCustomCert gives back what it is given", () => {
  const [same = ""] = parts(
    `{{ $c := genCA "x" 1 }}{{ $d := buildCustomCert (b64enc $c.Cert) (b64enc $c.Key) }}{{ and (eq $c.Cert $d.Cert) (eq $c.Key $d.Key) }}`,
  );
  assert.equal(same, "true");
});

test("genSignedCert says what is wrong with an address", () => {
  assert.throws(() => render(`{{ genSelfSignedCert "x" (list "1.2.3") nil 1 }}`), /error parsing ip: 1\.2\.3$/);
  assert.throws(() => render(`{{ genSelfSignedCert "x" (list 1) nil 1 }}`), /error parsing ip: 1 is not a string$/);
});

test("derivePassword gives the Master Password algorithm's own example", () => {
  assert.equal(render(`{{ derivePassword 1 "long" "password" "user" "example.com" }}`), "ZedaFaxcZaso9*");
});

test("decryptAES reads what encryptAES wrote", () => {
  assert.equal(render(`{{ "plain é" | encryptAES "key" | decryptAES "key" }}`), "plain é");
});

test("htpasswd writes bcrypt's 2a form", () => {
  assert.match(render(`{{ htpasswd "me" "secret" }}`), /^me:\$2a\$10\$[./A-Za-z0-9]{53}$/);
  assert.equal(render(`{{ htpasswd "m:e" "secret" }}`), "invalid username: m:e");
});

test("random functions give as many characters of their kind as asked for", () => {
  assert.match(render(`{{ randAlphaNum 50 }}`), /^[A-Za-z0-9]{50}$/);
  assert.match(render(`{{ randAlpha 50 }}`), /^[A-Za-z]{50}$/);
  assert.match(render(`{{ randNumeric 50 }}`), /^[0-9]{50}$/);
  assert.match(render(`{{ randAscii 50 }}`), /^[ -~]{50}$/);
  assert.equal(render(`{{ randAlpha -1 }}{{ randBytes 32 | b64dec | len }}{{ shuffle "aaa" }}`), "32aaa");
  assert.match(render(`{{ uuidv4 }}`), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
