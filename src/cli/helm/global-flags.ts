import type { Flags, FlagValues } from "../command.ts";

/** helm's persistent flags: which cluster, as whom, in which namespace. */
export const globalFlags = {
  namespace: { type: "string", short: "n", global: true, help: "namespace scope for this request" },
  kubeconfig: { type: "string", global: true, help: "path to the kubeconfig file" },
  "kube-context": { type: "string", global: true, help: "name of the kubeconfig context to use" },
  "kube-token": { type: "string", global: true, help: "bearer token used for authentication" },
  "kube-as-user": { type: "string", global: true, help: "username to impersonate for the operation" },
  "kube-as-group": {
    type: "strings",
    global: true,
    help: "group to impersonate for the operation, this flag can be repeated to specify multiple groups.",
  },
  "kube-apiserver": { type: "string", global: true, help: "the address and the port for the Kubernetes API server" },
  "kube-ca-file": {
    type: "string",
    global: true,
    help: "the certificate authority file for the Kubernetes API server connection",
  },
  "kube-tls-server-name": {
    type: "string",
    global: true,
    help: "server name to use for Kubernetes API server certificate validation. If it is not provided, the hostname used to contact the server is used",
  },
  "kube-insecure-skip-tls-verify": {
    type: "boolean",
    global: true,
    help: "if true, the Kubernetes API server's certificate will not be checked for validity. This will make your HTTPS connections insecure",
  },
  debug: { type: "boolean", global: true, help: "enable verbose output" },
  color: { type: "string", default: "auto", global: true, help: "use colored output (never, auto, always)" },
  colour: { type: "string", default: "auto", global: true, help: "use colored output (never, auto, always)" },
  qps: {
    type: "string",
    takes: "float32",
    global: true,
    help: "queries per second used when communicating with the Kubernetes API, not including bursting",
  },
  "burst-limit": { type: "integer", global: true, help: "client-side default throttling limit" },
  "registry-config": { type: "string", global: true, help: "path to the registry config file" },
  "repository-config": {
    type: "string",
    global: true,
    help: "path to the file containing repository names and URLs",
  },
  "repository-cache": {
    type: "string",
    global: true,
    help: "path to the directory containing cached repository indexes",
  },
  "content-cache": {
    type: "string",
    global: true,
    help: "path to the directory containing cached content (e.g. charts)",
  },
} as const satisfies Flags;

export type GlobalFlagValues = FlagValues<typeof globalFlags>;
