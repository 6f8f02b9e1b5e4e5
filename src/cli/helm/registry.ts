import { messageOf } from "../../base/errors.ts";
import { isRegistryHost, pingRegistry } from "../../oci/index.ts";
import { createTransport } from "../../sources/index.ts";
import { CommandError, defineCommand, type Io } from "../command.ts";
import { takesAtLeast } from "./arguments.ts";
import { globalFlags } from "./global-flags.ts";
import { logLine } from "./log-line.ts";
import { eraseCredentials, storeCredentials } from "./registry/credentials.ts";
import { askSecret, passwordFromInput } from "./registry/password.ts";
import { invalidRegistry } from "./registry/reference.ts";
import { readTls } from "./remote/tls.ts";
import { settingsIn } from "./settings.ts";

const loginUsage = "helm registry login [host] [flags]";

/** `helm registry login`: keeps credentials once the registry has accepted them. */
export const login = defineCommand({
  name: "login",
  usage: loginUsage,
  summary: "login to a registry",
  flags: {
    ...globalFlags,
    username: { type: "string", short: "u", help: "registry username" },
    password: { type: "string", short: "p", help: "registry password or identity token" },
    "password-stdin": { type: "boolean", help: "read password or identity token from stdin" },
    insecure: { type: "boolean", help: "allow connections to TLS registry without certs" },
    "cert-file": { type: "string", help: "identify registry client using this SSL certificate file" },
    "key-file": { type: "string", help: "identify registry client using this SSL key file" },
    "ca-file": { type: "string", help: "verify certificates of HTTPS-enabled servers using this CA bundle" },
    "plain-http": { type: "boolean", help: "use insecure HTTP connections for the chart upload" },
  },
  checkArgs: takesAtLeast(1, loginUsage),
  run: async ({ flags, args: [host = ""], io }) => {
    const { username, password } = await credentialsOf(flags, io);
    if (host.includes("/")) {
      const message = "registry login currently only supports registry hostname, not a repository path";
      io.stderr(logLine({ level: "WARN", message, attributes: { host, suggested: host.split("/", 1)[0]! } }));
    }
    if (!isRegistryHost(host)) throw invalidRegistry(host);
    const tls = await readTls(
      {
        certFile: flags["cert-file"],
        keyFile: flags["key-file"],
        caFile: flags["ca-file"],
        insecureSkipTlsVerify: flags.insecure,
      },
      io,
    );
    const fetch = createTransport({ userAgent: "Helm/4.2.4", env: io.env, ...(tls === undefined ? {} : { tls }) });
    try {
      await pingRegistry(host, {
        fetch,
        credentials: { type: "basic", username, password },
        plainHttp: flags["plain-http"],
        signal: io.signal,
      });
    } catch (cause) {
      throw new CommandError(`authenticating to ${JSON.stringify(host)}: ${messageOf(cause)}`);
    }
    const { registryConfig } = settingsIn(io, flags);
    await storeCredentials(registryConfig, host, { username, password, io });
    io.stdout("Login Succeeded\n");
    return 0;
  },
});

const logoutUsage = "helm registry logout [host] [flags]";

/** `helm registry logout`: forgets credentials. */
export const logout = defineCommand({
  name: "logout",
  usage: logoutUsage,
  summary: "logout from a registry",
  flags: globalFlags,
  checkArgs: takesAtLeast(1, logoutUsage),
  run: async ({ flags, args: [host = ""], io }) => {
    const { registryConfig } = settingsIn(io, flags);
    await eraseCredentials(registryConfig, host, io);
    io.stdout(`Removing login credentials for ${host}\n`);
    return 0;
  },
});

/** helm: who gives no user at all gives a token. */
async function credentialsOf(
  flags: { readonly username: string; readonly password: string; readonly "password-stdin": boolean },
  io: Io,
): Promise<{ readonly username: string; readonly password: string }> {
  const { username } = flags;
  if (flags["password-stdin"]) return { username, password: await passwordFromInput(io) };
  if (flags.password !== "") {
    const message = "using --password via the CLI is insecure. Use --password-stdin";
    io.stderr(logLine({ level: "WARN", message }));
    return { username, password: flags.password };
  }
  const user = username === "" ? ((await io.ask?.({ prompt: "Username: ", secret: false })) ?? "").trim() : username;
  const what = user === "" ? "Token" : "Password";
  const password = await askSecret(`${what}: `, io, "pass it with --password-stdin");
  if (password === "") throw new CommandError(`${what.toLowerCase()} required`);
  return { username: user, password };
}
