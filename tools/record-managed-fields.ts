/**
 * Records what a real kube-apiserver makes of a row of writes, for the tests of src/cluster/managed-fields:
 *   node tools/record-managed-fields.ts --server https://127.0.0.1:6443 --token TOKEN
 * The server should run without controllers, which would write in between.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { parseArgs } from "node:util";

interface Step {
  readonly name: string;
  readonly verb: "create" | "update" | "json" | "merge" | "strategic" | "apply" | "delete";
  readonly path: string; // of the object; the collection for create
  readonly subresource?: string;
  readonly manager?: string;
  readonly force?: boolean;
  /** What is sent. For an update: what is changed in the object as it is, as a merge patch. */
  readonly body?: unknown;
}

const { values: flags } = parseArgs({ options: { server: { type: "string" }, token: { type: "string" } } });
if (flags.server === undefined) throw new Error("--server is required: the URL of a kube-apiserver");
const server = flags.server;
const folder = new URL("../src/cluster/managed-fields/testdata/", import.meta.url);

const types = {
  create: "application/json",
  update: "application/json",
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
  delete: "application/json",
};

function send(method: string, path: string, type: string, body?: unknown): Promise<Record<string, unknown>> {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  const content = body === undefined ? "" : JSON.stringify(body);
  const headers = {
    accept: "application/json",
    authorization: `Bearer ${flags.token ?? ""}`,
    "content-type": type,
    "content-length": Buffer.byteLength(content),
  };
  const request = httpsRequest(new URL(path, server), { method, headers, rejectUnauthorized: false }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("end", () => resolve(JSON.parse(text) as Record<string, unknown>));
  });
  request.on("error", reject);
  request.end(content);
  return promise;
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === "object" && target !== null && !Array.isArray(target) ? target : {};
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

const steps = JSON.parse(readFileSync(new URL("writes.json", folder), "utf8")) as readonly Step[];
const recorded: { readonly name: string; readonly after: unknown }[] = [];
for (const step of steps) {
  const found = await send("GET", step.path, types.create);
  const before = found["kind"] === "Status" ? undefined : found;
  const query = new URLSearchParams(step.manager === undefined ? {} : { fieldManager: step.manager });
  if (step.force === true) query.set("force", "true");
  const target = `${step.path}${step.subresource === undefined ? "" : `/${step.subresource}`}?${query}`;
  let after: Record<string, unknown>;
  switch (step.verb) {
    case "create":
      after = await send("POST", `${step.path.replace(/\/[^/]+$/, "")}?${query}`, types.create, step.body);
      break;
    case "update": {
      const current = step.subresource === undefined ? before : await send("GET", target, types.create);
      after = await send("PUT", target, types.update, mergePatch(current, step.body));
      break;
    }
    case "delete":
      after = await send("DELETE", step.path, types.delete, { propagationPolicy: "Background" });
      break;
    default:
      after = await send("PATCH", target, types[step.verb], step.body);
  }
  if (step.verb === "delete") continue;
  // What a subresource answers is not always the object.
  const answer =
    step.subresource === undefined || after["kind"] === "Status" ? after : await send("GET", step.path, types.create);
  recorded.push({ name: step.name, after: answer });
  // Kubernetes counts times in seconds; only entries of different seconds show which times a write renewed.
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 1100);
  await promise;
}
const lines = recorded.map((record) => JSON.stringify(record));
writeFileSync(new URL("writes.recorded.json", folder), `[\n${lines.join(",\n")}\n]\n`);
