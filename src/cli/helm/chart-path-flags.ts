import type { Flags, FlagValues, Io } from "../command.ts";
import { defaultKeyring } from "./settings.ts";
import type { TlsFiles } from "./remote/tls.ts";

/** How a server is spoken to, by the commands that fetch charts. */
export const connectionFlags = {
  username: { type: "string", help: "chart repository username where to locate the requested chart" },
  password: { type: "string", help: "chart repository password where to locate the requested chart" },
  "cert-file": { type: "string", help: "identify HTTPS client using this SSL certificate file" },
  "key-file": { type: "string", help: "identify HTTPS client using this SSL key file" },
  "insecure-skip-tls-verify": { type: "boolean", help: "skip tls certificate checks for the chart download" },
  "plain-http": { type: "boolean", help: "use insecure HTTP connections for the chart download" },
  "ca-file": { type: "string", help: "verify certificates of HTTPS-enabled servers using this CA bundle" },
} as const satisfies Flags;

/** The flags that say which chart is meant, for the commands that take one from anywhere. */
export const chartPathFlags = {
  version: {
    type: "string",
    help: "specify a version constraint for the chart version to use. This constraint can be a specific tag (e.g. 1.1.1) or it may reference a valid range (e.g. ^2.0.0). If this is not specified, the latest version is used",
  },
  verify: { type: "boolean", help: "verify the package before using it" },
  keyring: { type: "string", help: "location of public keys used for verification" },
  repo: { type: "string", help: "chart repository url where to locate the requested chart" },
  ...connectionFlags,
  "pass-credentials": { type: "boolean", help: "pass credentials to all domains" },
} as const satisfies Flags;

/** `--devel`, which counts only without `--version`. */
export const develFlag = {
  devel: {
    type: "boolean",
    help: "use development versions, too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored",
  },
} as const satisfies Flags;

export type ConnectionFlagValues = FlagValues<typeof connectionFlags>;
export type ChartPathFlagValues = FlagValues<typeof chartPathFlags>;

/** Which chart is meant, and how to get it. */
export interface ChartOrigin extends Connection {
  readonly version: string;
  readonly verify: boolean;
  readonly keyring: string;
  /** The URL of a repository that the user has not added; the empty string for none. */
  readonly repositoryUrl: string;
  readonly passCredentialsAll: boolean;
}

export interface Connection extends TlsFiles {
  readonly username: string;
  readonly password: string;
  readonly plainHttp: boolean;
}

export function connectionOf(flags: ConnectionFlagValues): Connection {
  return {
    username: flags.username,
    password: flags.password,
    certFile: flags["cert-file"],
    keyFile: flags["key-file"],
    caFile: flags["ca-file"],
    insecureSkipTlsVerify: flags["insecure-skip-tls-verify"],
    plainHttp: flags["plain-http"],
  };
}

export function originOf(flags: ChartPathFlagValues & { readonly devel?: boolean }, io: Io): ChartOrigin {
  const version = flags.version.trim();
  return {
    ...connectionOf(flags),
    version: version === "" && flags.devel === true ? ">0.0.0-0" : version,
    verify: flags.verify,
    keyring: flags.keyring || defaultKeyring(io),
    repositoryUrl: flags.repo,
    passCredentialsAll: flags["pass-credentials"],
  };
}
