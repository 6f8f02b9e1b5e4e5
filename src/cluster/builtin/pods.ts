import { at, type Draft, each, fill, isDraft, open } from "./draft.ts";

/** The defaults of every Pod specification, in a Pod or in a template. */
export function fillPodSpec(spec: Draft): void {
  fill(spec, "dnsPolicy", "ClusterFirst");
  fill(spec, "restartPolicy", "Always");
  fill(spec, "securityContext", {});
  fill(spec, "terminationGracePeriodSeconds", 30);
  fill(spec, "schedulerName", "default-scheduler");
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const container of each(spec, list)) fillContainer(container);
  }
  for (const volume of each(spec, "volumes")) fillVolume(volume);
}

/** What only a Pod itself has by default, not a template. */
export function fillPod(pod: Draft): void {
  const spec = open(pod, "spec");
  fillPodSpec(spec);
  fill(spec, "enableServiceLinks", true);
  if (spec["hostNetwork"] === true) {
    for (const list of ["initContainers", "containers"]) {
      for (const container of each(spec, list)) {
        for (const port of each(container, "ports")) fill(port, "hostPort", port["containerPort"]);
      }
    }
  }
  for (const list of ["initContainers", "containers"]) {
    for (const container of each(spec, list)) {
      const limits = at(container, "resources", "limits");
      if (limits === undefined) continue;
      const requests = open(open(container, "resources"), "requests");
      for (const [name, limit] of Object.entries(limits)) fill(requests, name, limit);
    }
  }
}

export function fillTemplate(owner: Draft): void {
  const template = open(owner, "template");
  fillPodSpec(open(template, "spec"));
}

function fillContainer(container: Draft): void {
  fill(container, "imagePullPolicy", pullPolicy(container["image"]));
  fill(container, "terminationMessagePath", "/dev/termination-log");
  fill(container, "terminationMessagePolicy", "File");
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const probe = at(container, name);
    if (probe !== undefined) fillProbe(probe);
  }
  for (const hook of ["postStart", "preStop"]) fillHttpGet(at(container, "lifecycle", hook, "httpGet"));
  for (const variable of each(container, "env")) {
    fillFieldReference(at(variable, "valueFrom", "fieldRef"));
    // An empty value is as good as none, and is not written.
    if (variable["value"] === "") delete variable["value"];
  }
}

function pullPolicy(image: unknown): string {
  const reference = typeof image === "string" ? image : "";
  const name = reference.slice(reference.lastIndexOf("/") + 1);
  const isLatest = !reference.includes("@") && (!name.includes(":") || name.endsWith(":latest"));
  return isLatest ? "Always" : "IfNotPresent";
}

function fillProbe(probe: Draft): void {
  const counts = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  for (const [name, value] of Object.entries(counts)) {
    if (probe[name] === 0) delete probe[name];
    fill(probe, name, value);
  }
  fillHttpGet(at(probe, "httpGet"));
  const grpc = at(probe, "grpc");
  if (grpc !== undefined && grpc["service"] === undefined) grpc["service"] = "";
}

function fillHttpGet(action: Draft | undefined): void {
  if (action === undefined) return;
  fill(action, "path", "/");
  fill(action, "scheme", "HTTP");
}

function fillFieldReference(reference: Draft | undefined): void {
  if (reference !== undefined) fill(reference, "apiVersion", "v1");
}

function fillVolume(volume: Draft): void {
  if (Object.entries(volume).every(([name, source]) => name === "name" || source === null || source === undefined)) {
    volume["emptyDir"] = {};
  }
  for (const source of ["secret", "configMap", "downwardAPI", "projected"]) {
    const found = at(volume, source);
    if (found !== undefined) fill(found, "defaultMode", 420);
  }
  const hostPath = at(volume, "hostPath");
  if (hostPath !== undefined && hostPath["type"] === undefined) hostPath["type"] = "";
  const image = at(volume, "image");
  if (image !== undefined) fill(image, "pullPolicy", pullPolicy(image["reference"]));
  for (const item of each(at(volume, "downwardAPI"), "items")) fillFieldReference(at(item, "fieldRef"));
  for (const source of each(at(volume, "projected"), "sources")) {
    const token = at(source, "serviceAccountToken");
    if (token !== undefined) fill(token, "expirationSeconds", 3600);
    for (const item of each(at(source, "downwardAPI"), "items")) fillFieldReference(at(item, "fieldRef"));
  }
  const claim = at(volume, "ephemeral", "volumeClaimTemplate", "spec");
  if (isDraft(claim)) fill(claim, "volumeMode", "Filesystem");
}
