import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { type Keyring, parseKeyring, type Verification, verifyPackage } from "../../../chart/index.ts";
import { CommandError, type Io } from "../../command.ts";
import { pathIn } from "../settings.ts";
import { openFailure } from "../values-flags.ts";

/** Holds a packed chart to the `.prov` file beside it. Throws with helm's texts. */
export async function verifyChartFile(
  path: string,
  {
    keyring,
    io,
    provenance = `${path}.prov`,
    fileName = basename(path),
  }: {
    readonly keyring: string;
    readonly io: Io;
    readonly provenance?: string;
    /** The name that the signature is looked up by. */
    readonly fileName?: string;
  },
): Promise<Verification> {
  const found = await stat(pathIn(io, path)).catch((cause: unknown) => {
    throw new CommandError(statFailure(path, cause));
  });
  if (found.isDirectory()) throw new CommandError("unpacked charts cannot be verified");
  if (extname(fileName).toLowerCase() !== ".tgz") throw new CommandError("chart must be a tgz file");
  const signed = await readFile(pathIn(io, provenance)).catch((cause: unknown) => {
    throw new CommandError(`could not load provenance file ${provenance}: ${statFailure(provenance, cause)}`);
  });
  const keys = await readKeyring(keyring, io).catch((cause: unknown) => {
    throw new CommandError(`failed to load keyring: ${messageOf(cause)}`);
  });
  const archive = await readFile(pathIn(io, path));
  return await verifyPackage({ archive, fileName, provenance: signed, keyring: keys });
}

/** Reads a keyring file. Throws with Go's texts. */
export async function readKeyring(path: string, io: Io): Promise<Keyring> {
  const bytes = await readFile(pathIn(io, path)).catch((cause: unknown) => {
    throw new CommandError(openFailure(path, cause));
  });
  return await parseKeyring(bytes);
}

/** The lines with which helm tells whose signature holds. */
export function describeVerification({ signedBy, fingerprint, digest }: Verification): string {
  const lines = [
    ...signedBy.map((user) => `Signed by: ${user}`),
    `Using Key With Fingerprint: ${fingerprint}`,
    `Chart Hash Verified: ${digest}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Go's text for a file that cannot be looked at. */
export function statFailure(path: string, cause: unknown): string {
  return openFailure(path, cause).replace(/^(?:open|read) /, "stat ");
}
