import { X509Certificate } from "node:crypto";
import { X509Certificate as Extensions } from "@sigstore/core";

const authority = "2.5.29.31"; // CRL distribution points
const information = "1.3.6.1.5.5.7.1.1"; // where OCSP responders are
/** Uses of a key that one for signing code must not have. */
const excluded: ReadonlySet<string> = new Set(["1", "2", "4", "8", "9"].map((last) => `1.3.6.1.5.5.7.3.${last}`));

/** Checks that a chain is one for signing code, from its first certificate to a root that vouches for itself. Throws with notation's words. */
export function checkChain(chain: readonly X509Certificate[]): void {
  for (const [at, certificate] of chain.entries()) {
    const subject = JSON.stringify(nameOf(certificate));
    const parent = chain[at + 1];
    const isSelfSigned = certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
    if (parent === undefined) {
      if (!isSelfSigned)
        throw new Error(
          `root certificate with subject ${subject} is not self-signed. Certificate chain must end with a valid self-signed root certificate`,
        );
    } else {
      const kind = at === 0 ? "leaf" : "intermediate";
      if (isSelfSigned)
        throw new Error(
          `${kind} certificate with subject ${subject} is self-signed. Certificate chain must not contain self-signed ${kind} certificate`,
        );
      if (!certificate.checkIssued(parent) || !certificate.verify(parent.publicKey))
        throw new Error(`certificate with subject ${subject} is not issued by ${JSON.stringify(nameOf(parent))}`);
    }
    if (at === 0) checkLeaf(certificate, subject);
    else checkAuthority(certificate, subject, at - 1);
  }
}

function checkLeaf(certificate: X509Certificate, subject: string): void {
  const { extKeyUsage: usage, extBasicConstraints: constraints } = extensionsOf(certificate);
  if (constraints?.isCA === true)
    throw new Error(
      `certificate with subject ${subject}: if the basic constraints extension is present, the ca field must be set to false`,
    );
  if (usage === undefined) throw new Error(`certificate with subject ${subject}: key usage extension must be present`);
  if (!usage.critical)
    throw new Error(`certificate with subject ${subject}: key usage extension must be marked critical`);
  if (!usage.digitalSignature || usage.keyCertSign || usage.crlSign)
    throw new Error(
      `The certificate with subject ${subject} is invalid. The key usage must be "Digital Signature" only`,
    );
  const wrong = certificate.keyUsage?.find((id) => excluded.has(id));
  if (wrong !== undefined)
    throw new Error(`certificate with subject ${subject}: extended key usage must not contain ${wrong} eku`);
}

function checkAuthority(certificate: X509Certificate, subject: string, below: number): void {
  const { extKeyUsage: usage, extBasicConstraints: constraints } = extensionsOf(certificate);
  if (constraints?.isCA !== true)
    throw new Error(
      `certificate with subject ${subject}: ca field in basic constraints must be present, and set to true`,
    );
  const longest = constraints.pathLenConstraint;
  if (longest !== undefined && longest < BigInt(below))
    throw new Error(
      `certificate with subject ${subject}: expected path length of ${below} but certificate has path length ${longest} instead`,
    );
  if (usage === undefined) throw new Error(`certificate with subject ${subject}: key usage extension must be present`);
  if (!usage.critical)
    throw new Error(`certificate with subject ${subject}: key usage extension must be marked critical`);
  if (!usage.keyCertSign)
    throw new Error(`certificate with subject ${subject}: key usage must have the bit positions for key cert sign set`);
}

/** True for a certificate whose authority says where to ask whether it was taken back. */
export function namesRevocation(certificate: X509Certificate): boolean {
  const extensions = extensionsOf(certificate);
  const ocsp = extensions.extension(information) !== undefined && (certificate.infoAccess ?? "").includes("OCSP");
  return ocsp || extensions.extension(authority) !== undefined;
}

/** The subject in one line. */
export function nameOf({ subject }: X509Certificate): string {
  return (subject ?? "").split("\n").toReversed().join(",");
}

/** node:crypto does not show these. */
function extensionsOf({ raw }: X509Certificate): Extensions {
  return Extensions.parse(Buffer.from(raw));
}
