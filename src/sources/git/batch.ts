import type { ChildProcess } from "node:child_process";
import { SourceError } from "../errors.ts";
import type { GitObject, ObjectType } from "./objects.ts";
import { type GitProcessOptions, spawnGit } from "./program.ts";

export interface ObjectReader extends AsyncDisposable {
  /** Reads the object that a hash, or another name without line breaks, stands for. */
  read(name: string): Promise<GitObject>;
}

/** Opens `git cat-file --batch`: one process that answers for any number of objects, in the order of the questions. */
export function openBatch(options: GitProcessOptions & { readonly limit: number }): ObjectReader {
  const child = spawnGit(["cat-file", "--batch"], options);
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("close", () => reject(new SourceError("GitOperationFailed", "git cat-file ended early")));
  });
  failed.catch(() => undefined);
  child.stderr?.resume();
  const stream = readerOf(child);
  let turn: Promise<unknown> = Promise.resolve();

  async function readNext(name: string): Promise<GitObject> {
    child.stdin?.write(`${name}\n`);
    const header = await Promise.race([stream.line(), failed]);
    const [hash = "", type = "", size = ""] = header.split(" ");
    if (type !== "commit" && type !== "tree" && type !== "blob" && type !== "tag")
      throw new SourceError("ReferenceNotFound", `unable to resolve commit object for '${name}': object not found`);
    if (Number(size) > options.limit)
      throw new SourceError("TooLarge", `Git object ${hash} has ${size} bytes; the limit is ${options.limit}`);
    const content = await Promise.race([stream.bytes(Number(size)), failed]);
    await Promise.race([stream.bytes(1), failed]); // the line feed after each object
    return { hash, type: type satisfies ObjectType, content };
  }

  return {
    read(name) {
      const answer = turn.then(() => readNext(name));
      turn = answer.catch(() => undefined);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      child.stdin?.end();
      child.kill("SIGKILL");
    },
  };
}

/** Reads lines and runs of bytes from a process. */
function readerOf(child: ChildProcess) {
  const chunks = child.stdout![Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  async function more(): Promise<Buffer> {
    const next = await chunks.next();
    if (next.done === true) throw new SourceError("GitOperationFailed", "git cat-file ended early");
    return next.value;
  }
  return {
    async line(): Promise<string> {
      let end = rest.indexOf(10);
      while (end < 0) {
        rest = Buffer.concat([rest, await more()]);
        if (rest.length > 1 << 16 && rest.indexOf(10) < 0)
          throw new SourceError("GitOperationFailed", "git cat-file gave no header");
        end = rest.indexOf(10);
      }
      const line = rest.toString("utf8", 0, end);
      rest = rest.subarray(end + 1);
      return line;
    },
    async bytes(count: number): Promise<Uint8Array> {
      const parts: Buffer[] = [rest];
      let size = rest.length;
      while (size < count) {
        const chunk = await more();
        parts.push(chunk);
        size += chunk.length;
      }
      const all = parts.length === 1 ? rest : Buffer.concat(parts, size);
      rest = all.subarray(count);
      return all.subarray(0, count);
    },
  };
}
