import { accessToken, googleCredentialsToken } from "./google-credentials.ts";
import type { CloudPorts } from "./ports.ts";

const scopes = "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email";

/** Where Google's programs look: a file that the environment names, and the metadata server, which is there in GKE, too. */
export async function googleToken(ports: CloudPorts): Promise<string> {
  const file = ports.env["GOOGLE_APPLICATION_CREDENTIALS"] ?? "";
  if (file !== "") return googleCredentialsToken(await ports.readFile(file), { scopes, ports });
  const host = ports.env["GCE_METADATA_HOST"] ?? "";
  const url = new URL(
    `http://${host === "" ? "metadata.google.internal" : host}/computeMetadata/v1/instance/service-accounts/default/token`,
  );
  url.searchParams.set("scopes", scopes.replace(" ", ","));
  return accessToken(ports, new Request(url, { headers: { "metadata-flavor": "Google" } }));
}
