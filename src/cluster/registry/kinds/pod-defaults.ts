import { change, changeEach, fill, fillEmpty, type Part, partOf } from "./object.ts";

/** k8s.io/kubernetes/pkg/apis/core/v1: the defaults of a Pod's specification, wherever one stands. */
export function defaultPodSpec(given: Part): Part {
  let spec = fillEmpty(given, {
    dnsPolicy: "ClusterFirst",
    restartPolicy: "Always",
    schedulerName: "default-scheduler",
  });
  spec = fill(spec, { securityContext: {}, terminationGracePeriodSeconds: 30 });
  for (const field of ["containers", "initContainers", "ephemeralContainers"])
    spec = changeEach(spec, field, defaultContainer);
  spec = changeEach(spec, "volumes", defaultVolume);
  return withServiceAccount(spec);
}

/** The deprecated alias always says the same. */
function withServiceAccount(spec: Part): Part {
  const name = spec["serviceAccountName"] ?? spec["serviceAccount"];
  if (name === undefined || name === "") return spec;
  return { ...spec, serviceAccountName: name, serviceAccount: name };
}

export function defaultPodTemplate(template: Part): Part {
  return change(template, "spec", (spec) => defaultPodSpec(partOf(spec)));
}

function defaultContainer(given: Part): Part {
  let container = fillEmpty(given, {
    imagePullPolicy: pullPolicyOf(String(given["image"] ?? "")),
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
  });
  container = fill(container, { resources: {} });
  container = changeEach(container, "ports", (port) => fillEmpty(port, { protocol: "TCP" }));
  container = changeEach(container, "env", (variable) =>
    change(variable, "valueFrom", (from) => defaultFieldRef(partOf(from))),
  );
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    container = change(container, probe, (value) => defaultProbe(partOf(value)));
  }
  return change(container, "lifecycle", (lifecycle) => {
    let hooks = change(partOf(lifecycle), "postStart", (hook) => defaultHttpGet(partOf(hook)));
    hooks = change(hooks, "preStop", (hook) => defaultHttpGet(partOf(hook)));
    return hooks;
  });
}

// An image without a tag is the latest one, and may have changed since it was pulled.
function pullPolicyOf(image: string): string {
  if (image.includes("@")) return "IfNotPresent";
  const name = image.slice(image.lastIndexOf("/") + 1);
  const colon = name.indexOf(":");
  return colon < 0 || name.slice(colon + 1) === "latest" ? "Always" : "IfNotPresent";
}

function defaultFieldRef(from: Part): Part {
  return change(from, "fieldRef", (reference) => fillEmpty(partOf(reference), { apiVersion: "v1" }));
}

function defaultProbe(given: Part): Part {
  const zero = (field: string): boolean => given[field] === undefined || given[field] === 0;
  const numbers = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  const probe = {
    ...given,
    ...Object.fromEntries(Object.entries(numbers).filter(([field]) => zero(field))),
  };
  return change(defaultHttpGet(probe), "grpc", (grpc) => fill(partOf(grpc), { service: "" }));
}

function defaultHttpGet(handler: Part): Part {
  return change(handler, "httpGet", (get) => fillEmpty(partOf(get), { path: "/", scheme: "HTTP" }));
}

const mode = 0o644;

function defaultVolume(given: Part): Part {
  if (Object.keys(given).every((field) => field === "name")) return { ...given, emptyDir: {} };
  const withMode = (value: unknown): Part => fill(partOf(value), { defaultMode: mode });
  let volume = change(given, "secret", withMode);
  volume = change(volume, "configMap", withMode);
  volume = change(volume, "downwardAPI", (value) => changeEach(withMode(value), "items", defaultFieldRef));
  volume = change(volume, "hostPath", (value) => fill(partOf(value), { type: "" }));
  volume = change(volume, "projected", (value) => changeEach(withMode(value), "sources", defaultProjection));
  volume = change(volume, "iscsi", (value) => fillEmpty(partOf(value), { iscsiInterface: "default" }));
  volume = change(volume, "rbd", (value) =>
    fillEmpty(partOf(value), { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" }),
  );
  return change(volume, "ephemeral", (value) =>
    change(partOf(value), "volumeClaimTemplate", (template) =>
      change(partOf(template), "spec", (spec) => fill(partOf(spec), { volumeMode: "Filesystem" })),
    ),
  );
}

function defaultProjection(source: Part): Part {
  const withItems = change(source, "downwardAPI", (value) => changeEach(partOf(value), "items", defaultFieldRef));
  return change(withItems, "serviceAccountToken", (token) => fill(partOf(token), { expirationSeconds: 3600 }));
}
