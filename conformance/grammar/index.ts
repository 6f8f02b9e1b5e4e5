import type { EngineAnswer, EngineRequest } from "../go-engine.ts";
import { caseSeed, createRandom } from "../random.ts";
import { drawTemplate, partials } from "./templates.ts";
import { drawValues } from "./values.ts";

/** The request of that number in the sequence of a seed. */
export function drawRequest(seed: number, number: number): EngineRequest {
  const random = createRandom(caseSeed(seed, number));
  const files = { "templates/_partials.tpl": partials, "templates/t.yaml": drawTemplate(random) };
  const values = drawValues(random);
  return { files, values, strict: random.chance(0.04), lint: random.chance(0.04) };
}

/** Go prints addresses of what it cannot show; they are never the same. */
const address = /0xc[0-9a-f]{9}/g;

/** Whether two engines said the same. */
export function isSameAnswer(ours: EngineAnswer, theirs: EngineAnswer): boolean {
  if ("output" in ours) return "output" in theirs && masked(ours.output) === masked(theirs.output);
  return "error" in theirs && masked(ours.error) === masked(theirs.error);
}

function masked(text: string): string {
  return text.replace(address, "0xc000000000");
}

/** The requests whose answers are in `testdata/grammar.json`: the same on every machine. */
export function recordedRequests(): readonly EngineRequest[] {
  return Array.from({ length: 600 }, (_, number) => drawRequest(4, number));
}
