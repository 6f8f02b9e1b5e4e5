import { SourceError } from "../errors.ts";
import type { Transport } from "../http/transport.ts";
import { readText } from "./reader.ts";
import type { S3Keys } from "./s3.ts";
import { fieldAt, textAt } from "./fields.ts";
import { documentOf } from "./xml-document.ts";

/** Exchanges a user of a directory for keys (MinIO: AssumeRoleWithLDAPIdentity). Throws what the server says. */
export async function ldapKeys(options: {
  readonly endpoint: string;
  readonly username: string;
  readonly password: string;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}): Promise<S3Keys> {
  const { endpoint, username, password, transport, signal } = options;
  if (!URL.canParse(endpoint)) throw new SourceError("URLInvalid", `invalid STS endpoint '${endpoint}'`);
  const body = new URLSearchParams({
    Action: "AssumeRoleWithLDAPIdentity",
    LDAPPassword: password,
    LDAPUsername: username,
    Version: "2011-06-15",
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await transport(new Request(endpoint, { method: "POST", headers, body, signal }));
  const document = await documentOf(await readText(answer)).catch(() => undefined);
  if (answer.status !== 200) throw refusalOf(document, answer.status);
  const result = fieldAt(fieldAt(document, "AssumeRoleWithLDAPIdentityResponse"), "AssumeRoleWithLDAPIdentityResult");
  const found = fieldAt(result, "Credentials");
  const accessKey = textAt(found, "AccessKeyId") ?? "";
  const secretKey = textAt(found, "SecretAccessKey") ?? "";
  const sessionToken = textAt(found, "SessionToken") ?? "";
  if (accessKey === "" || secretKey === "")
    throw new SourceError("AuthenticationFailed", `cannot get keys from '${endpoint}': the answer has none`);
  return { accessKey, secretKey, ...(sessionToken === "" ? {} : { sessionToken }) };
}

/** minio-go: credentials.ErrorResponse.Error. */
function refusalOf(document: unknown, status: number): SourceError {
  const error = fieldAt(fieldAt(document, "ErrorResponse"), "Error") ?? fieldAt(document, "Error");
  const reason = textAt(error, "Code")?.slice(0, 256);
  const message = textAt(error, "Message")?.slice(0, 1024) ?? "";
  const fallback = `Error response code ${reason ?? status}.`;
  return new SourceError("AuthenticationFailed", message === "" ? fallback : message);
}
