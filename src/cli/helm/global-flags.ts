import type { Flags, FlagValues } from "../command.ts";

/** helm's persistent flags: which cluster, as whom, in which namespace. */
export const globalFlags = {
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

export type GlobalFlagValues = FlagValues<typeof globalFlags>;
