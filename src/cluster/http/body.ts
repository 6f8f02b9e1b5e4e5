import { badRequest } from "../../api/index.ts";
import { tooLarge, unsupportedMediaType } from "./refusals.ts";

/** kube-apiserver: MaxRequestBodyBytes. */
export const bodyLimit = 3 * 1024 * 1024;

/** What a client sent, and how it is written. */
export type Body =
  | { readonly format: "json" | "yaml"; readonly text: string }
  | { readonly format: "protobuf"; readonly bytes: Uint8Array };

/** Reads the whole body of a create, update or delete. Throws UnsupportedMediaType and RequestEntityTooLarge. */
export async function readBody(request: Request): Promise<Body> {
  const format = bodyFormat(request);
  const bytes = await readBytes(request);
  return format === "protobuf" ? { format, bytes } : { format, text: toText(bytes) };
}

/** Reads the whole body as text. */
export async function readText(request: Request): Promise<string> {
  return toText(await readBytes(request));
}

/** Reads no more than the limit. */
async function readBytes(request: Request, limit = bodyLimit): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
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
  return bytes;
}

function toText(bytes: Uint8Array): string {
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

function bodyFormat(request: Request): Body["format"] {
  const type = mediaTypeOf(request);
  if (type === "application/json") return "json";
  if (type === "application/yaml" || type === "application/x-yaml") return "yaml";
  if (type === "application/vnd.kubernetes.protobuf") return "protobuf";
  throw unsupportedMediaType(accepted);
}
