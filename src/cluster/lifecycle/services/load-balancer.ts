import type { Service } from "../kinds.ts";
import { isDeleted, keyOf } from "../objects.ts";
import type { Controller } from "../runtime.ts";

/** The address that every Service of type LoadBalancer gets: nothing listens there, but tools that wait for one go on. */
export const loadBalancerAddress = "127.0.0.1";

/** Stands in for a cloud: gives load balancers an address and takes it back. */
export const loadBalancerController: Controller = {
  name: "service-controller",
  watches: [{ bucket: "/services", keys: (object) => [keyOf(object)] }],
  async reconcile(key, { store, api, events }) {
    const service = store.get("/services", key)?.object as Service | undefined;
    if (service === undefined || isDeleted(service)) return undefined;
    const ingress = service.status?.loadBalancer?.ingress ?? [];
    const isBalanced = service.spec.type === "LoadBalancer";
    if (isBalanced === ingress.length > 0) return undefined;
    const loadBalancer = isBalanced ? { ingress: [{ ip: loadBalancerAddress, ipMode: "VIP" }] } : {};
    await api("kube-controller-manager").updateStatus({ ...service, status: { ...service.status, loadBalancer } });
    if (isBalanced) {
      const message = "Ensured load balancer";
      await events("service-controller").record(service, { type: "Normal", reason: "EnsuredLoadBalancer", message });
    }
    return undefined;
  },
};
