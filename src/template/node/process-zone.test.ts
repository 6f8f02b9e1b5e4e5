import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const module = JSON.stringify(new URL("process-zone.ts", import.meta.url).href);

for (const [TZ, zone] of [
  ["", "UTC"],
  ["UTC", "UTC"],
  ["Europe/Berlin", "Europe/Berlin"],
  ["Nowhere/Land", "UTC"],
] as const)
  test(`the zone of a process with TZ=${JSON.stringify(TZ)} is ${zone}`, () => {
    const script = `import(${module}).then(({ processZone }) => process.stdout.write(processZone()))`;
    const { stdout } = spawnSync(process.execPath, ["--eval", script], {
      encoding: "utf8",
      env: { ...process.env, TZ },
    });
    assert.equal(stdout, zone);
  });
