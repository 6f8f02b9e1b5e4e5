import { SourceError } from "../errors.ts";
import { readString, wrongBase64 } from "./ssh-wire.ts";

/** What a GitRepository's Secret holds for SSH. */
export interface SshKeys {
  /** A private key. */
  readonly identity: string;
  /** Lines as in `known_hosts`: only these servers are spoken to. */
  readonly knownHosts: string;
  /** Opens the private key. */
  readonly passphrase?: string;
  /** The only algorithms for the exchange of keys, and of the servers' keys; OpenSSH's own where there are none. */
  readonly keyExchanges?: readonly string[];
  readonly hostKeyAlgorithms?: readonly string[];
}

/** Before what is wrong with keys, whoever notices it. */
export const unusable = "unable to construct auth method with options";

/** Throws AuthenticationFailed, in the words of Flux's client, for what cannot be keys at all. */
export function assertUsable({ identity, knownHosts }: SshKeys): void {
  const problem = /-----BEGIN [^-]+-----[^]+-----END [^-]+-----/.test(identity)
    ? problemOfHosts(knownHosts)
    : "ssh: no key found";
  if (problem !== undefined) throw new SourceError("AuthenticationFailed", `${unusable}: ${problem}`);
}

/** Flux: knownhosts.New refuses a file with one line that it cannot read; OpenSSH would skip the line. */
function problemOfHosts(text: string): string | undefined {
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const problem = problemOfLine(line.replace(/^@(cert-authority|revoked)[ \t]+/, "").split(/[ \t]+/));
    if (problem !== undefined) return `knownhosts: ${problem}`;
  }
  return undefined;
}

function problemOfLine([, type, key]: readonly string[]): string | undefined {
  if (type === undefined) return "knownhosts: missing host pattern";
  if (key === undefined) return "knownhosts: missing key type pattern";
  const wrong = wrongBase64(key);
  if (wrong !== undefined) return `illegal base64 data at input byte ${wrong}`;
  const found = readString(Buffer.from(key, "base64"), 0)?.value.toString("latin1");
  return found === undefined ? "ssh: short read" : undefined;
}
