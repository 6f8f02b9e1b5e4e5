import { compareBytes } from "../value.ts";
import { goQuote } from "../go-quote.ts";
import { SemverError } from "./errors.ts";

/** A semantic version. The numbers are bigint because Go's are uint64. `original` is the text it was read from. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;
}

const maxLength = 256;
const maxSegment = (1n << 64n) - 1n;
const loose =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** Reads a version leniently: `v1`, `1.2` and `01.2.3` are completed. Throws SemverError. */
export function parseVersion(text: string): Version {
  if (byteLength(text) > maxLength) throw invalid("version string is too long (max 256 bytes)");
  const match = loose.exec(text);
  if (match === null) throw invalid("invalid semantic version");
  const [, major = "", minor = "0", patch = "0", prerelease = "", metadata = ""] = match;
  const version = {
    major: segment(major, "error parsing version segment: "),
    minor: segment(minor, "error parsing version segment: "),
    patch: segment(patch, "error parsing version segment: "),
    prerelease,
    metadata,
    original: text,
  };
  if (prerelease !== "") assertPrerelease(prerelease);
  return version;
}

/** As parseVersion, but gives undefined for what is not a version. */
export function tryParseVersion(text: string): Version | undefined {
  try {
    return parseVersion(text);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}

/** Reads a version that follows the specification to the letter: three numbers, no `v`, no leading zeros. */
export function parseStrictVersion(text: string): Version {
  if (text === "") throw invalid("version string empty");
  if (byteLength(text) > maxLength) throw invalid("version string is too long (max 256 bytes)");
  const [major = "", minor, ...others] = text.split(".");
  if (minor === undefined || others.length === 0) throw invalid("invalid semantic version");
  let rest = others.join(".");
  let metadata = "";
  let prerelease = "";
  const plus = rest.indexOf("+");
  if (plus >= 0) {
    metadata = rest.slice(plus + 1);
    rest = rest.slice(0, plus);
    if (!metadata.split(".").every(isIdentifier)) throw invalid("invalid metadata string");
  }
  const hyphen = rest.indexOf("-");
  if (hyphen >= 0) {
    prerelease = rest.slice(hyphen + 1);
    rest = rest.slice(0, hyphen);
    assertPrerelease(prerelease);
  }
  for (const part of [major, minor, rest]) {
    if (!/^[0-9]*$/.test(part)) throw invalid("invalid characters in version");
    if (part.length > 1 && part.startsWith("0")) throw invalid("version segment starts with 0");
  }
  return { major: segment(major), minor: segment(minor), patch: segment(rest), prerelease, metadata, original: text };
}

/** The canonical text: three numbers, prerelease and metadata, without a leading `v`. */
export function formatVersion(version: Version): string {
  const { major, minor, patch, prerelease, metadata } = version;
  const suffix = prerelease === "" ? "" : `-${prerelease}`;
  return `${major}.${minor}.${patch}${suffix}${metadata === "" ? "" : `+${metadata}`}`;
}

/** Negative, zero or positive; metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  const numbers =
    compareNumbers(a.major, b.major) || compareNumbers(a.minor, b.minor) || compareNumbers(a.patch, b.patch);
  if (numbers !== 0 || a.prerelease === b.prerelease) return numbers;
  if (a.prerelease === "") return 1;
  if (b.prerelease === "") return -1;
  return comparePrereleases(a.prerelease, b.prerelease);
}

export function comparePrereleases(a: string, b: string): number {
  const left = a.split(".");
  const right = b.split(".");
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = compareIdentifiers(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "") return -1;
  if (b === "") return 1;
  const left = tryNumber(a);
  const right = tryNumber(b);
  if (left === undefined && right === undefined) return compareBytes(a, b);
  if (right === undefined) return -1;
  if (left === undefined) return 1;
  // Masterminds: numbers that are equal but spelled differently make the first one the smaller.
  return left > right ? 1 : -1;
}

function tryNumber(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > maxSegment ? undefined : value;
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function segment(text: string, context = ""): bigint {
  if (text === "") throw invalid(`${context}strconv.ParseUint: parsing "": invalid syntax`);
  const value = BigInt(text);
  if (value > maxSegment) throw invalid(`${context}strconv.ParseUint: parsing ${goQuote(text)}: value out of range`);
  return value;
}

function assertPrerelease(prerelease: string): void {
  for (const part of prerelease.split(".")) {
    if (!isIdentifier(part)) throw invalid("invalid prerelease string");
    if (part.length > 1 && part.startsWith("0") && /^[0-9]+$/.test(part))
      throw invalid("version segment starts with 0");
  }
}

function isIdentifier(text: string): boolean {
  return /^[0-9A-Za-z-]+$/.test(text);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function invalid(message: string): SemverError {
  return new SemverError("version", message);
}
