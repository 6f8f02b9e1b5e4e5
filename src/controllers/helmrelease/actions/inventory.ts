import type { ChartCrd } from "../../../chart/index.ts";
import { inventoryOf, type ReleaseRecord } from "../../../release/index.ts";
import type { Context } from "../../runtime/index.ts";
import type { Ledger } from "../ledger.ts";

/** Notes what a revision owns, where there is one. */
export async function tellInventory(
  ledger: Ledger,
  record: ReleaseRecord | undefined,
  crds: readonly ChartCrd[],
  context: Context,
): Promise<void> {
  if (record === undefined) return;
  const { entries, warnings } = await inventoryOf(record, { client: context.client, crds });
  ledger.tell({ event: "inventory", entries });
  if (warnings.length === 0) return;
  context.events.record(ledger.release, {
    type: "Warning",
    reason: "NamespaceCheckSkipped",
    message: warnings.join("; "),
  });
}
