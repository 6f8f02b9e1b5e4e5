import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { OciError } from "../errors.ts";

/** Says whether the value of an Authorization header is somebody's who may come in. */
export type Authenticate = (authorization: string | null) => Promise<boolean>;

/** Lets one user in. */
export function authenticateUser(user: { readonly username: string; readonly password: string }): Authenticate {
  const seal = createSeal();
  const expected = seal(`${user.username}:${user.password}`);
  return async (authorization) => {
    const said = readBasic(authorization);
    return said !== undefined && timingSafeEqual(seal(`${said.username}:${said.password}`), expected);
  };
}

/**
 * Lets the users of a `htpasswd -B` file in, and follows changes of the file. Throws InvalidConfig, now and later, when the file cannot be
 * read or holds what is not bcrypt.
 */
export async function authenticateFile(path: string): Promise<Authenticate> {
  const { compare, hash } = (await import("bcryptjs")).default;
  const seal = createSeal();
  const decoy = await hash(randomBytes(8).toString("hex"), 10);
  let known = { state: "", users: new Map<string, string>() };
  let accepted = new Set<string>(); // bcrypt is slow on purpose: once for a password is enough

  async function refresh(): Promise<void> {
    const found = await stat(path).catch((cause: unknown) => {
      throw new OciError("InvalidConfig", `cannot read ${JSON.stringify(path)}`, { cause });
    });
    const state = `${found.ino} ${found.size} ${found.mtimeMs}`;
    if (state === known.state) return;
    known = { state, users: parseHtpasswd(await readFile(path, "utf8")) };
    accepted = new Set();
  }
  await refresh();

  return async (authorization) => {
    const said = readBasic(authorization);
    if (said === undefined) return false;
    await refresh();
    const proof = seal(`${said.username}:${said.password}`).toString("hex");
    if (accepted.has(proof)) return true;
    const { users } = known;
    const wanted = users.get(said.username);
    // A user that is not there takes as long as one that is.
    const isRight = (await compare(said.password, wanted ?? decoy)) && wanted !== undefined;
    if (isRight && users === known.users) accepted.add(proof);
    return isRight;
  };
}

/** Reads the lines `user:bcrypt hash`. Throws InvalidConfig for other hashes, without quoting them. */
export function parseHtpasswd(text: string): Map<string, string> {
  const users = new Map<string, string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const hash = line.slice(colon + 1).trim();
    if (colon <= 0 || !/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash))
      throw new OciError("InvalidConfig", `cannot read htpasswd file: line ${at + 1} is not a user with a bcrypt hash`);
    users.set(line.slice(0, colon), hash);
  }
  return users;
}

function readBasic(header: string | null): { readonly username: string; readonly password: string } | undefined {
  const encoded = /^basic +([\w+/=-]+) *$/i.exec(header ?? "")?.[1];
  if (encoded === undefined || encoded.length > 4096) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon <= 0) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Passwords are remembered and compared as what only this process can make of them. */
function createSeal(): (text: string) => Buffer {
  const key = randomBytes(32);
  return (text) => createHmac("sha256", key).update(text).digest();
}
