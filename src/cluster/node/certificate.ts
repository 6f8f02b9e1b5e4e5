import { generateKeyPair } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** A certificate that vouches for itself, and its key, both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

const lifetime = 10 * 365 * 24 * 60 * 60 * 1000;
const renewBefore = 24 * 60 * 60 * 1000;

/** The certificate for the loopback names that lives in a directory; made there when there is none, or when it has run out. */
export async function loadCertificate(directory: string, now: Date = new Date()): Promise<Certificate> {
  const path = join(directory, "certificate.json");
  if (existsSync(path)) {
    const stored = JSON.parse(readFileSync(path, "utf8")) as Certificate & { readonly until: string };
    if (Date.parse(stored.until) - renewBefore > now.getTime()) {
      return { certificate: stored.certificate, key: stored.key };
    }
  }
  const created = await createCertificate(now);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const until = new Date(now.getTime() + lifetime).toISOString();
  writeFileSync(`${path}.new`, JSON.stringify({ ...created, until }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return created;
}

/** Makes a certificate for 127.0.0.1, ::1 and localhost. */
export async function createCertificate(now: Date = new Date()): Promise<Certificate> {
  // Loaded only here: most starts find a certificate.
  const [{ default: forge }, pair] = await Promise.all([
    import("node-forge"),
    promisify(generateKeyPair)("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    }),
  ]);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  const serial = crypto.getRandomValues(new Uint8Array(8));
  certificate.serialNumber = `00${Buffer.from(serial).toString("hex")}`;
  certificate.validity.notBefore = new Date(now.getTime() - 60 * 60 * 1000);
  certificate.validity.notAfter = new Date(now.getTime() + lifetime);
  const name = [{ name: "commonName", value: "coxswain" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, keyCertSign: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    {
      name: "subjectAltName",
      altNames: [
        { type: 2, value: "localhost" },
        { type: 7, ip: "127.0.0.1" },
        { type: 7, ip: "::1" },
      ],
    },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), key: pair.privateKey };
}
