import type { Log } from "../controllers/index.ts";
import type { Io } from "./command.ts";

/** The controllers' log: a line of JSON for each entry on standard error, as Flux writes it; `none` keeps errors only out of sight. */
export function createLog(io: Io, level: "info" | "error" | "none"): Log {
  const write = (name: "info" | "error", message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    io.stderr(`${JSON.stringify({ level: name, ts: io.now().toISOString(), msg: message, ...fields })}\n`);
  };
  return {
    info: (message, fields) => (level === "info" ? write("info", message, fields) : undefined),
    error: (message, fields) => (level === "none" ? undefined : write("error", message, fields)),
  };
}
