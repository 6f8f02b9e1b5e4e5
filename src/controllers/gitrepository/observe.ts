import { parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { GitRepository } from "../../api/index.ts";
import { type Artifact, type Checkout, checkoutGit, resolveInRoot, type SourceTree } from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { findSource } from "../source/find.ts";
import { orFail } from "../source/reconcile.ts";
import { accessTo } from "./access.ts";
import { isContentChanged } from "./decide.ts";

type Status = NonNullable<GitRepository["status"]>;

export interface Observation {
  readonly checkout: Exclude<Checkout, { readonly state: "empty" }>;
  /** The artifacts of the included repositories, in the order of the spec. */
  readonly includes: readonly Artifact[];
}

/** Reads Secrets and included repositories, and asks the server. The caller disposes what was fetched. */
export async function observe(
  repository: GitRepository,
  status: Status,
  options: { readonly context: Context; readonly ports: SourcePorts },
): Promise<Observation> {
  const { context, ports } = options;
  const { spec } = repository;
  const access = await accessTo(repository, { context, ports });
  const includes = await readIncludes(repository, context);
  const { artifact } = status;
  const isCurrent = artifact !== undefined && !isContentChanged(repository, includes, status);
  const failed = {
    condition: "FetchFailed",
    reason: "GitOperationFailed",
    prefix: "failed to checkout and determine revision",
  } as const;
  const checkout = await orFail(failed, () =>
    ports.fetching(() =>
      checkoutGit({
        ...access,
        url: spec.url,
        timeout: parseDuration(spec.timeout ?? "60s"),
        signal: context.signal,
        ...(spec.ref === undefined ? {} : { ref: spec.ref }),
        ...(spec.recurseSubmodules === true ? { recurseSubmodules: true } : {}),
        ...(spec.sparseCheckout === undefined ? {} : { sparseCheckout: spec.sparseCheckout }),
        ...(isCurrent ? { lastRevision: artifact.revision } : {}),
        ...(ports.gitProgram === undefined ? {} : { program: ports.gitProgram }),
      }),
    ),
  );
  if (checkout.state === "empty")
    fail({ condition: "FetchFailed", reason: "EmptyGitRepository", message: "git repository is empty" });
  if (checkout.state === "fetched") {
    try {
      assertSparseFolders(repository, checkout.tree);
    } catch (error) {
      await checkout[Symbol.asyncDispose]();
      throw error;
    }
  }
  return { checkout, includes };
}

function assertSparseFolders({ spec }: GitRepository, tree: SourceTree): void {
  for (const folder of spec.sparseCheckout ?? []) {
    const path = resolveInRoot(folder);
    if (path === "" || tree.folders.includes(path) || tree.files.some((file) => file.path === path)) continue;
    const message = `failed to sparse checkout directories : sparse checkout dir '${folder}' does not exist in repository`;
    fail({ condition: "FetchFailed", reason: "GitOperationFailed", message });
  }
}

async function readIncludes({ spec, metadata }: GitRepository, context: Context): Promise<readonly Artifact[]> {
  const { namespace = "" } = metadata;
  const artifacts: Artifact[] = [];
  for (const include of spec.include ?? []) {
    const { name } = include.repository;
    const missing = (reason: string, message: string, cause?: unknown): never =>
      fail({ condition: "IncludeUnavailable", reason, message, next: "wait" }, cause);
    const found = await findSource<GitRepository>(context, GitRepository, { namespace, name }).catch((cause: unknown) =>
      missing("NotFound", `could not get resource for include '${name}': ${messageOf(cause)}`, cause),
    );
    const artifact = found.status?.artifact;
    if (artifact === undefined) missing("NoArtifact", `no artifact available for include '${name}'`);
    else artifacts.push(artifact);
  }
  return artifacts;
}
