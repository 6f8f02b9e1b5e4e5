import type { Bucket } from "../../api/index.ts";
import { parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { type CloudPorts, findAwsKeys, googleCredentialsToken, googleToken } from "../../oci/index.ts";
import {
  type BucketReader,
  createTransport,
  ldapKeys,
  openAzureBucket,
  openGoogleBucket,
  openS3Bucket,
  type S3Keys,
  type TlsOptions,
  type Transport,
} from "../../sources/index.ts";
import type { Context } from "../runtime/index.ts";
import { cloudOf, refuseServiceAccount } from "../source/cloud.ts";
import { fail } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";
import { azureAccess } from "./azure.ts";
import { assertServiceAccount, assertSts, keysOf, serviceAccountOf, userOf } from "./credentials.ts";
import { type Given, readGiven } from "./given.ts";

/** What opening a bucket takes besides its object. */
export interface Tools {
  readonly context: Context;
  readonly ports: SourcePorts;
}

interface Access {
  readonly given: Given;
  readonly transport: Transport;
  readonly cloud: CloudPorts;
  readonly signal: AbortSignal;
}

/** The bucket as something to read, with what its Secrets say; each phase has the object's timeout for itself. */
export async function openBucket(object: Bucket, { context, ports }: Tools): Promise<BucketReader> {
  const { spec } = object;
  if (spec.serviceAccountName !== undefined && spec.provider !== "generic") refuseServiceAccount(ports);
  const given = await readGiven(object, context);
  const timeout = AbortSignal.timeout(parseDuration(spec.timeout ?? "60s"));
  const signal = AbortSignal.any([context.signal, timeout]);
  const { proxy } = given;
  const own = proxy === undefined ? {} : { proxy };
  // Flux trusts a certSecretRef for S3 alone.
  const isS3 = spec.provider !== "gcp" && spec.provider !== "azure";
  const tls: { readonly tls?: TlsOptions } = isS3 && given.tls !== undefined ? { tls: given.tls } : {};
  const isPlain = proxy === undefined && tls.tls === undefined;
  const transport = isPlain ? ports.transport : createTransport({ keepAlive: true, ...own, ...tls });
  const cloud = cloudOf(ports, { signal, now: context.now, ...own });
  const access = { given, transport, cloud, signal };
  return orFail({ condition: "FetchFailed", reason: "AuthenticationFailed", prefix: "" }, async () => {
    switch (spec.provider ?? "generic") {
      case "gcp":
        return openGoogle(object, access);
      case "azure":
        return openAzureBucket({
          endpoint: spec.endpoint,
          bucket: spec.bucketName,
          access: await azureAccess(given.secret, { endpoint: spec.endpoint, cloud }),
          transport,
          now: context.now,
          signal,
        });
      case "generic":
      case "aws":
        return openS3(object, access);
    }
  });
}

function openGoogle({ spec }: Bucket, { given, transport, cloud, signal }: Access): BucketReader {
  const account = given.secret === undefined ? undefined : serviceAccountOf(given.secret);
  const scopes = "https://www.googleapis.com/auth/devstorage.read_only";
  const token = () =>
    account === undefined ? googleToken(cloud) : googleCredentialsToken(account, { scopes, ports: cloud });
  // Google's own client asks an emulator as nobody.
  const emulator = cloud.env["STORAGE_EMULATOR_HOST"] ?? "";
  if (emulator === "" && account !== undefined) assertServiceAccount(account);
  const server = emulator === "" || emulator.includes("://") ? emulator : `http://${emulator}`;
  const place = server === "" ? { token } : { server: server.replace(/\/+$/, "") };
  return openGoogleBucket({ bucket: spec.bucketName, transport, signal, ...place });
}

async function openS3({ spec }: Bucket, access: Access): Promise<BucketReader> {
  const { given, transport, signal } = access;
  const own = given.secret === undefined ? undefined : keysOf(given.secret);
  const { provider = "generic" } = spec;
  if (spec.sts !== undefined) assertSts(provider, spec.sts);
  const user = spec.sts?.provider === "ldap" && given.stsSecret !== undefined ? userOf(given.stsSecret) : undefined;
  const keys =
    given.secret !== undefined
      ? own
      : provider === "aws"
        ? await awsKeys(spec, access.cloud)
        : spec.sts !== undefined
          ? ldapKeysOf(spec.sts.endpoint, user, access)
          : undefined;
  return openS3Bucket({
    endpoint: spec.endpoint,
    bucket: spec.bucketName,
    transport,
    signal,
    ...(spec.region === undefined || spec.region === "" ? {} : { region: spec.region }),
    ...(spec.insecure === true ? { insecure: true } : {}),
    ...(keys === undefined ? {} : { keys }),
  });
}

function ldapKeysOf(
  endpoint: string,
  user: { readonly username: string; readonly password: string } | undefined,
  { given, signal }: Access,
): () => Promise<S3Keys> {
  const { proxy, stsTls } = given;
  const transport = createTransport({
    ...(proxy === undefined ? {} : { proxy }),
    ...(stsTls === undefined ? {} : { tls: stsTls }),
  });
  return () => ldapKeys({ endpoint, username: "", password: "", ...user, transport, signal });
}

/** Flux: ValidateSTSEndpoint. The token of the Pod goes there. */
const stsPattern = String.raw`^https://(.+\.)?sts(-fips)?(\.[^.]+)?(\.vpce)?\.amazonaws\.com$`;
const hostPattern = /^https:\/\/([a-z0-9-]+\.)?sts(-fips)?(\.[a-z0-9-]+)?(\.vpce)?\.amazonaws\.com$/;

async function awsKeys({ region, sts }: Bucket["spec"], cloud: CloudPorts): Promise<S3Keys> {
  const failed = "AWS authentication failed: failed to create provider access token for the controller";
  const place = region === undefined || region === "" ? (cloud.env["AWS_REGION"] ?? "") : region;
  const refuse = (what: string, cause?: unknown): never =>
    fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message: `${failed}: ${what}` }, cause);
  if (place === "")
    refuse(
      "AWS_REGION environment variable is not set in the Flux controller. if you have properly configured IAM Roles for Service Accounts (IRSA) or EKS Pod Identity, please delete/replace the controller pod so the EKS admission controllers can inject this environment variable, or set it manually if the cluster is not EKS",
    );
  if (!/^[a-z0-9-]+$/.test(place)) refuse(`'${place}' is not the name of a region`);
  if (sts !== undefined && !hostPattern.test(sts.endpoint))
    refuse(`invalid STS endpoint: '${sts.endpoint}'. must match ${stsPattern}`);
  try {
    const where = { region: place, ...(sts === undefined ? {} : { endpoint: sts.endpoint }) };
    const { accessKeyId, secretAccessKey, sessionToken } = await findAwsKeys(where, cloud);
    const token = sessionToken === undefined ? {} : { sessionToken };
    return { accessKey: accessKeyId, secretKey: secretAccessKey, ...token };
  } catch (cause) {
    return refuse(messageOf(cause), cause);
  }
}
