import { constants, createHash, randomUUID, sign } from "node:crypto";
import { OciError } from "../errors.ts";
import { readCertificate } from "./azure-certificate.ts";
import { ask, type CloudPorts, post, textsIn } from "./ports.ts";

const what = "an access token of Microsoft Entra";
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const publicAuthority = "https://login.microsoftonline.com";

interface Principal {
  readonly tenant: string;
  readonly client: string;
  /** Where tokens are made; the public cloud's when absent. */
  readonly authority?: string;
}

interface CertifiedPrincipal extends Principal {
  /** PEM or PKCS#12, with the private key in it. */
  readonly certificate: Uint8Array;
  readonly password?: string;
  /** Sends the certificate along, for those that trust by its issuer. */
  readonly sendChain?: boolean;
}

/** A program that is known to Microsoft Entra, and how it proves that it is itself. */
export type AzurePrincipal = CertifiedPrincipal | (Principal & { readonly secret: string });

/** Refuses, without asking anybody, a principal that cannot prove itself; in the words of Azure's library. */
export async function checkPrincipal(principal: AzurePrincipal): Promise<void> {
  if (!/^[A-Za-z0-9.-]+$/.test(principal.tenant))
    throw new OciError(
      "InvalidConfig",
      "invalid tenantID. You can locate your tenantID by following the instructions listed here: https://learn.microsoft.com/partner-center/find-ids-and-domain-names",
    );
  tokenUrl(principal.authority ?? publicAuthority, principal.tenant);
  if ("certificate" in principal) await readCertificate(principal.certificate, principal.password);
}

/** The token of a principal for a resource. */
export async function principalToken(principal: AzurePrincipal, resource: string, ports: CloudPorts): Promise<string> {
  const url = tokenUrl(principal.authority ?? publicAuthority, principal.tenant);
  const proof =
    "secret" in principal
      ? { client_secret: principal.secret }
      : { client_assertion_type: assertionType, client_assertion: await assertionOf(principal, url, ports.now()) };
  return exchange(url, { client: principal.client, resource, proof }, ports);
}

/** Where Azure's programs look, in their order: a secret, a workload's identity, the machine's. */
export async function environmentToken(
  resource: string,
  options: { readonly ports: CloudPorts; readonly authority?: string },
): Promise<string> {
  const { ports } = options;
  const value = (name: string): string => ports.env[name] ?? "";
  const [tenant, client] = [value("AZURE_TENANT_ID"), value("AZURE_CLIENT_ID")];
  const secret = value("AZURE_CLIENT_SECRET");
  const file = value("AZURE_FEDERATED_TOKEN_FILE");
  if (tenant === "" || client === "" || (secret === "" && file === ""))
    return machineToken(resource, { ports, ...(client === "" ? {} : { client }) });
  const own = value("AZURE_AUTHORITY_HOST");
  const url = tokenUrl(own === "" ? (options.authority ?? publicAuthority) : own, tenant);
  const proof =
    secret === ""
      ? { client_assertion_type: assertionType, client_assertion: (await ports.readFile(file)).trim() }
      : { client_secret: secret };
  return exchange(url, { client, resource, proof }, ports);
}

/** The token of the machine's identity; of the one with this client's id, where it has several. */
export async function machineToken(
  resource: string,
  options: { readonly ports: CloudPorts; readonly client?: string },
): Promise<string> {
  const { ports, client } = options;
  const url = new URL("http://169.254.169.254/metadata/identity/oauth2/token");
  url.searchParams.set("api-version", "2018-02-01");
  url.searchParams.set("resource", resource);
  if (client !== undefined) url.searchParams.set("client_id", client);
  const answer = await ask(ports, what, new Request(url, { headers: { metadata: "true" } }));
  return textsIn(answer, what, ["access_token"]).access_token;
}

function tokenUrl(authority: string, tenant: string): string {
  // azidentity: the Authority Host must be HTTPS; a secret goes there.
  if (!/^https:\/\//i.test(authority))
    throw new OciError("InvalidConfig", "cannot use an authority host without the https scheme");
  return `${authority.replace(/\/+$/, "")}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
}

async function exchange(
  url: string,
  asked: { readonly client: string; readonly resource: string; readonly proof: Readonly<Record<string, string>> },
  ports: CloudPorts,
): Promise<string> {
  const { client, resource, proof } = asked;
  const scope = `${resource}/.default`;
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: client, scope, ...proof });
  return textsIn(await ask(ports, what, post(url, form)), what, ["access_token"]).access_token;
}

/** RFC 7523, as Entra wants it: signed with PS256, the certificate named by its digest. */
async function assertionOf(principal: CertifiedPrincipal, url: string, now: Date): Promise<string> {
  const { certificates, key } = await readCertificate(principal.certificate, principal.password);
  const issued = Math.floor(now.getTime() / 1000);
  const header = {
    alg: "PS256",
    typ: "JWT",
    "x5t#S256": createHash("sha256")
      .update(certificates[0] ?? "")
      .digest("base64url"),
    ...(principal.sendChain === true ? { x5c: certificates.map((each) => each.toString("base64")) } : {}),
  };
  const { client } = principal;
  const claims = { aud: url, iss: client, sub: client, jti: randomUUID(), nbf: issued, exp: issued + 600 };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode(header)}.${encode(claims)}`;
  const padded = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return `${text}.${sign("sha256", Buffer.from(text), padded).toString("base64url")}`;
}
