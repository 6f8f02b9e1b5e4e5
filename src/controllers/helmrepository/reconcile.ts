import { HelmRepository, referenceTo } from "../../api/index.ts";
import { type Context, type Controller, hasFinalizer, type Outcome, writeFinalizer } from "../runtime/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import { type Announcement, manager, reconcileSource, type Run } from "../source/reconcile.ts";
import type { SourceStatus } from "../source/status.ts";
import { store } from "./act.ts";
import { decide, isStatic } from "./decide.ts";
import { observe } from "./observe.ts";
import { humanSize, rules } from "./status.ts";

/** Keeps the index of each HelmRepository in storage. */
export function helmRepositoryController(ports: SourcePorts): Controller<HelmRepository> {
  return {
    manager,
    kind: HelmRepository,
    reconcile: (repository, context) =>
      isStatic(repository)
        ? cleanStatic(repository, context, ports)
        : reconcileSource(repository, context, { rules, refresh: (run) => refresh(run, ports) }, ports),
  };
}

async function refresh(run: Run<HelmRepository, SourceStatus>, ports: SourcePorts): Promise<Announcement> {
  const { context } = run;
  const seen = await observe(run.object, run.status().artifact, { context, ports });
  const decision = decide(seen, run.status().artifact);
  const { revision } = seen;
  const inStorage = {
    event: "inStorage",
    reason: "Succeeded",
    message: `stored artifact: revision '${revision}'`,
  } as const;
  switch (decision.action) {
    case "keep":
      context.log.info(decision.because, { ...run.owner });
      run.record({ ...inStorage, fields: {} });
      break;
    case "store": {
      run.record({ event: "building", reason: "NewRevision", message: decision.because });
      await run.publish();
      const stored = await context.busy(() => store(decision.index, run.owner, ports));
      run.record({ ...inStorage, fields: stored });
      break;
    }
  }
  const size = run.status().artifact?.size;
  const shown = size === undefined ? "unknown size" : `size ${humanSize(size)}`;
  return {
    reason: "NewArtifact",
    recoveredReason: "Succeeded",
    message: `stored fetched index of ${shown} from '${run.object.spec.url}'`,
  };
}

/** Takes away what the object had while it was not static. */
async function cleanStatic(repository: HelmRepository, context: Context, ports: SourcePorts): Promise<Outcome> {
  if (repository.spec.suspend === true && repository.metadata.deletionTimestamp === undefined)
    return { outcome: "done" };
  const { namespace = "", name = "" } = repository.metadata;
  await ports.store.remove({ kind: repository.kind, namespace, name });
  const isClean = Object.keys(repository.status ?? {}).length === 0;
  if (!isClean && repository.metadata.deletionTimestamp === undefined) {
    const empty = Object.fromEntries(Object.keys(repository.status ?? {}).map((field) => [field, null]));
    const written = await context.client.patch<HelmRepository>(
      referenceTo(repository),
      { status: empty },
      { type: "merge", subresource: "status", fieldManager: manager },
    );
    context.learn(written);
    await writeFinalizer(context, written, "absent", manager);
  } else if (hasFinalizer(repository)) await writeFinalizer(context, repository, "absent", manager);
  return { outcome: "done" };
}
