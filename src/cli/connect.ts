import type { Client, ClientOptions } from "../kube/index.ts";
import { createClient } from "../kube/index.ts";
import type { Io } from "./command.ts";

export const fluxFlags = {
  namespace: { type: "string", short: "n", default: "flux-system", help: "the namespace scope for the operation" },
  kubeconfig: { type: "string", help: "path to the kubeconfig file" },
  context: { type: "string", help: "kubernetes context to use" },
  timeout: { type: "duration", default: 300_000, help: "timeout for this operation" },
} as const;
