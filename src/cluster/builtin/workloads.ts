import { at, type Draft, each, fill, open } from "./draft.ts";
import { fillTemplate } from "./pods.ts";

export function fillDeployment(deployment: Draft): void {
  const spec = open(deployment, "spec");
  fillTemplate(spec);
  fill(spec, "replicas", 1);
  const strategy = open(spec, "strategy");
  fill(strategy, "type", "RollingUpdate");
  if (strategy["type"] === "RollingUpdate") {
    const rolling = open(strategy, "rollingUpdate");
    fill(rolling, "maxUnavailable", "25%");
    fill(rolling, "maxSurge", "25%");
  }
  fill(spec, "revisionHistoryLimit", 10);
  fill(spec, "progressDeadlineSeconds", 600);
}

export function fillReplicaSet(set: Draft): void {
  const spec = open(set, "spec");
  if (spec["template"] !== undefined) fillTemplate(spec);
  fill(spec, "replicas", 1);
}

export function fillDaemonSet(set: Draft): void {
  const spec = open(set, "spec");
  fillTemplate(spec);
  const strategy = open(spec, "updateStrategy");
  fill(strategy, "type", "RollingUpdate");
  if (strategy["type"] === "RollingUpdate") {
    const rolling = open(strategy, "rollingUpdate");
    fill(rolling, "maxUnavailable", 1);
    fill(rolling, "maxSurge", 0);
  }
  fill(spec, "revisionHistoryLimit", 10);
}

export function fillStatefulSet(set: Draft): void {
  const spec = open(set, "spec");
  fillTemplate(spec);
  fill(spec, "podManagementPolicy", "OrderedReady");
  fill(spec, "serviceName", "");
  const strategy = open(spec, "updateStrategy");
  if (strategy["type"] === undefined || strategy["type"] === "") {
    strategy["type"] = "RollingUpdate";
    open(strategy, "rollingUpdate");
  }
  const rolling = at(strategy, "rollingUpdate");
  if (strategy["type"] === "RollingUpdate" && rolling !== undefined) {
    fill(rolling, "partition", 0);
  }
  const retention = open(spec, "persistentVolumeClaimRetentionPolicy");
  fill(retention, "whenDeleted", "Retain");
  fill(retention, "whenScaled", "Retain");
  fill(spec, "replicas", 1);
  fill(spec, "revisionHistoryLimit", 10);
  for (const claim of each(spec, "volumeClaimTemplates")) {
    claim["apiVersion"] = "v1";
    claim["kind"] = "PersistentVolumeClaim";
    fillClaim(claim);
  }
}

export function fillClaim(claim: Draft): void {
  fill(open(claim, "spec"), "volumeMode", "Filesystem");
  fill(open(claim, "status"), "phase", "Pending");
}

export function fillJob(job: Draft): void {
  const spec = open(job, "spec");
  fillJobSpec(spec);
  const labels = at(spec, "template", "metadata", "labels");
  const metadata = open(job, "metadata");
  if (labels !== undefined && Object.keys(at(metadata, "labels") ?? {}).length === 0)
    metadata["labels"] = { ...labels };
}

function fillJobSpec(spec: Draft): void {
  fillTemplate(spec);
  if (spec["completions"] === undefined && spec["parallelism"] === undefined) spec["completions"] = 1;
  fill(spec, "parallelism", 1);
  fill(spec, "backoffLimit", spec["backoffLimitPerIndex"] === undefined ? 6 : 2 ** 31 - 1);
  fill(spec, "completionMode", "NonIndexed");
  fill(spec, "suspend", false);
  fill(spec, "podReplacementPolicy", spec["podFailurePolicy"] === undefined ? "TerminatingOrFailed" : "Failed");
  fill(spec, "manualSelector", false);
}

export function fillCronJob(job: Draft): void {
  const spec = open(job, "spec");
  fill(spec, "concurrencyPolicy", "Allow");
  fill(spec, "suspend", false);
  fill(spec, "successfulJobsHistoryLimit", 3);
  fill(spec, "failedJobsHistoryLimit", 1);
  const template = open(open(spec, "jobTemplate"), "spec");
  fillTemplate(template);
}

export function fillReplicationController(controller: Draft): void {
  const spec = open(controller, "spec");
  fill(spec, "replicas", 1);
  if (spec["template"] === undefined) return;
  fillTemplate(spec);
  const labels = at(spec, "template", "metadata", "labels");
  if (labels === undefined) return;
  if (Object.keys(at(spec, "selector") ?? {}).length === 0) spec["selector"] = { ...labels };
  const metadata = open(controller, "metadata");
  if (Object.keys(at(metadata, "labels") ?? {}).length === 0) metadata["labels"] = { ...labels };
}
