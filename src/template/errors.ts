import { CodedError } from "../base/errors.ts";

/** What went wrong with a template: it does not parse, it failed while running, or it went past a limit. */
export type TemplateErrorCode = "parse" | "exec" | "limit";

/** Where in a template something happened: 1-based line, 0-based byte offset in it, as Go counts. */
export interface Location {
  readonly template: string;
  readonly line: number;
  readonly column?: number;
}

/** An error with the text that helm shows for it, and the outermost place it points at. */
export class TemplateError extends CodedError<TemplateErrorCode> {
  readonly template: string;
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(code: TemplateErrorCode, message: string, location?: Location, options?: ErrorOptions) {
    super(code, message, options);
    this.template = location?.template ?? "";
    this.line = location?.line;
    this.column = location?.column;
  }
}

/** Thrown by an injected `lookup` that has no answer yet; it leaves the engine as it is, so that the caller can fetch and render again. */
export class LookupPending extends Error {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly objectName: string;

  constructor(wanted: { apiVersion: string; kind: string; namespace: string; name: string }) {
    super(`lookup of ${wanted.apiVersion} ${wanted.kind} ${wanted.namespace}/${wanted.name} is pending`);
    this.name = "LookupPending";
    this.apiVersion = wanted.apiVersion;
    this.kind = wanted.kind;
    this.namespace = wanted.namespace;
    this.objectName = wanted.name;
  }
}

/** What a template function throws: a Go error (or a recovered panic) with Go's text, and the error it wraps. */
export class GoError extends Error {
  readonly limit: boolean;

  constructor(message: string, options: { cause?: GoError; limit?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GoError";
    this.limit = options.limit ?? options.cause?.limit ?? false;
  }
}

/** text/template's ExecError: it knows its place, and its text is `template: <place>: executing "x" at <y>: <message>`. */
export class ExecError extends GoError {
  readonly location: Location;

  constructor(message: string, location: Location, options: { cause?: GoError; limit?: boolean } = {}) {
    super(message, options);
    this.name = "ExecError";
    this.location = location;
  }
}

/** An error about one of the bounds of `limits.ts`. */
export function limitError(message: string): GoError {
  return new GoError(message, { limit: true });
}

/** The text that helm makes of a parse error. */
export function parseFailure(goText: string, location: Location): TemplateError {
  // helm: engine.cleanupParseError keeps the second and the last part of the text split at ": ".
  const parts = goText.split(": ");
  const text =
    parts.length === 1
      ? `parse error in (${location.template}): ${goText}`
      : `parse error at (${parts[1]}): ${parts.at(-1)}`;
  return new TemplateError("parse", text, location);
}

/** The text that helm makes of a failed execution. */
export function execFailure(error: GoError, fileName: string): TemplateError {
  const code = error.limit ? "limit" : "exec";
  const location = error instanceof ExecError ? error.location : { template: fileName, line: 0 };
  return new TemplateError(code, formatExecution(error), location, { cause: error });
}

const warning = /HELM_ERR_START([\s\S]*)HELM_ERR_END/;

/** Marks the message of `fail` and `required` so that it is shown alone. */
export function warn(message: string): GoError {
  return new GoError(`HELM_ERR_START${message}HELM_ERR_END`);
}

interface Trace {
  readonly location: string;
  readonly executed: string;
  readonly message: string;
}

// helm: engine.reformatExecErrorMsg.
function formatExecution(error: GoError): string {
  if (!hasExecError(error)) return error.message;
  const parts = splitN(error.message, ": ", 3);
  const rest = parts[2];
  if (rest === undefined) return `execution error in (${parts[0] ?? ""}): ${error.message}`;
  const warned = warning.exec(rest);
  if (warned) return `execution error at (${parts[1]}): ${warned[1]}`;

  const traces: Trace[] = [];
  for (let current: GoError | undefined = error; current !== undefined; current = causeOf(current)) {
    const trace = parseTrace(current.message);
    if (trace === undefined) return error.message;
    const last = traces.at(-1);
    if (last?.location === trace.location && last.executed === trace.executed && last.message === trace.message)
      continue;
    traces.push(trace);
  }
  return traces
    .map(
      (trace) =>
        (trace.location === "" ? "" : `${trace.location}\n  `) +
        (trace.executed === "" ? "" : `${trace.executed}\n    `) +
        (trace.message === "" ? "" : `${trace.message}\n`),
    )
    .join("")
    .trim();
}

function hasExecError(error: GoError): boolean {
  for (let current: GoError | undefined = error; current !== undefined; current = causeOf(current)) {
    if (current instanceof ExecError) return true;
  }
  return false;
}

function causeOf(error: GoError): GoError | undefined {
  return error.cause instanceof GoError ? error.cause : undefined;
}

function parseTrace(text: string): Trace | undefined {
  const prefix = "template: ";
  if (!text.startsWith(prefix)) return undefined;
  const rest = text.slice(prefix.length);
  if (rest.startsWith("no template ")) return { location: "", executed: "", message: text };
  return parseExecuting(rest) ?? parseSimple(rest);
}

function parseExecuting(text: string): Trace | undefined {
  const at = text.indexOf(": executing ");
  if (at < 0) return undefined;
  const after = text.slice(at + ": executing ".length);
  if (!after.startsWith('"')) return undefined;
  const quote = after.indexOf('"', 1);
  if (quote < 0) return undefined;
  const atPrefix = " at <";
  const rest = after.slice(quote + 1);
  if (!rest.startsWith(atPrefix)) return undefined;
  const end = rest.indexOf(">: ");
  if (end < 0) return undefined;
  return {
    location: text.slice(0, at),
    executed: `executing "${after.slice(1, quote)}" at <${rest.slice(atPrefix.length, end)}>:`,
    message: beforeNext(rest.slice(end + 3)),
  };
}

function parseSimple(text: string): Trace | undefined {
  const at = text.lastIndexOf(": ");
  if (at < 0) return undefined;
  return { location: text.slice(0, at), executed: "", message: beforeNext(text.slice(at + 2)) };
}

function beforeNext(message: string): string {
  const cut = message.indexOf(" template:");
  return cut < 0 ? message : message.slice(0, cut);
}

function splitN(text: string, separator: string, count: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (parts.length < count - 1) {
    const at = rest.indexOf(separator);
    if (at < 0) break;
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + separator.length);
  }
  parts.push(rest);
  return parts;
}
