import { messageOf } from "../../base/errors.ts";
import type { KubeObject } from "../../api/index.ts";
import {
  type CosignTrust,
  createCosignVerifier,
  createNotationVerifier,
  type Descriptor,
  type Repository,
  SignatureError,
} from "../../oci/index.ts";
import type { Context } from "../runtime/index.ts";

/** `spec.verify` of an OCIRepository or a HelmChart. */
export interface VerifySpec {
  readonly provider?: string;
  readonly secretRef?: { readonly name: string };
  readonly trustedRootSecretRef?: { readonly name: string };
  readonly matchOIDCIdentity?: readonly { readonly issuer: string; readonly subject: string }[];
}

/** What is to be verified, and where it is; `scope` is the registry and the repository in it. */
export interface Signed {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
  readonly scope: string;
}

/** Returns whether who is trusted signed; "ignored" where the policy does not want to know. Throws where nobody who is trusted did. */
export type Verify = (signed: Signed) => Promise<"verified" | "ignored">;

/** How a provider is called where a verification fails. */
export function providerOf({ provider = "cosign", secretRef }: VerifySpec): string {
  return provider === "cosign" && secretRef === undefined ? "cosign keyless" : provider;
}

/** Reads the Secrets of a verification. Throws with Flux's texts where they do not hold what is needed. */
export async function createVerify(
  spec: VerifySpec,
  options: {
    readonly context: Context;
    readonly namespace: string;
    /** Sigstore's `trusted_root.json` for who names none. */
    readonly findTrustedRoot: (now: Date) => Promise<string>;
    /** What Flux calls the object where a Secret is missing. */
    readonly shown: string;
    /** Whether a Secret must have a key, as it must for charts. */
    readonly needsKeys: boolean;
  },
): Promise<Verify> {
  const { provider = "cosign" } = spec;
  switch (provider) {
    case "cosign":
      return byCosign(await readCosignTrust(spec, options));
    case "notation":
      return byNotation(spec, options);
    default:
      throw new Error(`unsupported verification provider: ${provider}`);
  }
}

type Options = Parameters<typeof createVerify>[1];

async function byCosign(trust: CosignTrust): Promise<Verify> {
  const verify = await createCosignVerifier(trust);
  return async ({ repository, descriptor }) => {
    if ("keys" in trust && trust.keys.length === 0) throw new SignatureError("NoMatch", "there are no keys");
    await verify(repository, descriptor.digest);
    return "verified";
  };
}

async function readCosignTrust(spec: VerifySpec, options: Options): Promise<CosignTrust> {
  const { secretRef, trustedRootSecretRef, matchOIDCIdentity = [] } = spec;
  if (secretRef !== undefined) {
    const data = await readData(options, secretRef.name);
    const keys = [...data].filter(([key]) => key.endsWith(".pub")).map(([, content]) => content.toString("utf8"));
    if (keys.length === 0 && options.needsKeys)
      throw new Error(`no public keys found in secret '${options.namespace}/${secretRef.name}'`);
    return { keys };
  }
  const trustedRoot =
    trustedRootSecretRef === undefined
      ? await options.findTrustedRoot(options.context.now())
      : await readTrustedRoot(trustedRootSecretRef.name, options);
  return { trustedRoot, identities: matchOIDCIdentity };
}

async function readTrustedRoot(name: string, options: Options): Promise<string> {
  const shown = `'${options.namespace}/${name}'`;
  const data = await readData(options, name).catch((cause: unknown) => {
    throw new Error(`failed to read trusted root from secret ${shown}: ${messageOf(cause)}`, { cause });
  });
  const content = data.get("trusted_root.json");
  if (content !== undefined) return content.toString("utf8");
  const missing = `'trusted_root.json' not found in secret ${shown}`;
  throw new Error(`failed to read trusted root from secret ${shown}: ${missing}`);
}

async function byNotation({ secretRef }: VerifySpec, options: Options): Promise<Verify> {
  const { context, namespace } = options;
  if (secretRef === undefined) throw new Error(`verification secret cannot be empty: '${options.shown}'`);
  const data = await readData(options, secretRef.name);
  const shown = `'${namespace}/${secretRef.name}'`;
  const trustPolicy = data.get("trustpolicy.json")?.toString("utf8");
  if (trustPolicy === undefined) throw new Error(`'trustpolicy.json' not found in secret ${shown}`);
  const certificates = [...data].filter(([key]) => /\.(?:crt|pem)$/.test(key)).map(([, content]) => content);
  if (certificates.length === 0) throw new Error(`no certificates found in secret ${shown}`);
  const verify = createNotationVerifier({ trustPolicy, certificates });
  return (signed) => verify({ ...signed, now: context.now() });
}

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** The bytes of a Secret: certificates need not be text. */
async function readData({ context, namespace }: Options, name: string): Promise<ReadonlyMap<string, Buffer>> {
  const reference = { apiVersion: "v1", kind: "Secret", namespace, name };
  const { data = {} } = await context.client.get<Secret>(reference, { signal: context.signal });
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]));
}
