import { createPrivateKey, sign } from "node:crypto";
import { OciError } from "../errors.ts";
import type { Credentials } from "../types.ts";
import { ask, type CloudPorts, textsIn } from "./ports.ts";

const pattern = "^(((.+\\.)?gcr\\.io)|(.+-docker\\.pkg\\.dev)|(docker\\.s3nsregistry\\.fr))$";
const scopes = "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email";

/** Exchanges the identity of the machine or the Pod for credentials of Google's registries. */
export async function gcpCredentials(registry: string, ports: CloudPorts): Promise<Credentials> {
  if (!new RegExp(pattern).test(registry))
    throw new OciError("InvalidReference", `invalid GCP registry: '${registry}'. must match ${pattern}`);
  return { type: "basic", username: "oauth2accesstoken", password: await accessToken(ports) };
}

const what = "an access token of Google";

/** Where Google's programs look: a file that the environment names, and the metadata server, which is there in GKE, too. */
async function accessToken(ports: CloudPorts): Promise<string> {
  const file = ports.env["GOOGLE_APPLICATION_CREDENTIALS"] ?? "";
  if (file !== "") return serviceAccountToken(await ports.readFile(file), ports);
  const host = ports.env["GCE_METADATA_HOST"] ?? "";
  const url = new URL(
    `http://${host === "" ? "metadata.google.internal" : host}/computeMetadata/v1/instance/service-accounts/default/token`,
  );
  url.searchParams.set("scopes", scopes.replace(" ", ","));
  const answer = await ask(ports, what, new Request(url, { headers: { "metadata-flavor": "Google" } }));
  return textsIn(answer, what, ["access_token"]).access_token;
}

/** RFC 7523: a service account signs for itself. */
async function serviceAccountToken(text: string, ports: CloudPorts): Promise<string> {
  const account = textsIn(text, what, ["type"]);
  if (account.type !== "service_account")
    throw new OciError(
      "InvalidConfig",
      `${what} of credentials of type ${JSON.stringify(account.type)} is not supported`,
    );
  const own = textsIn(text, what, ["client_email", "private_key", "token_uri"]);
  const issued = Math.floor(ports.now().getTime() / 1000);
  const claims = { iss: own.client_email, scope: scopes, aud: own.token_uri, iat: issued, exp: issued + 3600 };
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  const form = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: `${signed}.${sign("sha256", Buffer.from(signed), readKey(own.private_key)).toString("base64url")}`,
  });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const request = new Request(own.token_uri, { method: "POST", headers, body: form.toString() });
  return textsIn(await ask(ports, what, request), what, ["access_token"]).access_token;
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new OciError("InvalidConfig", `cannot get ${what}: the key of the service account cannot be read`);
  }
}
