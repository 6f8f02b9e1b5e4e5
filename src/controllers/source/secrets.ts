import { messageOf } from "../../base/errors.ts";
import { isApiError, type KubeObject } from "../../api/index.ts";
import type { Credentials, TlsOptions } from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { fail, FailureError } from "./failure.ts";

/** The decoded data of a Secret. */
export type SecretData = ReadonlyMap<string, string>;

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface FoundSecret {
  readonly name: string;
  readonly type: string;
  readonly data: SecretData;
  /** The same as it is: not everything is text. */
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

/** Reads a Secret of the object's namespace; fails with AuthenticationFailed and Flux's text before the cause. */
export async function readSecret(
  context: Context,
  secret: { readonly namespace: string; readonly name: string },
  prefix: string,
): Promise<FoundSecret> {
  const { namespace, name } = secret;
  try {
    return await findSecret(context, secret);
  } catch (cause) {
    const message = `${prefix} '${namespace}/${name}': ${messageOf(cause)}`;
    return fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message }, cause);
  }
}

/** The data of a Secret. Throws what the API says. */
export async function readSecretData(
  context: Context,
  secret: { readonly namespace: string; readonly name: string },
): Promise<SecretData> {
  return (await findSecret(context, secret)).data;
}

async function findSecret(
  context: Context,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<FoundSecret> {
  const reference = { apiVersion: "v1", kind: "Secret", namespace, name };
  const found = await context.client.get<Secret>(reference, { signal: context.signal });
  const entries = Object.entries(found.data ?? {});
  const bytes = new Map(entries.map(([key, value]) => [key, Buffer.from(value, "base64")]));
  const data = new Map([...bytes].map(([key, value]) => [key, value.toString("utf8")]));
  return { name, type: found.type ?? "Opaque", data, bytes };
}

/** As `readSecret`, in the words of Flux's newer readers for one that does not exist. */
export async function readSecretOf(
  context: Context,
  secret: { readonly namespace: string; readonly name: string },
  prefix: string,
): Promise<FoundSecret> {
  try {
    return await readSecret(context, secret, `${prefix}: failed to get secret`);
  } catch (error) {
    if (!(error instanceof FailureError) || !isApiError(error.cause, "NotFound")) throw error;
    const message = `${prefix}: secret '${secret.namespace}/${secret.name}' not found`;
    return fail({ ...error.failure, message }, error.cause);
  }
}

/** User name and password; undefined where the Secret has none. */
export function basicCredentialsOf(data: SecretData): Credentials | undefined {
  const username = data.get("username") ?? "";
  const password = data.get("password") ?? "";
  return username === "" ? undefined : { type: "basic", username, password };
}

/** Certificates under the names of today, or those of older releases. Undefined where there are none. */
export function tlsOf(data: SecretData): TlsOptions | undefined {
  const ca = data.get("ca.crt") ?? data.get("caFile");
  const cert = data.get("tls.crt") ?? data.get("certFile");
  const key = data.get("tls.key") ?? data.get("keyFile");
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/**
 * The proxy that a `proxySecretRef` names, as a URL with its credentials. Fails with AuthenticationFailed and Flux's texts
 * after `prefix`.
 */
export async function readProxy(
  context: Context,
  secret: { readonly namespace: string; readonly name: string },
  prefix: string,
): Promise<string> {
  const { data } = await readSecretOf(context, secret, prefix);
  const wrong = (text: string): never =>
    fail({
      condition: "FetchFailed",
      reason: "AuthenticationFailed",
      message: `${prefix}: secret '${secret.namespace}/${secret.name}': ${text}`,
    });
  const address = data.get("address");
  if (address === undefined) return wrong("key 'address' not found");
  if (address === "") return wrong("proxy address is empty");
  if (address.length > maximumProxyLength)
    return wrong(`proxy URL exceeds maximum length of ${maximumProxyLength} characters`);
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return wrong("failed to parse proxy address");
  }
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== "http" && scheme !== "https" && scheme !== "socks5")
    return wrong(`proxy URL must use one of the supported schemes (http, https, socks5), got '${scheme}'`);
  url.username = encodeURIComponent(data.get("username") ?? "");
  url.password = data.has("username") ? encodeURIComponent(data.get("password") ?? "") : "";
  return url.href;
}

/** Flux: secrets.MaxProxyURLLength. */
const maximumProxyLength = 2048;
