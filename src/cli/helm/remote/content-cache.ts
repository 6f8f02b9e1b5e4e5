import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sha256Sync } from "../../../base/node/digest.ts";
import { writeWhole } from "../../files.ts";
import type { HelmSettings } from "../settings.ts";

/** What is kept of a chart under the digest of its package. */
export type CachedKind = "chart" | "prov";

/** The path of something in the cache, if it is there and is what its name says. */
export async function findCached(
  digest: string,
  kind: CachedKind,
  settings: HelmSettings,
): Promise<string | undefined> {
  const path = pathOf(digest, kind, settings);
  if (path === undefined) return undefined;
  const content = await readFile(path).catch(() => undefined);
  if (content === undefined || content.length === 0) return undefined;
  return kind === "chart" && sha256Sync(content) !== hexOf(digest) ? undefined : path;
}

/** Keeps something under the digest of its chart; gives the path. */
export async function keepCached(
  digest: string,
  kind: CachedKind,
  { content, settings }: { readonly content: Uint8Array; readonly settings: HelmSettings },
): Promise<string> {
  const path = pathOf(digest, kind, settings);
  if (path === undefined) throw new Error(`cannot keep a chart under ${JSON.stringify(digest)}: it is no digest`);
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, content);
  return path;
}

function pathOf(digest: string, kind: CachedKind, settings: HelmSettings): string | undefined {
  const hex = hexOf(digest);
  if (!/^[0-9a-f]{64}$/.test(hex)) return undefined;
  return join(settings.contentCache, hex.slice(0, 2), `${hex}.${kind}`);
}

function hexOf(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1);
}
