import type { Bucket } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { isValues } from "../../base/value.ts";
import type { S3Keys } from "../../sources/index.ts";
import { decodeJson } from "../../template/index.ts";
import { fail, type Failure } from "../source/failure.ts";
import type { FoundSecret } from "../source/secrets.ts";

/** Flux: minio.ValidateSecret. Keys that are there and empty make requests of nobody. */
export function keysOf({ name, data }: FoundSecret): S3Keys | undefined {
  const accessKey = data.get("accesskey");
  const secretKey = data.get("secretkey");
  if (accessKey === undefined || secretKey === undefined)
    return refuse(`invalid '${name}' secret data: required fields 'accesskey' and 'secretkey'`);
  return accessKey === "" || secretKey === "" ? undefined : { accessKey, secretKey };
}

/** Flux: gcp.ValidateSecret. The key of a service account. */
export function serviceAccountOf({ name, data }: FoundSecret): string {
  return data.get("serviceaccount") ?? refuse(`invalid '${name}' secret data: required fields 'serviceaccount'`);
}

/** Refuses what is neither the key of a service account nor a user's login, in the words of Google's client. */
export function assertServiceAccount(text: string): void {
  const type = typeOfAccount(text);
  if (type === "service_account" || type === "authorized_user") return;
  return otherAccounts.has(type)
    ? refuse(`Google's credentials of type ${JSON.stringify(type)} are not taken from a Secret`, "stall")
    : refuse(`dialing: credentials: unsupported filetype ${JSON.stringify(type)}`);
}

/** What Google's client takes besides. These name files and servers of the controller's surroundings, or lead to those that do. */
const otherAccounts: ReadonlySet<string> = new Set([
  "external_account",
  "external_account_authorized_user",
  "gdch_service_account",
  "impersonated_service_account",
]);

function typeOfAccount(text: string): string {
  let account: unknown;
  try {
    account = decodeJson(text);
  } catch (cause) {
    return refuse(`dialing: ${messageOf(cause)}`);
  }
  const type = isValues(account) ? account["type"] : undefined;
  return typeof type === "string" ? type : "";
}

/** Flux: minio.ValidateSTSSecret. */
export function userOf({ name, data }: FoundSecret): { readonly username: string; readonly password: string } {
  const username = data.get("username") ?? "";
  const password = data.get("password") ?? "";
  if (username === "" || password === "")
    refuse(`invalid '${name}' secret data for 'ldap' STS provider: required fields username, password`);
  return { username, password };
}

type Provider = NonNullable<Bucket["spec"]["provider"]>;

/** Flux: minio.ValidateSTSProvider. The API server refuses the same; objects of older versions may be there. */
export function assertSts(provider: Provider, sts: NonNullable<Bucket["spec"]["sts"]>): void {
  const stall = (message: string): never =>
    fail({ condition: "FetchFailed", reason: "InvalidSTSConfiguration", message, next: "stall" });
  if (provider !== "aws" && provider !== "generic")
    stall(`STS configuration is not supported for '${provider}' bucket provider`);
  if (sts.provider !== (provider === "aws" ? "aws" : "ldap"))
    stall(`STS provider '${sts.provider}' is not supported for '${provider}' bucket provider`);
  if (sts.provider !== "aws") return;
  if (sts.secretRef !== undefined) stall("spec.sts.secretRef is not required for the 'aws' STS provider");
  if (sts.certSecretRef !== undefined) stall("spec.sts.certSecretRef is not required for the 'aws' STS provider");
}

/** Fails with AuthenticationFailed. */
export function refuse(message: string, next: Failure["next"] = "retry"): never {
  return fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message, next });
}
