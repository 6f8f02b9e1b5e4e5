import type { Client } from "../../kube/index.ts";
import {
  assertReachable,
  createConfigMapStorage,
  createMemoryStorage,
  createSecretStorage,
  type Log,
  lastRelease,
  type ReleaseContext,
  type ReleaseRecord,
  releaseNameProblem,
  type Storage,
} from "../../release/index.ts";
import { CommandError, type Flags, type FlagValues, type Io } from "../command.ts";

import { connectAs } from "./connection.ts";
import { logLine } from "./log-line.ts";

/** helm's persistent flags: which cluster, as whom, in which namespace. */
export const clusterFlags = {
  namespace: { type: "string", short: "n", help: "namespace scope for this request" },
  kubeconfig: { type: "string", help: "path to the kubeconfig file" },
  "kube-context": { type: "string", help: "name of the kubeconfig context to use" },
  "kube-token": { type: "string", help: "bearer token used for authentication" },
  "kube-as-user": { type: "string", help: "username to impersonate for the operation" },
  "kube-as-group": { type: "strings", help: "group to impersonate for the operation, this flag can be repeated" },
  "kube-apiserver": { type: "string", help: "the address and the port for the Kubernetes API server" },
  "kube-ca-file": { type: "string", help: "the certificate authority file for the Kubernetes API server connection" },
  "kube-tls-server-name": { type: "string", help: "server name to use for the API server's certificate" },
  "kube-insecure-skip-tls-verify": { type: "boolean", help: "do not check the API server's certificate" },
  debug: { type: "boolean", help: "enable verbose output" },
  color: { type: "string", default: "auto", help: "use colored output (never, auto, always)" },
  colour: { type: "string", default: "auto", hidden: true, help: "use colored output (never, auto, always)" },
  qps: { type: "string", hidden: true, help: "queries per second used when communicating with the Kubernetes API" },
  "burst-limit": { type: "integer", hidden: true, help: "client-side default throttling limit" },
  "registry-config": { type: "string", hidden: true, help: "path to the registry config file" },
  "repository-config": { type: "string", hidden: true, help: "path to the file containing repository names and URLs" },
  "repository-cache": {
    type: "string",
    hidden: true,
    help: "path to the directory containing cached repository indexes",
  },
  "content-cache": { type: "string", hidden: true, help: "path to the directory containing cached content" },
} as const satisfies Flags;

export type ClusterFlagValues = FlagValues<typeof clusterFlags>;

/** A cluster as a helm command sees it. */
export interface HelmCluster {
  readonly client: Client;
  /** Of the release and of its storage. */
  readonly namespace: string;
  readonly storage: Storage;
  readonly context: ReleaseContext;
}

/** Connects as the flags and helm's environment say, checks that the cluster answers, and does the work. */
export async function withCluster<T>(
  given: {
    readonly flags: ClusterFlagValues;
    readonly io: Io;
    readonly namespace?: string;
    readonly unchecked?: boolean;
  },
  work: (cluster: HelmCluster) => Promise<T>,
): Promise<T> {
  const { flags, io } = given;
  using connected = await connectAs(flags, io);
  const { client } = connected;
  const namespace = given.namespace ?? (flags.namespace || io.env.HELM_NAMESPACE || connected.connection.namespace);
  const storage = createStorage({ client, namespace, io });
  if (given.unchecked !== true) await assertReachable({ client });
  const log: Log = ({ level, message, attributes }) => {
    if (level === "DEBUG" && !flags.debug) return;
    const shown = Object.entries(attributes ?? {}).map(([key, value]) => [key, String(value)] as const);
    io.stderr(logLine({ level, message, attributes: Object.fromEntries(shown) }));
  };
  const context = { client, storage, now: io.now, fieldManager: "helm", signal: io.signal, log };
  return await work({ client, namespace, storage, context });
}

/** One revision of a release; 0 means the newest. Throws CommandError for a name that no release can have. */
export async function readRelease(storage: Storage, name: string, revision: number): Promise<ReleaseRecord> {
  if (releaseNameProblem(name) !== undefined)
    throw new CommandError(`releaseContent: Release name is invalid: ${name}`);
  return revision <= 0 ? await lastRelease(storage, name) : await storage.get(name, revision);
}

function createStorage({
  client,
  namespace,
  io,
}: {
  readonly client: Client;
  readonly namespace: string;
  readonly io: Io;
}): Storage {
  const driver = io.env.HELM_DRIVER ?? "";
  switch (driver) {
    case "":
    case "secret":
    case "secrets":
      return createSecretStorage({ client, namespace, now: io.now });
    case "configmap":
    case "configmaps":
      return createConfigMapStorage({ client, namespace, now: io.now });
    case "memory":
      return createMemoryStorage({ now: io.now });
    default:
      throw new CommandError(`unknown driver ${JSON.stringify(driver)}`);
  }
}
