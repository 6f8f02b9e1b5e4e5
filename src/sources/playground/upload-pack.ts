import fs from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

const load = async () => (await import("isomorphic-git")).default;

/**
 * Answers `git fetch` over smart HTTP, protocol version 0, with nothing but Node: one pack of everything that is wanted,
 * whatever the client has already. Pushes are refused.
 */
export async function answerUploadPack(options: {
  readonly gitDirectory: string;
  readonly rest: string;
  readonly query: URLSearchParams;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}): Promise<void> {
  const { gitDirectory, rest, query, incoming, outgoing } = options;
  if (rest === "info/refs" && query.get("service") === "git-upload-pack") {
    const body = await advertise(gitDirectory);
    outgoing.writeHead(200, {
      "content-type": "application/x-git-upload-pack-advertisement",
      "cache-control": "no-cache",
    });
    outgoing.end(body);
    return;
  }
  if (rest === "git-upload-pack" && incoming.method === "POST") {
    const body = await upload(gitDirectory, await readBody(incoming, 1 << 20));
    outgoing.writeHead(200, { "content-type": "application/x-git-upload-pack-result", "cache-control": "no-cache" });
    outgoing.end(body);
    return;
  }
  outgoing.writeHead(403, { "content-type": "text/plain" }).end("this server is read only\n");
}

async function advertise(gitdir: string): Promise<Buffer> {
  const git = await load();
  const lines: string[] = [];
  const branch = await git.currentBranch({ fs, gitdir, fullname: true });
  const listed = [
    ...(await git.listBranches({ fs, gitdir })).map((name) => `refs/heads/${name}`),
    ...(await git.listTags({ fs, gitdir })).map((name) => `refs/tags/${name}`),
  ].toSorted();
  for (const name of listed) {
    const hash = await git.resolveRef({ fs, gitdir, ref: name });
    if (name === branch) lines.unshift(`${hash} HEAD`);
    lines.push(`${hash} ${name}`);
    const commit = await peel(gitdir, hash);
    if (commit !== hash) lines.push(`${commit} ${name}^{}`);
  }
  const capabilities = `shallow side-band-64k ofs-delta no-progress allow-reachable-sha1-in-want agent=coxswain${
    branch === undefined || !listed.includes(branch) ? "" : ` symref=HEAD:${branch}`
  }`;
  if (lines.length === 0) lines.push(`${"0".repeat(40)} capabilities^{}`);
  const [first, ...others] = lines;
  return Buffer.concat([
    packet("# service=git-upload-pack\n"),
    flush,
    packet(`${first}\0${capabilities}\n`),
    ...others.map((line) => packet(`${line}\n`)),
    flush,
  ]);
}

async function upload(gitdir: string, request: Buffer): Promise<Buffer> {
  const git = await load();
  const lines = readPackets(request);
  const wants = lines.flatMap((line) => /^want ([0-9a-f]{40})/.exec(line)?.[1] ?? []);
  const depth = Number(lines.flatMap((line) => /^deepen (\d+)/.exec(line)?.[1] ?? [])[0] ?? Number.POSITIVE_INFINITY);
  const { oids, shallow } = await reachable(gitdir, wants, depth);
  const parts: Buffer[] = [];
  if (Number.isFinite(depth)) parts.push(...[...shallow].map((hash) => packet(`shallow ${hash}`)), flush);
  const ready = lines.includes("done");
  // Without a common commit each round of haves ends with NAK; a request that only asks for the shallow list has none.
  if (ready || lines.some((line) => line.startsWith("have "))) parts.push(packet("NAK\n"));
  if (!ready) return Buffer.concat(parts);
  const { packfile } = await git.packObjects({ fs, gitdir, oids: [...oids], write: false });
  const pack = Buffer.from(packfile ?? new Uint8Array());
  const width = 65_000; // side-band-64k leaves 65,515 bytes for each packet
  for (let at = 0; at < pack.length; at += width)
    parts.push(packet(Buffer.concat([Buffer.from([1]), pack.subarray(at, at + width)])));
  parts.push(flush);
  return Buffer.concat(parts);
}

/** Collects what the wanted commits need, and where the history was cut. */
async function reachable(
  gitdir: string,
  wants: readonly string[],
  depth: number,
): Promise<{ readonly oids: ReadonlySet<string>; readonly shallow: ReadonlySet<string> }> {
  const git = await load();
  const cache = {};
  const oids = new Set<string>();
  const shallow = new Set<string>();
  const addTree = async (oid: string): Promise<void> => {
    if (oids.has(oid)) return;
    oids.add(oid);
    const { tree } = await git.readTree({ fs, gitdir, cache, oid });
    for (const entry of tree) {
      if (entry.type === "tree") await addTree(entry.oid);
      else if (entry.type === "blob") oids.add(entry.oid);
    }
  };
  let level: string[] = [];
  for (const want of wants) {
    const commit = await peel(gitdir, want);
    if (commit !== want) oids.add(want);
    level.push(commit);
  }
  for (let distance = 1; level.length > 0; distance += 1) {
    const parents = new Set<string>();
    for (const oid of level) {
      if (oids.has(oid)) continue;
      oids.add(oid);
      const { commit } = await git.readCommit({ fs, gitdir, cache, oid });
      await addTree(commit.tree);
      if (distance >= depth) {
        if (commit.parent.length > 0) shallow.add(oid);
      } else for (const parent of commit.parent) parents.add(parent);
    }
    level = [...parents];
  }
  return { oids, shallow };
}

async function peel(gitdir: string, hash: string): Promise<string> {
  const git = await load();
  const object = await git.readObject({ fs, gitdir, oid: hash, format: "parsed" });
  return object.type === "tag" ? peel(gitdir, (object.object as { readonly object: string }).object) : hash;
}

const flush = Buffer.from("0000");

function packet(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}

function readPackets(bytes: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    if (!(length >= 4)) {
      at += 4; // flush and delimiter packets
      continue;
    }
    lines.push(bytes.toString("utf8", at + 4, at + length).trimEnd());
    at += length;
  }
  return lines;
}

async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error("the request is too large");
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (incoming.headers["content-encoding"] !== "gzip") return body;
  const { gunzipSync } = await import("node:zlib");
  return gunzipSync(body, { maxOutputLength: limit });
}
