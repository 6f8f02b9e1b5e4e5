import type { HelmRelease } from "../../api/index.ts";
import { requestedAtAnnotation } from "../runtime/index.ts";

const forceAtAnnotation = "reconcile.fluxcd.io/forceAt";
const resetAtAnnotation = "reconcile.fluxcd.io/resetAt";

/** True when a person asks for an install or upgrade that was not made yet: both annotations carry the same new token. */
export function isForceRequested(release: HelmRelease): boolean {
  return isNewToken(release, forceAtAnnotation, release.status?.lastHandledForceAt);
}

/** True when a person asks to forget the failures. */
export function isResetRequested(release: HelmRelease): boolean {
  return isNewToken(release, resetAtAnnotation, release.status?.lastHandledResetAt);
}

export function forceToken(release: HelmRelease): string | undefined {
  return release.metadata.annotations?.[forceAtAnnotation];
}

export function resetToken(release: HelmRelease): string | undefined {
  return release.metadata.annotations?.[resetAtAnnotation];
}

function isNewToken(release: HelmRelease, annotation: string, handled: string | undefined): boolean {
  const { annotations = {} } = release.metadata;
  const token = annotations[annotation];
  if (token === undefined || token === "" || token === handled) return false;
  return token === annotations[requestedAtAnnotation] && token !== release.status?.lastHandledReconcileAt;
}
