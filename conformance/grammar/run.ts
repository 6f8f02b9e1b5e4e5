import { buildGoEngine, type EngineAnswer, type EngineRequest, startGoEngine } from "../go-engine.ts";
import { renderOurs } from "../own-engine.ts";
import { drawRequest, isSameAnswer } from "./index.ts";

export interface GrammarOptions {
  readonly count: number;
  readonly seed: number;
  /** The number of the first template. */
  readonly first?: number;
  /** Helm's engine; built when absent. */
  readonly engine?: string;
  readonly report: (difference: GrammarDifference) => void;
}

export interface GrammarDifference {
  readonly number: number;
  readonly request: EngineRequest;
  readonly ours: EngineAnswer;
  readonly theirs: EngineAnswer;
}

export interface GrammarCounts {
  readonly compared: number;
  readonly differences: number;
  /** How many templates helm could run to their end. */
  readonly succeeded: number;
  /** Where our bounds came first, or helm's process ended. */
  readonly unbounded: number;
}

const batch = 200;

/** Draws templates and values, and compares our engine with helm's own. */
export async function compareGrammar({
  count,
  seed,
  first = 0,
  engine: binary = buildGoEngine(),
  report,
}: GrammarOptions): Promise<GrammarCounts> {
  const engine = startGoEngine(binary);
  let compared = 0;
  let differences = 0;
  let succeeded = 0;
  let unbounded = 0;
  try {
    for (let start = first; start < first + count; start += batch) {
      const numbers = Array.from({ length: Math.min(batch, first + count - start) }, (_, index) => start + index);
      const requests = numbers.map((number) => drawRequest(seed, number));
      const asked = requests.map((request) => engine.ask(request));
      for (const [index, request] of requests.entries()) {
        const ours = renderOurs(request);
        const theirs = await asked[index];
        compared += 1;
        if (theirs === undefined || ours.limit) unbounded += 1;
        else if (!isSameAnswer(ours, theirs)) {
          differences += 1;
          report({ number: numbers[index]!, request, ours, theirs });
        } else if ("output" in theirs) succeeded += 1;
      }
    }
  } finally {
    await engine.close();
  }
  return { compared, differences, succeeded, unbounded };
}
