import { goQuote } from "../go-quote.ts";
import { SemverError } from "./errors.ts";
import { comparePrereleases, compareVersions, parseVersion, type Version } from "./version.ts";

/** A range of versions, as Helm and Flux write them. */
export interface Constraint {
  readonly text: string;
  /** True when the version is in the range. Prereleases are only when a part of the same `||` group names one. */
  check(version: Version): boolean;
}

const maxLength = 512;
const maxGroups = 32;

const blank = "[\\t\\n\\f\\r ]";
const identifiers = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
// Masterminds' class contains the bar by accident; a text with it passes here and fails as a version.
const number = "[0-9|xX*]+";
const version = `v?(?:${number})(?:\\.${number})?(?:\\.${number})?(?:-${identifiers})?(?:\\+${identifiers})?`;
const operator = "(?:!=|>=|=>|<=|=<|~>|=|>|<|~|\\^)";
// One way to match each text, so that hostile input cannot make the matcher try them all.
const clause = `(?:${operator}${blank}*)?${version}`;
const group = new RegExp(`^${blank}*${clause}(?:(?:${blank}*,${blank}*|${blank}+)${clause})*${blank}*$`);
const clauses = new RegExp(clause, "g");
const parts = new RegExp(
  `^(${operator}?)${blank}*(v?(${number})(?:\\.(${number}))?(?:\\.(${number}))?(-${identifiers})?(?:\\+${identifiers})?)$`,
);
const hyphenRange = new RegExp(`${blank}*(${version})${blank}+-${blank}+(${version})${blank}*`, "g");

interface Clause {
  readonly operator: string;
  readonly version: Version;
  /** Something is left open: `1`, `1.x`, `*`. */
  readonly dirty: boolean;
  readonly minorDirty: boolean;
  readonly patchDirty: boolean;
}

interface Group {
  readonly clauses: readonly Clause[];
  readonly prereleases: boolean;
}

/** Reads a constraint; throws SemverError with Masterminds' text. The empty text is an error, as there. */
export function parseConstraint(text: string): Constraint {
  if (new TextEncoder().encode(text).length > maxLength) {
    throw improper("constraint string is too long (max 512 bytes)");
  }
  const segments = rewriteHyphens(text).split("||");
  if (segments.length > maxGroups) throw improper("too many constraint groups (max 32)");
  const groups = segments.map(parseGroup);
  return { text, check: (candidate) => groups.some((each) => groupAdmits(each, candidate)) };
}

/** As parseConstraint, but gives undefined for what is not a constraint. */
export function tryParseConstraint(text: string): Constraint | undefined {
  try {
    return parseConstraint(text);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}

function rewriteHyphens(text: string): string {
  let rewritten = text;
  for (const [whole, from, to] of text.matchAll(hyphenRange)) {
    rewritten = rewritten.replace(whole, () => `>= ${from}, <= ${to} `);
  }
  return rewritten;
}

function parseGroup(segment: string): Group {
  if (!group.test(segment)) throw improper(`improper constraint: ${goQuote(segment)}`);
  const parsed = (segment.match(clauses) ?? []).map(parseClause);
  return { clauses: parsed, prereleases: parsed.some((each) => each.version.prerelease !== "") };
}

function parseClause(text: string): Clause {
  const match = parts.exec(text);
  if (match === null) throw improper(`improper constraint: ${goQuote(text)}`);
  const [, name = "", whole = "", major = "", minor = "", patch = "", prerelease = ""] = match;
  const open = isOpen(major) ? "major" : isOpen(minor) ? "minor" : isOpen(patch) ? "patch" : "none";
  const spelled = {
    major: `0.0.0${prerelease}`,
    minor: `${major}.0.0${prerelease}`,
    patch: `${major}.${minor}.0${prerelease}`,
    none: whole,
  }[open];
  return {
    operator: name,
    version: clauseVersion(spelled),
    dirty: open !== "none",
    minorDirty: open === "minor",
    patchDirty: open === "patch",
  };
}

function clauseVersion(text: string): Version {
  try {
    return parseVersion(text);
  } catch (cause) {
    throw new SemverError("constraint", "constraint parser error", { cause });
  }
}

function isOpen(part: string): boolean {
  return part === "" || part === "x" || part === "X" || part === "*";
}

function groupAdmits({ clauses: each, prereleases }: Group, candidate: Version): boolean {
  if (candidate.prerelease !== "" && !prereleases) return false;
  return each.every((one) => clauseAdmits(one, candidate));
}

function clauseAdmits(one: Clause, candidate: Version): boolean {
  switch (one.operator) {
    case "!=":
      return isNotEqual(one, candidate);
    case ">":
      return isGreater(one, candidate);
    case "<":
      return compareVersions(candidate, one.version) < 0;
    case ">=":
    case "=>":
      return compareVersions(candidate, one.version) >= 0;
    case "<=":
    case "=<":
      return isAtMost(one, candidate);
    case "~":
    case "~>":
      return isTilde(one, candidate);
    case "^":
      return isCaret(one, candidate);
    default:
      return one.dirty ? isTilde(one, candidate) : compareVersions(candidate, one.version) === 0;
  }
}

function isNotEqual({ version: wanted, dirty, minorDirty, patchDirty }: Clause, candidate: Version): boolean {
  if (dirty) {
    if (wanted.major !== candidate.major) return true;
    if (minorDirty) return false;
    if (wanted.minor !== candidate.minor) return true;
    if (patchDirty) return comparePrereleases(candidate.prerelease, wanted.prerelease) !== 0;
    if (wanted.patch !== candidate.patch) return true;
  }
  return compareVersions(candidate, wanted) !== 0;
}

function isGreater({ version: wanted, dirty, minorDirty, patchDirty }: Clause, candidate: Version): boolean {
  if (!dirty) return compareVersions(candidate, wanted) > 0;
  if (candidate.major !== wanted.major) return candidate.major > wanted.major;
  // 11.1.0 is not greater than 11, nor 11.1.1 than 11.1.
  if (minorDirty) return false;
  if (patchDirty) return candidate.minor > wanted.minor;
  return compareVersions(candidate, wanted) > 0;
}

function isAtMost({ version: wanted, dirty, minorDirty }: Clause, candidate: Version): boolean {
  if (!dirty) return compareVersions(candidate, wanted) <= 0;
  if (candidate.major > wanted.major) return false;
  return !(candidate.major === wanted.major && candidate.minor > wanted.minor && !minorDirty);
}

function isTilde({ version: wanted, minorDirty, patchDirty }: Clause, candidate: Version): boolean {
  if (compareVersions(candidate, wanted) < 0) return false;
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n;
  // Masterminds: ~0.0.0 takes everything, as >=0.0.0 does.
  if (isZero && !minorDirty && !patchDirty) return true;
  return candidate.major === wanted.major && (minorDirty || candidate.minor === wanted.minor);
}

function isCaret({ version: wanted, minorDirty, patchDirty }: Clause, candidate: Version): boolean {
  if (compareVersions(candidate, wanted) < 0) return false;
  if (wanted.major > 0n || minorDirty) return candidate.major === wanted.major;
  if (candidate.major > 0n) return false;
  if (wanted.minor > 0n || patchDirty) return candidate.minor === wanted.minor;
  if (candidate.minor > 0n) return false;
  return candidate.patch === wanted.patch;
}

function improper(message: string): SemverError {
  return new SemverError("constraint", message);
}
