import type { KubeObject } from "../../../api/index.ts";
import { ageColumn, type Column, nameColumn } from "../columns.ts";
import { partOf, partsOf, specOf } from "../kinds/object.ts";
import { column, formatLabels, formatSelector, statusOf, textAt, wide } from "./column.ts";

export const serviceColumns: readonly Column[] = [
  nameColumn,
  column("Type", (object) => textAt(specOf(object), "type")),
  column("Cluster-IP", (object) => {
    const addresses = specOf(object)["clusterIPs"];
    return Array.isArray(addresses) && addresses.length > 0 ? String(addresses[0]) : "<none>";
  }),
  column("External-IP", externalAddress),
  column("Port(s)", ports),
  ageColumn,
  wide("Selector", (object) => formatLabels(specOf(object)["selector"])),
];

function externalAddress(service: KubeObject): string {
  const spec = specOf(service);
  const external = Array.isArray(spec["externalIPs"]) ? spec["externalIPs"].map(String) : [];
  switch (spec["type"]) {
    case "ExternalName":
      return textAt(spec, "externalName");
    case "LoadBalancer": {
      const given = partsOf(partOf(statusOf(service)["loadBalancer"])["ingress"]).map(
        (ingress) => textAt(ingress, "ip") || textAt(ingress, "hostname"),
      );
      const all = [...given, ...external];
      return all.length === 0 ? "<pending>" : all.join(",");
    }
    default:
      return external.length === 0 ? "<none>" : external.join(",");
  }
}

function ports(service: KubeObject): string {
  const found = partsOf(specOf(service)["ports"]).map((port) => {
    const nodePort = Number(port["nodePort"] ?? 0);
    return `${textAt(port, "port")}${nodePort > 0 ? `:${nodePort}` : ""}/${textAt(port, "protocol")}`;
  });
  return found.length === 0 ? "<none>" : found.join(",");
}

export const ingressColumns: readonly Column[] = [
  nameColumn,
  column("Class", (object) => textAt(specOf(object), "ingressClassName", "<none>")),
  column("Hosts", (object) => {
    const hosts = partsOf(specOf(object)["rules"])
      .map((rule) => textAt(rule, "host"))
      .filter((host) => host !== "");
    if (hosts.length === 0) return "*";
    return hosts.length > 3 ? `${hosts.slice(0, 3).join(",")} + ${hosts.length - 3} more...` : hosts.join(",");
  }),
  column("Address", (object) =>
    partsOf(partOf(statusOf(object)["loadBalancer"])["ingress"])
      .map((ingress) => textAt(ingress, "ip") || textAt(ingress, "hostname"))
      .join(","),
  ),
  column("Ports", (object) => (partsOf(specOf(object)["tls"]).length > 0 ? "80, 443" : "80")),
  ageColumn,
];

export const ingressClassColumns: readonly Column[] = [
  nameColumn,
  column("Controller", (object) => textAt(specOf(object), "controller")),
  column("Parameters", (object) => {
    const { parameters } = specOf(object);
    if (parameters === undefined) return "<none>";
    const { kind, name, apiGroup } = partOf(parameters);
    return `${String(kind)}${apiGroup === undefined ? "" : `.${String(apiGroup)}`}/${String(name)}`;
  }),
  ageColumn,
];

export const networkPolicyColumns: readonly Column[] = [
  nameColumn,
  column("Pod-Selector", (object) => formatSelector(specOf(object)["podSelector"])),
  ageColumn,
];

export const endpointsColumns: readonly Column[] = [
  nameColumn,
  column("Endpoints", (object) => {
    const all = partsOf(object["subsets"]).flatMap((subset) => {
      const addresses = partsOf(subset["addresses"]).map(({ ip }) => String(ip));
      const numbers = partsOf(subset["ports"]).map(({ port }) => String(port));
      return numbers.length === 0 ? addresses : numbers.flatMap((port) => addresses.map((ip) => `${ip}:${port}`));
    });
    if (all.length === 0) return "<none>";
    return all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : all.join(",");
  }),
  ageColumn,
];

export const endpointSliceColumns: readonly Column[] = [
  nameColumn,
  column("AddressType", (object) => textAt(object, "addressType")),
  column("Ports", (object) => {
    const all = partsOf(object["ports"]).map(({ port }) => String(port));
    return all.length === 0
      ? "<unset>"
      : all.length > 3
        ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...`
        : all.join(",");
  }),
  column("Endpoints", (object) => {
    const all = partsOf(object["endpoints"]).flatMap(({ addresses }) =>
      Array.isArray(addresses) ? addresses.map(String) : [],
    );
    return all.length === 0
      ? "<unset>"
      : all.length > 3
        ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...`
        : all.join(",");
  }),
  ageColumn,
];
