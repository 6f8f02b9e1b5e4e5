import { OciError } from "../errors.ts";
import type { Credentials } from "../types.ts";
import { ask, type CloudPorts, textsIn } from "./ports.ts";

const pattern = "^.+\\.(azurecr\\.io|azurecr\\.cn|azurecr\\.de|azurecr\\.us)$";
const resource = "https://containerregistry.azure.net";
/** How Azure's registries are told that the password is a token. */
const nobody = "00000000-0000-0000-0000-000000000000";

/** Exchanges the identity of the machine or the Pod for credentials of an Azure Container Registry. */
export async function azureCredentials(registry: string, ports: CloudPorts): Promise<Credentials> {
  if (!new RegExp(pattern).test(registry))
    throw new OciError("InvalidReference", `invalid Azure registry: '${registry}'. must match ${pattern}`);
  const form = new URLSearchParams({
    grant_type: "access_token",
    service: registry,
    access_token: await accessToken(ports, authorityOf(registry, ports.env)),
  });
  const what = "a refresh token of the registry";
  const answer = await ask(ports, what, post(`https://${registry}/oauth2/exchange`, form));
  return { type: "basic", username: nobody, password: textsIn(answer, what, ["refresh_token"]).refresh_token };
}

function authorityOf(registry: string, env: CloudPorts["env"]): string {
  const own = env["AZURE_AUTHORITY_HOST"] ?? "";
  if (own !== "") return own.replace(/\/+$/, "");
  if (registry.endsWith(".cn")) return "https://login.chinacloudapi.cn";
  return registry.endsWith(".us") ? "https://login.microsoftonline.us" : "https://login.microsoftonline.com";
}

/** Where Azure's programs look, in their order: a secret, a workload's identity, the machine's. */
async function accessToken(ports: CloudPorts, authority: string): Promise<string> {
  const { env } = ports;
  const value = (name: string): string => env[name] ?? "";
  const [tenant, client] = [value("AZURE_TENANT_ID"), value("AZURE_CLIENT_ID")];
  const secret = value("AZURE_CLIENT_SECRET");
  const file = value("AZURE_FEDERATED_TOKEN_FILE");
  const what = "an access token of Microsoft Entra";
  if (tenant !== "" && client !== "" && (secret !== "" || file !== "")) {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: client,
      scope: `${resource}/.default`,
      ...(secret === ""
        ? {
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            client_assertion: (await ports.readFile(file)).trim(),
          }
        : { client_secret: secret }),
    });
    const url = `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
    return textsIn(await ask(ports, what, post(url, form)), what, ["access_token"]).access_token;
  }
  const url = new URL("http://169.254.169.254/metadata/identity/oauth2/token");
  url.searchParams.set("api-version", "2018-02-01");
  url.searchParams.set("resource", resource);
  if (client !== "") url.searchParams.set("client_id", client);
  const answer = await ask(ports, what, new Request(url, { headers: { metadata: "true" } }));
  return textsIn(answer, what, ["access_token"]).access_token;
}

function post(url: string, form: URLSearchParams): Request {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return new Request(url, { method: "POST", headers, body: form.toString() });
}
