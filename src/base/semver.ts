export { type Constraint, parseConstraint, tryParseConstraint } from "./semver/constraint.ts";
export { SemverError, type SemverErrorCode } from "./semver/errors.ts";
export {
  compareVersions,
  formatVersion,
  parseStrictVersion,
  parseVersion,
  tryParseVersion,
  type Version,
} from "./semver/version.ts";
