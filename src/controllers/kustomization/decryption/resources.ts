import { messageOf } from "../../../base/errors.ts";
import { isValues, type Value, type Values } from "../../../base/value.ts";
import { describeBuilt } from "../../../kustomize/index.ts";
import { mapOf, textOf } from "../loose-values.ts";
import { DecryptionError } from "./errors.ts";
import { decryptFile, detectFormat, formatOf } from "./files.ts";
import type { DecryptionKeys } from "./keys.ts";
import { readMetadata } from "./metadata.ts";
import { decryptTree } from "./tree.ts";

/** The object as it is applied: decrypted where SOPS encrypted it, or what a Secret holds. Throws DecryptionError with Flux's words. */
export async function decryptResource(object: Values, keys: DecryptionKeys): Promise<Values> {
  if (isDecryptionDisabled(object)) return object;
  const { namespace, name } = mapOf(object.metadata);
  const subject = `'${textOf(namespace)}/${textOf(name)}'`;
  const explain = (what: string, cause: unknown): DecryptionError =>
    new DecryptionError(
      cause instanceof DecryptionError ? cause.code : "Invalid",
      `decryption failed for '${describeBuilt(object)}': failed to decrypt and format ${subject} ${what}: ${messageOf(cause)}`,
      { cause },
    );
  const { sops, ...tree } = object;
  if (isValues(sops) && textOf(sops["mac"]) !== "")
    try {
      const metadata = readMetadata(sops);
      return decryptTree(tree, metadata, await keys.dataKeyOf(metadata));
    } catch (cause) {
      throw explain(`${textOf(object.kind)} data`, cause);
    }
  if (object.kind !== "Secret" || !isValues(object.data)) return object;
  const data: Record<string, Value> = {};
  for (const [key, value] of Object.entries(object.data)) {
    const bytes = Buffer.from(textOf(value), "base64");
    const from = detectFormat(bytes);
    try {
      data[key] =
        from === undefined
          ? (value ?? null)
          : Buffer.from(await decryptFile(bytes, { from, to: formatOf(key), keys })).toString("base64");
    } catch (cause) {
      throw explain(`Secret field '${key}'`, cause);
    }
  }
  return { ...object, data };
}

/** True for a Secret that would be of no use in a cluster: SOPS encrypted it, and nobody decrypted it. */
export function isEncryptedSecret(object: Values): boolean {
  return (
    object.apiVersion === "v1" && object.kind === "Secret" && object.sops !== undefined && !isDecryptionDisabled(object)
  );
}

function isDecryptionDisabled({ metadata }: Values): boolean {
  const mark = mapOf(mapOf(metadata).annotations)["kustomize.toolkit.fluxcd.io/decrypt"];
  return textOf(mark).toLowerCase() === "disabled";
}
