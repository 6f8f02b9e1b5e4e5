import { messageOf } from "../../base/errors.ts";
import { compareBytes, type Values } from "../../base/value.ts";
import { ChartError } from "../errors.ts";
import { decodeDocument, type GoShape, goString, goStringMap } from "../load/go-decode.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import type { Hook, HookEvent, Log, Manifest } from "../types.ts";
import { installOrder, sortByKind } from "./kind-order.ts";

/** A rendered template, named by its path from the root chart's name. */
export interface RenderedFile {
  readonly name: string;
  readonly content: string;
}

export interface SortedManifests {
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Hook[];
}

/**
 * Splits rendered files into documents and tells hooks from manifests, each in install order. Throws ChartError
 * `YAML parse error on <path>: …` for a document that does not parse.
 */
export function sortManifests(files: readonly RenderedFile[], log?: Log): SortedManifests {
  const manifests: Manifest[] = [];
  const hooks: Hook[] = [];
  for (const { name: path, content } of files.toSorted((a, b) => compareBytes(a.name, b.name))) {
    if (isPartial(path)) continue;
    for (const document of splitManifests(content)) {
      const head = readHead(path, document);
      const events = head.annotations[hookAnnotation];
      if (events === undefined) {
        manifests.push({ path, ...head, content: document });
        continue;
      }
      const known = hookEvents(events);
      // Helm: one unknown name drops the whole document.
      if (known === undefined)
        log?.({ level: "INFO", message: "skipping unknown hooks", attributes: { hookTypes: events } });
      else hooks.push(toHook(path, document, head, known));
    }
  }
  return { manifests: sortByKind(manifests, installOrder), hooks: sortByKind(hooks, installOrder) };
}

/** True for files that hold definitions only: their base name starts with an underscore. */
export function isPartial(path: string): boolean {
  return path.slice(path.lastIndexOf("/") + 1).startsWith("_");
}

/** The documents of a rendered file, without blank ones; white space after a document stays, as Helm 4 keeps it. */
export function splitManifests(text: string): string[] {
  const documents: string[] = [];
  for (const part of trimLeft(text).split(separator)) {
    const document = trimLeft(part);
    if (document !== "") documents.push(document);
  }
  return documents;
}

/** The hooks of one event in execution order: by weight, then by name. */
export function hooksForEvent<AnyHook extends Hook>(hooks: readonly AnyHook[], event: HookEvent): AnyHook[] {
  return hooks
    .filter((hook) => hook.events.includes(event))
    .toSorted((a, b) => a.weight - b.weight || compareBytes(a.name, b.name));
}

/** Removes white space as Go's strings.TrimLeft does with unicode.IsSpace. */
export function trimLeft(text: string): string {
  return text.replace(/^[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/, "");
}

// Helm: `(?m)^---[ \t]*`. JavaScript's `^` with the m flag would also match after \r.
const separator = /(?<![^\n])---[ \t]*/;

const hookAnnotation = "helm.sh/hook";

const eventNames: Readonly<Record<string, HookEvent>> = {
  "pre-install": "pre-install",
  "post-install": "post-install",
  "pre-delete": "pre-delete",
  "post-delete": "post-delete",
  "pre-upgrade": "pre-upgrade",
  "post-upgrade": "post-upgrade",
  "pre-rollback": "pre-rollback",
  "post-rollback": "post-rollback",
  test: "test",
  "test-success": "test", // Helm 2's name
};

interface Head {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const headShape: GoShape & { readonly shape: "struct" } = {
  shape: "struct",
  type: "util.SimpleHead",
  owner: "SimpleHead",
  fields: {
    apiVersion: goString,
    kind: goString,
    metadata: {
      shape: "struct",
      type: 'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }',
      owner: "",
      fields: { name: goString, annotations: goStringMap },
    },
  },
};

const headKeys: ReadonlySet<string> = new Set(["apiversion", "kind", "metadata"]);

function readHead(path: string, document: string): Head {
  try {
    const { apiVersion, kind, metadata } = decodeDocument(parseYaml(document, { only: headKeys }), headShape);
    const { name, annotations } = (metadata ?? {}) as Values;
    return {
      apiVersion: (apiVersion ?? "") as string,
      kind: (kind ?? "") as string,
      name: (name ?? "") as string,
      annotations: (annotations ?? {}) as Readonly<Record<string, string>>,
    };
  } catch (cause) {
    throw new ChartError("InvalidManifest", `YAML parse error on ${path}: ${messageOf(cause)}`, { cause });
  }
}

function hookEvents(annotation: string): HookEvent[] | undefined {
  const events: HookEvent[] = [];
  for (const word of annotation.split(",")) {
    const name = word.trim().toLowerCase();
    const event = Object.hasOwn(eventNames, name) ? eventNames[name] : undefined;
    if (event === undefined) return undefined;
    events.push(event);
  }
  return events;
}

function toHook(path: string, manifest: string, head: Head, events: readonly HookEvent[]): Hook {
  const weight = head.annotations["helm.sh/hook-weight"] ?? "";
  return {
    name: head.name,
    kind: head.kind,
    path,
    manifest,
    events,
    weight: /^[-+]?[0-9]+$/.test(weight) && Number.isSafeInteger(Number(weight)) ? Number(weight) : 0,
    deletePolicies: words(head.annotations["helm.sh/hook-delete-policy"]),
    outputLogPolicies: words(head.annotations["helm.sh/hook-output-log-policy"]),
  };
}

function words(annotation: string | undefined): string[] {
  return annotation === undefined ? [] : annotation.split(",").map((word) => word.trim().toLowerCase());
}
