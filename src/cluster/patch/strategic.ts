import { type BuiltinSchema, type KubeObject, StrategicMergeError, strategicMergePatch } from "../../api/index.ts";
import { Refusal } from "../errors.ts";

/**
 * Applies a strategic merge patch as the API server does. Throws a Refusal: 400 for a malformed directive, 422 for what
 * cannot be merged at all, 500 for a patch that does not fit the object.
 */
export function applyStrategicPatch(object: KubeObject, patch: unknown, schema: BuiltinSchema | undefined): KubeObject {
  try {
    return strategicMergePatch(object, patch, schema) as KubeObject;
  } catch (thrown) {
    if (!(thrown instanceof StrategicMergeError)) throw thrown;
    throw new Refusal({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: thrown.message,
      ...answers[thrown.code],
    });
  }
}

const answers = {
  BadFormat: { reason: "BadRequest", code: 400 },
  Unprocessable: { reason: "Invalid", code: 422 },
  Mismatch: { code: 500 },
} as const;
