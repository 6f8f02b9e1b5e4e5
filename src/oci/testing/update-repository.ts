import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { UpdateRepository } from "../signatures/public-root.ts";
import type { Fetch } from "../types.ts";

/** A repository of The Update Framework with one target, whose root has been replaced once; everything in it by its path. */
export interface TestUpdates {
  readonly repository: UpdateRepository;
  readonly files: Map<string, Uint8Array>;
  readonly asked: string[];
  readonly fetch: Fetch;
}

/** Makes a repository that is good until `expires`; the second root is signed by `successor` of the first, or by a stranger. */
export function makeUpdates(
  target: string,
  options: { readonly expires?: string; readonly signedBy?: "successor" | "stranger" } = {},
): TestUpdates {
  const { expires = "2040-01-01T00:00:00Z", signedBy = "successor" } = options;
  const [first, second, stranger] = [newKey(), newKey(), newKey()];
  const common = { spec_version: "1.0.0", expires };
  const root = (version: number, key: Key) => {
    const role = { keyids: [key.id], threshold: 1 };
    const roles = { root: role, timestamp: role, snapshot: role, targets: role };
    return { _type: "root", ...common, version, consistent_snapshot: true, keys: { [key.id]: key.shown }, roles };
  };
  const sha256 = createHash("sha256").update(target).digest("hex");
  const file = { length: Buffer.byteLength(target), hashes: { sha256 } };
  const targets = { _type: "targets", ...common, version: 1, targets: { "trusted_root.json": file } };
  const snapshot = { _type: "snapshot", ...common, version: 1, meta: { "targets.json": { version: 1 } } };
  const timestamp = { _type: "timestamp", ...common, version: 1, meta: { "snapshot.json": { version: 1 } } };
  const approver = signedBy === "stranger" ? stranger : first;
  const files = new Map<string, Uint8Array>([
    ["/2.root.json", signed(root(2, second), [approver, second])],
    ["/timestamp.json", signed(timestamp, [second])],
    ["/1.snapshot.json", signed(snapshot, [second])],
    ["/1.targets.json", signed(targets, [second])],
    [`/targets/${sha256}.trusted_root.json`, Buffer.from(target)],
  ]);
  const asked: string[] = [];
  return {
    repository: { url: "https://updates.test", root: signed(root(1, first), [first]) },
    files,
    asked,
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const found = files.get(pathname);
      return found === undefined ? new Response("", { status: 404 }) : new Response(Buffer.from(found));
    },
  };
}

interface Key {
  readonly id: string;
  readonly shown: unknown;
  readonly secret: KeyObject;
}

function newKey(): Key {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url").toString("hex");
  const shown = { keytype: "ed25519", scheme: "ed25519", keyval: { public: point } };
  return { id: createHash("sha256").update(canonical(shown)).digest("hex"), shown, secret: privateKey };
}

function signed(content: unknown, keys: readonly Key[]): Uint8Array {
  const signatures = keys.map(({ id, secret }) => ({
    keyid: id,
    sig: sign(null, Buffer.from(canonical(content)), secret).toString("hex"),
  }));
  return Buffer.from(JSON.stringify({ signatures, signed: content }));
}

/** The JSON that is signed: keys in order, no blanks. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`;
}
