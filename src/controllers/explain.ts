import type { ObjectReference } from "../api/index.ts";
import { explainUnready } from "../kube/index.ts";
import type { Context } from "./runtime/index.ts";

const mostObjects = 5;
const logLines = 5;
const longest = 4 * 1024;
const patience = 5_000; // milliseconds: an explanation must not hold a release up

/** What stands before the reasons, after Flux's own text. */
export const reasonsHeading = "\n\nNot ready:\n";

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
  const lines = found
    .flat()
    .flatMap(({ object, text, log = [] }) => [`${subjectOf(object)}: ${text}`, ...log.map((line) => `  | ${line}`)]);
  if (lines.length === 0) return "";
  const text = [...new Set(lines)].join("\n");
  return reasonsHeading + (text.length > longest ? `${text.slice(0, longest)}...` : text);
}

function subjectOf({ kind, namespace, name }: ObjectReference): string {
  return [kind, namespace, name].filter((part) => part !== undefined && part !== "").join("/");
}
