import type { ReleaseContext, WaitProgress } from "../../release/index.ts";
import type { Io } from "../command.ts";

const width = 79;

/** Shows a person at a terminal what an action waits for: one line, drawn over at each change and gone when the wait is over. */
export function progressOn(io: Io): ReleaseContext["onProgress"] {
  if (!io.isTerminal) return undefined;
  let shown = "";
  return (progress) => {
    const line = progress === undefined ? "" : progressLine(progress);
    if (line === shown) return;
    shown = line;
    io.stderr(`\r\x1b[2K${line}`);
  };
}

/** `2 of 5 are not ready: Deployment/web: Available: 0/1`; empty when nothing is missing. */
export function progressLine({ goal, total, pending }: WaitProgress): string {
  const [first] = pending;
  if (first === undefined) return "";
  const { kind, name } = first.target;
  const { message } = first.readiness;
  const text = `${pending.length} of ${total} ${phrases[goal]}: ${kind}/${name}${message === "" ? "" : `: ${message}`}`;
  // What objects say of themselves must not steer the terminal.
  const plain = text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}

const phrases = { ready: "not ready", complete: "not complete", gone: "still there" } as const;
