import { parseConstraint, parseVersion } from "../base/semver.ts";

/** True when both parse and the version is in the range; as Helm's IsCompatibleRange, never an error. */
export function isCompatibleVersion(range: string, version: string): boolean {
  try {
    return parseConstraint(range).check(parseVersion(version));
  } catch {
    return false;
  }
}

/** True for what Masterminds' semver accepts as a version, which is more than semver.org does. */
export function isVersion(text: string): boolean {
  try {
    parseVersion(text);
    return true;
  } catch {
    return false;
  }
}
