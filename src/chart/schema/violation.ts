import { formatFloat } from "../../base/go-float.ts";
import { goQuote } from "../../base/go-quote.ts";

/** What a value breaks, and what led to that: Helm shows both as a tree. */
export interface Violation {
  readonly at: readonly string[];
  readonly text: string;
  /** A group only joins its causes; a reference with one cause is not shown. */
  readonly kind: "single" | "group" | "reference";
  readonly causes: readonly Violation[];
}

/** The lines that Helm prints for a violation, without a newline at the end. */
export function describeViolation(violation: Violation): string {
  const lines: string[] = [];
  const roots = violation.kind === "group" ? violation.causes : [violation];
  for (const root of roots) describe(root, 0, lines);
  return lines.join("\n");
}

function describe(violation: Violation, indent: number, lines: string[]): void {
  const hidden = violation.kind === "reference" && violation.causes.length === 1;
  if (!hidden) lines.push(`${"  ".repeat(indent)}- at ${quoted(pointer(violation.at))}: ${violation.text}`);
  for (const cause of violation.causes) describe(cause, hidden ? indent : indent + 1, lines);
}

function pointer(steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** A string as the validator quotes it. */
export function quoted(text: string): string {
  const go = goQuote(text).slice(1, -1);
  return `'${go.replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(", ");
}

/** A scalar as the validator shows it in a message. */
export function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (value === null) return "<nil>";
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : formatFloat(value);
  return typeof value === "object" ? "value" : String(value);
}

/** A number as the validator's English printer writes it: with commas, and with the exponent as a power of ten. */
export function counted(count: number): string {
  const text = formatFloat(count);
  const exponent = text.indexOf("e");
  if (exponent >= 0) {
    const power = Array.from(text.slice(exponent + 1).replace("+", ""), (digit) => superscripts[digit]).join("");
    return `${text.slice(0, exponent)}×10${power}`;
  }
  const [whole = "", fraction] = text.split(".");
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, ",") + (fraction === undefined ? "" : `.${fraction}`);
}

const superscripts: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};
