import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { StoreError } from "../errors.ts";
import type { Store } from "../store/types.ts";
import { openDiskStore } from "./disk-store.ts";

function temporary(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "cox-store-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const object = (name: string, value = ""): KubeObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name },
  value,
});
const put = (store: Store, key: string, value = "") => store.guaranteedUpdate("things", key, () => object(key, value));
const keys = (store: Store): readonly string[] => store.list("things").items.map(({ key }) => key);

test("openDiskStore() finds what was written, and what was deleted gone", async (t) => {
  const directory = temporary(t);
  const first = await openDiskStore({ directory });
  await Promise.all(["a", "b", "c"].map((key) => put(first, key)));
  await first.guaranteedUpdate("things", "b", () => undefined);
  const revision = first.revision();
  await first.close();
  const second = await openDiskStore({ directory });
  t.after(() => second.close());
  assert.deepEqual(keys(second), ["a", "c"]);
  assert.ok(second.revision() > revision, "no revision is used twice");
  assert.throws(() => second.watch("things", revision, () => {}), { code: "Compacted" });
});

test("openDiskStore() drops a last record that was cut off, and refuses damage before it", async (t) => {
  const directory = temporary(t);
  const first = await openDiskStore({ directory });
  await put(first, "a");
  await put(first, "b");
  await first.close();
  const log = join(directory, "log-0");
  const whole = readFileSync(log, "utf8");
  appendFileSync(log, whole.split("\n")[0]!.slice(0, 40));
  const second = await openDiskStore({ directory });
  assert.deepEqual(keys(second), ["a", "b"]);
  await put(second, "c");
  await second.close();
  const third = await openDiskStore({ directory });
  assert.deepEqual(keys(third), ["a", "b", "c"]);
  await third.close();
  writeFileSync(log, whole.trimEnd());
  const fourth = await openDiskStore({ directory });
  await put(fourth, "d");
  await fourth.close();
  const fifth = await openDiskStore({ directory });
  assert.deepEqual(keys(fifth), ["a", "b", "d"]);
  await fifth.close();
  writeFileSync(log, whole.replace('"a"', '"x"'));
  await assert.rejects(
    openDiskStore({ directory }),
    (thrown) => thrown instanceof StoreError && thrown.code === "Damaged",
  );
});

test("openDiskStore() replaces a long log by a snapshot", async (t) => {
  const directory = temporary(t);
  const first = await openDiskStore({ directory, compactAt: 4_000 });
  for (let step = 0; step < 100; step += 1) await put(first, `k${step % 7}`, "x".repeat(100));
  await first.close();
  const size = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  assert.ok(size < 12_000, `${size} bytes are left`);
  const second = await openDiskStore({ directory });
  t.after(() => second.close());
  assert.equal(keys(second).length, 7);
  assert.equal(second.get("things", "k1")?.object["value"], "x".repeat(100));
});

test("openDiskStore() refuses a directory that is open", async (t) => {
  const directory = temporary(t);
  const first = await openDiskStore({ directory });
  t.after(() => first.close());
  await assert.rejects(
    openDiskStore({ directory }),
    (thrown) => thrown instanceof StoreError && thrown.code === "Locked",
  );
});

test("openDiskStore() finds all that was answered before the process was killed", async (t) => {
  const directory = temporary(t);
  const program = `
    import { openDiskStore } from ${JSON.stringify(new URL("disk-store.ts", import.meta.url).href)};
    const store = await openDiskStore({ directory: ${JSON.stringify(directory)}, compactAt: 20_000 });
    for (let step = 0; ; step += 1) {
      await store.guaranteedUpdate("things", String(step).padStart(6, "0"), () => ({ apiVersion: "v1", kind: "Thing", metadata: { name: String(step) } }));
      process.stdout.write(step + "\\n");
    }`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let answered = -1;
  for await (const chunk of child.stdout) {
    answered = Number(String(chunk).trim().split("\n").at(-1));
    if (answered >= 300) break;
  }
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  const store = await openDiskStore({ directory });
  t.after(() => store.close());
  assert.ok(keys(store).length > answered, `${keys(store).length} of ${answered + 1} are there`);
  assert.equal(keys(store)[answered], String(answered).padStart(6, "0"));
});
