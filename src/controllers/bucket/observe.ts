import type { Bucket } from "../../api/index.ts";
import { parseDuration } from "../../base/duration.ts";
import {
  type BucketIndex,
  type BucketReader,
  createTransport,
  indexBucket,
  openS3Bucket,
  revisionOfBucket,
  type S3Keys,
} from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import { orFail } from "../source/reconcile.ts";
import { type FoundSecret, readProxy, readSecret, readSecretOf, tlsOf } from "../source/secrets.ts";

export interface Observation {
  readonly index: BucketIndex;
  readonly revision: string;
}

/** Where a failure of the server belongs. */
export const operationFailed = { condition: "FetchFailed", reason: "BucketOperationFailed" } as const;

/** Lists what of the bucket is wanted. */
export async function observe(object: Bucket, context: Context): Promise<Observation> {
  const { spec } = object;
  const reader = await openBucket(object, context);
  const index = await orPass(() => {
    const { bucketName: bucket, prefix, ignore } = spec;
    const options = {
      bucket,
      ...(prefix === undefined ? {} : { prefix }),
      ...(ignore === undefined ? {} : { ignore }),
    };
    return indexBucket(reader, options);
  });
  return { index, revision: revisionOfBucket(index.etags) };
}

/** Runs a step and gives what it throws Flux's reason, with the words that it has. */
export function orPass<T>(step: () => Promise<T>): Promise<T> {
  return orFail({ ...operationFailed, prefix: "" }, step);
}

/** The bucket as something to read, with what its Secrets say; each phase has the object's timeout for itself. */
export async function openBucket(object: Bucket, context: Context): Promise<BucketReader> {
  const { spec, metadata } = object;
  const { namespace = "" } = metadata;
  assertSupported(object);
  const refused = "failed to get secret";
  const keys =
    spec.secretRef === undefined
      ? undefined
      : keysOf(await readSecret(context, { namespace, name: spec.secretRef.name }, refused));
  const proxy =
    spec.proxySecretRef === undefined
      ? undefined
      : await readProxy(context, { namespace, name: spec.proxySecretRef.name }, "failed to get proxy URL");
  const tls =
    spec.certSecretRef === undefined
      ? undefined
      : tlsOf(
          (await readSecretOf(context, { namespace, name: spec.certSecretRef.name }, "failed to get TLS config")).data,
        );
  const timeout = AbortSignal.timeout(parseDuration(spec.timeout ?? "60s"));
  return orFail({ ...operationFailed, reason: "AuthenticationFailed", prefix: "" }, async () =>
    openS3Bucket({
      endpoint: spec.endpoint,
      bucket: spec.bucketName,
      transport: createTransport({
        keepAlive: true,
        ...(tls === undefined ? {} : { tls }),
        ...(proxy === undefined ? {} : { proxy }),
      }),
      signal: AbortSignal.any([context.signal, timeout]),
      ...(spec.region === undefined || spec.region === "" ? {} : { region: spec.region }),
      ...(spec.insecure === true ? { insecure: true } : {}),
      ...(keys === undefined ? {} : { keys }),
    }),
  );
}

/** Refuses, with a sentence, what other implementations of this kind can do and this one cannot. */
function assertSupported({ spec }: Bucket): void {
  const { provider = "generic" } = spec;
  const isOfKeys = provider === "generic" || (provider === "aws" && spec.secretRef !== undefined);
  const missing = !isOfKeys
    ? `spec.provider ${JSON.stringify(provider)}${provider === "aws" ? " without a secretRef" : ""}`
    : spec.sts !== undefined && spec.secretRef === undefined
      ? "spec.sts"
      : undefined;
  if (missing === undefined) return;
  const message = `${missing} is not supported yet`;
  fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message, next: "stall" });
}

/** Flux: minio.ValidateSecret. Keys that are there and empty make requests of nobody. */
function keysOf({ name, data }: FoundSecret): S3Keys | undefined {
  const accessKey = data.get("accesskey");
  const secretKey = data.get("secretkey");
  if (accessKey === undefined || secretKey === undefined) {
    const message = `invalid '${name}' secret data: required fields 'accesskey' and 'secretkey'`;
    return fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message });
  }
  return accessKey === "" || secretKey === "" ? undefined : { accessKey, secretKey };
}
