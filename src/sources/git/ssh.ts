import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SourceError } from "../errors.ts";
import { complaintOf } from "./program.ts";
import type { ListedReference } from "./reference.ts";
import { type SshKeys, unusable } from "./ssh-keys.ts";

/**
 * Writes the keys into a folder of one's own and gives the environment with which Git starts ssh: with these keys and hosts,
 * without the user's configuration or agent, and without a question to anybody; at a door of this machine where there is one.
 */
export async function sshEnvironment(
  folder: string,
  keys: SshKeys,
  door?: { readonly port: number; readonly alias: string },
): Promise<Readonly<Record<string, string>>> {
  const save = async (name: string, text: string, mode: number): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, text.endsWith("\n") ? text : `${text}\n`, { mode });
    return file;
  };
  const identity = await save("identity", keys.identity.replaceAll("\r\n", "\n"), 0o600);
  const knownHosts = await save("known_hosts", keys.knownHosts, 0o600);
  const options = {
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    UserKnownHostsFile: quoted(knownHosts),
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    UpdateHostKeys: "no",
    PreferredAuthentications: "publickey",
    NumberOfPasswordPrompts: "1",
    ...(keys.passphrase === undefined ? { BatchMode: "yes" } : {}),
    ...algorithms("KexAlgorithms", keys.keyExchanges),
    ...algorithms("HostKeyAlgorithms", keys.hostKeyAlgorithms),
    // These come before what Git says, and ssh takes the first.
    ...(door === undefined ? {} : { HostName: "127.0.0.1", Port: String(door.port), HostKeyAlias: quoted(door.alias) }),
  };
  const flags = Object.entries(options).map(([name, value]) => `-o ${name}=${value}`);
  const common = {
    GIT_SSH_COMMAND: `ssh -F /dev/null -i ${quoted(identity)} ${flags.join(" ")}`,
    GIT_SSH_VARIANT: "ssh",
  };
  if (keys.passphrase === undefined) return common;
  // The passphrase is told by a program that ssh asks; it stands in the environment and on no command line.
  const tell = await save("tell", '#!/bin/sh\nprintf "%s\\n" "$COX_PASSPHRASE"\n', 0o700);
  return { ...common, SSH_ASKPASS: tell, SSH_ASKPASS_REQUIRE: "force", COX_PASSPHRASE: keys.passphrase };
}

function algorithms(option: string, names: readonly string[] = []): Readonly<Record<string, string>> {
  return names.length === 0 ? {} : { [option]: quoted(names.join(",")) };
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** Reads what `git ls-remote` prints. */
export function parseListing(text: string): readonly ListedReference[] {
  const found = new Map<string, ListedReference>();
  for (const line of text.split("\n")) {
    const [hash = "", full = ""] = line.split("\t");
    if (!/^[0-9a-f]{40}$/.test(hash) || full === "") continue;
    const name = full.replace(/\^\{\}$/, "");
    const known = found.get(name);
    if (name === full) found.set(name, { ...known, name, hash });
    else found.set(name, { name, hash: known?.hash ?? hash, peeled: hash });
  }
  return [...found.values()];
}

/** Throws AuthenticationFailed for a passphrase that does not open the key: ssh itself says only that it was refused. */
export async function assertOpens(
  folder: string,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  if (environment["COX_PASSPHRASE"] === undefined) return;
  const env = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", ...environment };
  const said = await new Promise<string>((resolve) => {
    execFile("ssh-keygen", ["-y", "-f", join(folder, "identity")], { env, signal }, (_, _key, complaint) =>
      resolve(complaint),
    );
  });
  if (said.includes("incorrect passphrase supplied"))
    throw new SourceError("AuthenticationFailed", `${unusable}: x509: decryption password incorrect`);
}

/** What OpenSSH and Git say of a connection, in the words of Flux's client, which users search for. */
export function inFluxsWords(error: unknown): unknown {
  if (!(error instanceof SourceError)) return error;
  const handshake = (code: "AuthenticationFailed" | "Unreachable", text: string): SourceError =>
    new SourceError(code, `ssh: handshake failed: ${text}`, { cause: error });
  const said = error.message;
  const connecting = connectionProblem(said);
  if (connecting !== undefined) return new SourceError("Unreachable", connecting, { cause: error });
  if (/Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said))
    return handshake(
      "AuthenticationFailed",
      /HAS CHANGED|does not match/.test(said) ? "knownhosts: key mismatch" : "knownhosts: key is unknown",
    );
  const [, what, offer = ""] = /no matching (.+?) (?:method |type )?found\. Their offer: ([^\r\n]*)/.exec(said) ?? [];
  if (what !== undefined)
    return handshake(
      "Unreachable",
      `ssh: no common algorithm for ${what}; peer offered: [${offer.trim().replaceAll(",", " ")}]`,
    );
  if (/Permission denied/.test(said))
    return handshake(
      "AuthenticationFailed",
      "ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    );
  if (/does not appear to be a git repository|not found|not exist/i.test(said))
    return new SourceError("ReferenceNotFound", "repository not found", { cause: error });
  return new SourceError(error.code, complaintOf(said), { cause: error });
}

/** True for the words of a server that accepts none of the keys. */
export function isRefused(error: unknown): boolean {
  return error instanceof SourceError && error.message.includes("unable to authenticate");
}

/** Why there is no connection, as Go's net package says it. */
function connectionProblem(said: string): string | undefined {
  const unknown = /Could not resolve hostname (\S+):/.exec(said)?.[1];
  if (unknown !== undefined) return `dial tcp: lookup ${unknown}: no such host`;
  const [, host, port, why = ""] = /ssh: connect to host (\S+) port (\d+): ([^\r\n]+)/.exec(said) ?? [];
  return host === undefined ? undefined : `dial tcp ${host}:${port}: connect: ${why.toLowerCase()}`;
}
