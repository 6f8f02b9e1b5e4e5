import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type EngineAnswer, tryFindGoEngine } from "./go-engine.ts";
import { drawRequest, isSameAnswer, recordedRequests } from "./grammar/index.ts";
import { compareGrammar, type GrammarDifference } from "./grammar/run.ts";
import { renderOurs } from "./own-engine.ts";

process.env.TZ = "UTC";

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "testdata/grammar.json"), "utf8"),
) as readonly (EngineAnswer | null)[];

test(`templates of the grammar give what helm's engine gave in ${recorded.length} recordings`, () => {
  const requests = recordedRequests();
  assert.equal(requests.length, recorded.length);
  for (const [number, request] of requests.entries()) {
    const theirs = recorded[number] ?? null;
    if (theirs === null) continue;
    const ours = renderOurs(request);
    if (!isSameAnswer(ours, theirs)) assert.deepEqual(ours, theirs, `template ${number}: ${JSON.stringify(request)}`);
  }
});

const binary = tryFindGoEngine();
test("new templates of the grammar give what helm's engine gives", {
  skip: binary === undefined ? "helm's engine is not built: npm run conformance -- --grammar 1" : false,
}, async () => {
  const found: GrammarDifference[] = [];
  const report = (difference: GrammarDifference): void => void found.push(difference);
  const { compared } = await compareGrammar({ count: 400, seed: 5, engine: binary!, report });
  assert.deepEqual(found, []);
  assert.equal(compared, 400);
});

test("drawRequest() draws the same request for a seed and a number, and another for another number", () => {
  assert.deepEqual(drawRequest(7, 3), drawRequest(7, 3));
  assert.notDeepEqual(drawRequest(7, 3), drawRequest(7, 4));
  assert.notDeepEqual(drawRequest(8, 3), drawRequest(7, 3));
});
