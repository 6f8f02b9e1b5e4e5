import { cancellation } from "./plays/cancellation.ts";
import { chartRefs } from "./plays/chart-refs.ts";
import { drift } from "./plays/drift.ts";
import { failures } from "./plays/failures.ts";
import { gates } from "./plays/gates.ts";
import { hooks } from "./plays/hooks.ts";
import { life } from "./plays/life.ts";
import { middle } from "./plays/middle.ts";
import { outside } from "./plays/outside.ts";
import { references } from "./plays/references.ts";
import { waiting } from "./plays/waiting.ts";
import type { Scenario } from "./scenario.ts";

/** What people do with releases, and what may go wrong. */
export const scenarios: readonly Scenario[] = [
  ...life,
  ...failures,
  ...hooks,
  ...outside,
  ...drift,
  ...middle,
  ...cancellation,
  ...gates,
  ...references,
  ...chartRefs,
  ...waiting,
];
