import { formatGoJson } from "../../base/go-json.ts";
import type { Value } from "../../base/value.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import { CommandError, type Flags, type Io } from "../command.ts";

export type OutputFormat = "table" | "json" | "yaml";

export const outputFlags = {
  output: {
    type: "string",
    takes: "format",
    short: "o",
    default: "table",
    help: "prints the output in the specified format. Allowed values: table, json, yaml",
  },
} as const satisfies Flags;

/** Reads `-o`. Throws CommandError with helm's text. */
export function outputFormat(flags: { readonly output: string }): OutputFormat {
  const { output } = flags;
  if (output === "table" || output === "json" || output === "yaml") return output;
  throw new CommandError(`invalid argument ${JSON.stringify(output)} for "-o, --output" flag: invalid format type`);
}

/** Prints a value in the format that was asked for; the table is made only when it is wanted. */
export function writeOutput(
  io: Io,
  format: OutputFormat,
  given: { readonly value: unknown; readonly table: () => string; readonly json?: () => string },
): void {
  switch (format) {
    case "table":
      return io.stdout(given.table());
    case "json":
      return io.stdout(given.json?.() ?? jsonLine(given.value));
    case "yaml":
      return io.stdout(yamlText(given.value));
  }
}

/** One line of JSON as Go's encoder writes it: fields in their order, HTML escaped. */
export function jsonLine(value: unknown): string {
  return `${formatGoJson(value)}\n`;
}

/** YAML as sigs.k8s.io/yaml writes it: keys sorted. */
export function yamlText(value: unknown): string {
  return formatYaml(JSON.parse(JSON.stringify(value ?? null)) as Value);
}
