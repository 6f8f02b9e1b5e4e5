import { OciError } from "../errors.ts";
import { readBody } from "../read-body.ts";
import type { Fetch } from "../types.ts";

/** What a cloud's identity is found with: its endpoints, the environment of the process, and the files that it names. */
export interface CloudPorts {
  readonly fetch: Fetch;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
}

const answerLimit = 1 << 20;

/** Asks an endpoint; throws Unauthorized with what was asked, and without what it said: that may hold a secret. */
export async function ask(ports: CloudPorts, what: string, request: Request): Promise<string> {
  const sent = ports.signal === undefined ? request : new Request(request, { signal: ports.signal });
  const answer = await ports.fetch(sent).catch((cause: unknown) => {
    throw new OciError("Unreachable", `cannot get ${what} from ${new URL(request.url).host}`, { cause });
  });
  const body = new TextDecoder().decode(await readBody(answer, answerLimit, what));
  if (answer.status !== 200)
    throw new OciError(
      answer.status >= 500 ? "Unreachable" : "Unauthorized",
      `cannot get ${what} from ${new URL(request.url).host}: response status code ${answer.status}`,
    );
  return body;
}

/** The time as requests to Amazon are signed with it. */
export function signingTime({ now }: CloudPorts): string {
  return now()
    .toISOString()
    .replace(/[:-]|\.\d{3}/g, "");
}

/** A form as a request. Throws InvalidConfig for a URL that is none. */
export function post(url: string, form: URLSearchParams): Request {
  if (!URL.canParse(url))
    throw new OciError("InvalidConfig", "cannot get a token: the URL to get it from is not valid");
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return new Request(url, { method: "POST", headers, body: form.toString() });
}

/** The texts of an answer in JSON by their names, dots between; throws where one is missing. */
export function textsIn<const Name extends string>(
  body: string,
  what: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    document = undefined; // an error of JSON.parse quotes what it read
  }
  const found = names.map((name) => {
    let value = document;
    for (const key of name.split("."))
      value =
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as Readonly<Record<string, unknown>>)[key]
          : undefined;
    if (typeof value !== "string" || value === "")
      throw new OciError("Unauthorized", `cannot get ${what}: the answer has no ${name}`);
    return [name, value] as const;
  });
  return Object.fromEntries(found) as Record<Name, string>;
}
