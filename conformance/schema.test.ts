import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type EngineAnswer, startGoEngine, tryFindGoEngine } from "./go-engine.ts";
import { drawSchemaRequest, isSameVerdict, validateOurs } from "./grammar/schema-run.ts";

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, "testdata/schemas.json"), "utf8")) as EngineAnswer[];

test(`schemas and values that were drawn get the verdicts that helm gave in ${recorded.length} recordings`, () => {
  for (const [number, theirs] of recorded.entries()) compare(number, drawSchemaRequest(6, number), theirs);
});

const binary = tryFindGoEngine();
test("new schemas and values get the verdicts that helm gives", {
  skip: binary === undefined ? "helm's engine is not built: npm run conformance -- --grammar 1" : false,
}, async () => {
  const engine = startGoEngine(binary!);
  try {
    const requests = Array.from({ length: 300 }, (_, number) => drawSchemaRequest(7, number));
    const answers = await Promise.all(requests.map((request) => engine.ask(request)));
    for (const [number, request] of requests.entries()) {
      const theirs = answers[number];
      if (theirs !== undefined) compare(number, request, theirs);
    }
  } finally {
    await engine.close();
  }
});

function compare(number: number, request: ReturnType<typeof drawSchemaRequest>, theirs: EngineAnswer): void {
  const ours = validateOurs(request);
  if (!isSameVerdict(ours, theirs)) assert.deepEqual(ours, theirs, `schema ${number}: ${JSON.stringify(request)}`);
}
