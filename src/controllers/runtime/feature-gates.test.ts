import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFeatureGates } from "./feature-gates.ts";

const cases = [
  { name: "nothing by default", given: [], on: [] },
  { name: "what is true", given: ["ExternalArtifact=true", "OOMWatch=false"], on: ["ExternalArtifact"] },
  { name: "the last word on a gate", given: ["OOMWatch=true", "OOMWatch=false"], on: [] },
];
for (const { name, given, on } of cases)
  test(`parseFeatureGates() turns on ${name}`, () => assert.deepEqual([...parseFeatureGates(given)], on));

test("parseFeatureGates() refuses a gate that Flux does not know, with its text", () => {
  assert.throws(() => parseFeatureGates(["Nope=true"]), { message: "feature-gate 'Nope' not supported" });
  assert.throws(() => parseFeatureGates(["OOMWatch=maybe"]), /it is true or false/);
});
