import { notAcceptable } from "./refusals.ts";

/** What form of an answer the client wants most of those that there are. */
export interface Negotiated {
  readonly format: "json" | "yaml";
  /** `as=Table;g=meta.k8s.io;v=v1` and its like: the kind the answer is to be turned into. */
  readonly as?: { readonly kind: string; readonly group: string; readonly version: string };
}

const offered = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

export interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The media ranges of an Accept header, the most wanted first. */
export function parseAccept(header: string): readonly MediaRange[] {
  return header
    .split(",")
    .map((text) => {
      const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
      return {
        type: type.toLowerCase(),
        parameters: new Map(
          parameters.map((parameter) => {
            const [name = "", value = ""] = parameter.split("=");
            return [name.trim().toLowerCase(), value.trim()] as const;
          }),
        ),
      };
    })
    .filter(({ type }) => type !== "")
    .map((range, index) => ({ range, index, quality: Number(range.parameters.get("q") ?? 1) }))
    .sort((a, b) => b.quality - a.quality || a.index - b.index)
    .map(({ range }) => range);
}

/**
 * Chooses the form of the answer. Protobuf is never chosen: clients that ask for it name JSON after it, and those that do not
 * get JSON and see it by its Content-Type. Throws NotAcceptable when nothing fits.
 */
export function negotiate(header: string | null, kinds: readonly string[] = []): Negotiated {
  if (header === null || header.trim() === "") return { format: "json" };
  let protobuf = false;
  for (const { type, parameters } of parseAccept(header)) {
    const format = formatOf(type);
    if (format === undefined) {
      protobuf ||= type === "application/vnd.kubernetes.protobuf";
      continue;
    }
    const kind = parameters.get("as");
    if (kind === undefined) return { format };
    if (kinds.includes(kind)) {
      return { format, as: { kind, group: parameters.get("g") ?? "", version: parameters.get("v") ?? "" } };
    }
  }
  if (protobuf) return { format: "json" };
  throw notAcceptable(offered);
}

function formatOf(type: string): Negotiated["format"] | undefined {
  if (type === "application/json" || type === "*/*" || type === "application/*") return "json";
  if (type === "application/yaml" || type === "application/x-yaml") return "yaml";
  return undefined;
}
