import { type FieldError, fieldError, type KubeObject } from "../../../api/index.ts";
import type { Strategy, StrategyContext } from "../resource.ts";
import { changeEach, fill, fillEmpty, type Part, partOf, partsOf, specOf, withSpec } from "./object.ts";

/** Services: their defaults, and the addresses and ports that the server gives them. */
export const service: Partial<Strategy> = {
  nameRule: "label",

  applyDefaults(object) {
    let spec = fillEmpty(specOf(object), { sessionAffinity: "None", type: "ClusterIP" });
    if (spec["sessionAffinity"] === "ClientIP") {
      spec = fill(spec, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
    }
    spec = changeEach(spec, "ports", (port) =>
      fill(fillEmpty(port, { protocol: "TCP" }), {
        targetPort:
          port["targetPort"] === undefined || port["targetPort"] === 0 || port["targetPort"] === ""
            ? port["port"]
            : undefined,
      }),
    );
    if (spec["type"] === "NodePort" || spec["type"] === "LoadBalancer") {
      spec = fillEmpty(spec, { externalTrafficPolicy: "Cluster" });
    }
    if (spec["type"] === "LoadBalancer") spec = fill(spec, { allocateLoadBalancerNodePorts: true });
    if (spec["type"] !== "ExternalName") spec = fillEmpty(spec, { internalTrafficPolicy: "Cluster" });
    return { ...withSpec(object, spec), status: object["status"] ?? { loadBalancer: {} } };
  },

  prepareForCreate: (object, context) => ({
    ...withAddresses(object, undefined, context),
    status: { loadBalancer: {} },
  }),
  prepareForUpdate: (next, old, context) => withAddresses(next, old, context),

  validate(object) {
    const spec = specOf(object);
    const problems: FieldError[] = [];
    const ports = partsOf(spec["ports"]);
    if (ports.length === 0 && spec["clusterIP"] !== "None" && spec["type"] !== "ExternalName") {
      problems.push(fieldError.required("spec.ports", ""));
    }
    for (const [index, port] of ports.entries()) {
      const number = port["port"];
      if (ports.length > 1 && (port["name"] === undefined || port["name"] === "")) {
        problems.push(fieldError.required(`spec.ports[${index}].name`, ""));
      }
      if (typeof number !== "number" || number < 1 || number > 65_535) {
        problems.push(
          fieldError.invalid(`spec.ports[${index}].port`, number ?? 0, "must be between 1 and 65535, inclusive"),
        );
      }
    }
    for (const [index, { name }] of ports.entries()) {
      if (name !== undefined && ports.findIndex((other) => other["name"] === name) < index) {
        problems.push(fieldError.duplicate(`spec.ports[${index}].name`, name));
      }
    }
    const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    if (!types.includes(String(spec["type"]))) problems.push(fieldError.notSupported("spec.type", spec["type"], types));
    if (spec["type"] === "ExternalName" && String(spec["externalName"] ?? "") === "") {
      problems.push(fieldError.required("spec.externalName", ""));
    }
    return problems;
  },

  validateUpdate(next, old) {
    const before = specOf(old)["clusterIP"];
    const after = specOf(next)["clusterIP"];
    if (
      before === undefined ||
      before === "" ||
      after === before ||
      specOf(next)["type"] === "ExternalName" ||
      specOf(old)["type"] === "ExternalName"
    ) {
      return [];
    }
    return [fieldError.invalid("spec.clusterIPs[0]", [after], "may not change once set")];
  },

  fields: {
    "spec.clusterIP": (object) => String(specOf(object)["clusterIP"] ?? ""),
    "spec.type": (object) => String(specOf(object)["type"] ?? ""),
  },
};

/** Gives what a Service asks for and does not have yet; keeps what it was given before. */
function withAddresses(object: KubeObject, old: KubeObject | undefined, context: StrategyContext): KubeObject {
  const spec = specOf(object);
  const before = old === undefined ? {} : specOf(old);
  if (spec["type"] === "ExternalName") {
    const {
      clusterIP: _1,
      clusterIPs: _2,
      ipFamilies: _3,
      ipFamilyPolicy: _4,
      internalTrafficPolicy: _5,
      ...rest
    } = spec;
    return withSpec(object, rest);
  }
  const others = context.read.list("/services").filter(({ metadata }) => metadata.uid !== object.metadata.uid);
  const address = String(spec["clusterIP"] ?? "") || String(before["clusterIP"] ?? "") || freeAddress(others);
  // Addresses of a headless Service that selects nothing come from elsewhere, and may be of either family.
  const isOpen = address === "None" && Object.keys(partOf(spec["selector"])).length === 0;
  const next = fill(
    { ...spec, clusterIP: address, clusterIPs: spec["clusterIPs"] ?? [address] },
    isOpen
      ? { ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: "RequireDualStack" }
      : { ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" },
  );
  return withSpec(object, withNodePorts(next, before, others));
}

function withNodePorts(spec: Part, before: Part, others: readonly KubeObject[]): Part {
  const wants =
    spec["type"] === "NodePort" || (spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false);
  if (!wants) {
    if (before["type"] !== "NodePort" && before["type"] !== "LoadBalancer") return spec;
    return changeEach(spec, "ports", ({ nodePort: _, ...port }) => port);
  }
  const used = new Set(others.flatMap((other) => partsOf(specOf(other)["ports"]).map(({ nodePort }) => nodePort)));
  const had = partsOf(before["ports"]);
  return changeEach(spec, "ports", (port) => {
    if (port["nodePort"] !== undefined && port["nodePort"] !== 0) return port;
    const kept = had.find((known) => known["port"] === port["port"] && known["protocol"] === port["protocol"])?.[
      "nodePort"
    ];
    const nodePort = kept ?? freePort(used);
    used.add(nodePort);
    return { ...port, nodePort };
  });
}

function freePort(used: ReadonlySet<unknown>): number {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  for (let step = 0; step < 2768; step += 1) {
    const port = 30_000 + ((random + step) % 2768);
    if (!used.has(port)) return port;
  }
  return 0;
}

/** A free address of 10.96.0.0/16; the first is the API server's own. */
function freeAddress(others: readonly KubeObject[]): string {
  const used = new Set(others.map((other) => specOf(other)["clusterIP"]));
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  for (let step = 0; step < 65_000; step += 1) {
    const number = 10 + ((random + step) % 65_000);
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!used.has(address)) return address;
  }
  return "";
}
