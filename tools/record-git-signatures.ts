// Signs commits and tags with the real git, ssh-keygen and gpg, and keeps the objects with the public keys that made them:
//   node tools/record-git-signatures.ts
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "cox-signatures-"));
const environment = {
  PATH: process.env["PATH"] ?? "",
  HOME: folder,
  GNUPGHOME: folder,
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};
const run = (program: string, ...parameters: readonly string[]): Buffer =>
  execFileSync(program, parameters, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "ignore"] });
const git = (...parameters: readonly string[]): Buffer => run("git", ...parameters);

interface Signed {
  readonly name: string;
  readonly publicKey: string;
  readonly key: string;
  readonly commit: string;
  readonly tag: string;
}

function sign(name: string, publicKey: string, key: string): Signed {
  git("commit", "--allow-empty", "-S", "-m", `Sign with ${name}\n\nÜber alles.`);
  git("tag", "-s", "-m", `Version of ${name}`, name);
  const read = (type: string, what: string): string => git("cat-file", type, what).toString("base64");
  return { name, publicKey, key, commit: read("commit", "HEAD"), tag: read("tag", name) };
}

try {
  git("init", "--quiet");
  const signed: Signed[] = [];
  git("config", "gpg.format", "ssh");
  for (const [name, ...kind] of [
    ["ssh-ed25519", "-t", "ed25519"],
    ["ssh-rsa", "-t", "rsa", "-b", "2048"],
    ["ssh-ecdsa-256", "-t", "ecdsa", "-b", "256"],
    ["ssh-ecdsa-521", "-t", "ecdsa", "-b", "521"],
  ] as const) {
    run("ssh-keygen", "-q", ...kind, "-N", "", "-C", "ada@example.com", "-f", join(folder, name));
    git("config", "user.signingKey", join(folder, `${name}.pub`));
    const fingerprint =
      run("ssh-keygen", "-lf", join(folder, `${name}.pub`))
        .toString()
        .split(" ")[1] ?? "";
    signed.push(sign(name, readFileSync(join(folder, `${name}.pub`), "utf8"), fingerprint));
  }
  git("config", "gpg.format", "openpgp");
  for (const [name, algorithm] of [
    ["pgp-rsa", "rsa2048"],
    ["pgp-ed25519", "ed25519"],
  ] as const) {
    const user = `${name}@example.com`;
    run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", user, algorithm, "sign", "never");
    git("config", "user.signingKey", user);
    const listed = run("gpg", "--list-keys", "--with-colons", user).toString();
    signed.push(
      sign(
        name,
        run("gpg", "--armor", "--export", user).toString(),
        /^pub:(?:[^:]*:){3}([0-9A-F]+):/m.exec(listed)?.[1] ?? "",
      ),
    );
  }
  writeFileSync("src/sources/git/testdata/signatures.json", `${JSON.stringify(signed, undefined, 2)}\n`);
} finally {
  run("gpgconf", "--kill", "all");
  rmSync(folder, { recursive: true, force: true });
}
