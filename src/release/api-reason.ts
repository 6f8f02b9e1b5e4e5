import type { Status } from "../api/index.ts";

/** True when what was thrown is the API's answer with this reason. */
export function hasReason(thrown: unknown, reason: string): boolean {
  return reasonOf(thrown) === reason;
}

function reasonOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("status" in thrown)) return undefined;
  return (thrown.status as Partial<Status> | undefined)?.reason;
}
