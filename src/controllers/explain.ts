import type { ObjectReference } from "../api/index.ts";
import { explainUnready, type UnreadyReason } from "../kube/index.ts";
import { formatReasons } from "../release/index.ts";
import type { Context } from "./runtime/index.ts";

const mostObjects = 5;
const logLines = 5;
const patience = 5_000; // milliseconds: an explanation must not hold a release up

/** Reasons as a text to append to Flux's own; empty where there are none. */
export function appendix(reasons: readonly UnreadyReason[]): string {
  return reasons.length === 0 ? "" : `\n\nNot ready:\n${formatReasons(reasons)}`;
}

/** Why objects are not ready, down to a container's last lines, as a text to append; empty where nobody knows. Never throws. */
export async function explainAll(
  objects: readonly ObjectReference[],
  { client, signal }: Pick<Context, "client" | "signal">,
): Promise<string> {
  if (objects.length === 0) return "";
  const options = { logLines, signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) };
  const found = await Promise.all(
    objects.slice(0, mostObjects).map((reference) => explainUnready(client, reference, options)),
  );
  return appendix(found.flat());
}
