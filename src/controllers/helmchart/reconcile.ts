import { Bucket, GitRepository, HelmChart, HelmRepository, type KubeObject } from "../../api/index.ts";
import { type Artifact, type ChartBuild, summaryOf } from "../../sources/index.ts";
import type { Controller, Wake } from "../runtime/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import { type Announcement, manager, reconcileSource, type Run } from "../source/reconcile.ts";
import { build, store } from "./act.ts";
import { decide, planBuild } from "./decide.ts";
import { observe } from "./observe.ts";
import { rules, type Status } from "./status.ts";

/** Keeps the archive of each HelmChart in storage. A new revision of its source asks for a look at once. */
export function helmChartController(ports: SourcePorts): Controller<HelmChart> {
  return {
    manager,
    kind: HelmChart,
    wakes: [HelmRepository, GitRepository, Bucket].map((kind) =>
      wakeOn({ apiVersion: kind.apiVersion, kind: kind.kind }),
    ),
    reconcile: (chart, context) =>
      reconcileSource(chart, context, { rules, refresh: (run) => refresh(run, ports) }, ports),
  };
}

async function refresh(run: Run<HelmChart, Status>, ports: SourcePorts): Promise<Announcement> {
  const { object: chart, context, owner } = run;
  const seen = await observe(chart, { context, ports });
  const { artifact } = seen;
  if (artifact !== undefined)
    run.record({ event: "observed", fields: { observedSourceArtifactRevision: artifact.revision } });
  const plan = planBuild(chart, seen, run.status());
  const make = (): Promise<ChartBuild> => build({ chart, seen, plan, context, ports });
  // Packing a folder costs processor time; a download waits for somebody else.
  const made = seen.kind === "HelmRepository" ? await make() : await context.busy(make);
  if (made.signature === "verified")
    run.record({ event: "verified", message: `verified signature of version ${made.version}` });
  if (chart.spec.verify === undefined) run.record({ event: "unverified" });
  const decision = decide(made, run.status());
  const summary = summaryOf(made);
  const reason = made.packaged ? "ChartPackageSucceeded" : "ChartPullSucceeded";
  switch (decision.action) {
    case "keep":
      context.log.info(decision.because, { ...owner });
      run.record({ event: "inStorage", reason, message: summary, fields: {} });
      break;
    case "store": {
      if (decision.isNew) {
        run.record({ event: "building", reason: "NewChart", message: decision.because });
        await run.publish();
      }
      const fields = await store({ chart, build: made, content: decision.content, owner, ports });
      run.record({ event: "inStorage", reason, message: summary, fields });
      break;
    }
  }
  if (made.resolvedDependencies > 0)
    context.events.record(chart, {
      type: "Trace",
      reason: "ResolvedDependencies",
      message: `resolved ${made.resolvedDependencies} chart dependencies`,
    });
  return { reason, recoveredReason: reason, message: summary };
}

interface HasArtifact extends KubeObject {
  readonly status?: { readonly artifact?: Artifact };
}

function wakeOn(kind: { readonly apiVersion: string; readonly kind: string }): Wake {
  return {
    kind,
    keys: ({ object, previous, deleted }, own) => {
      const artifact = (object as HasArtifact).status?.artifact;
      if (deleted || previous === undefined || artifact === undefined) return [];
      if ((previous as HasArtifact).status?.artifact?.revision === artifact.revision) return [];
      return (own as readonly HelmChart[])
        .filter(({ metadata, spec, status }) => {
          const { sourceRef } = spec;
          const isOurs =
            sourceRef.kind === kind.kind &&
            sourceRef.name === object.metadata.name &&
            metadata.namespace === object.metadata.namespace;
          return isOurs && status?.observedSourceArtifactRevision !== artifact.revision;
        })
        .map(({ metadata }) => ({ namespace: metadata.namespace ?? "", name: metadata.name ?? "" }));
    },
  };
}
