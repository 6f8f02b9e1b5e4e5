import type { Registry } from "../registry/registry.ts";
import type { Resource } from "../registry/resource.ts";
import type { Store } from "../store/types.ts";
import type { ResourcePath } from "./request.ts";

/** What every verb needs of the server. */
export interface Core {
  readonly store: Store;
  readonly registry: Registry;
  readonly now: () => Date;
  /** Aborted when the server closes: ends watches. */
  readonly closing: AbortSignal;
  /** What containers print; undefined for a Pod that has no log. */
  readonly logs: LogSource;
}

/** Answers what a container of a Pod has printed, as plain text. */
export type LogSource = (request: {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly previous: boolean;
}) => string | undefined;

/** One request for a resource, after its path was read. */
export interface Call {
  readonly core: Core;
  readonly resource: Resource;
  readonly path: ResourcePath;
  readonly request: Request;
  readonly query: URLSearchParams;
  /** Texts for the Warning headers of the answer; verbs add to it. */
  readonly warnings: string[];
  /** When the request came in. */
  readonly at: Date;
}

/** The key of the object that a call names. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
