import { type Condition, findCondition } from "../../api/index.ts";

/** The conditions that Ready is made from, the weightiest first. */
export type SummaryRules = readonly string[];

// Flux's other conditions say that something is wrong, or not done yet, when they are True.
const positive: ReadonlySet<string> = new Set(["ArtifactInStorage", "SourceVerified"]);

/** Works Ready out from the other conditions; undefined when there is none of them. */
export function summarize(
  conditions: readonly Condition[],
  rules: SummaryRules,
): Pick<Condition, "type" | "status" | "reason" | "message"> | undefined {
  const listed = rules.flatMap((type) => findCondition(conditions, type) ?? []);
  const unverified = listed.find((condition) => condition.type === "SourceVerified" && condition.status === "False");
  const top = unverified ?? listed.toSorted((a, b) => weightOf(a) - weightOf(b))[0];
  if (top === undefined) return undefined;
  const { reason, message } = top;
  if (top.status === "Unknown") return { type: "Ready", status: "Unknown", reason, message };
  const isGood = positive.has(top.type) === (top.status === "True");
  return { type: "Ready", status: isGood ? "True" : "False", reason, message };
}

/** Flux: conditions.merge. Among equals the order of the rules decides. */
function weightOf({ type, status }: Condition): number {
  switch (status) {
    case "True":
      return positive.has(type) ? 2 : 0;
    case "False":
      return positive.has(type) ? 1 : 3;
    case "Unknown":
      return 4;
  }
}
