import { readFile } from "node:fs/promises";
import type { TlsOptions } from "../../../sources/index.ts";
import { CommandError, type Io } from "../../command.ts";
import { pathIn } from "../settings.ts";
import { openFailure } from "../values-flags.ts";

/** The files and the one switch with which helm's flags and repositories.yaml describe TLS. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly insecureSkipTlsVerify: boolean;
}

/** Reads what a connection needs beyond the system's authorities; undefined when that is nothing. Throws with helm's texts. */
export async function readTls(files: TlsFiles, io: Io): Promise<TlsOptions | undefined> {
  const { certFile, keyFile, caFile, insecureSkipTlsVerify } = files;
  // helm: a certificate without its key, or a key alone, counts as none.
  const hasPair = certFile !== "" && keyFile !== "";
  if (!hasPair && caFile === "" && !insecureSkipTlsVerify) return undefined;
  const read = async (path: string, what: string): Promise<string> => {
    try {
      return await readFile(pathIn(io, path), "utf8");
    } catch (cause) {
      throw new CommandError(
        `can't create TLS config for client: ${what}: ${JSON.stringify(path)}: ${openFailure(path, cause)}`,
      );
    }
  };
  return {
    ...(hasPair ? { cert: await read(certFile, "unable to read cert file") } : {}),
    ...(hasPair ? { key: await read(keyFile, "unable to read key file") } : {}),
    ...(caFile === "" ? {} : { ca: await read(caFile, "can't read CA file") }),
    ...(insecureSkipTlsVerify ? { insecureSkipVerify: true } : {}),
  };
}
