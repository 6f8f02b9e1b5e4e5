import type { Keychain } from "../docker-config.ts";
import type { Credentials } from "../types.ts";
import { awsCredentials } from "./aws.ts";
import { azureCredentials } from "./azure.ts";
import { gcpCredentials } from "./gcp.ts";
import type { CloudPorts } from "./ports.ts";

const providers = { aws: awsCredentials, azure: azureCredentials, gcp: gcpCredentials } as const;
export type CloudProvider = keyof typeof providers;

/** The credentials that a cloud gives to this process for a registry of its own; refuses others, which must not get them. */
export function cloudCredentials(provider: CloudProvider, registry: string, ports: CloudPorts): Promise<Credentials> {
  return providers[provider](registry, ports);
}

/** The keychain of a cloud: each registry is asked for once. */
export function cloudKeychain(provider: CloudProvider, ports: CloudPorts): Keychain {
  const known = new Map<string, Promise<Credentials>>();
  return (registry) => {
    const credentials = known.get(registry) ?? cloudCredentials(provider, registry, ports);
    known.set(registry, credentials);
    return credentials;
  };
}
