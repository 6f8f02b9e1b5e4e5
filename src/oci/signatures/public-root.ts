import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { SignatureError } from "../errors.ts";
import { readBody } from "../read-body.ts";
import type { Fetch } from "../types.ts";

/** A repository of The Update Framework, and the version of its root that is believed to begin with. */
export interface UpdateRepository {
  readonly url: string;
  /** `root.json`: who signs the next versions of it, and everything else. */
  readonly root: Uint8Array;
}

/** Sigstore's own, as its library brings it along. */
export async function publicRepository(): Promise<UpdateRepository> {
  const url = "https://tuf-repo-cdn.sigstore.dev";
  const { default: seeds } = await import("@sigstore/tuf/seeds.json", { with: { type: "json" } });
  return { url, root: Buffer.from(seeds[url]["root.json"], "base64") };
}

/**
 * Fetches the text of `trusted_root.json`: whose certificates and logs count for keyless signatures. Each version is signed by whom the
 * version before it names; nothing is kept. Throws SignatureError (InvalidTrust) with the address and the reason.
 */
export async function fetchTrustedRoot(options: {
  readonly fetch: Fetch;
  readonly repository: UpdateRepository;
  readonly signal?: AbortSignal;
}): Promise<string> {
  const { fetch, repository, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), "cox-trust-"));
  try {
    const [{ Updater }, { DownloadHTTPError }] = await Promise.all([import("tuf-js"), import("tuf-js/dist/error.js")]);
    const download = async (url: string, limit: number): Promise<Buffer> => {
      const answer = await fetch(new Request(url, signal === undefined ? {} : { signal }));
      // The library takes 404 for "there is no newer one".
      if (answer.status !== 200) {
        await answer.body?.cancel();
        throw new DownloadHTTPError(`${url}: response status code ${answer.status}`, answer.status);
      }
      return Buffer.from(await readBody(answer, limit, new URL(url).pathname));
    };
    const targets = join(folder, "targets");
    await mkdir(targets);
    await writeFile(join(folder, "root.json"), repository.root);
    const updater = new Updater({
      metadataDir: folder,
      metadataBaseUrl: repository.url,
      targetDir: targets,
      targetBaseUrl: `${repository.url}/targets`,
      fetcher: {
        downloadBytes: download,
        downloadFile: async (url, limit, use) => {
          const file = join(folder, "download");
          await writeFile(file, await download(url, limit));
          return use(file);
        },
      },
    });
    await updater.refresh();
    const target = await updater.getTargetInfo("trusted_root.json");
    if (target === undefined) throw new Error("it has no trusted_root.json");
    return await readFile(await updater.downloadTarget(target), "utf8");
  } catch (cause) {
    const message = `cannot get the trusted root from ${repository.url}: ${messageOf(cause)}`;
    throw new SignatureError("InvalidTrust", message, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
