import { OciError } from "../errors.ts";
import type { Credentials } from "../types.ts";
import { environmentToken } from "./azure-token.ts";
import { ask, type CloudPorts, post, textsIn } from "./ports.ts";

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
    access_token: await environmentToken(resource, { ports, authority: authorityOf(registry) }),
  });
  const what = "a refresh token of the registry";
  const answer = await ask(ports, what, post(`https://${registry}/oauth2/exchange`, form));
  return { type: "basic", username: nobody, password: textsIn(answer, what, ["refresh_token"]).refresh_token };
}

function authorityOf(registry: string): string {
  if (registry.endsWith(".cn")) return "https://login.chinacloudapi.cn";
  return registry.endsWith(".us") ? "https://login.microsoftonline.us" : "https://login.microsoftonline.com";
}
