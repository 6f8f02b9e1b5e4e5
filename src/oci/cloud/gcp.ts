import { OciError } from "../errors.ts";
import type { Credentials } from "../types.ts";
import { googleToken } from "./google-token.ts";
import type { CloudPorts } from "./ports.ts";

const pattern = "^(((.+\\.)?gcr\\.io)|(.+-docker\\.pkg\\.dev)|(docker\\.s3nsregistry\\.fr))$";

/** Exchanges the identity of the machine or the Pod for credentials of Google's registries. */
export async function gcpCredentials(registry: string, ports: CloudPorts): Promise<Credentials> {
  if (!new RegExp(pattern).test(registry))
    throw new OciError("InvalidReference", `invalid GCP registry: '${registry}'. must match ${pattern}`);
  return { type: "basic", username: "oauth2accesstoken", password: await googleToken(ports) };
}
