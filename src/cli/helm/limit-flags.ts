import type { ParseOptions } from "../../base/yaml/index.ts";
import type { ChartLimits } from "../../chart/index.ts";
import { defaultLimits, type Limits } from "../../template/index.ts";
import type { Flags, FlagValues } from "../command.ts";

const chartLimits = { maxBytes: 100 * 1024 * 1024, maxFileBytes: 5 * 1024 * 1024, maxFiles: 50_000 } as const;
const yamlLimits = { maxLength: 100 * 1024 * 1024, maxDepth: 1000 } as const;

/** The bounds of what a chart may cost, one flag for each: docs/limits.md says what they count. */
export const limitFlags = {
  "max-render-time": { type: "duration", default: defaultLimits.milliseconds, help: "how long all templates may take" },
  "max-steps": { type: "integer", default: defaultLimits.steps, help: "calls, turns and invocations of all templates" },
  "max-output": { type: "integer", default: defaultLimits.outputLength, help: "characters of a template's output" },
  "max-list": { type: "integer", default: defaultLimits.listLength, help: "elements of a list that a function makes" },
  "max-include-depth": { type: "integer", default: defaultLimits.includeDepth, help: "nested includes of one name" },
  "max-template-depth": { type: "integer", default: defaultLimits.templateDepth, help: "nested template actions" },
  "max-pattern": { type: "integer", default: defaultLimits.patternLength, help: "characters of a regular expression" },
  "max-pattern-work": { type: "integer", default: defaultLimits.patternWork, help: "size of a pattern times its text" },
  "max-value-depth": { type: "integer", default: defaultLimits.valueDepth, help: "depth of a value that is written" },
  "max-value-parts": { type: "integer", default: defaultLimits.valueParts, help: "parts of a value that is written" },
  "max-chart-size": { type: "integer", default: chartLimits.maxBytes, help: "bytes of an unpacked chart" },
  "max-chart-file-size": { type: "integer", default: chartLimits.maxFileBytes, help: "bytes of a file in a chart" },
  "max-chart-files": { type: "integer", default: chartLimits.maxFiles, help: "files in a chart" },
  "max-yaml-size": { type: "integer", default: yamlLimits.maxLength, help: "characters of a values file" },
  "max-yaml-depth": { type: "integer", default: yamlLimits.maxDepth, help: "nested maps and lists in a values file" },
} as const satisfies Flags;

type LimitValues = FlagValues<typeof limitFlags>;

/** What templates may cost. */
export function templateLimits(flags: LimitValues): Limits {
  return {
    milliseconds: flags["max-render-time"],
    steps: flags["max-steps"],
    outputLength: flags["max-output"],
    listLength: flags["max-list"],
    includeDepth: flags["max-include-depth"],
    templateDepth: flags["max-template-depth"],
    patternLength: flags["max-pattern"],
    patternWork: flags["max-pattern-work"],
    valueDepth: flags["max-value-depth"],
    valueParts: flags["max-value-parts"],
  };
}

/** What a chart may unpack to. */
export function chartSizeLimits(flags: LimitValues): ChartLimits {
  return {
    maxBytes: flags["max-chart-size"],
    maxFileBytes: flags["max-chart-file-size"],
    maxFiles: flags["max-chart-files"],
  };
}

/** What a values file may hold. */
export function valuesFileLimits(flags: LimitValues): ParseOptions {
  return { maxLength: flags["max-yaml-size"], maxDepth: flags["max-yaml-depth"] };
}
