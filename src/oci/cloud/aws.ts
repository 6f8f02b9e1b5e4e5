import { AwsV4Signer } from "aws4fetch";
import { OciError } from "../errors.ts";
import type { Credentials } from "../types.ts";
import { ask, type CloudPorts, textsIn } from "./ports.ts";

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

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
  const keys = await findKeys(region, ports);
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
    datetime: ports
      .now()
      .toISOString()
      .replace(/[:-]|\.\d{3}/g, ""),
  }).sign();
  const what = "an authorization token of ECR";
  const answer = await ask(ports, what, new Request(url, { method, headers, body: body as string }));
  const name = isPublic ? "authorizationData.authorizationToken" : "authorizationData.0.authorizationToken";
  const token = Buffer.from(textsIn(answer, what, [name])[name], "base64").toString("utf8");
  const colon = token.indexOf(":");
  if (colon <= 0) throw new OciError("Unauthorized", `cannot get ${what}: it is not a user and a password`);
  return { type: "basic", username: token.slice(0, colon), password: token.slice(colon + 1) };
}

/** Where Amazon's programs look, in their order: the environment, a web identity, the container, the machine. */
async function findKeys(region: string, ports: CloudPorts): Promise<Keys> {
  const { env } = ports;
  const accessKeyId = env["AWS_ACCESS_KEY_ID"] ?? "";
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"] ?? "";
  if (accessKeyId !== "" && secretAccessKey !== "") {
    const sessionToken = env["AWS_SESSION_TOKEN"] ?? "";
    return { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) };
  }
  if ((env["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "") !== "") return assumeRole(region, ports);
  const container = containerUrl(env);
  return container === undefined ? machineKeys(ports) : containerKeys(container, ports);
}

/** IAM roles for ServiceAccounts: STS takes the token that Kubernetes made. */
async function assumeRole(region: string, ports: CloudPorts): Promise<Keys> {
  const { env } = ports;
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: env["AWS_ROLE_ARN"] ?? "",
    RoleSessionName: env["AWS_ROLE_SESSION_NAME"] ?? "coxswain",
    WebIdentityToken: (await ports.readFile(env["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "")).trim(),
  });
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const request = new Request(`https://sts.${region}.${domain}/`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
  });
  const answer = await ask(ports, "credentials of the role", request);
  const text = (name: string): string => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1] ?? "";
  const keys = {
    accessKeyId: text("AccessKeyId"),
    secretAccessKey: text("SecretAccessKey"),
    sessionToken: text("SessionToken"),
  };
  if (Object.values(keys).includes(""))
    throw new OciError("Unauthorized", "cannot get credentials of the role: the answer has none");
  return keys;
}

function containerUrl(env: CloudPorts["env"]): string | undefined {
  const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] ?? "";
  if (relative !== "") return `http://169.254.170.2${relative}`;
  const full = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] ?? "";
  return full === "" ? undefined : full;
}

/** EKS Pod Identity and ECS. */
async function containerKeys(url: string, ports: CloudPorts): Promise<Keys> {
  const { env } = ports;
  const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] ?? "";
  const token = file === "" ? (env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] ?? "") : (await ports.readFile(file)).trim();
  const headers: Record<string, string> = token === "" ? {} : { authorization: token };
  return readKeys(await ask(ports, "credentials of the container", new Request(url, { headers })));
}

/** EC2's metadata service, version 2. */
async function machineKeys(ports: CloudPorts): Promise<Keys> {
  const base = "http://169.254.169.254/latest";
  const token = await ask(
    ports,
    "a token of the metadata service",
    new Request(`${base}/api/token`, { method: "PUT", headers: { "x-aws-ec2-metadata-token-ttl-seconds": "300" } }),
  );
  const headers = { "x-aws-ec2-metadata-token": token };
  const roles = `${base}/meta-data/iam/security-credentials/`;
  const role = (await ask(ports, "the role of the machine", new Request(roles, { headers }))).split("\n")[0] ?? "";
  const request = new Request(`${roles}${encodeURIComponent(role.trim())}`, { headers });
  return readKeys(await ask(ports, "credentials of the machine", request));
}

function readKeys(answer: string): Keys {
  const found = textsIn(answer, "credentials", ["AccessKeyId", "SecretAccessKey", "Token"]);
  return { accessKeyId: found.AccessKeyId, secretAccessKey: found.SecretAccessKey, sessionToken: found.Token };
}
