import type { KeyObject } from "node:crypto";
import { messageOf } from "../../base/errors.ts";
import { GoError } from "../errors.ts";
import { costing, define, defineContextual, type GoFunction } from "../functions/function.ts";
import { decodeBase64 } from "../functions/encoding.ts";
import { sprint } from "../print.ts";
import type { Frame } from "../run.ts";
import { fromBytes, toBytes } from "../text.ts";
import { GoStruct, type GoType, nilList } from "../value.ts";
import { bits, boolean, element, integer, nothing, octets, oid, readAll, readPath, sequence, set } from "./der.ts";
import { crypto } from "./hashes.ts";
import { parseIp } from "./ip.ts";
import { generateKey, keyToPem, parseKey, readPem, toPem } from "./keys.ts";

/** Sprig's certificate: a struct of two PEM texts. */
const certificateType: GoType = { name: "sprig.certificate", kind: "struct" };

function certificate(cert: string, key: string): GoStruct {
  return new GoStruct(certificateType, { Cert: cert, Key: key }, undefined);
}

const functions: Readonly<Record<string, GoFunction>> = {
  genCA: defineContextual(["string", "int"], (frame, name, days) => {
    return authority(frame, { name, days }, generateKey("rsa2048"));
  }),
  genCAWithKey: defineContextual(["string", "int", "string"], (frame, name, days, pem) => {
    return authority(frame, { name, days }, givenKey(pem));
  }),
  genSelfSignedCert: defineContextual(["string", "list", "list", "int"], (frame, name, ips, dns, days) => {
    return selfSigned(frame, { name, ips, dns, days }, generateKey("rsa2048"));
  }),
  genSelfSignedCertWithKey: defineContextual(
    ["string", "list", "list", "int", "string"],
    (frame, name, ips, dns, days, pem) => selfSigned(frame, { name, ips, dns, days }, givenKey(pem)),
  ),
  genSignedCert: defineContextual(
    ["string", "list", "list", "int", certificateType],
    (frame, name, ips, dns, days, ca) => {
      return signed(frame, { name, ips, dns, days }, { key: generateKey("rsa2048"), ca: ca as GoStruct });
    },
  ),
  genSignedCertWithKey: defineContextual(
    ["string", "list", "list", "int", certificateType, "string"],
    (frame, name, ips, dns, days, ca, pem) => {
      return signed(frame, { name, ips, dns, days }, { key: givenKey(pem), ca: ca as GoStruct });
    },
  ),
  buildCustomCert: define(["string", "string"], (cert64, key64) => {
    const cert = decodeBase64(cert64);
    if (typeof cert === "string") throw new GoError("unable to decode base64 certificate");
    const key = decodeBase64(key64);
    if (typeof key === "string") throw new GoError("unable to decode base64 private key");
    parseCertificate(fromBytes(cert));
    try {
      parseKey(fromBytes(key));
    } catch (error) {
      throw new GoError(`error parsing private key: ${messageOf(error)}`);
    }
    return certificate(fromBytes(cert), fromBytes(key));
  }),
};

const certificateCost = 100_000;

/** Sprig's functions on X.509 certificates. */
export const certificateFunctions: Readonly<Record<string, GoFunction>> = Object.fromEntries(
  Object.entries(functions).map(([name, declared]) => [name, costing(certificateCost, declared)]),
);

interface Wanted {
  readonly name: string;
  readonly days: number;
  readonly ips?: readonly unknown[];
  readonly dns?: readonly unknown[];
}

function givenKey(pem: string): KeyObject {
  try {
    return parseKey(pem);
  } catch (error) {
    throw new GoError(`parsing private key: ${messageOf(error)}`);
  }
}

function authority(frame: Frame, wanted: Wanted, key: KeyObject): GoStruct {
  const body = describe(frame, { ...wanted, ips: nilList, dns: nilList });
  return issue(
    { ...body, isAuthority: true },
    { key, issuer: subjectOf(wanted.name), issuerKey: key, issuerId: undefined },
  );
}

function selfSigned(frame: Frame, wanted: Wanted, key: KeyObject): GoStruct {
  const body = describe(frame, wanted);
  return issue(
    { ...body, isAuthority: false },
    { key, issuer: subjectOf(wanted.name), issuerKey: key, issuerId: undefined },
  );
}

function signed(
  frame: Frame,
  wanted: Wanted,
  { key, ca }: { readonly key: KeyObject; readonly ca: GoStruct },
): GoStruct {
  const parent = parseCertificate(String(ca.fields["Cert"]));
  let issuerKey: KeyObject;
  try {
    issuerKey = parseKey(String(ca.fields["Key"]));
  } catch (error) {
    throw new GoError(`error parsing private key: ${messageOf(error)}`);
  }
  const body = describe(frame, wanted);
  return issue({ ...body, isAuthority: false }, { key, issuer: parent.subject, issuerKey, issuerId: parent.keyId });
}

interface Body {
  readonly subject: Uint8Array;
  readonly from: Date;
  readonly until: Date;
  readonly names: readonly Uint8Array[];
  readonly isAuthority: boolean;
}

function describe(frame: Frame, { name, days, ips = [], dns = [] }: Wanted): Omit<Body, "isAuthority"> {
  const addresses = ips.map((ip) => {
    if (typeof ip !== "string") throw new GoError(`error parsing ip: ${sprint(ip)} is not a string`);
    const address = parseIp(ip);
    if (address === undefined) throw new GoError(`error parsing ip: ${ip}`);
    return element(0x87, address);
  });
  const hosts = dns.map((host) => {
    if (typeof host !== "string")
      throw new GoError(`error processing alternate dns name: ${sprint(host)} is not a string`);
    return element(0x82, toBytes(host));
  });
  const from = frame.run.options.now?.() ?? new Date();
  const until = new Date(from.getTime() + days * 86_400_000);
  return { subject: subjectOf(name), from, until, names: [...hosts, ...addresses] };
}

function subjectOf(name: string): Uint8Array {
  if (name === "") return sequence();
  const tag = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(name) ? 0x13 : 0x0c;
  return sequence(set(sequence(oid("2.5.4.3"), element(tag, toBytes(name)))));
}

interface Signing {
  readonly key: KeyObject;
  readonly issuer: Uint8Array;
  readonly issuerKey: KeyObject;
  readonly issuerId: Uint8Array | undefined;
}

// x509.CreateCertificate: the same extensions in the same order.
function issue(body: Body, { key, issuer, issuerKey, issuerId }: Signing): GoStruct {
  const { createPublicKey, createHash, randomBytes, sign } = crypto();
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  const algorithm = signatureAlgorithm(issuerKey);
  const keyBits = readPath(publicKey, 1).content.subarray(1);
  const keyId = createHash("sha256").update(keyBits).digest().subarray(0, 20);
  const sameName = Buffer.compare(issuer, body.subject) === 0;
  const extensions = [
    // digitalSignature, keyEncipherment and, for authorities, keyCertSign.
    extension("2.5.29.15", bits(Uint8Array.of(body.isAuthority ? 0xa4 : 0xa0), body.isAuthority ? 2 : 5), true),
    extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2")), false),
    extension("2.5.29.19", body.isAuthority ? sequence(boolean(true)) : sequence(), true),
    ...(body.isAuthority ? [extension("2.5.29.14", octets(keyId), false)] : []),
    ...(issuerId === undefined || sameName ? [] : [extension("2.5.29.35", sequence(element(0x80, issuerId)), false)]),
    ...(body.names.length === 0 ? [] : [extension("2.5.29.17", sequence(...body.names), body.subject.length === 2)]),
  ];
  const signedPart = sequence(
    element(0xa0, integer(Uint8Array.of(2))),
    integer(randomBytes(16)),
    algorithm.identifier,
    issuer,
    sequence(timeOf(body.from), timeOf(body.until)),
    body.subject,
    publicKey,
    element(0xa3, sequence(...extensions)),
  );
  const signature = sign(algorithm.digest, signedPart, issuerKey);
  const der = sequence(signedPart, algorithm.identifier, bits(signature));
  return certificate(toPem("CERTIFICATE", der), keyToPem(key));
}

function extension(id: string, value: Uint8Array, critical: boolean): Uint8Array {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value));
}

function signatureAlgorithm(key: KeyObject): { readonly identifier: Uint8Array; readonly digest: string | null } {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return { identifier: sequence(oid("1.2.840.113549.1.1.11"), nothing()), digest: "sha256" };
    case "ec": {
      const curve = key.asymmetricKeyDetails?.namedCurve;
      if (curve === "secp384r1") return { identifier: sequence(oid("1.2.840.10045.4.3.3")), digest: "sha384" };
      if (curve === "secp521r1") return { identifier: sequence(oid("1.2.840.10045.4.3.4")), digest: "sha512" };
      return { identifier: sequence(oid("1.2.840.10045.4.3.2")), digest: "sha256" };
    }
    case "ed25519":
      return { identifier: sequence(oid("1.3.101.112")), digest: null };
    default:
      throw new GoError("error creating certificate: x509: certificate private key does not implement crypto.Signer");
  }
}

// UTCTime up to 2049, GeneralizedTime after it; whole seconds.
function timeOf(date: Date): Uint8Array {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replace(/[-:T]/g, "");
  const year = date.getUTCFullYear();
  return year < 2050 && year >= 1950 ? element(0x17, toBytes(digits.slice(2))) : element(0x18, toBytes(digits));
}

function parseCertificate(pem: string): { readonly subject: Uint8Array; readonly keyId: Uint8Array | undefined } {
  const block = readPem(pem);
  if (block === undefined) throw new GoError("unable to decode certificate");
  try {
    const { X509Certificate } = crypto();
    void new X509Certificate(Buffer.from(block.der));
    const parts = readAll(readPath(block.der, 0).content);
    // The version is there in every certificate with extensions.
    const fields = parts[0]?.tag === 0xa0 ? parts.slice(1) : parts;
    const subject = fields[4]?.whole ?? sequence();
    const extensions = parts.find((part) => part.tag === 0xa3);
    const wanted = Buffer.from(oid("2.5.29.14"));
    for (const part of extensions === undefined
      ? []
      : readAll(readAll(extensions.content)[0]?.content ?? new Uint8Array())) {
      const [id, ...rest] = readAll(part.content);
      if (id === undefined || !wanted.equals(id.whole)) continue;
      const value = rest.at(-1)?.content ?? new Uint8Array();
      return { subject, keyId: readAll(value)[0]?.content };
    }
    return { subject, keyId: undefined };
  } catch (error) {
    throw new GoError(`error parsing certificate: decodedCert.Bytes: ${messageOf(error)}`);
  }
}
