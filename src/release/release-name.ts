const pattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxLength = 53;

/** Helm's text for a name that no release can have; undefined for a good one. */
export function releaseNameProblem(name: string): string | undefined {
  if (name === "") return "no name provided";
  if (name.length <= maxLength && pattern.test(name)) return undefined;
  return `invalid release name, must match regex ${pattern.source} and the length must not be longer than ${maxLength}`;
}
