import type { KubeObject } from "../api/index.ts";
import { isValues, type Value } from "../base/value.ts";
import { parseYamlDocuments } from "../base/yaml/index.ts";
import type { Context } from "./runtime/index.ts";

/** Keeps what Secrets hold out of what people read. */
export interface Concealer {
  /** What a Secret holds is not to be shown from now on. */
  add(secret: KubeObject): void;
  /** These very texts are not to be shown from now on. */
  addTexts(secrets: readonly string[]): void;
  /** The text with `***` in place of everything that is not to be shown. */
  conceal(text: string): string;
}

// What is shorter stands in half the texts there are, and gives nothing away.
const shortest = 5;
const mostTexts = 10_000;
const hidden = "***";

/** A concealer of one pass. Secrets are taken apart only when something is to be told, which is seldom. */
export function createConcealer(): Concealer {
  const secrets: KubeObject[] = [];
  let read = 0;
  const texts = new Set<string>();
  return {
    add: (secret) => void secrets.push(secret),
    addTexts(given) {
      for (const text of given) if (text.length >= shortest) texts.add(text);
    },
    conceal(text) {
      for (; read < secrets.length; read += 1)
        for (const part of secretTexts(secrets[read]!)) if (texts.size < mostTexts) texts.add(part);
      // The longest first: a part of it may be a text of its own.
      const found = [...texts].filter((part) => text.includes(part)).toSorted((a, b) => b.length - a.length);
      return found.reduce((shown, part) => shown.replaceAll(part, hidden), text);
    },
  };
}

/** The context whose events and log lines are concealed. */
export function withConcealment(context: Context, { conceal }: Concealer): Context {
  const { events, log } = context;
  return {
    ...context,
    events: { record: (object, event) => events.record(object, { ...event, message: conceal(event.message) }) },
    log: {
      info: (message, fields) => log.info(conceal(message), fields),
      error: (message, fields) => log.error(conceal(message), concealFields(fields, conceal)),
    },
  };
}

/** The error with its own and its causes' texts concealed; the very same error where there is nothing to conceal. */
export function concealError(error: unknown, concealer: Concealer): unknown {
  if (!(error instanceof Error)) return error;
  const message = concealer.conceal(error.message);
  if (message === error.message && !(error.cause instanceof Error)) return error;
  const cause = concealError(error.cause, concealer);
  if (message === error.message && cause === error.cause) return error;
  return new Error(message, { cause });
}

function concealFields(
  fields: Readonly<Record<string, unknown>> | undefined,
  conceal: Concealer["conceal"],
): Readonly<Record<string, unknown>> | undefined {
  if (fields === undefined) return undefined;
  const shown = Object.entries(fields).map(([key, value]) => [key, typeof value === "string" ? conceal(value) : value]);
  return Object.fromEntries(shown) as Readonly<Record<string, unknown>>;
}

function secretTexts({ data, stringData }: KubeObject): readonly string[] {
  const encoded = isValues(data as Value) ? Object.values(data as object) : [];
  const plain = isValues(stringData as Value) ? Object.values(stringData as object) : [];
  const texts: string[] = [];
  for (const value of encoded) {
    if (typeof value !== "string") continue;
    texts.push(value, ...partsOf(decodeBase64(value)));
  }
  for (const value of plain) if (typeof value === "string") texts.push(...partsOf(value));
  return texts.filter((text) => text.length >= shortest);
}

/** The text, and the values in it where it is YAML. A text that cannot be read may be quoted by the line or the word. */
function partsOf(text: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.trim());
  const whole = [text, text.trim(), JSON.stringify(text).slice(1, -1), ...lines];
  let documents: readonly Value[];
  try {
    documents = parseYamlDocuments(text);
  } catch {
    return [...whole, ...text.split(/[\s"':,=[\]{}]+/)];
  }
  return [...whole, ...documents.flatMap(leaves)];
}

function leaves(value: Value): readonly string[] {
  if (typeof value === "string")
    // Helm reads `a=b,c=d` in values that a path is set to, and may complain of a part.
    return [value, value.trim(), JSON.stringify(value).slice(1, -1), encodeBase64(value), ...value.split(/[,=]/)];
  if (typeof value === "number" || typeof value === "bigint") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isValues(value) ? Object.values(value).flatMap(leaves) : [];
}

function encodeBase64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function decodeBase64(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
