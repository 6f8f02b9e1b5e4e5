const versionPattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const stages = ["alpha", "beta", ""];

/** version.CompareKubeAwareVersionStrings, newest first: v2 before v1 before v1beta1 before v1alpha1 before anything else. */
export function compareVersions(a: string, b: string): number {
  const left = versionPattern.exec(a);
  const right = versionPattern.exec(b);
  if (left === null || right === null) {
    if (left === null && right === null) return a < b ? -1 : a > b ? 1 : 0;
    return left === null ? 1 : -1;
  }
  const stage = stages.indexOf(right[2] ?? "") - stages.indexOf(left[2] ?? "");
  if (stage !== 0) return stage;
  return Number(right[1]) - Number(left[1]) || Number(right[3] ?? 0) - Number(left[3] ?? 0);
}
