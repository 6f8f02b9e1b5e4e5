import { createPrivateKey, sign } from "node:crypto";
import { OciError } from "../errors.ts";
import { ask, type CloudPorts, post, textsIn } from "./ports.ts";

const scopes = "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email";
const what = "an access token of Google";

/** Where Google's programs look: a file that the environment names, and the metadata server, which is there in GKE, too. */
export async function googleToken(ports: CloudPorts): Promise<string> {
  const file = ports.env["GOOGLE_APPLICATION_CREDENTIALS"] ?? "";
  if (file !== "") return serviceAccountToken(await ports.readFile(file), { scopes, ports });
  const host = ports.env["GCE_METADATA_HOST"] ?? "";
  const url = new URL(
    `http://${host === "" ? "metadata.google.internal" : host}/computeMetadata/v1/instance/service-accounts/default/token`,
  );
  url.searchParams.set("scopes", scopes.replace(" ", ","));
  const answer = await ask(ports, what, new Request(url, { headers: { "metadata-flavor": "Google" } }));
  return textsIn(answer, what, ["access_token"]).access_token;
}

/** RFC 7523: a service account signs for itself; `text` is its key as Google hands it out, in JSON. */
export async function serviceAccountToken(
  text: string,
  options: { readonly scopes: string; readonly ports: CloudPorts },
): Promise<string> {
  const { scopes, ports } = options;
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
  return textsIn(await ask(ports, what, post(own.token_uri, form)), what, ["access_token"]).access_token;
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new OciError("InvalidConfig", `cannot get ${what}: the key of the service account cannot be read`);
  }
}
