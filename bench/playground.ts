// `npm run bench -- playground`: from the start of the playground in an empty folder to its release being Ready.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { both, sample, table } from "./sample.ts";

const times: number[] = [];
for (let run = 0; run < 5; run += 1) times.push(await timeLoop());
const name = "`npm start`, installed, empty folder → grade-api Ready";
process.stdout.write(table(["what", "cox, minimum / median"], [[name, both(sample(times))]]));

async function timeLoop(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), "cox-bench-"));
  try {
    const began = performance.now();
    const child = spawn("bin/cox", ["up", "--dir", directory], { stdio: ["ignore", "pipe", "inherit"] });
    const took = await new Promise<number>((resolve, reject) => {
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (/✔ HelmRelease\/flux-system\/grade-api: Helm install succeeded/.test(output))
          resolve(performance.now() - began);
      });
      child.once("exit", () => reject(new Error(`the playground ended early:\n${output}`)));
    });
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
    return took;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
