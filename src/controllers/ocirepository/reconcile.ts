import { OCIRepository } from "../../api/index.ts";
import type { Controller } from "../runtime/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import { type Announcement, manager, reconcileSource, type Run } from "../source/reconcile.ts";
import { store } from "./act.ts";
import { decide } from "./decide.ts";
import { observe } from "./observe.ts";
import { announcementOf, observedFields, rules, type Status } from "./status.ts";

/** Keeps the wanted layer of each OCIRepository in storage. */
export function ociRepositoryController(ports: SourcePorts): Controller<OCIRepository> {
  return {
    manager,
    kind: OCIRepository,
    reconcile: (object, context) =>
      reconcileSource(object, context, { rules, refresh: (run) => refresh(run, ports) }, ports),
  };
}

async function refresh(run: Run<OCIRepository, Status>, ports: SourcePorts): Promise<Announcement> {
  const { object, context, owner } = run;
  const seen = await observe(object, context);
  const decision = decide(object, seen, run.status());
  const inStorage = {
    event: "inStorage",
    reason: "Succeeded",
    message: `stored artifact for digest '${seen.revision}'`,
  } as const;
  switch (decision.action) {
    case "keep":
      context.log.info(decision.because, { ...owner });
      run.record({ ...inStorage, fields: {} });
      break;
    case "store": {
      if (decision.isNewRevision) {
        run.record({ event: "building", reason: "NewRevision", message: decision.because });
        await run.publish();
      }
      const stored = await store({ object, seen, owner, context, ports });
      run.record({ ...inStorage, fields: observedFields(object, stored) });
      break;
    }
  }
  const message = announcementOf(object, run.status().artifact);
  return { reason: "NewArtifact", recoveredReason: "Succeeded", message };
}
