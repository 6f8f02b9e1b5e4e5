import { GitRepository, type KubeObject } from "../../api/index.ts";
import type { FetchedCheckout } from "../../sources/index.ts";
import type { Controller, Wake } from "../runtime/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import { type Announcement, manager, reconcileSource, type Run } from "../source/reconcile.ts";
import { store } from "./act.ts";
import { decide, modeOf } from "./decide.ts";
import { observe } from "./observe.ts";
import { observedFields, rules, type Status } from "./status.ts";
import { verify } from "./verify.ts";

/** Keeps the files of the wanted commit of each GitRepository in storage. */
export function gitRepositoryController(ports: SourcePorts): Controller<GitRepository> {
  return {
    manager,
    kind: GitRepository,
    wakes: [wakeOnIncludes],
    reconcile: (repository, context) =>
      reconcileSource(repository, context, { rules, refresh: (run) => refresh(run, ports) }, ports),
  };
}

async function refresh(run: Run<GitRepository, Status>, ports: SourcePorts): Promise<Announcement> {
  const { object, context } = run;
  const { checkout, includes } = await observe(object, run.status(), { context, ports });
  await using _fetched = checkout.state === "fetched" ? checkout : undefined;
  const { revision } = checkout;
  if (checkout.state === "fetched") await verifyCheckout(run, checkout);
  const decision = decide(object, { revision, includes, isFetched: checkout.state === "fetched" }, run.status());
  const inStorage = {
    event: "inStorage",
    reason: "Succeeded",
    message: `stored artifact for revision '${revision}'`,
  } as const;
  if (decision.action === "store" && checkout.state === "fetched") {
    if (decision.isNewRevision) {
      run.record({ event: "building", reason: "NewRevision", message: decision.because });
      await run.publish();
    }
    const artifact = await context.busy(() =>
      store({ repository: object, fetched: checkout, includes, owner: run.owner, ports }),
    );
    run.record({ ...inStorage, fields: observedFields(object, artifact, includes) });
  } else {
    context.log.info(decision.because, { ...run.owner });
    run.record({ ...inStorage, fields: {} });
  }
  const subject = checkout.state === "fetched" ? checkout.subject : revision;
  return { reason: "NewArtifact", recoveredReason: "Succeeded", message: `stored artifact for commit '${subject}'` };
}

async function verifyCheckout(
  run: Run<GitRepository, Status>,
  checkout: { readonly commit: string } & FetchedCheckout,
): Promise<void> {
  const { object, context } = run;
  const mode = modeOf(object);
  if (mode === undefined) run.record({ event: "unverified" });
  else {
    const message = await verify(object, checkout, { mode, context });
    run.record({ event: "verified", message });
    context.events.record(object, { type: "Trace", reason: "Succeeded", message });
  }
  run.record({ event: "observed", fields: { sourceVerificationMode: mode } });
}

/** A new revision of an included repository is a reason to look at once. */
const wakeOnIncludes: Wake = {
  kind: { apiVersion: GitRepository.apiVersion, kind: GitRepository.kind },
  keys: ({ object, previous, deleted }, own) => {
    const revisionOf = (repository: KubeObject): string | undefined =>
      (repository as GitRepository).status?.artifact?.revision;
    const revision = revisionOf(object);
    if (deleted || previous === undefined || revision === undefined || revisionOf(previous) === revision) return [];
    return (own as readonly GitRepository[])
      .filter(({ metadata, spec }) => {
        const isNeighbour = metadata.namespace === object.metadata.namespace;
        return isNeighbour && (spec.include ?? []).some(({ repository }) => repository.name === object.metadata.name);
      })
      .map(({ metadata }) => ({ namespace: metadata.namespace ?? "", name: metadata.name ?? "" }));
  },
};
