import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { commitGit, createGitRepository, serveGit } from "../src/sources/index.ts";
import { startWorld } from "./world.ts";

const kustomization = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" } as const;

/** A world with a Git repository of these files, and a way to apply a path of it. */
export async function startWithGit(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: Parameters<typeof startWorld>[1] = {},
) {
  const world = await startWorld(t, options);
  const folder = await mkdtemp(join(tmpdir(), "cox-ks-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const directory = join(folder, "app");
  await createGitRepository(directory);
  await commitGit({ directory, message: "Begin", files, now: () => new Date("2026-11-25T10:00:00Z") });
  const server = await serveGit({ root: folder });
  t.after(() => server.close());
  const repository = { interval: "10m", url: `${server.url}/app`, ref: { branch: "main" } };
  await world.create({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository" }, "app", repository);
  return {
    ...world,
    commit: (changed: Readonly<Record<string, string>>) => commitGit({ directory, message: "Go on", files: changed }),
    apply: (name: string, spec: Readonly<Record<string, unknown>>) =>
      world.create(kustomization, name, {
        interval: "10m",
        prune: true,
        targetNamespace: "apps",
        sourceRef: { kind: "GitRepository", name: "app" },
        ...spec,
      }),
  };
}
