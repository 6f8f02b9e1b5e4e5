import { findCondition, OCIRepository } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { SignatureError } from "../../oci/index.ts";
import type { Controller } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { type Announcement, manager, reconcileSource, type Run } from "../source/reconcile.ts";
import { createVerify, providerOf } from "../source/verification.ts";
import { store } from "./act.ts";
import { decide } from "./decide.ts";
import { inFluxsWords, type Observation, observe } from "./observe.ts";
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
  const seen = await observe(object, { context, ports });
  const decision = decide(object, seen, run.status());
  if (decision.action === "store" && decision.isNewRevision) {
    run.record({ event: "building", reason: "NewRevision", message: decision.because });
    await run.publish();
  }
  await verify(run, seen, ports);
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
      const stored = await store({ object, seen, owner, context, ports });
      run.record({ ...inStorage, fields: observedFields(object, stored) });
      break;
    }
  }
  const message = announcementOf(object, run.status().artifact);
  return { reason: "NewArtifact", recoveredReason: "Succeeded", message };
}

/** Looks at the signatures of a revision once, and again when the object changes or it was not signed as it should be. */
async function verify(run: Run<OCIRepository, Status>, seen: Observation, ports: SourcePorts): Promise<void> {
  const { object, context } = run;
  const { namespace = "", generation } = object.metadata;
  const spec = object.spec.verify;
  if (spec === undefined) return run.record({ event: "unverified" });
  const { artifact, conditions } = run.status();
  const verified = findCondition(conditions, "SourceVerified");
  if (artifact?.revision === seen.revision && verified?.observedGeneration === generation) return;
  const { repository, scope, digest } = seen;
  const { findTrustedRoot } = ports;
  try {
    const check = await createVerify(spec, {
      context,
      namespace,
      shown: `${scope}@${digest}`,
      needsKeys: false,
      findTrustedRoot,
    });
    const descriptor = await inFluxsWords(() => repository.resolve(digest));
    const result = await check({ repository, descriptor, scope });
    if (result === "verified")
      run.record({ event: "verified", message: `verified signature of revision ${seen.revision}` });
  } catch (cause) {
    const because =
      spec.provider !== "notation" &&
      spec.secretRef !== undefined &&
      cause instanceof SignatureError &&
      cause.code !== "InvalidTrust"
        ? `no matching signatures were found for '${scope}@${digest}'`
        : messageOf(cause);
    const message = `failed to verify the signature using provider '${providerOf(spec)}': ${because}`;
    fail({ condition: "SourceVerified", reason: "VerificationError", message }, cause);
  }
}
