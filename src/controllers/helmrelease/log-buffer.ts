import type { LogEntry } from "../../release/index.ts";

const longest = 10; // Flux: the last ten distinct lines go into the event

/** Keeps the last lines of helm's log of one action, for the event that tells of its failure. */
export interface LogBuffer {
  readonly log: (entry: LogEntry) => void;
  /** Appended to an event's message; empty when nothing was logged. */
  suffix(): string;
}

export function createLogBuffer(now: () => Date): LogBuffer {
  const lines: { readonly text: string; readonly line: string }[] = [];
  return {
    log({ message, attributes }) {
      const text =
        attributes === undefined || Object.keys(attributes).length === 0
          ? message
          : `${message}: ${JSON.stringify(attributes)}`;
      if (lines.at(-1)?.text === text) return;
      lines.push({ text, line: `${now().toISOString()}: ${text}` });
      if (lines.length > longest) lines.shift();
    },
    suffix: () => (lines.length === 0 ? "" : `\n\nLast Helm logs:\n\n${lines.map(({ line }) => line).join("\n")}`),
  };
}
