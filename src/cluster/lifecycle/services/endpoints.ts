import type { KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { Store } from "../../store/types.ts";
import { randomSuffix } from "../hash.ts";
import type { Pod, Service } from "../kinds.ts";
import { controllerReference, isDeleted, isFinished, isReady, keyOf, selects } from "../objects.ts";
import type { Controller } from "../runtime.ts";

const slices = "discovery.k8s.io/endpointslices";

interface Port {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** Keeps the EndpointSlice and the Endpoints of each Service with a selector: the addresses of its Pods. */
export const endpointsController: Controller = {
  name: "endpointslice-controller",
  watches: [
    { bucket: "/services", keys: (object) => [keyOf(object)] },
    { bucket: "/pods", keys: (pod, store) => servicesOf(store, pod) },
  ],
  async reconcile(key, context) {
    const { store, api, dependents } = context;
    const { create, update, remove } = api("kube-controller-manager");
    const service = store.get("/services", key)?.object as Service | undefined;
    const endpoints = store.get("/endpoints", key)?.object;
    if (service === undefined || isDeleted(service)) {
      // Endpoints go with their Service by name; slices are the garbage collector's.
      if (service === undefined && endpoints?.metadata.labels?.["endpoints.kubernetes.io/managed-by"] !== undefined) {
        await remove(endpoints);
      }
      return undefined;
    }
    const { selector } = service.spec;
    if (selector === undefined || Object.keys(selector).length === 0 || service.spec.type === "ExternalName")
      return undefined;
    const pods = podsOfService(store, service);
    const wanted = sliceContent(service, pods);
    const [slice] = dependents.of(slices, service);
    if (slice === undefined) {
      await create({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: `${service.metadata.name ?? ""}-${randomSuffix()}`,
          generateName: `${service.metadata.name ?? ""}-`,
          namespace: service.metadata.namespace ?? "default",
          labels: {
            ...service.metadata.labels,
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            "kubernetes.io/service-name": service.metadata.name ?? "",
          },
          ownerReferences: [controllerReference(service)],
        },
        addressType: "IPv4",
        ...wanted,
      });
    } else if (!isEqual(wanted.endpoints, slice["endpoints"]) || !isEqual(wanted.ports, slice["ports"])) {
      await update({ ...slice, ...wanted });
    }
    const subsets = subsetsOf(service, pods);
    if (endpoints === undefined) {
      await create({
        apiVersion: "v1",
        kind: "Endpoints",
        metadata: {
          name: service.metadata.name ?? "",
          namespace: service.metadata.namespace ?? "default",
          labels: { ...service.metadata.labels, "endpoints.kubernetes.io/managed-by": "endpoint-controller" },
        },
        ...(subsets.length === 0 ? {} : { subsets }),
      });
    } else if (!isEqual(subsets, endpoints["subsets"] ?? [])) {
      const { subsets: _, ...rest } = endpoints;
      await update({ ...(rest as KubeObject), ...(subsets.length === 0 ? {} : { subsets }) });
    }
    return undefined;
  },
};

function servicesOf(store: Store, pod: KubeObject): string[] {
  return store
    .list("/services", { prefix: `${pod.metadata.namespace ?? ""}/` })
    .items.map(({ object }) => object as Service)
    .filter(({ spec }) => spec.selector !== undefined && selects({ matchLabels: spec.selector }, pod.metadata.labels))
    .map(keyOf);
}

function podsOfService(store: Store, { metadata, spec }: Service): Pod[] {
  return store
    .list("/pods", { prefix: `${metadata.namespace ?? ""}/` })
    .items.map(({ object }) => object as Pod)
    .filter((pod) => selects({ matchLabels: spec.selector ?? {} }, pod.metadata.labels))
    .filter((pod) => pod.status?.podIP !== undefined && !isFinished(pod));
}

function sliceContent(
  service: Service,
  pods: readonly Pod[],
): { readonly endpoints: unknown[]; readonly ports: Port[] } {
  const isPublished = service.spec.publishNotReadyAddresses === true;
  return {
    endpoints: pods.map((pod) => ({
      addresses: [pod.status?.podIP],
      conditions: {
        ready: (isReady(pod) && !isDeleted(pod)) || isPublished,
        serving: isReady(pod) || isPublished,
        terminating: isDeleted(pod),
      },
      nodeName: pod.spec.nodeName,
      targetRef: targetOf(pod),
      ...(pod.spec.hostname !== undefined && pod.spec.subdomain === service.metadata.name
        ? { hostname: pod.spec.hostname }
        : {}),
    })),
    ports: portsOf(service, pods[0]),
  };
}

function subsetsOf(service: Service, pods: readonly Pod[]): unknown[] {
  const live = pods.filter((pod) => !isDeleted(pod));
  if (live.length === 0) return [];
  const isPublished = service.spec.publishNotReadyAddresses === true;
  const address = (pod: Pod) => ({ ip: pod.status?.podIP, nodeName: pod.spec.nodeName, targetRef: targetOf(pod) });
  const ready = live.filter((pod) => isReady(pod) || isPublished).map(address);
  const others = live.filter((pod) => !isReady(pod) && !isPublished).map(address);
  return [
    {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(others.length === 0 ? {} : { notReadyAddresses: others }),
      ports: portsOf(service, live[0]),
    },
  ];
}

function targetOf({ metadata }: Pod) {
  return { kind: "Pod", name: metadata.name, namespace: metadata.namespace, uid: metadata.uid };
}

function portsOf({ spec }: Service, pod: Pod | undefined): Port[] {
  return (spec.ports ?? []).flatMap(({ name, port, protocol = "TCP", targetPort = port, appProtocol }) => {
    const number =
      typeof targetPort === "number"
        ? targetPort
        : pod?.spec.containers.flatMap(({ ports = [] }) => ports).find((own) => own.name === targetPort)?.containerPort;
    if (number === undefined) return [];
    return [
      {
        ...(name === undefined ? {} : { name }),
        port: number,
        protocol,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      },
    ];
  });
}
