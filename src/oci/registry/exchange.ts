import { answerOf, Refused } from "./answers.ts";
import type { Storage } from "./storage.ts";
import type { Uploads } from "./uploads.ts";

/** What a handler of requests works with. */
export interface Exchange {
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly storage: Storage;
  readonly uploads: Uploads;
  readonly maxManifestSize: number;
}

/** The answer to a method that a place does not have; `allow` are those it has. */
export function notAllowed(allow: string): Response {
  return answerOf(new Refused("UNSUPPORTED", "The operation is unsupported.", { headers: { allow } }));
}
