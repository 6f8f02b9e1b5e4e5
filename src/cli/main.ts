// The `cox` program. Everything but the version is loaded when it is called for: start-up time is felt on every command.
import { readFileSync } from "node:fs";

const line = process.argv.slice(2);
const isHelm = process.env.COX_INVOKED_AS === "helm";
if (!isHelm && line.length === 1 && (line[0] === "--version" || line[0] === "version")) {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  process.stdout.write(`cox version ${version}\n`);
} else {
  const { main } = await import("./program.ts");
  process.exitCode = await main(line);
}
