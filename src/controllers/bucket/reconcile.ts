import { Bucket } from "../../api/index.ts";
import type { Controller } from "../runtime/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import { type Announcement, manager, reconcileSource, type Run } from "../source/reconcile.ts";
import { store } from "./act.ts";
import { decide, type Status } from "./decide.ts";
import { observe } from "./observe.ts";
import { rules, storedFields } from "./status.ts";

/** Keeps the wanted objects of each Bucket in storage. */
export function bucketController(ports: SourcePorts): Controller<Bucket> {
  return {
    manager,
    kind: Bucket,
    reconcile: (object, context) =>
      reconcileSource(object, context, { rules, refresh: (run) => refresh(run, ports) }, ports),
  };
}

async function refresh(run: Run<Bucket, Status>, ports: SourcePorts): Promise<Announcement> {
  const { object, context, owner } = run;
  const { index, revision } = await observe(object, { context, ports });
  const decision = decide({ revision }, run.status());
  let count = index.etags.size;
  switch (decision.action) {
    case "keep": {
      context.log.info(decision.because, { ...owner });
      const message = `stored artifact: revision '${revision}'`;
      run.record({ event: "inStorage", reason: "Succeeded", message, fields: {} });
      break;
    }
    case "fetch": {
      run.record({ event: "building", reason: "NewRevision", message: decision.because });
      await run.publish();
      const stored = await store({ object, index, owner, context, ports });
      ({ count } = stored);
      const message = `stored artifact: revision '${stored.artifact.revision}'`;
      run.record({ event: "inStorage", reason: "Succeeded", message, fields: storedFields(object, stored) });
      break;
    }
  }
  const message = `stored artifact with ${count} fetched files from '${object.spec.bucketName}' bucket`;
  return { reason: "NewArtifact", recoveredReason: "Succeeded", message };
}
