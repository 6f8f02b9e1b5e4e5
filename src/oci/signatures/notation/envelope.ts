import { constants, type KeyObject, verify, X509Certificate } from "node:crypto";
import { type Cbor, type CborMap, decodeCbor, encodeCborString } from "./cbor.ts";

/** A signature in either of notation's envelopes, after it was checked with its own certificate. */
export interface Envelope {
  readonly payload: Uint8Array;
  readonly contentType: string;
  readonly scheme: "notary.x509" | "notary.x509.signingAuthority";
  /** As the signer says; believed of a signing authority only. */
  readonly signingTime: Date | undefined;
  readonly expiry: Date | undefined;
  readonly certificates: readonly X509Certificate[];
  readonly hasTimestamp: boolean;
}

const mostCertificates = 20;

/** Reads an envelope and checks its signature with its first certificate. Throws with notation's words. */
export function openEnvelope(mediaType: string, content: Uint8Array): Envelope {
  switch (mediaType) {
    case "application/jose+json":
      return openJws(content);
    case "application/cose":
      return openCose(content);
    default:
      throw new Error(
        `unable to parse the digital signature, error : signature envelope format with media type ${JSON.stringify(mediaType)} is not supported`,
      );
  }
}

const prefix = "io.cncf.notary.";

/** Headers of both envelopes under the names of JWS; times are read already. */
interface Headers {
  readonly algorithm: string;
  readonly contentType: string;
  readonly critical: readonly string[];
  readonly scheme: unknown;
  readonly signingTime: Date | undefined;
  readonly authenticTime: Date | undefined;
  readonly expiry: Date | undefined;
}

function openJws(content: Uint8Array): Envelope {
  const document = asRecord(parseJson(content, "unable to parse the digital signature, error : "));
  const text = (name: string): string => (typeof document[name] === "string" ? document[name] : "");
  const decode = (name: string): Uint8Array => Buffer.from(text(name), "base64url");
  const header = asRecord(document["header"]);
  const chain = Array.isArray(header["x5c"]) ? header["x5c"] : [];
  const certificates = readCertificates(chain.map((one) => Buffer.from(String(one), "base64")));
  const protectedHeader = asRecord(parseJson(decode("protected"), "signature envelope format is malformed: "));
  const critical = protectedHeader["crit"];
  const headers: Headers = {
    algorithm: String(protectedHeader["alg"]),
    contentType: String(protectedHeader["cty"]),
    critical: Array.isArray(critical) ? critical.map(String) : [],
    scheme: protectedHeader[`${prefix}signingScheme`],
    signingTime: readTime(protectedHeader[`${prefix}signingTime`]),
    authenticTime: readTime(protectedHeader[`${prefix}authenticSigningTime`]),
    expiry: readTime(protectedHeader[`${prefix}expiry`]),
  };
  const signed = Buffer.from(`${text("protected")}.${text("payload")}`);
  checkSignature(headers.algorithm, certificates, { signed, signature: decode("signature") });
  const hasTimestamp = header[`${prefix}timestampSignature`] !== undefined;
  return toEnvelope(headers, { payload: decode("payload"), certificates, hasTimestamp });
}

/** COSE's numbers for what JWS has names for. */
const coseAlgorithms = new Map<Cbor | undefined, string>([
  [-37, "PS256"],
  [-38, "PS384"],
  [-39, "PS512"],
  [-7, "ES256"],
  [-35, "ES384"],
  [-36, "ES512"],
]);
const coseLabels = new Map<Cbor, string>([
  [1, "alg"],
  [3, "cty"],
]);

function openCose(content: Uint8Array): Envelope {
  let parts: Cbor;
  try {
    parts = decodeCbor(content);
  } catch (cause) {
    throw new Error(`unable to parse the digital signature, error : ${(cause as Error).message}`, { cause });
  }
  const [protectedBytes, unprotected, payload, signature] = Array.isArray(parts) && parts.length === 4 ? parts : [];
  if (!isBytes(protectedBytes) || !isMap(unprotected) || !isBytes(payload) || !isBytes(signature))
    throw new Error("unable to parse the digital signature, error : it is not a COSE_Sign1 message");
  const header = decodeCbor(protectedBytes);
  if (!isMap(header)) throw malformed("protected header is not a map");
  const get = (key: number | string): Cbor | undefined => header.entries.get(key);
  const critical = get(2);
  const headers: Headers = {
    algorithm: coseAlgorithms.get(get(1)) ?? "",
    contentType: String(get(3)),
    critical: Array.isArray(critical) ? critical.map((one: Cbor) => coseLabels.get(one) ?? String(one)) : [],
    scheme: get(`${prefix}signingScheme`),
    signingTime: readTime(get(`${prefix}signingTime`)),
    authenticTime: readTime(get(`${prefix}authenticSigningTime`)),
    expiry: readTime(get(`${prefix}expiry`)),
  };
  const chain = unprotected.entries.get(33);
  const certificates = readCertificates(Array.isArray(chain) ? chain.filter(isBytes) : isBytes(chain) ? [chain] : []);
  const signed = Buffer.concat([
    Buffer.from([0x84]),
    encodeCborString("Signature1"),
    encodeCborString(protectedBytes),
    encodeCborString(new Uint8Array()),
    encodeCborString(payload),
  ]);
  checkSignature(headers.algorithm, certificates, { signed, signature });
  const hasTimestamp = unprotected.entries.has(`${prefix}timestampSignature`);
  return toEnvelope(headers, { payload, certificates, hasTimestamp });
}

function toEnvelope(headers: Headers, rest: Pick<Envelope, "payload" | "certificates" | "hasTimestamp">): Envelope {
  const { scheme, contentType, expiry, critical } = headers;
  if (scheme !== "notary.x509" && scheme !== "notary.x509.signingAuthority")
    throw malformed(`unsupported signing scheme: ${JSON.stringify(scheme)}`);
  const byAuthority = scheme === "notary.x509.signingAuthority";
  const must = [
    `${prefix}signingScheme`,
    ...(byAuthority ? [`${prefix}authenticSigningTime`] : []),
    ...(expiry === undefined ? [] : [`${prefix}expiry`]),
  ];
  for (const name of must)
    if (!critical.includes(name)) throw malformed(`these required headers are not marked as critical: [${name}]`);
  // What a signer calls critical and a verifier does not know makes the signature one that this verifier cannot check.
  for (const name of critical)
    if (!must.includes(name) && name !== "alg" && name !== "cty")
      throw malformed(`critical header ${JSON.stringify(name)} is not supported`);
  if (contentType !== "application/vnd.cncf.notary.payload.v1+json")
    throw new Error(`payload content type ${JSON.stringify(contentType)} not supported`);
  const signingTime = byAuthority ? headers.authenticTime : headers.signingTime;
  if (byAuthority && signingTime === undefined) throw malformed("authenticSigningTime is missing");
  return { ...rest, contentType, scheme, signingTime, expiry };
}

const rsa = (hash: string, bits: number) => ({
  hash,
  type: "rsa",
  fits: (key: KeyObject) => key.asymmetricKeyDetails?.modulusLength === bits,
});
const ec = (hash: string, curve: string) => ({
  hash,
  type: "ec",
  fits: (key: KeyObject) => key.asymmetricKeyDetails?.namedCurve === curve,
});
/** Notary: each kind and size of key has one algorithm. */
const algorithms = new Map([
  ["PS256", rsa("sha256", 2048)],
  ["PS384", rsa("sha384", 3072)],
  ["PS512", rsa("sha512", 4096)],
  ["ES256", ec("sha256", "prime256v1")],
  ["ES384", ec("sha384", "secp384r1")],
  ["ES512", ec("sha512", "secp521r1")],
]);

function checkSignature(
  algorithm: string,
  certificates: readonly X509Certificate[],
  { signed, signature }: { readonly signed: Uint8Array; readonly signature: Uint8Array },
): void {
  const [leaf] = certificates;
  if (leaf === undefined) throw malformed("certificate chain is not present");
  const { publicKey } = leaf;
  const known = algorithms.get(algorithm);
  if (known === undefined || publicKey.asymmetricKeyType !== known.type || !known.fits(publicKey))
    throw new Error(`signature is invalid. Error: signing algorithm ${JSON.stringify(algorithm)} does not fit the key`);
  const how =
    known.type === "rsa"
      ? { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : ({ key: publicKey, dsaEncoding: "ieee-p1363" } as const);
  if (signature.byteLength === 0 || !verify(known.hash, signed, how, signature))
    throw new Error("signature is invalid. Error: verification error");
}

function readCertificates(chain: readonly Uint8Array[]): readonly X509Certificate[] {
  if (chain.length > mostCertificates) throw malformed("certificate chain is too long");
  try {
    return chain.map((one) => new X509Certificate(one));
  } catch (cause) {
    throw new Error("signature envelope format is malformed. error: malformed certificate", { cause });
  }
}

/** RFC 3339 in JWS, seconds in COSE. */
function readTime(value: unknown): Date | undefined {
  if (value === undefined) return undefined;
  const time = typeof value === "number" ? new Date(value * 1000) : new Date(String(value));
  if (Number.isNaN(time.getTime())) throw malformed("a time cannot be read");
  return time;
}

function malformed(why: string): Error {
  return new Error(`signature envelope format is malformed. error: ${why}`);
}

function parseJson(content: Uint8Array, prefixed: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (cause) {
    throw new Error(`${prefixed}it is not JSON`, { cause });
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isBytes(value: Cbor | undefined): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isMap(value: Cbor | undefined): value is CborMap {
  return typeof value === "object" && value !== null && "entries" in value && value.entries instanceof Map;
}
