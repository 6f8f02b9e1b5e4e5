import { type Bundle, bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import type { Identity } from "./cosign.ts";
import { SignatureError } from "../errors.ts";

/**
 * Makes the check of bundles that people and workflows sign without keys: the certificate comes from a trusted authority and was logged, the
 * signature is in a trusted log, made while the certificate was valid, and the signer is one of the identities. All of it offline.
 */
export async function createKeylessCheck(trust: {
  readonly trustedRoot: string;
  readonly identities: readonly Identity[];
}): Promise<(bundle: unknown, artifact: Uint8Array | undefined) => void> {
  const verifier = createVerifier(trust.trustedRoot);
  const { RE2JS } = await import("re2js");
  const patterns = trust.identities.map(({ issuer, subject }) => ({
    issuer: compile(RE2JS, "issuer", issuer),
    subject: compile(RE2JS, "subject", subject),
  }));
  return (document, artifact) => {
    let bundle: Bundle;
    try {
      bundle = bundleFromJSON(document);
    } catch (cause) {
      throw new Error("bundle is not valid", { cause });
    }
    if (bundle.verificationMaterial.content.$case === "publicKey")
      throw new Error("bundle was signed with a key, not by an identity");
    const signer = verifier.verify(toSignedEntity(bundle, artifact === undefined ? undefined : Buffer.from(artifact)));
    const issuer = signer.identity?.extensions?.issuer ?? "";
    const subject = signer.identity?.subjectAlternativeName ?? "";
    const isKnown = patterns.some((wanted) => wanted.issuer(issuer) && wanted.subject(subject));
    if (patterns.length === 0 || isKnown) return;
    // cosign's and Sigstore's own words: the one looks at its first format, the other at bundles.
    if (artifact !== undefined)
      throw new Error(
        `none of the expected identities matched what was in the certificate, got subjects [${subject}] with issuer ${issuer}`,
      );
    const [what, wanted, got] = patterns.at(-1)?.subject(subject)
      ? ["issuer", trust.identities.at(-1)?.issuer, issuer]
      : ["SAN", trust.identities.at(-1)?.subject, subject];
    throw new Error(
      `failed to verify certificate identity: no matching CertificateIdentity found, last error: expected ${what} value to match regex "${wanted}", got "${got}"`,
    );
  };
}

function createVerifier(text: string): Verifier {
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(text));
    return new Verifier(toTrustMaterial(root), { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 });
  } catch (cause) {
    throw new SignatureError("InvalidTrust", "unable to parse trusted root", { cause });
  }
}

type Engine = typeof import("re2js").RE2JS;

/** Patterns come from outside: RE2 takes linear time. It looks anywhere in the text, as Go's MatchString does. */
function compile(engine: Engine, what: string, pattern = ""): (text: string) => boolean {
  if (pattern === "") return () => true;
  try {
    const compiled = engine.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch (cause) {
    throw new SignatureError("InvalidTrust", `malformed ${what} in identity: ${pattern}`, { cause });
  }
}
