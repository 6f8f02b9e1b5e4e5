import { compile, fromBytes, type TemplateSet } from "../../template/index.ts";
import type { Chart } from "../types.ts";
import type { Renderable } from "./scopes.ts";

/** How many sets of enabled subcharts one chart keeps compiled. Releases of one chart seldom use more. */
const maxVariants = 8;

const compiledByChart = new WeakMap<Chart, Map<string, TemplateSet>>();

/**
 * The compiled templates of a chart. The same loaded chart with the same subcharts enabled is compiled once, whatever the number of
 * renderings; the compiled form goes when the chart does. Throws TemplateError for what does not parse.
 */
export function compiledTemplates(
  chart: Chart,
  { templates, strict }: { readonly templates: readonly Renderable[]; readonly strict: boolean },
): TemplateSet {
  const variants = compiledByChart.get(chart) ?? new Map<string, TemplateSet>();
  compiledByChart.set(chart, variants);
  const key = (strict ? "strict\n" : "\n") + [...new Set(templates.map((template) => template.basePath))].join("\n");
  const known = variants.get(key);
  if (known !== undefined) {
    variants.delete(key);
    variants.set(key, known); // Used last, dropped last.
    return known;
  }
  const sources = templates.map(({ name, file }) => ({ name, text: fromBytes(file.data) }));
  const set = compile(sources, { missingKey: strict ? "error" : "zero" });
  variants.set(key, set);
  if (variants.size > maxVariants) variants.delete(variants.keys().next().value!);
  return set;
}
