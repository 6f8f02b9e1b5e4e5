/**
 * What a plain scalar means: go-yaml v2's reading of YAML 1.1.
 * A `timestamp` stays text; it is told apart because text of that form must be quoted when written.
 */
export type Resolved =
  | { readonly tag: "null"; readonly value: null }
  | { readonly tag: "bool"; readonly value: boolean }
  | { readonly tag: "int"; readonly value: number | bigint }
  | { readonly tag: "float"; readonly value: number }
  | { readonly tag: "str" | "timestamp"; readonly value: string };

/** `yes` for YAML 1.1's words as go-yaml v2 reads them, `no` for v3, which knows only true and false. */
export type OldBooleans = "yes" | "no";

const words = new Map<string, Resolved>();
const oldBooleans = new Set<string>();

function addWords(resolved: Resolved, list: string): void {
  for (const word of list.split(" ")) words.set(word, resolved);
}

addWords({ tag: "bool", value: true }, "true True TRUE");
addWords({ tag: "bool", value: false }, "false False FALSE");
addWords({ tag: "null", value: null }, "~ null Null NULL");
addWords({ tag: "float", value: Number.NaN }, ".nan .NaN .NAN");
addWords({ tag: "float", value: Number.POSITIVE_INFINITY }, ".inf .Inf .INF +.inf +.Inf +.INF");
addWords({ tag: "float", value: Number.NEGATIVE_INFINITY }, "-.inf -.Inf -.INF");
words.set("", { tag: "null", value: null });

for (const word of "y Y yes Yes YES on On ON".split(" ")) oldBooleans.add(word);
for (const word of "n N no No NO off Off OFF".split(" ")) oldBooleans.add(word);

/** Gives a plain scalar the type that go-yaml gives it. Integers beyond 2^53 come as bigint. */
export function resolveScalar(text: string, booleans: OldBooleans = "yes"): Resolved {
  const first = text.charCodeAt(0);
  const isDigit = first >= 48 && first <= 57;
  if (isDigit || first === 43 || first === 45) return words.get(text) ?? resolveNumber(text);
  if (text.length > 5) {
    if (first === 46) return resolveDotted(text);
    return { tag: "str", value: text };
  }
  const word = words.get(text);
  if (word !== undefined) return word;
  if (oldBooleans.has(text)) {
    return booleans === "yes" ? { tag: "bool", value: isOldTrue(text) } : { tag: "str", value: text };
  }
  if (first === 46) return resolveDotted(text);
  return { tag: "str", value: text };
}

/** True for words that YAML 1.1 reads as booleans and YAML 1.2 does not. */
export function isOldBoolean(text: string): boolean {
  return oldBooleans.has(text);
}

function isOldTrue(word: string): boolean {
  const last = word.charCodeAt(word.length - 1) | 32;
  // y, yes and on are true; n, no and off are false.
  return last === 121 || last === 115 || (last === 110 && word.length === 2);
}

// Go's ParseFloat takes underscores between digits when the text starts with a dot; elsewhere go-yaml strips them first.
const dottedFloat = /^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/;

function resolveDotted(text: string): Resolved {
  if (dottedFloat.test(text)) {
    const value = Number(text.replaceAll("_", ""));
    if (Number.isFinite(value)) return { tag: "float", value };
  }
  return { tag: "str", value: text };
}

const yamlFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const smallDecimal = /^-?(?:0|[1-9][0-9]{0,14})$/;

function resolveNumber(text: string): Resolved {
  if (smallDecimal.test(text)) return { tag: "int", value: Number(text) + 0 };
  if (isTimestamp(text)) return { tag: "timestamp", value: text };
  const plain = text.replaceAll("_", "");
  const integer = parseGoInteger(plain);
  if (integer !== undefined) return { tag: "int", value: integer };
  if (yamlFloat.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return { tag: "float", value };
  }
  return { tag: "str", value: text };
}

const goInteger = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))$/;
// go-yaml hands what follows `0b` to ParseInt once more, which takes a sign there.
const signedBinary = /^0b([-+])([01]+)$/;

/** Go's ParseInt(text, 0, 64), then ParseUint. */
function parseGoInteger(text: string): number | bigint | undefined {
  const match = goInteger.exec(text);
  if (match === null) {
    const odd = signedBinary.exec(text);
    return odd === null ? undefined : inRange(odd[1] === "-", BigInt(`0b${odd[2]}`));
  }
  const [, sign = "", hex, binary, octal, decimal] = match;
  const magnitude =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : binary !== undefined
        ? BigInt(`0b${binary}`)
        : octal !== undefined
          ? BigInt(`0o${octal}`)
          : BigInt(decimal ?? "0");
  return inRange(sign === "-", magnitude, sign === "");
}

function inRange(negative: boolean, magnitude: bigint, unsignedToo = false): number | bigint | undefined {
  const limit = negative ? 1n << 63n : (1n << (unsignedToo ? 64n : 63n)) - 1n;
  if (magnitude > limit) return undefined;
  const value = negative ? -magnitude : magnitude;
  return magnitude <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

const timestamp =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?$/;

/** True for the four layouts that go-yaml reads as a time. */
export function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 45) return false;
  const match = timestamp.exec(text);
  if (match === null) return false;
  const [, year, month, day, separator, hour, minute, second, zone] = match;
  if (separator !== undefined && (separator === " ") !== (zone === undefined)) return false;
  if (zone !== undefined && zone !== "Z") {
    if (Number(zone.slice(1, 3)) > 24 || Number(zone.slice(4, 6)) > 60) return false;
  }
  const monthNumber = Number(month);
  if (monthNumber < 1 || monthNumber > 12) return false;
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), monthNumber, 0)).getUTCDate();
  if (Number(day) < 1 || Number(day) > days) return false;
  return Number(hour ?? 0) < 24 && Number(minute ?? 0) < 60 && Number(second ?? 0) < 60;
}

/** What JSON makes of a text that isTimestamp: Go's RFC 3339 with the fraction's closing zeros gone. */
export function toRfc3339(text: string): string {
  const [, year, month = "", day = "", , hour = "0", minute = "0", second = "0", zone = "Z"] =
    timestamp.exec(text) ?? [];
  const two = (digits: string) => digits.padStart(2, "0");
  const fraction = (/[.,]([0-9]+)/.exec(text)?.[1] ?? "").slice(0, 9).replace(/0+$/, "");
  const offset = /[1-9]/.test(zone) ? zone : "Z";
  const time = `${two(hour)}:${two(minute)}:${two(second)}${fraction === "" ? "" : `.${fraction}`}`;
  return `${year}-${two(month)}-${two(day)}T${time}${offset}`;
}
