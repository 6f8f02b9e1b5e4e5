import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFeatureGates } from "./feature-gates.ts";

const always = ["DisableStatusPollerCache", "StrictPostBuildSubstitutions"];
const cases = [
  { name: "what Flux turns on by default", given: [], on: always },
  { name: "what is true", given: ["ExternalArtifact=true", "OOMWatch=false"], on: [...always, "ExternalArtifact"] },
  { name: "the last word on a gate", given: ["OOMWatch=true", "OOMWatch=false"], on: always },
  {
    name: "not what is turned off",
    given: ["StrictPostBuildSubstitutions=false"],
    on: ["DisableStatusPollerCache"],
  },
];
for (const { name, given, on } of cases)
  test(`parseFeatureGates() turns on ${name}`, () => assert.deepEqual([...parseFeatureGates(given)], on));

test("parseFeatureGates() refuses a gate that Flux does not know, with its text", () => {
  assert.throws(() => parseFeatureGates(["Nope=true"]), { message: "feature-gate 'Nope' not supported" });
  assert.throws(() => parseFeatureGates(["OOMWatch=maybe"]), /it is true or false/);
});
