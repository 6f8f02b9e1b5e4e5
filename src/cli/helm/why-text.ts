import { messageOf } from "../../base/errors.ts";
import { formatReasons, reasonsOf } from "../../release/index.ts";

/** What an error says, and after helm's own words why what was waited for is not ready, as far as the cluster tells. */
export function textWithReasons(error: unknown): string {
  const reasons = reasonsOf(error);
  return reasons.length === 0 ? messageOf(error) : `${messageOf(error)}\n\nNot ready:\n${formatReasons(reasons)}`;
}
