import { AwsV4Signer } from "aws4fetch";
import { OciError } from "../errors.ts";
import { findAwsKeys } from "./aws-keys.ts";
import { ask, type CloudPorts, signingTime, textsIn } from "./ports.ts";

const what = "the token of a workload identity";
const regionalServer = "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15";

/** Where a workload that runs in no cloud of Google's finds what it proves itself with. */
export interface ExternalSource {
  readonly audience?: string;
  readonly subject_token_type?: string;
  readonly credential_source?: {
    readonly file?: string;
    readonly url?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly format?: { readonly type?: string; readonly subject_token_field_name?: string };
    readonly environment_id?: string;
    readonly region_url?: string;
    readonly regional_cred_verification_url?: string;
    readonly executable?: unknown;
  };
}

/** What such a workload shows to Google: a token from a file or a server, or a request that Amazon would answer to it alone. */
export async function subjectToken({ audience = "", credential_source: source }: ExternalSource, ports: CloudPorts) {
  if (source?.environment_id !== undefined) return callerIdentity(source, { audience, ports });
  if ((source?.file ?? "") !== "") return tokenIn((await readFile(source?.file ?? "", ports)).trim(), source?.format);
  if (source?.url !== undefined && URL.canParse(source.url))
    return tokenIn(await ask(ports, what, new Request(source.url, { headers: { ...source.headers } })), source.format);
  const why = source?.executable === undefined ? "it names no file and no URL" : "programs are not started for it";
  throw new OciError("InvalidConfig", `cannot get ${what}: ${why}`);
}

async function readFile(path: string, ports: CloudPorts): Promise<string> {
  try {
    return await ports.readFile(path);
  } catch (cause) {
    throw new OciError("InvalidConfig", `cannot get ${what}: its file cannot be read`, { cause });
  }
}

function tokenIn(text: string, format: NonNullable<ExternalSource["credential_source"]>["format"]): string {
  switch (format?.type ?? "") {
    case "":
    case "text":
      if (text === "") throw new OciError("Unauthorized", `cannot get ${what}: it is empty`);
      return text;
    case "json": {
      const name = format?.subject_token_field_name ?? "";
      return textsIn(text, what, [name])[name] ?? "";
    }
  }
  throw new OciError("InvalidConfig", `cannot get ${what}: its format is neither text nor json`);
}

/** A signed question to Amazon who is asking, which Google sends on. */
async function callerIdentity(
  source: NonNullable<ExternalSource["credential_source"]>,
  { audience, ports }: { readonly audience: string; readonly ports: CloudPorts },
): Promise<string> {
  if (source.environment_id !== "aws1")
    throw new OciError("InvalidConfig", `cannot get ${what}: environments of this version are not supported`);
  const region = await regionOf(source.region_url, ports);
  const keys = await findAwsKeys({ region }, ports);
  const server = (source.regional_cred_verification_url || regionalServer).replace("{region}", region);
  const { url, headers } = await new AwsV4Signer({
    ...keys,
    url: server,
    service: "sts",
    region,
    method: "POST",
    headers: { "x-goog-cloud-target-resource": audience },
    datetime: signingTime(ports),
  }).sign();
  const list = [...headers, ["host", url.host] as const].map(([key, value]) => ({ key, value }));
  const sorted = list.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return encodeURIComponent(JSON.stringify({ url: server, method: "POST", headers: sorted }));
}

async function regionOf(url: string | undefined, ports: CloudPorts): Promise<string> {
  const told = ports.env["AWS_REGION"] || ports.env["AWS_DEFAULT_REGION"];
  // The machine tells its zone, which is the region and a letter.
  const region =
    told || (URL.canParse(url ?? "") ? (await ask(ports, what, new Request(url ?? ""))).trim().slice(0, -1) : "");
  if (!/^[a-z0-9-]+$/.test(region)) throw new OciError("InvalidConfig", `cannot get ${what}: the region is not known`);
  return region;
}
