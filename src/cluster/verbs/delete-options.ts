import { badRequest, fieldError, invalid } from "../../api/index.ts";
import { isValues } from "../../base/value.ts";
import { readBody } from "../http/body.ts";
import type { Call } from "../http/call.ts";
import { decodeProtobuf } from "../protobuf/decode.ts";
import { parseText } from "../write/decode.ts";
import { isDryRun } from "./list-options.ts";

/** What a client says about a deletion, in the body or in the query. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun: boolean;
}

/** Reads DeleteOptions from the body or the query. Throws BadRequest or Invalid. */
export async function readDeleteOptions(call: Call): Promise<DeleteOptions> {
  const sent = await readBody(call.request);
  const { query } = call;
  if (sent.format === "protobuf" ? sent.bytes.byteLength === 0 : sent.text.trim() === "") {
    const grace = query.get("gracePeriodSeconds");
    return checked({
      dryRun: query.getAll("dryRun"),
      propagationPolicy: query.get("propagationPolicy") ?? undefined,
      orphanDependents: query.has("orphanDependents") ? query.get("orphanDependents") === "true" : undefined,
      gracePeriodSeconds: grace === null ? undefined : Number(grace),
      preconditions: undefined,
    });
  }
  const value: unknown =
    sent.format === "protobuf"
      ? decodeProtobuf(sent.bytes)
      : parseText(sent.text, sent.format, (why) => `couldn't get version/kind; json parse error: ${why}`).value;
  if (!isValues(value)) throw badRequest("expected a DeleteOptions object");
  const body = value as Readonly<Record<string, unknown>>;
  if (body["kind"] !== undefined && body["kind"] !== "DeleteOptions") {
    throw badRequest(
      `${String(body["kind"])} in version "${call.resource.version}" cannot be handled as a DeleteOptions`,
    );
  }
  return toDeleteOptions(body, query);
}

/** DeleteOptions as they stand in a body. Throws Invalid. */
export function toDeleteOptions(body: Readonly<Record<string, unknown>>, query: URLSearchParams): DeleteOptions {
  const dryRun = body["dryRun"];
  return checked({
    dryRun: Array.isArray(dryRun) ? dryRun.map(String) : query.getAll("dryRun"),
    propagationPolicy: body["propagationPolicy"],
    orphanDependents: body["orphanDependents"],
    gracePeriodSeconds: body["gracePeriodSeconds"],
    preconditions: body["preconditions"],
  });
}

function checked(options: {
  readonly dryRun: readonly string[];
  readonly propagationPolicy: unknown;
  readonly orphanDependents: unknown;
  readonly gracePeriodSeconds: unknown;
  readonly preconditions: unknown;
}): DeleteOptions {
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions } = options;
  const kind = { group: "meta.k8s.io", kind: "DeleteOptions" };
  if (propagationPolicy !== undefined && propagationPolicy !== null && typeof orphanDependents === "boolean") {
    throw invalid(kind, "", [
      fieldError.invalid(
        "propagationPolicy",
        propagationPolicy,
        "orphanDependents and deletionPropagation cannot be both set",
      ),
    ]);
  }
  const policy =
    propagationPolicy ?? (orphanDependents === true ? "Orphan" : orphanDependents === false ? "Background" : undefined);
  if (policy !== undefined && policy !== "Background" && policy !== "Foreground" && policy !== "Orphan") {
    throw invalid(kind, "", [
      fieldError.notSupported("propagationPolicy", policy, ["Foreground", "Background", "Orphan", "nil"]),
    ]);
  }
  const { uid, resourceVersion } = (isValues(preconditions) ? preconditions : {}) as {
    readonly uid?: unknown;
    readonly resourceVersion?: unknown;
  };
  return {
    dryRun: isDryRun(options.dryRun, "DeleteOptions"),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    ...(typeof gracePeriodSeconds === "number" && Number.isFinite(gracePeriodSeconds)
      ? { gracePeriodSeconds: Math.max(0, Math.trunc(gracePeriodSeconds)) }
      : {}),
    ...(typeof uid === "string" ? { uid } : {}),
    ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
  };
}
