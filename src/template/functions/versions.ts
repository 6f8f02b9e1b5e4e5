import {
  compareVersions,
  formatVersion,
  parseConstraint,
  parseVersion,
  SemverError,
  type Version,
} from "../../base/semver.ts";
import { GoError } from "../errors.ts";
import { GoStruct, type GoType, int, Integer, type Method } from "../value.ts";
import { define, type GoFunction } from "./function.ts";

/** Sprig's semantic versions, by Masterminds' rules. */
export const versionFunctions: Readonly<Record<string, GoFunction>> = {
  semver: define(["string"], (text) => toGo(orGoError(() => parseVersion(text)))),
  semverCompare: define(["string", "string"], (constraint, version) => {
    const wanted = orGoError(() => parseConstraint(constraint));
    return wanted.check(orGoError(() => parseVersion(version)));
  }),
};

function orGoError<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SemverError) throw new GoError(error.message);
    throw error;
  }
}

type GoVersion = GoStruct<Version>;

const versionMethods: Readonly<Record<string, Method>> = {
  Major: reading((version) => unsigned(version.major)),
  Minor: reading((version) => unsigned(version.minor)),
  Patch: reading((version) => unsigned(version.patch)),
  Prerelease: reading((version) => version.prerelease),
  Metadata: reading((version) => version.metadata),
  Original: reading((version) => version.original),
  String: reading(formatVersion),
  IncMajor: reading((version) => increased(version, "major")),
  IncMinor: reading((version) => increased(version, "minor")),
  IncPatch: reading((version) => increased(version, "patch")),
  Compare: comparing((order) => int(Math.sign(order))),
  Equal: comparing((order) => order === 0),
  LessThan: comparing((order) => order < 0),
  LessThanEqual: comparing((order) => order <= 0),
  GreaterThan: comparing((order) => order > 0),
  GreaterThanEqual: comparing((order) => order >= 0),
  SetPrerelease: {
    parameters: ["string"],
    call: (receiver: GoVersion, prerelease: string) => toGo({ ...receiver.state, prerelease }),
  },
  SetMetadata: {
    parameters: ["string"],
    call: (receiver: GoVersion, metadata: string) => toGo({ ...receiver.state, metadata }),
  },
};

const versionType: GoType = {
  name: "*semver.Version",
  kind: "ptr",
  methods: versionMethods,
  text: (value: GoVersion) => formatVersion(value.state),
  json: (value: GoVersion) => formatVersion(value.state),
};

function reading(read: (version: Version) => unknown): Method {
  return { parameters: [], call: (receiver: GoVersion) => read(receiver.state) };
}

function comparing(answer: (order: number) => unknown): Method {
  return {
    parameters: [{ name: "*semver.Version", kind: "ptr" }],
    call: (receiver: GoVersion, other: GoVersion) => answer(compareVersions(receiver.state, other.state)),
  };
}

function unsigned(value: bigint): Integer {
  return new Integer("uint64", value);
}

function toGo(version: Version): GoVersion {
  return new GoStruct(versionType, {}, version);
}

function increased(version: Version, part: "major" | "minor" | "patch"): GoVersion {
  const { major, minor, patch, prerelease } = version;
  const prefix = version.original.startsWith("v") ? "v" : "";
  const next =
    part === "major"
      ? { major: major + 1n, minor: 0n, patch: 0n }
      : part === "minor"
        ? { major, minor: minor + 1n, patch: 0n }
        : // A prerelease of a patch comes before that patch.
          { major, minor, patch: prerelease === "" ? patch + 1n : patch };
  const made = { ...next, prerelease: "", metadata: "", original: "" };
  return toGo({ ...made, original: prefix + formatVersion(made) });
}
