import { findCondition, type Condition, type KubeObject } from "../../api/index.ts";
import { type FluxKind, isStatic, shortenDigests } from "./kinds.ts";

/** The cells REVISION, SUSPENDED, READY and MESSAGE of an object's row. */
export function statusCells(kind: FluxKind, object: KubeObject): readonly string[] {
  const { ready, message } = readyOf(object);
  const shorten = kind.shortens ? shortenDigests : (value: string) => value;
  const isSuspended = (object.spec as { readonly suspend?: boolean } | undefined)?.suspend === true;
  return [shorten(kind.revision(object)), isSuspended ? "True" : "False", ready, shorten(message)];
}

function readyOf(object: KubeObject): { readonly ready: string; readonly message: string } {
  if (isStatic(object)) return { ready: "True", message: "Helm repository is Ready" };
  const ready = findCondition(
    (object.status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions,
    "Ready",
  );
  return ready === undefined
    ? { ready: "False", message: "waiting to be reconciled" }
    : { ready: ready.status, message: ready.message };
}
