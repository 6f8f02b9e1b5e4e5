import { OciError } from "../errors.ts";
import { ask, type CloudPorts, post, textsIn } from "./ports.ts";

/** The keys of an account or, with a session's token, of a role. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where the token service is asked; `endpoint` instead of the region's own. */
interface StsPlace {
  readonly region: string;
  readonly endpoint?: string;
}

/** Where Amazon's programs look, in their order: the environment, a web identity, the container, the machine. */
export async function findAwsKeys(place: StsPlace, ports: CloudPorts): Promise<AwsKeys> {
  const { env } = ports;
  const accessKeyId = env["AWS_ACCESS_KEY_ID"] ?? "";
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"] ?? "";
  if (accessKeyId !== "" && secretAccessKey !== "") {
    const sessionToken = env["AWS_SESSION_TOKEN"] ?? "";
    return { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) };
  }
  if ((env["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "") !== "") return assumeRole(place, ports);
  const container = containerUrl(env);
  return container === undefined ? machineKeys(ports) : containerKeys(container, ports);
}

/** IAM roles for ServiceAccounts: STS takes the token that Kubernetes made. */
async function assumeRole(place: StsPlace, ports: CloudPorts): Promise<AwsKeys> {
  const { env } = ports;
  const form = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: env["AWS_ROLE_ARN"] ?? "",
    RoleSessionName: env["AWS_ROLE_SESSION_NAME"] ?? "coxswain",
    WebIdentityToken: (await ports.readFile(env["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "")).trim(),
  });
  const { region, endpoint } = place;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const request = post(`${endpoint ?? `https://sts.${region}.${domain}`}/`, form);
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
async function containerKeys(url: string, ports: CloudPorts): Promise<AwsKeys> {
  const { env } = ports;
  const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] ?? "";
  const token = file === "" ? (env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] ?? "") : (await ports.readFile(file)).trim();
  const headers: Record<string, string> = token === "" ? {} : { authorization: token };
  return readKeys(await ask(ports, "credentials of the container", new Request(url, { headers })));
}

/** EC2's metadata service, version 2. */
async function machineKeys(ports: CloudPorts): Promise<AwsKeys> {
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

function readKeys(answer: string): AwsKeys {
  const found = textsIn(answer, "credentials", ["AccessKeyId", "SecretAccessKey", "Token"]);
  return { accessKeyId: found.AccessKeyId, secretAccessKey: found.SecretAccessKey, sessionToken: found.Token };
}
