import { parseDuration } from "../../../base/duration.ts";
import type { HelmRelease } from "../../../api/index.ts";
import type { Milliseconds } from "../../runtime/index.ts";
import type { Action } from "../decide.ts";

const defaultTimeout = 5 * 60_000;

/** How long an action may take: its own timeout, else the release's, else five minutes. */
export function timeoutOf(release: HelmRelease, action: Action | "uninstall"): Milliseconds {
  const { spec } = release;
  const own =
    action === "uninstallRemediation"
      ? spec.uninstall?.timeout
      : action === "unlock" || action === "correctDrift"
        ? undefined
        : spec[action]?.timeout;
  const text = own ?? spec.timeout;
  return text === undefined ? defaultTimeout : parseDuration(text);
}
