import { sign } from "node:crypto";
import type { Repository } from "../../repository.ts";
import type { Descriptor } from "../../types.ts";
import { encodeCborString } from "../notation/cbor.ts";
import {
  type Authority,
  type CertificateOptions,
  distinguishedName,
  type Extension,
  extendedUsage,
  issue,
  type KeyPair,
  maySign,
  type NameParts,
  newKey,
} from "./certificates.ts";
import { pushReferrer } from "./publish.ts";

export interface NotationSigning {
  readonly authority: Authority;
  readonly subject?: NameParts;
  readonly from?: Date;
  readonly until?: Date;
  readonly extensions?: readonly Extension[];
  readonly format?: "jws" | "cose";
  readonly expiry?: Date;
  readonly critical?: readonly string[];
  readonly target?: Partial<Descriptor>;
  readonly chain?: (chain: readonly Buffer[]) => readonly Buffer[];
  /** Changes the finished signature. */
  readonly change?: (signature: Buffer) => Buffer;
}

const prefix = "io.cncf.notary.";
const contentType = "application/vnd.cncf.notary.payload.v1+json";
const signer: NameParts = { C: "DE", ST: "Berlin", O: "example.test", CN: "signer" };
const usual = [maySign, extendedUsage("1.3.6.1.5.5.7.3.3")];

/** Signs a manifest as notation does, and pushes the signature. */
export async function pushNotation(
  repository: Repository,
  subject: Descriptor,
  options: NotationSigning,
): Promise<void> {
  const { format = "jws" } = options;
  const content = format === "jws" ? signJws(subject, options) : signCose(subject, options);
  await pushReferrer(repository, subject, {
    artifactType: "application/vnd.cncf.notary.signature",
    layers: [{ content, mediaType: format === "jws" ? "application/jose+json" : "application/cose" }],
    annotations: { "io.cncf.notary.x509chain.thumbprint#S256": "[]" },
  });
}

function certify(options: NotationSigning): { readonly key: KeyPair; readonly chain: readonly Buffer[] } {
  const { authority, subject = signer, extensions = usual, chain = (it) => it } = options;
  const { from = new Date("2026-01-01T00:00:00Z"), until = new Date("2030-01-01T00:00:00Z") } = options;
  const key = newKey();
  const certified: CertificateOptions = { subject: distinguishedName(subject), key, from, until, extensions };
  return { key, chain: chain([issue(authority, certified), authority.certificate]) };
}

function payloadOf({ mediaType, digest, size }: Descriptor, target: Partial<Descriptor> = {}): Buffer {
  return Buffer.from(JSON.stringify({ targetArtifact: { mediaType, digest, size, ...target } }));
}

function criticalOf({ expiry, critical }: NotationSigning): readonly string[] {
  return critical ?? [`${prefix}signingScheme`, ...(expiry === undefined ? [] : [`${prefix}expiry`])];
}

function signJws(subject: Descriptor, options: NotationSigning): Buffer {
  const { expiry, change = (it) => it } = options;
  const { key, chain } = certify(options);
  const header = {
    alg: "ES256",
    crit: criticalOf(options),
    cty: contentType,
    [`${prefix}signingScheme`]: "notary.x509",
    [`${prefix}signingTime`]: "2026-02-01T00:00:00Z",
    ...(expiry === undefined ? {} : { [`${prefix}expiry`]: expiry.toISOString().replace(".000", "") }),
  };
  const protectedHeader = Buffer.from(JSON.stringify(header)).toString("base64url");
  const payload = payloadOf(subject, options.target).toString("base64url");
  const signed = Buffer.from(`${protectedHeader}.${payload}`);
  const signature = sign("sha256", signed, { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return Buffer.from(
    JSON.stringify({
      payload,
      protected: protectedHeader,
      header: { x5c: chain.map((one) => one.toString("base64")), [`${prefix}signingAgent`]: "test" },
      signature: change(signature).toString("base64url"),
    }),
  );
}

function signCose(subject: Descriptor, options: NotationSigning): Buffer {
  const { expiry, change = (it) => it } = options;
  const { key, chain } = certify(options);
  const header = map([
    [integer(1), integer(-7)],
    [integer(2), array(criticalOf(options).map(encodeCborString))],
    [integer(3), encodeCborString(contentType)],
    [encodeCborString(`${prefix}signingTime`), time(new Date("2026-02-01T00:00:00Z"))],
    [encodeCborString(`${prefix}signingScheme`), encodeCborString("notary.x509")],
    ...(expiry === undefined ? [] : [[encodeCborString(`${prefix}expiry`), time(expiry)] as const]),
  ]);
  const payload = payloadOf(subject, options.target);
  const parts = [encodeCborString(header), encodeCborString(new Uint8Array()), encodeCborString(payload)];
  const signed = array([encodeCborString("Signature1"), ...parts]);
  const signature = change(sign("sha256", signed, { key: key.privateKey, dsaEncoding: "ieee-p1363" }));
  const unprotected = map([
    [integer(33), array(chain.map(encodeCborString))],
    [encodeCborString(`${prefix}signingAgent`), encodeCborString("test")],
  ]);
  const message = array([
    encodeCborString(header),
    unprotected,
    encodeCborString(payload),
    encodeCborString(signature),
  ]);
  return Buffer.concat([Buffer.from([0xd2]), message]);
}

function integer(value: number): Buffer {
  const [type, rest] = value < 0 ? [0x20, -1 - value] : [0, value];
  if (rest < 24) return Buffer.from([type | rest]);
  if (rest < 0x100) return Buffer.from([type | 24, rest]);
  const wide = Buffer.from([type | 26, 0, 0, 0, 0]);
  wide.writeUInt32BE(rest, 1);
  return wide;
}

function time(date: Date): Buffer {
  return Buffer.concat([Buffer.from([0xc1]), integer(Math.floor(date.getTime() / 1000))]);
}

function array(items: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([0x80 | items.length]), ...items]);
}

function map(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Buffer {
  return Buffer.concat([Buffer.from([0xa0 | entries.length]), ...entries.flat()]);
}
