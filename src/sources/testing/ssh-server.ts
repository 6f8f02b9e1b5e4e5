import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const program = "/usr/sbin/sshd";

/** Why there is no server of SSH here; false where there is one. */
export const skipSsh: string | false = !existsSync(program)
  ? "sshd is not installed"
  : process.getuid?.() !== 0
    ? "sshd needs root"
    : false;

export interface SshServer {
  readonly port: number;
  /** A line of `known_hosts`. */
  readonly knownHosts: string;
  /** Private keys that are let in, without and with a passphrase, and one that is not. */
  readonly identities: { readonly open: string; readonly locked: string; readonly stranger: string };
  readonly passphrase: string;
  close(): void;
}

/** Starts OpenSSH's server on loopback, with keys of its own, in a folder of the caller's. */
export async function serveSsh(folder: string): Promise<SshServer> {
  const passphrase = "open sesame";
  const keygen = (name: string, phrase: string): void => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", phrase, "-f", join(folder, name)], { stdio: "ignore" });
  };
  for (const name of ["host", "open", "stranger"]) keygen(name, "");
  keygen("locked", passphrase);
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const authorized = join(folder, "authorized_keys");
  writeFileSync(authorized, read("open.pub") + read("locked.pub"), { mode: 0o600 });
  mkdirSync("/run/sshd", { recursive: true });
  const port = await freePort();
  const settings = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(folder, "host")}`,
    `AuthorizedKeysFile ${authorized}`,
    `PidFile ${join(folder, "pid")}`,
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    // Tests open many connections at once; by default some of more than ten are turned away.
    "MaxStartups 100",
  ];
  const configuration = join(folder, "sshd_config");
  writeFileSync(configuration, `${settings.join("\n")}\n`);
  const child = spawn(program, ["-D", "-e", "-f", configuration], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("Server listening")) resolve();
    });
    child.once("exit", () => reject(new Error(`sshd ended: ${said}`)));
  });
  child.removeAllListeners("exit");
  child.stderr.resume();
  return {
    port,
    knownHosts: `[127.0.0.1]:${port} ${read("host.pub")}`,
    identities: { open: read("open"), locked: read("locked"), stranger: read("stranger") },
    passphrase,
    close: () => child.kill("SIGTERM"),
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
