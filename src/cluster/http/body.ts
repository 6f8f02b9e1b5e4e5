import { badRequest } from "../../api/index.ts";
import { tooLarge, unsupportedMediaType } from "./refusals.ts";

/** kube-apiserver: MaxRequestBodyBytes. */
export const bodyLimit = 3 * 1024 * 1024;

/** Reads the whole body as text; refuses more than the limit without reading on. */
export async function readBody(request: Request, limit = bodyLimit): Promise<string> {
  if (request.body === null) return "";
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badRequest("the body of the request is not valid UTF-8");
  }
}

/** The media type of a body without its parameters; JSON where none is named. */
export function mediaTypeOf(request: Request): string {
  const header = request.headers.get("content-type") ?? "application/json";
  return header.split(";")[0]!.trim().toLowerCase();
}

const accepted = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** How the body of a create, update or delete is written. Throws UnsupportedMediaType. */
export function bodyFormat(request: Request): "json" | "yaml" {
  const type = mediaTypeOf(request);
  if (type === "application/json") return "json";
  if (type === "application/yaml" || type === "application/x-yaml") return "yaml";
  throw unsupportedMediaType(accepted);
}
