import { createPrivateKey, sign } from "node:crypto";
import { basic } from "../authorize.ts";
import { OciError } from "../errors.ts";
import { type ExternalSource, subjectToken } from "./google-subject.ts";
import { ask, type CloudPorts, post, textsIn } from "./ports.ts";

const what = "an access token of Google";
const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";
const tokenServer = "https://oauth2.googleapis.com/token";
const exchangeServer = "https://sts.googleapis.com/v1/token";

interface Asking {
  /** Separated by blanks. */
  readonly scopes: string;
  readonly ports: CloudPorts;
}

/** The parts of the credentials that Google and its programs hand out, in JSON. */
interface GoogleCredentials extends ExternalSource {
  readonly type?: unknown;
  readonly token_uri?: string;
  readonly token_url?: string;
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly service_account_impersonation_url?: string;
  readonly service_account_impersonation?: { readonly token_lifetime_seconds?: number };
  readonly delegates?: readonly string[];
  readonly workforce_pool_user_project?: string;
  readonly source_credentials?: GoogleCredentials | null;
}

/**
 * An access token for credentials as Google hands them out, in JSON: a service account's, a user's, those of a workload of
 * somebody else's cloud, or of one that may act as another. Such a text names servers that are asked and files that are read: it must
 * come from whoever runs this process, or be a service account's or a user's.
 */
export async function googleCredentialsToken(text: string, asking: Asking): Promise<string> {
  textsIn(text, what, ["type"]); // says what is missing, and quotes nothing
  return tokenOf(JSON.parse(text) as GoogleCredentials, asking);
}

/** The access token that Google answers a request with. */
export async function accessToken(ports: CloudPorts, request: Request): Promise<string> {
  return textsIn(await ask(ports, what, request), what, ["access_token"]).access_token;
}

async function tokenOf(credentials: GoogleCredentials, asking: Asking): Promise<string> {
  const { type } = credentials;
  switch (type) {
    case "service_account":
      return serviceAccountToken(credentials, asking);
    case "authorized_user":
      return userToken(credentials, asking);
    case "external_account":
      return externalToken(credentials, asking);
    case "external_account_authorized_user":
      return externalUserToken(credentials, asking);
    case "impersonated_service_account": {
      const { source_credentials: source } = credentials;
      if (source === undefined || source === null) throw lacks("source_credentials");
      return impersonate(credentials, await tokenOf(source, asking), asking);
    }
  }
  const shown = typeof type === "string" ? JSON.stringify(type) : "that is no text";
  throw new OciError("InvalidConfig", `${what} of credentials of type ${shown} is not supported`);
}

/** RFC 7523: a service account signs for itself. */
async function serviceAccountToken(account: GoogleCredentials, { scopes, ports }: Asking): Promise<string> {
  const own = partsOf(account, ["client_email", "private_key"]);
  const server = account.token_uri || tokenServer;
  const issued = Math.floor(ports.now().getTime() / 1000);
  const claims = { iss: own.client_email, scope: scopes, aud: server, iat: issued, exp: issued + 3600 };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  const form = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: `${signed}.${sign("sha256", Buffer.from(signed), readKey(own.private_key)).toString("base64url")}`,
  });
  return accessToken(ports, post(server, form));
}

/** What `gcloud auth application-default login` leaves. */
async function userToken(user: GoogleCredentials, { ports }: Asking): Promise<string> {
  const own = partsOf(user, ["client_id", "client_secret", "refresh_token"]);
  const form = new URLSearchParams({ grant_type: "refresh_token", ...own });
  return accessToken(ports, post(user.token_uri || tokenServer, form));
}

async function externalUserToken(user: GoogleCredentials, { ports }: Asking): Promise<string> {
  const own = partsOf(user, ["token_url", "client_id", "client_secret", "refresh_token"]);
  const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: own.refresh_token });
  return accessToken(ports, withClient(post(own.token_url, form), own));
}

/** RFC 8693: the token of another cloud, or of Kubernetes, is exchanged for one of Google's. */
async function externalToken(account: GoogleCredentials, asking: Asking): Promise<string> {
  const { ports, scopes } = asking;
  const { audience, subject_token_type: type } = partsOf(account, ["audience", "subject_token_type"]);
  const { service_account_impersonation_url: impersonated, workforce_pool_user_project: project } = account;
  const hasClient = (account.client_id ?? "") !== "" && (account.client_secret ?? "") !== "";
  const form = new URLSearchParams({
    audience,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
    subject_token_type: type,
    subject_token: await subjectToken(account, ports),
    scope: (impersonated ?? "") === "" ? scopes : cloudPlatform,
    ...(project !== undefined && !hasClient ? { options: JSON.stringify({ userProject: project }) } : {}),
  });
  const request = withClient(post(account.token_url || exchangeServer, form), account);
  const token = await accessToken(ports, request);
  return (impersonated ?? "") === "" ? token : impersonate(account, token, asking);
}

/** Acts as a service account. */
async function impersonate(credentials: GoogleCredentials, token: string, { scopes, ports }: Asking): Promise<string> {
  const { delegates, service_account_impersonation: options } = credentials;
  const { service_account_impersonation_url: url } = partsOf(credentials, ["service_account_impersonation_url"]);
  if (!URL.canParse(url)) throw lacks("service_account_impersonation_url");
  const request = new Request(url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({
      ...(delegates === undefined ? {} : { delegates }),
      lifetime: `${options?.token_lifetime_seconds || 3600}s`,
      scope: scopes.split(" "),
    }),
  });
  return textsIn(await ask(ports, what, request), what, ["accessToken"]).accessToken;
}

/** RFC 6749, 2.3.1. */
function withClient(request: Request, { client_id: id = "", client_secret: secret = "" }: GoogleCredentials): Request {
  if (id !== "" && secret !== "") request.headers.set("authorization", basic(id, secret));
  return request;
}

function partsOf<const Name extends string>(
  credentials: GoogleCredentials,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const parts = names.map((name) => {
    const value = (credentials as Readonly<Record<string, unknown>>)[name];
    if (typeof value !== "string" || value === "") throw lacks(name);
    return [name, value] as const;
  });
  return Object.fromEntries(parts) as Record<Name, string>;
}

function lacks(name: string): OciError {
  return new OciError("InvalidConfig", `cannot get ${what}: the credentials have no ${name}`);
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new OciError("InvalidConfig", `cannot get ${what}: the key of the service account cannot be read`);
  }
}
