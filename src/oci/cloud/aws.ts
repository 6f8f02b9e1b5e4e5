import { AwsV4Signer } from "aws4fetch";
import { OciError } from "../errors.ts";
import type { Credentials } from "../types.ts";
import { findAwsKeys } from "./aws-keys.ts";
import { ask, type CloudPorts, signingTime, textsIn } from "./ports.ts";

/** What Flux 2.9 shows; what it compares with has no ends, so that a host of somebody else's could hold the name of a registry. */
const shownPattern =
  "([0-9+]*).dkr[.-]ecr(?:-fips)?\\.([^/.]*)\\.(amazonaws\\.com[.cn]*|amazonaws\\.eu|sc2s\\.sgov\\.gov|c2s\\.ic\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov|on\\.aws)";
const pattern =
  "^([0-9]{12})\\.dkr[.-]ecr(?:-fips)?\\.([a-zA-Z0-9][a-zA-Z0-9_-]{0,99})\\.(amazonaws\\.(?:com(?:\\.cn)?|eu)|on\\.(?:aws|amazonwebservices\\.com\\.cn)|sc2s\\.sgov\\.gov|c2s\\.ic\\.gov|cloud\\.adc-e\\.uk|csp\\.hci\\.ic\\.gov)$";

/** Exchanges the identity of the machine or the Pod for credentials of an ECR registry. */
export async function awsCredentials(registry: string, ports: CloudPorts): Promise<Credentials> {
  const isPublic = registry === "public.ecr.aws" || registry === "ecr-public.aws.com";
  const region = isPublic ? "us-east-1" : new RegExp(pattern).exec(registry)?.[2];
  if (region === undefined)
    throw new OciError("InvalidReference", `invalid AWS registry: '${registry}'. must match ${shownPattern}`);
  const keys = await findAwsKeys({ region }, ports);
  const service = isPublic ? "ecr-public" : "ecr";
  const domain = registry.endsWith(".cn") ? "amazonaws.com.cn" : "amazonaws.com";
  const target = isPublic ? "SpencerFrontendService" : "AmazonEC2ContainerRegistry_V20150921";
  const { url, headers, body, method } = await new AwsV4Signer({
    ...keys,
    url: `https://api.${service}.${region}.${domain}/`,
    service,
    region,
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${target}.GetAuthorizationToken` },
    body: "{}",
    datetime: signingTime(ports),
  }).sign();
  const what = "an authorization token of ECR";
  const answer = await ask(ports, what, new Request(url, { method, headers, body: body as string }));
  const name = isPublic ? "authorizationData.authorizationToken" : "authorizationData.0.authorizationToken";
  const token = Buffer.from(textsIn(answer, what, [name])[name], "base64").toString("utf8");
  const colon = token.indexOf(":");
  if (colon <= 0) throw new OciError("Unauthorized", `cannot get ${what}: it is not a user and a password`);
  return { type: "basic", username: token.slice(0, colon), password: token.slice(colon + 1) };
}
