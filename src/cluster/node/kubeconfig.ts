import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { formatYaml } from "../../base/yaml/index.ts";

/** One cluster, and the one user that it knows. */
export interface KubeconfigOptions {
  readonly server: string;
  readonly token: string;
  /** The certificate to trust, as PEM. */
  readonly authority?: string | undefined;
  readonly name?: string;
}

/** The kubeconfig of one cluster with one user. */
export function formatKubeconfig({ server, token, authority, name = "coxswain" }: KubeconfigOptions): string {
  const trust = authority === undefined ? {} : { "certificate-authority-data": btoa(authority) };
  return formatYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, ...trust } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}

/** Writes a kubeconfig that only its owner can read, in one step: readers see the old one or the new one. */
export function writeKubeconfig(path: string, cluster: KubeconfigOptions): void {
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}.new`;
  writeFileSync(next, formatKubeconfig(cluster), { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, path);
}
