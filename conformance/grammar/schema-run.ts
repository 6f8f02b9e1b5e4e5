import { messageOf } from "../../src/base/errors.ts";
import { isValues } from "../../src/base/value.ts";
import { parseYaml } from "../../src/base/yaml/index.ts";
import { type Chart, validateValues } from "../../src/chart/index.ts";
import type { EngineAnswer, EngineRequest } from "../go-engine.ts";
import { caseSeed, createRandom } from "../random.ts";
import { drawSchema } from "./schema.ts";
import { drawValues } from "./values.ts";

/** A schema with values, of that number in the sequence of a seed. */
export function drawSchemaRequest(seed: number, number: number): EngineRequest & { readonly schema: string } {
  const random = createRandom(caseSeed(seed, number));
  return { files: { "templates/t.yaml": "valid" }, values: drawValues(random), schema: drawSchema(random) };
}

/** What our validator says of values under a schema. */
export function validateOurs({ values, schema }: EngineRequest & { readonly schema: string }): EngineAnswer {
  const metadata = { name: "probe", version: "1.2.3", apiVersion: "v2" };
  const chart: Chart = {
    metadata,
    lock: null,
    templates: [],
    values: null,
    schema: new TextEncoder().encode(schema),
    files: [],
    dependencies: [],
    raw: [],
  };
  try {
    const given = parseYaml(values);
    validateValues(chart, isValues(given) ? given : {});
    return { output: "valid" };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** Whether two validators said the same, but for what helm says in any order, and what it says of the network. */
export function isSameVerdict(ours: EngineAnswer, theirs: EngineAnswer): boolean {
  if ("output" in ours || "output" in theirs) return "output" in ours && "output" in theirs;
  return isLeftOut(theirs.error) || settledVerdict(ours.error) === settledVerdict(theirs.error);
}

// docs/compatibility.md: places in the schema are not named, and of two faults that stop the compiler another one may come first.
function isLeftOut(theirs: string): boolean {
  return (
    /: ?\n?(?:duplicate (?:id|anchor)|failing loading )/.test(theirs) || theirs.includes("causing reference cycle")
  );
}

/** The text of violations with its lines, and the names in them, in order: helm gives them in any. */
export function settledVerdict(text: string): string {
  return text
    .replace(/^values: /, "")
    .split("\n")
    .map((line) => line.replace(/(properties?) ('.*') (not allowed|required)/, sortedNames))
    .toSorted()
    .join("\n");
}

function sortedNames(_: string, word: string, names: string, rest: string): string {
  return `${word} ${names.split(", ").toSorted().join(", ")} ${rest}`;
}
