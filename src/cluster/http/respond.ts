import type { KubeObject, Status } from "../../api/index.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import type { Value } from "../../base/value.ts";
import { toJson, toServed } from "../serve.ts";
import { negotiate } from "./accept.ts";
import type { Call } from "./call.ts";
import { toPartial, toPartialList } from "./partial.ts";
import { toTable } from "./table.ts";

const transformations = ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"];

/** Answers with an object of the resource that was called, in the form that the client wants. `object` is as stored. */
export function respondObject(call: Call, object: KubeObject, code = 200): Response {
  const { format, as } = negotiate(call.request.headers.get("accept"), transformations);
  const served = toServed(call.resource, object);
  if (as?.kind === "Table") return respond(call, toTable(call, [served], undefined, as.version), { code, format });
  if (as !== undefined) return respond(call, toPartial(served, as.version), { code, format });
  if (format === "json" && !isPretty(call.request, call.query))
    return respondText(call, toJson(call.resource, object), code);
  return respond(call, served, { code, format });
}

/** Answers with a list of objects of the resource that was called. `items` are as stored. */
export function respondList(
  call: Call,
  items: readonly KubeObject[],
  metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number },
): Response {
  const { resource } = call;
  const { format, as } = negotiate(call.request.headers.get("accept"), transformations);
  const served = () => items.map((item) => toServed(resource, item));
  if (as?.kind === "Table") return respond(call, toTable(call, served(), metadata, as.version), { format });
  if (as !== undefined) return respond(call, toPartialList(served(), metadata, as.version), { format });
  const head = { kind: resource.listKind, apiVersion: resource.apiVersion, metadata };
  if (format === "json" && !isPretty(call.request, call.query)) {
    const texts = items.map((item) => toJson(resource, item));
    return respondText(call, `${JSON.stringify(head).slice(0, -1)},"items":[${texts.join(",")}]}`, 200);
  }
  return respond(call, { ...head, items: served() }, { format });
}

/** Answers with any JSON. */
export function respond(
  call: { readonly request: Request; readonly query: URLSearchParams; readonly warnings: readonly string[] },
  value: unknown,
  options: {
    readonly code?: number;
    readonly format?: "json" | "yaml";
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Response {
  const { code = 200, format = "json" } = options;
  if (format === "yaml") {
    const headers = headersOf(call.warnings, "application/yaml", options.headers);
    return new Response(formatYaml(value as Value), { status: code, headers });
  }
  const pretty = isPretty(call.request, call.query);
  return respondText(
    call,
    pretty ? `${JSON.stringify(value, undefined, 2)}\n` : `${JSON.stringify(value)}\n`,
    code,
    options.headers,
  );
}

/** Answers with a Status: refusals, and deletions that went well. */
export function respondStatus(
  call: { readonly request: Request; readonly query: URLSearchParams; readonly warnings: readonly string[] },
  status: Status,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return respond(call, status, { code: status.code ?? 200, headers });
}

function respondText(
  call: { readonly warnings: readonly string[] },
  text: string,
  code: number,
  headers?: Readonly<Record<string, string>>,
): Response {
  return new Response(text, { status: code, headers: headersOf(call.warnings, "application/json", headers) });
}

function headersOf(warnings: readonly string[], type: string, more: Readonly<Record<string, string>> = {}): Headers {
  const headers = new Headers({ "content-type": type, "cache-control": "no-cache, private", ...more });
  for (const warning of new Set(warnings)) headers.append("warning", `299 - ${quote(warning)}`);
  return headers;
}

/** RFC 7230's quoted-string, in ASCII as headers must be. */
function quote(text: string): string {
  const flat = text.replaceAll(/[\r\n\t]+/g, " ").replaceAll(/[^\x20-\x7e]/g, "?");
  return `"${flat.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** kube-apiserver prints for people when asked, or when a person's program asks. */
function isPretty(request: Request, query: URLSearchParams): boolean {
  const asked = query.get("pretty");
  if (asked !== null) return asked !== "false" && asked !== "0";
  const agent = request.headers.get("user-agent") ?? "";
  return agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0");
}
