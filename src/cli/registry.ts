import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type Authenticate,
  authenticateFile,
  authenticateUser,
  defaultRegistryLimits,
  openRegistryFolder,
  serveRegistry,
} from "../oci/index.ts";
import { CommandError, defineCommand, type Io } from "./command.ts";
import { untilAborted } from "./wait.ts";

/** `cox registry serve`: an OCI registry on disk, for machines that have no other. */
export const serve = defineCommand({
  name: "serve",
  usage: "cox registry serve [--dir DIR] [flags]",
  summary: "Run an OCI registry in the foreground",
  flags: {
    dir: { type: "string", default: ".cox/registry", help: "where its content is kept" },
    address: {
      type: "string",
      default: "127.0.0.1",
      help: "the address to listen on; others than loopback need users",
    },
    port: { type: "integer", default: 5000, help: "the port to listen on; 0 takes a free one" },
    htpasswd: { type: "string", help: "a file of users with bcrypt hashes (htpasswd -B)" },
    username: { type: "string", help: "the one user, where there is no file" },
    "password-file": { type: "string", help: "a file that holds the password of --username" },
    "tls-cert": { type: "string", help: "a certificate as PEM: serves HTTPS" },
    "tls-key": { type: "string", help: "the key of the certificate as PEM" },
    "max-blob-size": {
      type: "integer",
      default: defaultRegistryLimits.maxBlobSize,
      help: "the largest blob that is taken, in bytes",
    },
  },
  run: async ({ flags, io }) => {
    const tls = await readTls(io, flags["tls-cert"], flags["tls-key"]);
    const authenticate = await readUsers(io, flags);
    if (authenticate === undefined && !/^(localhost|127\..*|::1)$/.test(flags.address))
      throw new CommandError(
        `on ${flags.address} everybody could write: give --htpasswd, or --username and --password-file`,
      );
    const directory = resolve(io.cwd, flags.dir);
    const registry = await openRegistryFolder({
      directory,
      now: io.now,
      limits: { maxBlobSize: flags["max-blob-size"] },
      ...(authenticate === undefined ? {} : { authenticate }),
      report: (message) => io.stderr(`${message}\n`),
    });
    const server = await serveRegistry(registry, {
      host: flags.address,
      port: flags.port,
      ...(tls === undefined ? {} : { tls }),
    });
    io.stdout(`OCI registry ${server.url} serves ${directory}\n`);
    try {
      await untilAborted(io.signal);
    } finally {
      await server.close();
    }
    return 0;
  },
});

async function readTls(io: Io, cert: string, key: string) {
  if (cert === "" && key === "") return undefined;
  if (cert === "" || key === "") throw new CommandError("--tls-cert and --tls-key need each other");
  return { cert: await read(io, cert), key: await read(io, key) };
}

async function readUsers(
  io: Io,
  flags: { readonly htpasswd: string; readonly username: string; readonly "password-file": string },
): Promise<Authenticate | undefined> {
  const { htpasswd, username, "password-file": passwordFile } = flags;
  if (htpasswd !== "" && username !== "") throw new CommandError("--htpasswd and --username exclude each other");
  if (htpasswd !== "") return authenticateFile(resolve(io.cwd, htpasswd));
  if (username === "" && passwordFile === "") return undefined;
  if (username === "" || passwordFile === "") throw new CommandError("--username and --password-file need each other");
  return authenticateUser({ username, password: (await read(io, passwordFile)).replace(/\r?\n$/, "") });
}

async function read(io: Io, path: string): Promise<string> {
  return readFile(resolve(io.cwd, path), "utf8").catch((cause: unknown) => {
    throw new CommandError(`cannot read ${JSON.stringify(path)}: ${(cause as NodeJS.ErrnoException).code ?? "failed"}`);
  });
}
