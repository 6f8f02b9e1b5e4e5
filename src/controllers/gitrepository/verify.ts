import type { GitRepository } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { type FetchedCheckout, splitCommit, splitTag, type TrustedKeys, verifyGitObject } from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import { readSecretData } from "../source/secrets.ts";
import type { Mode } from "./decide.ts";

/** Verifies the signatures of a checkout and says whose they are. Fails with SourceVerified. */
export async function verify(
  repository: GitRepository,
  checkout: { readonly commit: string } & Pick<FetchedCheckout, "details" | "tag">,
  options: { readonly mode: Mode; readonly context: Context },
): Promise<string> {
  const { mode, context } = options;
  const trusted = await readKeys(repository, context);
  const verified: string[] = [];
  if (mode !== "HEAD") {
    const { tag } = checkout;
    if (tag === undefined)
      return refuse({
        reason: "InvalidVerificationMode",
        message: "cannot verify tag object's signature if a tag reference is not specified",
        next: "stall",
      });
    const signed = tag.object === undefined ? undefined : splitTag(tag.object.content);
    const name = tag.object === undefined ? tag.name : `${tag.name}@${tag.object.hash}`;
    if (signed === undefined || signed.signature === "")
      return refuse({
        reason: "InvalidGitObject",
        message: `cannot verify signature of tag '${name}' since it is not signed`,
      });
    const key = await verifyGitObject("tag", signed, trusted).catch((cause: unknown) =>
      refuse({
        reason: "InvalidTagSignature",
        message: `signature verification of tag '${name}' failed: ${messageOf(cause)}`,
      }),
    );
    verified.push(`tag '${name}' with key '${key}'`);
  }
  if (mode !== "Tag") {
    const { commit, details } = checkout;
    const key = await verifyGitObject("commit", splitCommit(details.content), trusted).catch((cause: unknown) =>
      refuse({
        reason: "InvalidCommitSignature",
        message: `signature verification of commit '${commit}' failed: ${messageOf(cause)}`,
      }),
    );
    verified.push(`commit '${commit}' with key '${key}'`);
  }
  return `verified signature of${verified.map((line) => `\n\t- ${line}`).join("")}`;
}

/** Keys by the ends of their names: `.sshpub` are SSH's, all others OpenPGP's. */
async function readKeys({ spec, metadata }: GitRepository, context: Context): Promise<TrustedKeys> {
  const { namespace = "" } = metadata;
  const name = spec.verify?.secretRef.name ?? "";
  const data = await readSecretData(context, { namespace, name }).catch((cause: unknown) =>
    refuse({ reason: "VerificationError", message: `public keys secret error: ${messageOf(cause)}` }),
  );
  const keys = [...data];
  const isSsh = ([key]: readonly [string, string]): boolean => key.endsWith(".sshpub");
  return {
    authorizedKeys: keys.filter(isSsh).map(([, value]) => value),
    keyRings: keys.filter((entry) => !isSsh(entry)).map(([, value]) => value),
  };
}

function refuse(failure: { readonly reason: string; readonly message: string; readonly next?: "stall" }): never {
  return fail({ condition: "SourceVerified", ...failure });
}
