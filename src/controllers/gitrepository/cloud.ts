import { messageOf } from "../../base/errors.ts";
import { type CloudPorts, environmentToken, findAwsKeys } from "../../oci/index.ts";
import { codeCommitCredentials, codeCommitRegion, type Credentials } from "../../sources/index.ts";
import { fail } from "../source/failure.ts";

/** The application that Azure DevOps is in Microsoft Entra. */
const azureDevOps = "499b84ac-1321-427f-aa17-267ca6975798";

/** Where the identity of this process may go: whoever writes a GitRepository chooses the URL. */
const ownHosts = /^(dev\.azure\.com|[a-z0-9-]+\.visualstudio\.com)$/;

/** As whom this process asks the Git servers of its cloud; fails with AuthenticationFailed. */
export async function credentialsOfCloud(provider: "aws" | "azure", url: URL, cloud: CloudPorts): Promise<Credentials> {
  try {
    return provider === "aws" ? await ofAmazon(url, cloud) : await ofAzure(url, cloud);
  } catch (cause) {
    const message = `failed to configure authentication options: ${messageOf(cause)}`;
    return fail({ condition: "FetchFailed", reason: "AuthenticationFailed", message }, cause);
  }
}

async function ofAmazon(url: URL, cloud: CloudPorts): Promise<Credentials> {
  const region = codeCommitRegion(url);
  const keys = await orSay(() => findAwsKeys({ region }, cloud));
  return codeCommitCredentials(url, { keys, now: cloud.now() });
}

async function ofAzure(url: URL, cloud: CloudPorts): Promise<Credentials> {
  if (url.protocol !== "https:" || !ownHosts.test(url.host))
    throw new Error(`the identity of the controller is not sent to '${url.host}': it is not a host of Azure DevOps`);
  return { type: "bearer", token: await orSay(() => environmentToken(azureDevOps, { ports: cloud })) };
}

async function orSay<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (cause) {
    const failed =
      "failed to get access token for Git repository: failed to create provider access token for the controller";
    throw new Error(`${failed}: ${messageOf(cause)}`, { cause });
  }
}
