import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { bits, der, integer, objectId, octets, sequence, setOf, utcTime, utf8, yes } from "./der.ts";

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface Authority extends KeyPair {
  readonly certificate: Buffer;
  readonly name: Buffer;
}

export const newKey = (): KeyPair => generateKeyPairSync("ec", { namedCurve: "P-256" });
export const spkiOf = ({ publicKey }: KeyPair): Buffer => publicKey.export({ type: "spki", format: "der" });
export const pemOf = (certificate: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64").replace(/.{64}/g, "$&\n").trimEnd()}\n-----END CERTIFICATE-----\n`;

const ecdsa = sequence(objectId("1.2.840.10045.4.3.2"));
const attributes = { CN: "2.5.4.3", O: "2.5.4.10", C: "2.5.4.6", ST: "2.5.4.8" } as const;

export type NameParts = Partial<Record<keyof typeof attributes, string>>;

export function distinguishedName(parts: NameParts): Buffer {
  const entries = Object.entries(parts) as [keyof typeof attributes, string][];
  return sequence(...entries.map(([key, text]) => setOf(sequence(objectId(attributes[key]), utf8(text)))));
}

export interface Extension {
  readonly id: string;
  readonly value: Buffer;
  readonly critical?: boolean;
}

export interface CertificateOptions {
  readonly subject: Buffer;
  readonly key: KeyPair;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: readonly Extension[];
  /** A random one when absent. */
  readonly serial?: Buffer;
}

/** The part of a certificate that is signed. */
export function toBeSigned(issuer: Buffer, options: CertificateOptions): Buffer {
  const { subject, key, from, until, extensions, serial = newSerial() } = options;
  return sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsa,
    issuer,
    sequence(utcTime(from), utcTime(until)),
    subject,
    spkiOf(key),
    der(0xa3, sequence(...extensions.map(encodeExtension))),
  );
}

export function newSerial(): Buffer {
  return Buffer.concat([Buffer.from([1]), randomBytes(8)]);
}

function encodeExtension({ id, value, critical = false }: Extension): Buffer {
  return sequence(objectId(id), ...(critical ? [yes] : []), octets(value));
}

export function signCertificate(tbs: Buffer, { privateKey }: KeyPair): Buffer {
  return sequence(tbs, ecdsa, bits(sign("sha256", tbs, privateKey)));
}

const keyUsage = (first: number, unused: number): Extension => ({
  id: "2.5.29.15",
  critical: true,
  value: bits(Buffer.from([first]), unused),
});
export const maySign = keyUsage(0x80, 7);
const mayCertify = keyUsage(0x06, 1);
export const extendedUsage = (id: string): Extension => ({ id: "2.5.29.37", value: sequence(objectId(id)) });
const keyId = (key: KeyPair): Buffer => createHash("sha1").update(spkiOf(key)).digest();

/** An authority that vouches for itself. */
export function createAuthority(name: NameParts, from: Date, until: Date): Authority {
  const key = newKey();
  const subject = distinguishedName(name);
  const extensions = [
    { id: "2.5.29.19", critical: true, value: sequence(yes) },
    mayCertify,
    { id: "2.5.29.14", value: octets(keyId(key)) },
  ];
  const certificate = signCertificate(toBeSigned(subject, { subject, key, from, until, extensions }), key);
  return { ...key, certificate, name: subject };
}

/** A certificate of an authority. */
export function issue(authority: Authority, options: CertificateOptions): Buffer {
  return signCertificate(toBeSigned(authority.name, options), authority);
}
