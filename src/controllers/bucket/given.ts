import type { Bucket } from "../../api/index.ts";
import type { TlsOptions } from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { type FoundSecret, readProxy, readSecret, readSecretOf, tlsOf } from "../source/secrets.ts";

/** What the Secrets of a bucket hold. */
export interface Given {
  readonly secret?: FoundSecret;
  readonly stsSecret?: FoundSecret;
  readonly proxy?: string;
  readonly tls?: TlsOptions;
  readonly stsTls?: TlsOptions;
}

/** Flux: setupCredentials. Reads what the object names, in this order; fails with AuthenticationFailed. */
export async function readGiven({ spec, metadata }: Bucket, context: Context): Promise<Given> {
  const { namespace = "" } = metadata;
  const { secretRef, proxySecretRef, certSecretRef, sts } = spec;
  const read = async <Found>(
    reference: { readonly name: string } | undefined,
    find: (place: { readonly namespace: string; readonly name: string }) => Promise<Found>,
  ): Promise<Found | undefined> => (reference === undefined ? undefined : find({ namespace, name: reference.name }));
  const secret = await read(secretRef, (place) => readSecret(context, place, "failed to get secret"));
  const stsSecret = await read(sts?.secretRef, (place) => readSecret(context, place, "failed to get STS secret"));
  const proxy = await read(proxySecretRef, (place) => readProxy(context, place, "failed to get proxy URL"));
  const certificates = (prefix: string) => async (place: { readonly namespace: string; readonly name: string }) =>
    tlsOf((await readSecretOf(context, place, prefix)).data);
  const tls = await read(certSecretRef, certificates("failed to get TLS config"));
  const stsTls = await read(sts?.certSecretRef, certificates("failed to get STS TLS config"));
  return {
    ...(secret === undefined ? {} : { secret }),
    ...(stsSecret === undefined ? {} : { stsSecret }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(tls === undefined ? {} : { tls }),
    ...(stsTls === undefined ? {} : { stsTls }),
  };
}
