import { limitError } from "./errors.ts";
import { limitsInForce } from "./limits.ts";

/** A walk through a value: how many of its parts were seen. A small value that shares its parts can be endless to walk. */
export interface Visit {
  parts: number;
  /** What becomes of bytes that are not UTF-8: they are kept, each becomes U+FFFD, or the text becomes base64 as in yaml.v3. */
  readonly bytes: "kept" | "replaced" | "binary";
}

/** Starts a walk. */
export function newVisit(bytes: Visit["bytes"] = "replaced"): Visit {
  return { parts: 0, bytes };
}

/** Counts one part, and refuses what is too deep (which a value in itself is) or has too many parts. */
export function visitPart(visit: Visit, depth: number): void {
  visit.parts += 1;
  if (depth > limitsInForce().valueDepth) throw limitError("value is too deep or contains itself");
  if (visit.parts > limitsInForce().valueParts)
    throw limitError(`value has more than ${limitsInForce().valueParts} parts`);
}

/** Counts a text by its length. */
export function visitText(visit: Visit, text: string): void {
  visit.parts += text.length >> 4;
}
