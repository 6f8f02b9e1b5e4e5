import type { Log } from "../controllers/index.ts";
import type { Io } from "./command.ts";

export type LogLevel = "trace" | "debug" | "info" | "error";

/**
 * The controllers' log on standard error, an entry a line: JSON as Flux writes it, or for people to read on a console. `none` keeps even errors
 * out of sight.
 */
export function createLog(io: Io, level: LogLevel | "none", encoding: "json" | "console" = "json"): Log {
  const write = (name: "info" | "error", message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    const ts = io.now().toISOString();
    const line =
      encoding === "json"
        ? JSON.stringify({ level: name, ts, msg: message, ...fields })
        : `${ts}\t${name.toUpperCase()}\t${message}\t${JSON.stringify(fields)}`;
    io.stderr(`${line}\n`);
  };
  return {
    info: (message, fields) => (level === "none" || level === "error" ? undefined : write("info", message, fields)),
    error: (message, fields) => (level === "none" ? undefined : write("error", message, fields)),
  };
}
