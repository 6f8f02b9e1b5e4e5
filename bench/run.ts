// `npm run bench [-- NAME...]`: builds dist/ and runs the benchmarks of those names; without names, those that take minutes at most and
// need nothing running. Each prints a table in Markdown.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { hasHelm } from "./sample.ts";

const standard = ["playground", "start-up", "cold", "warm"];
const given = process.argv.slice(2);
for (const name of given) {
  if (!/^[a-z-]+$/.test(name) || !existsSync(`bench/${name}.ts`)) throw new Error(`there is no benchmark ${name}`);
}
const { status, stderr } = spawnSync(process.execPath, ["tools/build.ts"], { encoding: "utf8" });
if (status !== 0) throw new Error(`cannot build what is to be measured: ${stderr}`);
const peer = hasHelm ? "helm v4.2.4" : "helm4 not found";
process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, ${peer}\n\n`,
);
for (const name of given.length > 0 ? given : standard) {
  const done = spawnSync(process.execPath, [`bench/${name}.ts`], { stdio: "inherit" });
  if (done.status !== 0) process.exitCode = 1;
}
