import * as fc from "fast-check";
import { after, describe, test } from "node:test";
import { tryFaults } from "./api-faults.ts";
import { type Reference, runUndisturbed } from "./crash-points.ts";
import { type Fault, faults } from "./faulty-fetch.ts";
import { scenarios } from "./scenarios.ts";

// COX_FAULTS=n tries n plans for each action, and COX_SEED repeats a run. Runs where openTestApi says.
const plans = Number(process.env.COX_FAULTS ?? 6);
const seed = Number(process.env.COX_SEED ?? 20261125);
const ends = { right: 0, failed: 0 };

// Each fault at one request of an action, somewhere in its course, and a few at once.
const single = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.constantFrom<Fault>(...faults));
const plan = fc.array(single, { minLength: 1, maxLength: 3 });

describe("an action on an API with faults", { concurrency: 4 }, () => {
  after(() =>
    process.stdout.write(
      `API faults: ${ends.right} actions ended right, ${ends.failed} with an error (seed ${seed})\n`,
    ),
  );

  for (const [index, scenario] of scenarios.entries()) {
    test(`${scenario.name}: ends right, or with a clear error and nothing half recorded`, async () => {
      const reference: Reference = await runUndisturbed(scenario);
      const property = fc.asyncProperty(plan, async (pairs) => {
        ends[await tryFaults(scenario, new Map(pairs), { reference })] += 1;
      });
      await fc.assert(property, { numRuns: plans, seed: seed + index, endOnFailure: true });
    });
  }
});
