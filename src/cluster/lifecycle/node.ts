import type { KubeObject } from "../../api/index.ts";
import type { Store } from "../store/types.ts";
import { timestamp } from "./objects.ts";
import { nodeIP } from "./pods/steps.ts";

export const nodeName = "node-0";

/** Stores the one node that all Pods run on, unless it is there. */
export async function ensureNode(store: Store, now: Date): Promise<void> {
  await store.guaranteedUpdate("/nodes", nodeName, (current) => current?.object ?? node(now));
}

function node(now: Date): KubeObject {
  const time = timestamp(now);
  const resources = { cpu: "2k", "ephemeral-storage": "1000Gi", memory: "2000Gi", pods: "20k" };
  const condition = (type: string, status: "True" | "False", reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
    reason,
    message,
  });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: nodeName,
      uid: crypto.randomUUID(),
      creationTimestamp: time,
      labels: {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": nodeName,
        "kubernetes.io/os": "linux",
        "node-role.kubernetes.io/control-plane": "",
      },
    },
    spec: { podCIDR: "10.244.0.0/16", podCIDRs: ["10.244.0.0/16"], providerID: `coxswain://${nodeName}` },
    status: {
      addresses: [
        { type: "InternalIP", address: nodeIP },
        { type: "Hostname", address: nodeName },
      ],
      allocatable: resources,
      capacity: resources,
      conditions: [
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: "amd64",
        bootID: "",
        containerRuntimeVersion: "containerd://2.2.0",
        kernelVersion: "6.12.0",
        kubeProxyVersion: "",
        kubeletVersion: "v1.36.3",
        machineID: "",
        operatingSystem: "linux",
        osImage: "simulated",
        systemUUID: "",
      },
    },
  };
}
