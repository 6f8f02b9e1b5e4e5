import { badRequest, fieldError, invalid, type KubeObject, versionOf } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import { isValues } from "../../base/value.ts";
import type { Body } from "../http/body.ts";
import type { Call } from "../http/call.ts";
import { unsupportedMediaType } from "../http/refusals.ts";
import { decodeProtobuf } from "../protobuf/decode.ts";
import type { Resource } from "../registry/resource.ts";
import { duplicateKeys } from "./duplicate-keys.ts";
import { decodeTyped } from "./typed.ts";

// Go's decoder stops at 10,000; recursion here must stay within the engine's stack.
const depthLimit = 1_000;

/** Reads JSON or YAML text. Throws BadRequest; `duplicates` are the paths of keys that came twice (the last one counts). */
export function parseText(
  text: string,
  format: "json" | "yaml",
  describe: (why: string) => string,
): { readonly value: unknown; readonly duplicates: readonly string[] } {
  let value: unknown;
  try {
    value = format === "json" ? JSON.parse(text) : withNumbers(parseYaml(text));
  } catch (thrown) {
    throw badRequest(describe(format === "json" ? goJsonError(text, messageOf(thrown)) : messageOf(thrown)));
  }
  if (isDeeper(value, depthLimit))
    throw badRequest(describe(`invalid character '${text.trimStart()[0] ?? "{"}' exceeded max depth`));
  return { value, duplicates: format === "json" ? duplicateKeys(text, value) : [] };
}

/** Decodes the body of a create or update into an object of the resource. Throws BadRequest; applies `fieldValidation`. */
export function decodeObject(call: Call, body: Body, resource: Resource = call.resource): KubeObject {
  if (body.format === "protobuf") {
    if (resource.custom) throw unsupportedMediaType(["application/json", "application/yaml"]);
    return asObject(call, decodeProtobuf(body.bytes), [], resource);
  }
  const head = `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error: `;
  const { value, duplicates } = parseText(body.text, body.format, (why) => `${head}${why} (${excerpt(body.text)})`);
  return asObject(call, value, duplicates, resource);
}

/** Checks that a value is an object of the resource, and drops what its type does not have. */
export function asObject(
  call: Call,
  value: unknown,
  duplicates: readonly string[] = [],
  resource: Resource = call.resource,
): KubeObject {
  const { apiVersion, kind } = resource;
  if (!isValues(value)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${goType(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const given = value as Readonly<Record<string, unknown>>;
  if (resource.custom) checkCustomType(resource, given);
  else checkType(resource, given);
  const { object, unknown } = decodeTyped(resource, { ...given, apiVersion, kind });
  reportUnknown(call, resource, [
    ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ]);
  return object;
}

/** `fieldValidation`: what a strict decoder would not take is an error, a warning or nothing. */
export function reportUnknown(call: Call, resource: Resource, problems: readonly string[]): void {
  if (problems.length === 0) return;
  switch (fieldValidationOf(call)) {
    case "Strict":
      throw badRequest(
        `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: strict decoding error: ${problems.join(", ")}`,
      );
    case "Warn":
      call.warnings.push(...problems);
      return;
    case "Ignore":
      return;
  }
}

function fieldValidationOf(call: Call): "Strict" | "Warn" | "Ignore" {
  const asked = call.query.get("fieldValidation");
  return asked === "Strict" || asked === "Ignore" ? asked : "Warn";
}

/** What has no apiVersion or kind is taken for what the path names; what has another is refused. */
function checkType({ group, apiVersion, kind }: Resource, given: Readonly<Record<string, unknown>>): void {
  const sentVersion = String(given["apiVersion"] ?? "") || apiVersion;
  const sentKind = String(given["kind"] ?? "") || kind;
  if (sentVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${sentVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (sentKind === kind) return;
  const version = versionOf(apiVersion);
  const ours = group === "" ? "core" : group.split(".")[0]!;
  throw badRequest(
    `${sentKind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: converting (${version}.${sentKind}) to (${ours}.${kind}): unknown conversion`,
  );
}

function checkCustomType({ group, apiVersion, kind }: Resource, given: Readonly<Record<string, unknown>>): void {
  const sentKind = given["kind"];
  if (sentKind === undefined || sentKind === "") {
    const text = JSON.stringify(given);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): Object 'Kind' is missing in '${text.slice(0, 1000)}' (${excerpt(text)})`,
    );
  }
  const sentVersion = String(given["apiVersion"] ?? "");
  if (sentVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${sentVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (sentKind === kind) return;
  const { name } = (given["metadata"] ?? {}) as { readonly name?: unknown };
  throw invalid({ group, kind: String(sentKind) }, typeof name === "string" ? name : "", [
    fieldError.invalid("kind", sentKind, `must be ${kind}`),
  ]);
}

/** The start of a text as error messages quote it. */
function excerpt(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" ? "number" : "string";
}

/** A JSON error in the words of Go's decoder, as far as they can be known. */
export function goJsonError(text: string, message: string): string {
  const at = /position (\d+)/.exec(message)?.[1];
  const isEnd = at !== undefined && Number(at) >= text.trimEnd().length;
  if (isEnd || /end of JSON input/.test(message) || text.trim() === "") return "unexpected end of JSON input";
  const found = at === undefined ? undefined : text[Number(at)];
  return found === undefined ? message : `invalid character '${found}' looking for beginning of value`;
}

/** JSON knows one kind of number; YAML integers come as bigints. */
function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withNumbers(child)]));
}

function isDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  for (const child of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof child === "object" && child !== null && isDeeper(child, limit - 1)) return true;
  }
  return false;
}
