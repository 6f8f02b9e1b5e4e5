import { SourceError } from "../errors.ts";
import { fieldAt, textAt } from "./fields.ts";

interface Told {
  readonly message: string;
  readonly reason: string;
}

/** A refusal of Google's, in the words of their client (googleapi.Error). */
export function googleErrorOf(status: number, body: string): SourceError {
  const error = fieldAt(tryParse(body), "error");
  const message = textAt(error, "message") ?? "";
  const listed = fieldAt(error, "errors");
  const all: readonly Told[] = (Array.isArray(listed) ? (listed as readonly unknown[]) : []).map((each) => ({
    message: textAt(each, "message") ?? "",
    reason: textAt(each, "reason") ?? "",
  }));
  const code = status === 401 || status === 403 ? "AuthenticationFailed" : "Unreachable";
  return new SourceError(code, textOf({ status, message, all, body }).slice(0, 4096));
}

function textOf(told: { status: number; message: string; all: readonly Told[]; body: string }): string {
  const { status, message, all, body } = told;
  if (all.length === 0 && message === "") return `googleapi: got HTTP response code ${status} with body: ${body}`;
  const head = `googleapi: Error ${status}: ${message}`;
  const [only] = all;
  if (only === undefined) return head.trim();
  if (all.length === 1 && only.message === message) return `${head}, ${only.reason}`;
  const more = all.map((each) => `Reason: ${each.reason}, Message: ${each.message}\n`);
  return `${head}\nMore details:\n${more.join("")}`;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
