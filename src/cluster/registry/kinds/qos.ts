import type { KubeObject } from "../../../api/index.ts";
import { tryParseQuantity } from "../../../base/quantity.ts";
import { type Part, partOf, partsOf, specOf } from "./object.ts";

const measured = ["cpu", "memory"];

/** The quality of service of a Pod: Guaranteed where all limits are set and met by requests, BestEffort where there are none. */
export function qosClassOf(pod: KubeObject): "Guaranteed" | "Burstable" | "BestEffort" {
  const spec = specOf(pod);
  const containers = [...partsOf(spec["containers"]), ...partsOf(spec["initContainers"])].map(({ resources }) =>
    partOf(resources),
  );
  let hasAny = false;
  let isGuaranteed = true;
  for (const resources of containers) {
    const requests = partOf(resources["requests"]);
    const limits = partOf(resources["limits"]);
    for (const name of measured) {
      const request = amountOf(requests, name);
      const limit = amountOf(limits, name);
      if (request !== 0n || limit !== 0n) hasAny = true;
      if (limit === 0n || (requests[name] !== undefined && request !== limit)) isGuaranteed = false;
    }
  }
  if (!hasAny) return "BestEffort";
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

function amountOf(amounts: Part, name: string): bigint {
  const text = amounts[name];
  return text === undefined ? 0n : (tryParseQuantity(String(text))?.nanos ?? 0n);
}
