import type { Context } from "../runtime/index.ts";
import { correct } from "./actions/correct.ts";
import { makeRelease } from "./actions/make-release.ts";
import { rollBack } from "./actions/roll-back.ts";
import { testRelease } from "./actions/test-release.ts";
import { uninstallAs } from "./actions/uninstall-as.ts";
import { unlockRelease } from "./actions/unlock-release.ts";
import type { Wanted } from "./actions/wanted.ts";
import type { Decision, Observation } from "./decide.ts";
import type { Ledger } from "./ledger.ts";

/** Does what was decided, and tells the ledger. Throws what changed nothing in storage: there is nothing to remedy then, only to try again. */
export async function act(
  decision: Extract<Decision, { readonly decision: "act" }>,
  {
    ledger,
    seen,
    wanted,
    context,
  }: { readonly ledger: Ledger; readonly seen: Observation; readonly wanted: Wanted; readonly context: Context },
): Promise<void> {
  switch (decision.action) {
    case "install":
    case "upgrade":
      await makeRelease(decision.action, ledger, wanted, context);
      break;
    case "rollback":
      await rollBack(ledger, wanted, context);
      break;
    case "uninstallRemediation":
      await uninstallAs("remediatedByUninstall", ledger, context);
      break;
    case "test":
      await testRelease(ledger, context);
      break;
    case "unlock":
      await unlockRelease(ledger, context);
      break;
    case "correctDrift":
      await correct(seen.drift ?? [], ledger, context);
      break;
  }
}
