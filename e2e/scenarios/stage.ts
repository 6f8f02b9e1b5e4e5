import { execFile } from "node:child_process";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { parseYaml } from "../../src/base/yaml/index.ts";

/** Runs the real helm 4 (`helm4`, or what COX_HELM names) in a namespace of a kubeconfig's cluster. */
export function helmOn(kubeconfig: string, namespace: string) {
  return async (...line: readonly string[]): Promise<void> => {
    const program = process.env.COX_HELM ?? "helm4";
    await promisify(execFile)(program, ["--kubeconfig", kubeconfig, "--namespace", namespace, ...line]);
  };
}

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }[];
}

/** A kubeconfig's text with the certificates that its server shows, instead of no check: Flux accepts no other. */
export async function trustingKubeconfig(kubeconfig: string): Promise<string> {
  const config = parseYaml(kubeconfig) as unknown as Kubeconfig;
  const clusters = await Promise.all(
    config.clusters.map(async (named) => {
      const { "insecure-skip-tls-verify": trustsAll, ...cluster } = named.cluster;
      if (trustsAll !== true) return named;
      const shown = await certificatesOf(new URL(String(cluster.server)));
      return { ...named, cluster: { ...cluster, "certificate-authority-data": btoa(shown) } };
    }),
  );
  return JSON.stringify({ ...config, clusters });
}

/** What a server shows of itself, as PEM. */
async function certificatesOf({ hostname, port }: URL): Promise<string> {
  const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  const pems: string[] = [];
  for (let shown = socket.getPeerX509Certificate(); shown !== undefined; shown = shown.issuerCertificate)
    pems.push(shown.toString());
  socket.destroy();
  return pems.join("");
}
