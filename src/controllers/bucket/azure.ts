import { messageOf } from "../../base/errors.ts";
import {
  type AzurePrincipal,
  checkPrincipal,
  type CloudPorts,
  environmentToken,
  machineToken,
  principalToken,
} from "../../oci/index.ts";
import type { AzureAccess } from "../../sources/index.ts";
import { decodeBase64 } from "../../template/index.ts";
import type { FoundSecret } from "../source/secrets.ts";
import { refuse } from "./credentials.ts";

const resource = "https://storage.azure.com";

/** Where the identity of this process may go: whoever writes a Bucket chooses the endpoint. */
const ownHosts = /\.(blob\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)|blob\.storage\.azure\.net)$/;

/** Flux: azure.NewClient. As whom a storage account is asked; without a Secret, as this process. */
export async function azureAccess(
  secret: FoundSecret | undefined,
  { endpoint, cloud }: { readonly endpoint: string; readonly cloud: CloudPorts },
): Promise<AzureAccess> {
  const tokenOf = (token: () => Promise<string>): AzureAccess => ({ type: "token", token });
  if (secret === undefined) {
    assertOwnHost(endpoint);
    return tokenOf(() => environmentToken(resource, { ports: cloud }));
  }
  assertSecret(secret);
  const { name, data } = secret;
  const principal = principalOf(secret);
  if (principal !== undefined) {
    await checkPrincipal(principal).catch((cause: unknown) =>
      refuse(`failed to create token credential from '${name}' Secret: ${messageOf(cause)}`),
    );
    return tokenOf(() => principalToken(principal, resource, cloud));
  }
  const client = data.get("clientId");
  if (client !== undefined) {
    assertOwnHost(endpoint);
    return tokenOf(() => machineToken(resource, { ports: cloud, client }));
  }
  const accountKey = data.get("accountKey");
  if (accountKey !== undefined) {
    const account = accountOf(endpoint, name);
    const key = decodeBase64(accountKey);
    return typeof key === "string" ? refuse(`decode account key: ${key}`) : { type: "sharedKey", account, key };
  }
  const query = data.get("sasKey");
  if (query === undefined) return refuse(`'${name}' secret data has an 'authorityHost', and nobody for it to know`);
  if (/%(?![0-9a-f]{2})/i.test(query)) refuse("unable to parse SAS token: invalid URL escape");
  return { type: "signature", query };
}

/** Flux: azure.ValidateSecret. */
function assertSecret({ name, data }: FoundSecret): void {
  if (["clientId", "accountKey", "sasKey", "authorityHost"].some((field) => data.has(field))) return;
  refuse(
    `invalid '${name}' secret data: requires a 'clientId' or 'accountKey' field, a combination of 'tenantId', 'clientId' and 'clientSecret', or 'tenantId', 'clientId' and 'clientCertificate'`,
  );
}

function principalOf({ data, bytes }: FoundSecret): AzurePrincipal | undefined {
  const tenant = data.get("tenantId");
  const client = data.get("clientId");
  if (tenant === undefined || client === undefined) return undefined;
  const authority = data.get("authorityHost");
  const named = { tenant, client, ...(authority === undefined ? {} : { authority }) };
  const secret = data.get("clientSecret") ?? "";
  if (secret !== "") return { ...named, secret };
  const certificate = bytes.get("clientCertificate");
  if (certificate === undefined || certificate.byteLength === 0) return undefined;
  const password = data.get("clientCertificatePassword");
  const sendChain = /^(1|true)$/i.test(data.get("clientCertificateSendChain") ?? "");
  return { ...named, certificate, sendChain, ...(password === undefined ? {} : { password }) };
}

/** Flux: extractAccountNameFromEndpoint. */
function accountOf(endpoint: string, secret: string): string {
  const failed = `failed to create shared credential from '${secret}' Secret data: failed to extract account name from endpoint`;
  if (!URL.canParse(endpoint)) return refuse(`${failed}: expected '' to be a subdomain`);
  const { hostname } = new URL(endpoint);
  const [account = "", ...domain] = hostname.split(".");
  return domain.length < 2 ? refuse(`${failed}: expected '${hostname}' to be a subdomain`) : account;
}

function assertOwnHost(endpoint: string): void {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : "";
  if (!ownHosts.test(host))
    refuse(`the identity of the controller is not sent to '${host}': it is not a host of Azure Blob Storage`);
}
