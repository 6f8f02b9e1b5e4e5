import { X509Certificate } from "node:crypto";
import { messageOf } from "../../../base/errors.ts";
import type { Repository } from "../../repository.ts";
import type { Descriptor } from "../../types.ts";
import { SignatureError } from "../../errors.ts";
import { findReferrers } from "../find.ts";
import { checkChain, nameOf, namesRevocation } from "./certificates.ts";
import { isSubsetOf, nameOfSubject } from "./distinguished-name.ts";
import { type Envelope, openEnvelope } from "./envelope.ts";
import { type CheckName, parseTrustPolicy, statementFor, type TrustStatement } from "./trust-policy.ts";

const signatureType = "application/vnd.cncf.notary.signature";
const mostAttempts = 3; // Flux: MaxSignatureAttempts
const envelopeLimit = 4 << 20;

export interface NotationTrust {
  /** The text of `trustpolicy.json`. */
  readonly trustPolicy: string;
  /** PEM or DER; they are every trust store that the policy names. */
  readonly certificates: readonly (string | Uint8Array)[];
}

/** What is verified, where it is (`scope` is `registry/repository`), and when. */
export interface NotationSubject {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
  readonly scope: string;
  readonly now: Date;
}

/**
 * Checks the notation signatures of a manifest. Gives "verified", or "ignored" where the policy says to skip, or only to log that nobody who is
 * trusted signed. Throws SignatureError otherwise.
 */
export type NotationVerifier = (subject: NotationSubject) => Promise<"verified" | "ignored">;

/**
 * Reads whose signatures count; throws SignatureError (InvalidTrust) where that cannot be read. Nobody but the registry will be asked:
 * certificates that name a place to ask whether they were taken back fail that check.
 */
export function createNotationVerifier(trust: NotationTrust): NotationVerifier {
  const statements = parseTrustPolicy(trust.trustPolicy);
  return (subject) => verifyBy(statements, trust, subject);
}

async function verifyBy(
  statements: readonly TrustStatement[],
  trust: NotationTrust,
  { repository, descriptor, scope, now }: NotationSubject,
): Promise<"verified" | "ignored"> {
  const reference = `${scope}@${descriptor.digest}`;
  const statement = statementFor(statements, reference, scope);
  if (statement.level === "skip") return "ignored";
  const trusted = trust.certificates.flatMap(readCertificates);
  const found = await findReferrers(repository, descriptor.digest, (type) => type === signatureType);
  if (found.length === 0)
    throw new SignatureError(
      "NoSignatures",
      `no signature is associated with ${JSON.stringify(reference)}, make sure the artifact was signed successfully`,
    );
  const reasons = ["signature verification failed"];
  for (const { digest, manifest } of found.slice(0, mostAttempts)) {
    try {
      const layer = manifest.layers[0];
      if (layer === undefined || manifest.layers.length > 1)
        throw new Error(`signature manifest must have 1 layer, got ${manifest.layers.length}`);
      const envelope = openEnvelope(layer.mediaType, await repository.blob(layer, envelopeLimit));
      return checkEnvelope(envelope, { descriptor, statement, level: statement.level, trusted, now });
    } catch (cause) {
      reasons.push(`failed to verify signature with digest ${digest}, ${messageOf(cause)}`);
    }
  }
  if (found.length >= mostAttempts)
    reasons[0] = `signature evaluation stopped. The configured limit of ${mostAttempts} signatures to verify per artifact exceeded`;
  throw new SignatureError("NoMatch", reasons.join("\n"));
}

interface Judged {
  readonly descriptor: Descriptor;
  readonly statement: TrustStatement;
  readonly level: Exclude<TrustStatement["level"], "skip">;
  readonly trusted: readonly X509Certificate[];
  readonly now: Date;
}

/** Goes through the checks in notation's order; each throws where the policy enforces it. Pure. */
function checkEnvelope(envelope: Envelope, judged: Judged): "verified" | "ignored" {
  const { level, statement, descriptor, trusted, now } = judged;
  const failed = new Set<CheckName>();
  const check = (name: CheckName, work: () => void): void => {
    if (level[name] === "skip") return;
    try {
      work();
    } catch (error) {
      if (level[name] === "enforce") throw error;
      failed.add(name);
    }
  };
  check("integrity", () => checkChain(envelope.certificates));
  check("authenticity", () => checkTrusted(envelope, statement, trusted));
  check("authenticity", () => checkIdentity(envelope, statement));
  check("expiry", () => {
    if (envelope.expiry !== undefined && now >= envelope.expiry)
      throw new Error(`digital signature has expired on ${JSON.stringify(goTime(envelope.expiry))}`);
  });
  check("authenticTimestamp", () => checkTime(envelope, statement, now));
  check("revocation", () => {
    const named = envelope.certificates.find(namesRevocation);
    if (named !== undefined)
      throw new Error(
        `unable to check revocation status, certificate with subject ${JSON.stringify(nameOf(named))}: asking OCSP responders and for CRLs is not supported yet`,
      );
  });
  checkTarget(envelope.payload, descriptor);
  return failed.has("authenticity") ? "ignored" : "verified";
}

function checkTrusted(
  { certificates, scheme }: Envelope,
  { stores }: TrustStatement,
  trusted: readonly X509Certificate[],
): void {
  const type = scheme === "notary.x509" ? "ca:" : "signingAuthority:";
  const counts = stores.some((store) => store.startsWith(type)) ? trusted : [];
  if (counts.length === 0) throw new Error("no trusted certificates are found to verify authenticity");
  const known = new Set(counts.map(({ fingerprint256 }) => fingerprint256));
  if (!certificates.some(({ fingerprint256 }) => known.has(fingerprint256)))
    throw new Error("the signature's certificate chain does not contain any trusted certificate");
}

function checkIdentity({ certificates }: Envelope, { identities, name }: TrustStatement): void {
  if (identities === "anybody") return;
  const shown = JSON.stringify(name);
  if (identities.length === 0)
    throw new Error(`no x509 trusted identities are configured in the trust policy ${shown}`);
  const subject = nameOfSubject(certificates[0]?.subject ?? "");
  if (identities.some((identity) => isSubsetOf(identity, subject))) return;
  const wanted = identities.map(
    (identity) =>
      `map[${[...identity]
        .map((pair) => pair.map(quoted).join(":"))
        .sort()
        .join(" ")}]`,
  );
  throw new Error(
    `signing certificate from the digital signature does not match the X.509 trusted identities [${wanted.join(" ")}] defined in the trust policy ${shown}`,
  );
}

function checkTime(envelope: Envelope, { stores, verifyTimestamp }: TrustStatement, now: Date): void {
  const { certificates, scheme, signingTime } = envelope;
  const outside = (time: Date) =>
    certificates.find(({ validFromDate, validToDate }) => time < validFromDate || time > validToDate);
  if (scheme === "notary.x509.signingAuthority") {
    const wrong = signingTime === undefined ? certificates[0] : outside(signingTime);
    if (wrong !== undefined)
      throw new Error(
        `certificate ${quoted(nameOf(wrong))} was not valid when the digital signature was produced at ${quoted(goTime(signingTime ?? now))}`,
      );
    return;
  }
  const wrong = outside(now);
  const usesTimestamps = stores.some((store) => store.startsWith("tsa:"));
  if (usesTimestamps && (verifyTimestamp === "always" || wrong !== undefined)) {
    if (!envelope.hasTimestamp) throw new Error("no timestamp countersignature was found in the signature envelope");
    throw new Error("timestamp countersignatures are not supported yet");
  }
  if (wrong === undefined) return;
  const { validFromDate, validToDate } = wrong;
  throw new Error(
    now < validFromDate
      ? `verification time is before certificate ${quoted(nameOf(wrong))} validity period, it will be valid from ${quoted(goTime(validFromDate))}`
      : `verification time is after certificate ${quoted(nameOf(wrong))} validity period, it was expired at ${quoted(goTime(validToDate))}`,
  );
}

function checkTarget(payload: Uint8Array, { digest, mediaType, size }: Descriptor): void {
  const { targetArtifact: target } = JSON.parse(new TextDecoder().decode(payload)) as {
    readonly targetArtifact?: Partial<Descriptor>;
  };
  if (target?.digest !== digest || target.mediaType !== mediaType || target.size !== size)
    throw new Error("content descriptor mismatch");
}

function readCertificates(content: string | Uint8Array): readonly X509Certificate[] {
  try {
    const text = typeof content === "string" ? content : Buffer.from(content).toString("latin1");
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
    return (blocks ?? [content]).map((block) => new X509Certificate(block));
  } catch (cause) {
    throw new SignatureError("InvalidTrust", "failed to parse certificate", { cause });
  }
}

/** Go: time.RFC1123Z. */
function goTime(date: Date): string {
  return date.toUTCString().replace("GMT", "+0000");
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
