import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { withoutCredentials } from "../dependencies/repositories.ts";
import { helmSettings } from "../settings.ts";
import { readRepositories, withRepository, writeRepositories } from "./repository-file.ts";
import { lockRepositories } from "./repository-lock.ts";

const hasFlock = spawnSync("flock", ["--version"]).error === undefined;
const skip = hasFlock ? false : "flock is not installed";
const ways = [
  { name: "with the program flock", PATH: process.env["PATH"] ?? "", skip },
  { name: "without it", PATH: "", skip: false },
];

async function openPlace(t: TestContext, PATH: string) {
  const home = await mkdtemp(join(tmpdir(), "cox-lock-"));
  t.after(() => rm(home, { recursive: true, force: true }));
  const io = { env: { HELM_CONFIG_HOME: home, PATH }, signal: t.signal };
  return { io, settings: helmSettings(io) };
}

for (const { name, PATH, skip } of ways) {
  test(`lockRepositories() keeps what ten at once add, ${name}`, { skip }, async (t) => {
    const { io, settings } = await openPlace(t, PATH);
    const names = Array.from({ length: 10 }, (_, count) => `charts-${count}`);
    await Promise.all(
      names.map(async (name) => {
        await using _ = await lockRepositories(settings, io);
        const file = await readRepositories(settings.repositoryConfig);
        await writeRepositories(
          settings.repositoryConfig,
          withRepository(file, withoutCredentials(name, "https://charts.test")),
        );
      }),
    );
    const { repositories } = await readRepositories(settings.repositoryConfig);
    assert.deepEqual(repositories.map(({ name }) => name).toSorted(), names);
  });

  test(`lockRepositories() gives up in helm's words when another does not let go, ${name}`, { skip }, async (t) => {
    const { io, settings } = await openPlace(t, PATH);
    const other = await lockRepositories(settings, io);
    await assert.rejects(lockRepositories(settings, io, 60), { message: "context deadline exceeded" });
    await other[Symbol.asyncDispose]();
    await (await lockRepositories(settings, io, 60))[Symbol.asyncDispose]();
  });
}

// helm: repo add, by github.com/gofrs/flock, which is flock(2) on repositories.lock.
test("lockRepositories() waits for one who holds helm's lock", { skip }, async (t) => {
  const { io, settings } = await openPlace(t, process.env["PATH"] ?? "");
  const path = settings.repositoryConfig.replace(/yaml$/, "lock");
  const holder = spawn("flock", [path, "sh", "-c", "echo held && exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  await assert.rejects(lockRepositories(settings, io, 60), { message: "context deadline exceeded" });
  holder.stdin.end();
  await once(holder, "close");
  await (await lockRepositories(settings, io))[Symbol.asyncDispose]();
});
