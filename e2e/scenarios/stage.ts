import { execFile } from "node:child_process";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";

/** Runs the real helm 4 (`helm4`, or what COX_HELM names) in a namespace of a kubeconfig's cluster. */
export function helmOn(kubeconfig: string, namespace: string) {
  return async (...line: readonly string[]): Promise<void> => {
    const program = process.env.COX_HELM ?? "helm4";
    await promisify(execFile)(program, ["--kubeconfig", kubeconfig, "--namespace", namespace, ...line]);
  };
}

/** A kubeconfig's text with the certificates that its server shows, instead of no check: Flux accepts no other. */
export async function trustingKubeconfig(kubeconfig: string): Promise<string> {
  const server = new URL(/server: "?([^"}\s]+)/.exec(kubeconfig)?.[1] ?? "");
  const socket = connectTls({ host: server.hostname, port: Number(server.port), rejectUnauthorized: false });
  await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  const pems: string[] = [];
  for (let shown = socket.getPeerX509Certificate(); shown !== undefined; shown = shown.issuerCertificate)
    pems.push(shown.toString());
  socket.destroy();
  const data = Buffer.from(pems.join("")).toString("base64");
  return kubeconfig.replace(/insecure-skip-tls-verify: true/, `certificate-authority-data: ${data}`);
}
