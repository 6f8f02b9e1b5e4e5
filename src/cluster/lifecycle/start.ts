import { createRegistry, type Registry } from "../registry/registry.ts";
import type { Store } from "../store/types.ts";
import { type Api, type Component, createApi } from "./api.ts";
import { createDependents } from "./dependents.ts";
import { componentOf, createEventRecorder, type EventRecorder } from "./events.ts";
import { createGarbageCollector } from "./garbage-collector.ts";
import { createFurnisher } from "./namespaces/furnishing.ts";
import { createNamespaceController } from "./namespaces/termination.ts";
import { ensureNode } from "./node.ts";
import { defaultPace, type Pace } from "./pace.ts";
import { createKubelet } from "./pods/kubelet.ts";
import { createScheduler } from "./pods/scheduler.ts";
import { type Context, type Controller, type SetTimer, startRuntime } from "./runtime.ts";
import { endpointsController } from "./services/endpoints.ts";
import { loadBalancerController } from "./services/load-balancer.ts";
import { autoscalerStage } from "./stages/autoscaler.ts";
import { disruptionBudgetStage } from "./stages/disruption-budget.ts";
import { stageController } from "./stages/stage.ts";
import { volumeController } from "./volumes.ts";
import { daemonSetController } from "./workloads/daemon-set.ts";
import { deploymentController } from "./workloads/deployment/controller.ts";
import { jobController } from "./workloads/job.ts";
import { replicaSetController } from "./workloads/replica-set.ts";
import { statefulSetController } from "./workloads/stateful-set.ts";

export interface LifecycleOptions {
  /** The API server whose objects come to life. */
  readonly cluster: { readonly fetch: (request: Request) => Promise<Response>; readonly store: Store };
  readonly now?: () => Date;
  readonly setTimer?: SetTimer;
  readonly pace?: Partial<Pace>;
  /** The certificate that `kube-root-ca.crt` holds; empty where the API is served without one. */
  readonly rootCertificate?: string;
  /** Told of what was not expected. Work goes on: it is tried again. */
  readonly report?: (message: string) => void;
}

export interface Lifecycle {
  /** Resolves when nothing is to be done before the next timer. */
  quiet(): Promise<void>;
  /** Ends all work; resolves when the last of it is done. Call it before the cluster is closed. */
  stop(): Promise<void>;
}

const ownedBuckets = ["/pods", "apps/replicasets", "apps/controllerrevisions", "discovery.k8s.io/endpointslices"];
const crdBucket = "apiextensions.k8s.io/customresourcedefinitions";

/** Starts what makes a cluster live: scheduler, kubelet, workload controllers, garbage collector. Needs nothing but the API server. */
export async function startLifecycle(options: LifecycleOptions): Promise<Lifecycle> {
  const { cluster, now = () => new Date(), setTimer = realTimer, pace = {}, rootCertificate = "" } = options;
  const { store } = cluster;
  const registry = createRegistry(store);
  // The first answer comes when the server has what every cluster has from the start.
  await cluster.fetch(new Request("http://cluster/version"));
  await ensureNode(store, now());

  const collector = createGarbageCollector(bucketsOf(registry));
  const namespaces = createNamespaceController(bucketsOf(registry));
  const controllers: readonly Controller[] = [
    collector,
    namespaces,
    createFurnisher({ rootCertificate }),
    createScheduler(),
    createKubelet(),
    deploymentController,
    replicaSetController,
    statefulSetController,
    daemonSetController,
    jobController,
    endpointsController,
    loadBalancerController,
    volumeController,
    stageController(autoscalerStage),
    stageController(disruptionBudgetStage),
  ];
  // Before any controller watches, so that it is never behind what woke them.
  const dependents = createDependents(store, ownedBuckets);
  const context = createContext({ cluster, dependents, registry, now, pace: { ...defaultPace, ...pace } });
  const runtime = startRuntime({ context, controllers, setTimer, report: options.report ?? (() => {}) });

  // Kinds that are declared later have owners and namespaces too.
  const watched = new Set(bucketsOf(registry));
  const endWatch = store.watch(crdBucket, store.revision(), () => {
    for (const bucket of bucketsOf(registry)) {
      if (watched.has(bucket)) continue;
      watched.add(bucket);
      runtime.watch(collector, collector.watchOf(bucket));
      runtime.watch(namespaces, namespaces.watchOf(bucket));
    }
  });
  return {
    quiet: runtime.quiet,
    async stop() {
      endWatch();
      await runtime.stop();
      dependents.close();
    },
  };
}

/** Where everything is that may have an owner. Events have none, and are many. */
function bucketsOf(registry: Registry): string[] {
  const buckets = registry.resources().filter(({ verbs, bucket }) => verbs.includes("delete") && bucket !== "/events");
  return [...new Set(buckets.map(({ bucket }) => bucket))];
}

function createContext({
  cluster,
  dependents,
  registry,
  now,
  pace,
}: Required<Pick<LifecycleOptions, "cluster" | "now">> & Pick<Context, "dependents" | "registry" | "pace">): Context {
  const apis = new Map<Component, Api>();
  const api = (component: Component): Api => {
    const known = apis.get(component) ?? createApi(cluster.fetch, registry, component);
    apis.set(component, known);
    return known;
  };
  const recorders = new Map<string, EventRecorder>();
  const events = (source: string): EventRecorder => {
    const known =
      recorders.get(source) ??
      createEventRecorder({ api: api(componentOf(source)), store: cluster.store, now, source });
    recorders.set(source, known);
    return known;
  };
  return { store: cluster.store, dependents, registry, api, events, now, pace };
}

function realTimer(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(milliseconds, 2 ** 31 - 1));
  return () => clearTimeout(timer);
}
