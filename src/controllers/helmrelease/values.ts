import { identityOf } from "../runtime/index.ts";
import type { HelmRelease, KubeObject } from "../../api/index.ts";
import { CodedError, messageOf } from "../../base/errors.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import { mergeMaps, parseSetInto } from "../../chart/index.ts";

type ValuesReference = NonNullable<HelmRelease["spec"]["valuesFrom"]>[number];

/** What became of reading a referenced object; `missing` carries the API's own text. */
export type Referenced =
  | { readonly found: KubeObject }
  | { readonly missing: string }
  /** Reading failed otherwise: the text, as it is to be shown. */
  | { readonly failed: string };

export class ValuesError extends CodedError<"values"> {}

/** The key under which `composeValues` looks a reference up. */
export function referenceKey(reference: { readonly kind: string; readonly name: string }): string {
  return `${reference.kind}/${reference.name}`;
}

/**
 * Composes the values of a release from its references and its inline values. Pure: `objects` holds what was read, by `referenceKey`.
 * Throws ValuesError with Flux's text. The order of merging, with its surprises, is Flux's chartutil.ChartValuesFromReferences.
 */
export function composeValues(release: HelmRelease, objects: ReadonlyMap<string, Referenced>): Values {
  const { namespace } = identityOf(release);
  // A copy, because setting a target path changes the inline maps in place, and later merges see that.
  const inline = copyValues((release.spec.values ?? {}) as Values);
  let result: Values = {};
  const looked = new Set<string>();
  for (const reference of release.spec.valuesFrom ?? []) {
    const text = readReference(reference, namespace, objects, looked);
    if (text === undefined) continue;
    if (reference.targetPath !== undefined && reference.targetPath !== "") {
      result = mergeMaps(result, inline);
      try {
        setPath(result, reference.targetPath, text, reference.literal ?? false);
      } catch (error) {
        throw failure(reference, namespace, messageOf(error), error);
      }
      continue;
    }
    result = mergeMaps(result, parseValues(reference, namespace, text));
  }
  return mergeMaps(result, inline);
}

function parseValues(reference: ValuesReference, namespace: string, text: string): Values {
  let parsed: Value;
  try {
    parsed = parseYaml(text);
  } catch (error) {
    throw failure(reference, namespace, messageOf(error), error);
  }
  if (parsed === null) return {};
  if (!isValues(parsed)) {
    const found = Array.isArray(parsed) ? "array" : typeof parsed === "boolean" ? "bool" : typeof parsed;
    throw failure(
      reference,
      namespace,
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found} into Go value of type common.Values`,
    );
  }
  return parsed;
}

function readReference(
  reference: ValuesReference,
  namespace: string,
  objects: ReadonlyMap<string, Referenced>,
  looked: Set<string>,
): string | undefined {
  if (reference.kind !== "ConfigMap" && reference.kind !== "Secret")
    throw failure(reference, namespace, "unsupported values reference kind");
  const key = referenceKey(reference);
  const read = objects.get(key);
  if (read === undefined || "missing" in read) {
    if (reference.optional === true) return undefined;
    // Flux reads each object once: the second reference to a missing one has no API error to show.
    const cause = looked.has(key) || read === undefined ? "resource not found" : read.missing;
    throw failure(reference, namespace, cause);
  }
  looked.add(key);
  if ("failed" in read) throw new ValuesError("values", read.failed);
  const data = read.found.data;
  const value =
    isValues(data) && Object.hasOwn(data, valuesKeyOf(reference)) ? data[valuesKeyOf(reference)] : undefined;
  if (typeof value !== "string") {
    if (reference.optional === true) return undefined;
    throw failure(reference, namespace, "key not found");
  }
  return reference.kind === "Secret" ? decodeBase64(value) : value;
}

function valuesKeyOf(reference: ValuesReference): string {
  return reference.valuesKey === undefined || reference.valuesKey === "" ? "values.yaml" : reference.valuesKey;
}

/** Flux: ReplacePathValue and ReplacePathLiteralValue. */
function setPath(values: Values, path: string, value: string, literal: boolean): void {
  const target = values as Parameters<typeof parseSetInto>[1]; // made by mergeMaps just now, and ours alone
  if (literal) {
    parseSetInto(`${path}=${value.replaceAll(/[\\,[\]{}]/g, (found) => `\\${found}`)}`, target, { kind: "string" });
    return;
  }
  const isQuoted = (quote: string): boolean => value.startsWith(quote) && value.endsWith(quote);
  if (isQuoted("'") || isQuoted('"'))
    parseSetInto(`${path}=${value.replaceAll(/^['"]+|['"]+$/g, "")}`, target, { kind: "string" });
  else parseSetInto(`${path}=${value}`, target, { kind: "typed" });
}

function failure(reference: ValuesReference, namespace: string, cause: string, error?: unknown): ValuesError {
  const optional = reference.optional === true ? " optional" : "";
  const text = `could not resolve${optional} ${reference.kind} chart values reference '${namespace}/${reference.name}' with key '${valuesKeyOf(reference)}': ${cause}`;
  return new ValuesError("values", text, error === undefined ? undefined : { cause: error });
}

function decodeBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}

function copyValues<T extends Value>(value: T): T {
  return structuredClone(value);
}
